#include "api/fields/snapshot_rows.h"

#include "api/fields/answer_parts.h"
#include "schema/text.h"

namespace stemma {
namespace {

constexpr Field<SnapshotRow> kSnapshotFields[] = {
    {"snapshot", FieldType::integer, Presence::always, "Its number, from 1.",
     [](const SnapshotRow& r) { return number_value(r.number); }},
    {"observed_at", FieldType::time, Presence::or_null, "When the hub was observed.",
     [](const SnapshotRow& r) { return time_value(r.observed_at); }},
    {"models", FieldType::integer, Presence::always, "Live models.",
     [](const SnapshotRow& r) { return number_value(r.models); }},
    {"edges", FieldType::integer, Presence::always, "Edges to live models.",
     [](const SnapshotRow& r) { return number_value(r.edges); }},
    {"partial", FieldType::flag, Presence::always, "Whether only a part of the hub was crawled.",
     [](const SnapshotRow& r) { return Value{r.partial != 0}; }},
};

constexpr Field<RejectedDocument> kRejectedFields[] = {
    {"where", FieldType::text, Presence::always, "File and line, or page and row.",
     [](const RejectedDocument& r) { return Value{valid_utf8(r.where)}; }},
    {"field", FieldType::text, Presence::or_null,
     "What could not be read; null where nothing could.",
     [](const RejectedDocument& r) { return owned_value(valid_utf8(r.field)); }},
    {"reason", FieldType::text, Presence::always, "Why.",
     [](const RejectedDocument& r) { return Value{valid_utf8(r.reason)}; }},
};

constexpr Field<SnapshotTotals> kClaimFields[] = {
    {"observed", FieldType::integer, Presence::always, "All claims of live models.",
     [](const SnapshotTotals& r) { return number_value(r.claims_observed); }},
    {"kept", FieldType::integer, Presence::always, "Those that are evidence of an edge.",
     [](const SnapshotTotals& r) { return number_value(r.claims_kept); }},
    {"rejected", FieldType::integer, Presence::always, "Those that can be no name of a model.",
     [](const SnapshotTotals& r) { return number_value(r.claims_rejected); }},
    {"self", FieldType::integer, Presence::always, "Those that name the model itself.",
     [](const SnapshotTotals& r) { return number_value(r.claims_self); }},
};
FieldInfos claim_infos() { return infos_of<SnapshotTotals>(kClaimFields); }

template <auto member>
Value total_of(const StatsRow& r) {
  return number_value(r.view.total().*member);
}

constexpr Field<StatsRow> kStatsFields[] = {
    snapshot_number<StatsRow>(),
    {"observed_at", FieldType::time, Presence::or_null, "When the hub was observed.",
     [](const StatsRow& r) { return time_value(r.view.total().observed_at); }},
    // Told whatever it is, unlike among the marks of other answers.
    {"partial", FieldType::flag, Presence::always, "Whether only a part of the hub was crawled.",
     [](const StatsRow& r) { return Value{r.view.total().partial != 0}; }},
    {"", FieldType::splice, Presence::always, "", &marks_but_partial_infos,
     [](ValueSink& sink, const StatsRow& r) { tell_marks_but_partial(sink, r.view); }},
    {"models", FieldType::integer, Presence::always, "Live models.",
     &total_of<&SnapshotTotals::models>},
    {"gone", FieldType::integer, Presence::always, "Models that are no longer there.",
     &total_of<&SnapshotTotals::gone>},
    {"ghosts", FieldType::integer, Presence::always, "Names of parents that were never observed.",
     &total_of<&SnapshotTotals::ghosts>},
    {"edges", FieldType::integer, Presence::always, "Edges to live models.",
     &total_of<&SnapshotTotals::edges>},
    {"by_relation", FieldType::counts, Presence::always, "These edges by relation.", nullptr,
     [](ValueSink& sink, const StatsRow& r) { tell_relations(sink, r.view.total().by_relation); }},
    {"curated_only", FieldType::integer, Presence::always,
     "Of these edges, those that rest on curated claims alone.",
     [](const StatsRow& r) { return number_value(r.curated.edges); }},
    {"curated_only_by_relation", FieldType::counts, Presence::always, "These by relation.", nullptr,
     [](ValueSink& sink, const StatsRow& r) { tell_relations(sink, r.curated.by_relation); }},
    {"declaring", FieldType::integer, Presence::always, "Live models that name a parent.",
     &total_of<&SnapshotTotals::declaring>},
    {"multi_parent", FieldType::integer, Presence::always, "Live models with several parents.",
     &total_of<&SnapshotTotals::multi_parent>},
    {"self_references", FieldType::integer, Presence::always, "Live models that name themselves.",
     &total_of<&SnapshotTotals::self_references>},
    {"cycles", FieldType::integer, Presence::always,
     "Sets of models that all descend from each other.", &total_of<&SnapshotTotals::cycles>},
    {"claims", FieldType::object, Presence::always, "What live models say of their parents.",
     &claim_infos,
     [](ValueSink& sink, const StatsRow& r) {
       tell_object<SnapshotTotals>(sink, kClaimFields, r.view.total());
     }},
    {"rejected_documents", FieldType::integer, Presence::always,
     "Documents that could not be used.", &total_of<&SnapshotTotals::rejected_documents>},
    {"rejected", FieldType::objects, Presence::always, "The first of these.",
     [] { return infos_of<RejectedDocument>(kRejectedFields); },
     [](ValueSink& sink, const StatsRow& r) {
       tell_objects<RejectedDocument>(
           sink, kRejectedFields, r.troubles.rejected,
           [](const RejectedDocument& document) -> const RejectedDocument& { return document; });
     }},
    {"unread_fields", FieldType::counts, Presence::always,
     "Documents by the field of theirs that could not be read.", nullptr,
     [](ValueSink& sink, const StatsRow& r) { tell_counts(sink, r.troubles.unread); }},
};

using Checked = VerifyReport::Snapshot;
constexpr Field<Checked> kCheckedFields[] = {
    {"snapshot", FieldType::integer, Presence::always, "Its number.",
     [](const Checked& r) { return number_value(r.totals.number); }},
    {"file", FieldType::flag, Presence::always, "Whether its file is there and was checked.",
     [](const Checked& r) { return Value{r.file}; }},
    {"derived", FieldType::flag, Presence::always,
     "Whether it was built again from the store and compared.",
     [](const Checked& r) { return Value{r.derived}; }},
    {"claims", FieldType::object, Presence::always, "Claims of live models.", &claim_infos,
     [](ValueSink& sink, const Checked& r) {
       tell_object<SnapshotTotals>(sink, kClaimFields, r.totals);
     }},
};

constexpr Field<VerifyReport> kVerifyFields[] = {
    {"ok", FieldType::flag, Presence::always, "Whether all is well.",
     [](const VerifyReport& r) { return Value{r.ok()}; }},
    {"problems", FieldType::texts, Presence::always, "What is wrong, in sentences.",
     [](const VerifyReport& r) { return Value{texts_of(r.problems)}; }},
    {"files_partly_covered", FieldType::integer, Presence::always,
     "Files of the store without a checksum of the whole file.",
     [](const VerifyReport& r) { return number_value(r.files_partly_covered); }},
    {"versions", FieldType::integer, Presence::always, "Versions of models that were decoded.",
     [](const VerifyReport& r) { return number_value(r.versions); }},
    {"documents", FieldType::integer, Presence::always, "Packs of raw documents, unpacked.",
     [](const VerifyReport& r) { return number_value(r.documents); }},
    {"snapshots", FieldType::objects, Presence::always, "The snapshots, as far as checked.",
     [] { return infos_of<Checked>(kCheckedFields); },
     [](ValueSink& sink, const VerifyReport& r) {
       tell_objects<Checked>(sink, kCheckedFields, r.snapshots,
                             [](const Checked& checked) -> const Checked& { return checked; });
     }},
};

}  // namespace

FieldList<SnapshotRow> snapshot_fields() { return kSnapshotFields; }
FieldList<StatsRow> stats_fields() { return kStatsFields; }
FieldList<RejectedDocument> rejected_fields() { return kRejectedFields; }
FieldList<VerifyReport> verify_fields() { return kVerifyFields; }

}  // namespace stemma
