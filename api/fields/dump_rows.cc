#include "api/fields/dump_rows.h"

#include "schema/claim.h"
#include "schema/relation.h"

namespace stemma {
namespace {

Value count(std::int64_t number) { return number == kUnknownCount ? Value{} : Value{number}; }
Value seen(const SnapshotView& view, SnapshotNumber number) {
  return number == 0 ? Value{} : time_value(observed_at(view, number));
}

constexpr Field<ClaimTableRow> kClaimFields[] = {
    {"child_id", FieldType::text, Presence::always, "Name of the model that says it.",
     [](const ClaimTableRow& r) { return Value{r.view.name(r.child)}; }},
    {"parent_id", FieldType::text, Presence::or_null,
     "Name of the model that it was resolved to; null where it makes no edge.",
     [](const ClaimTableRow& r) {
       return r.parent == kNoNode ? Value{} : Value{r.view.name(r.parent)};
     }},
    {"source", FieldType::text, Presence::always,
     "Where it stands: base_models, tag, card, peft, alias, curated, inferred.",
     [](const ClaimTableRow& r) { return Value{to_string(r.claim.source)}; }},
    {"text", FieldType::text, Presence::or_null, "What it says, verbatim; null where inferred.",
     [](const ClaimTableRow& r) {
       return r.claim.source == ClaimSource::inferred ? Value{} : Value{r.view.texts[r.claim.text]};
     }},
    {"relation", FieldType::text, Presence::always,
     "The relation that it states; unspecified where it states none.",
     [](const ClaimTableRow& r) { return Value{to_string(r.claim.relation)}; }},
    {"status", FieldType::text, Presence::always,
     "kept: it makes an edge; rejected: it cannot be the name of a repository; self_reference; "
     "past: the model no longer says it.",
     [](const ClaimTableRow& r) { return Value{r.status}; }},
    {"first_seen", FieldType::time, Presence::or_null,
     "Observation time of the first snapshot with it.",
     [](const ClaimTableRow& r) { return seen(r.view, r.claim.first_seen); }},
    {"last_seen", FieldType::time, Presence::or_null,
     "Observation time of the last snapshot with it.",
     [](const ClaimTableRow& r) { return seen(r.view, r.claim.last_seen); }},
    {"child_hub_id", FieldType::text, Presence::or_null, "The hub's identifier of the child.",
     [](const ClaimTableRow& r) { return id_value(r.view.hub_id[r.child]); }},
    {"parent_hub_id", FieldType::text, Presence::or_null, "The hub's identifier of the parent.",
     [](const ClaimTableRow& r) {
       return r.parent == kNoNode ? Value{} : id_value(r.view.hub_id[r.parent]);
     }},
};

constexpr Field<ObservationRow> kObservationFields[] = {
    {"hub_id", FieldType::text, Presence::always,
     "The hub's own identifier, which survives renames.",
     [](const ObservationRow& r) { return id_value(r.view.hub_id[r.node]); }},
    {"id", FieldType::text, Presence::always, "Its name in this snapshot.",
     [](const ObservationRow& r) { return Value{r.view.name(r.node)}; }},
    {"observed_at", FieldType::time, Presence::always, "Observation time of the snapshot.",
     [](const ObservationRow& r) { return time_value(r.view.total().observed_at); }},
    {"downloads", FieldType::integer, Presence::or_null,
     "Downloads in the last 30 days, as the walk told them; null where it did not.",
     [](const ObservationRow& r) { return count(r.counts.downloads); }},
    {"downloads_all_time", FieldType::integer, Presence::or_null,
     "Downloads since the beginning, as the walk told them; null where it did not.",
     [](const ObservationRow& r) { return count(r.counts.downloads_all_time); }},
    {"likes", FieldType::integer, Presence::or_null, "Likes, as the walk told them.",
     [](const ObservationRow& r) { return count(r.counts.likes); }},
};

constexpr Field<AliasRow> kAliasFields[] = {
    {"alias", FieldType::text, Presence::always, "An old name, in the spelling that it had.",
     [](const AliasRow& r) { return Value{r.view.alias_names[r.alias]}; }},
    {"id", FieldType::text, Presence::always, "Name of the model that it leads to.",
     [](const AliasRow& r) { return Value{r.view.name(r.view.alias_node[r.alias])}; }},
    {"hub_id", FieldType::text, Presence::or_null, "The hub's identifier of that model.",
     [](const AliasRow& r) { return id_value(r.view.hub_id[r.view.alias_node[r.alias]]); }},
    {"first_seen", FieldType::time, Presence::or_null,
     "Observation time of the first snapshot that it applied in.",
     [](const AliasRow& r) { return seen(r.view, r.view.alias_learned[r.alias]); }},
};

constexpr Field<GoneRow> kGoneFields[] = {
    {"id", FieldType::text, Presence::always, "The name that it had last.",
     [](const GoneRow& r) { return Value{r.view.name(r.node)}; }},
    {"hub_id", FieldType::text, Presence::always, "The hub's own identifier.",
     [](const GoneRow& r) { return id_value(r.view.hub_id[r.node]); }},
    {"author", FieldType::text, Presence::or_null, "The owner in the name.",
     [](const GoneRow& r) { return text_value(r.view.terms[r.view.author[r.node]]); }},
    {"first_seen", FieldType::time, Presence::or_null,
     "Observation time of the first snapshot that has it.",
     [](const GoneRow& r) { return seen(r.view, r.view.first_seen[r.node]); }},
    {"last_seen", FieldType::time, Presence::or_null,
     "Observation time of the last snapshot that it was observed in.",
     [](const GoneRow& r) { return seen(r.view, r.view.last_seen[r.node]); }},
    {"downloads", FieldType::integer, Presence::or_null,
     "Downloads in 30 days when it was observed last.",
     [](const GoneRow& r) { return count(r.view.downloads[r.node]); }},
    {"children", FieldType::integer, Presence::always,
     "Models that name it as a parent, live or not.",
     [](const GoneRow& r) {
       return number_value(r.view.child_begin[r.node + std::size_t{1}] -
                           r.view.child_begin[r.node]);
     }},
};

template <CountKind kind>
Value total(const RollupRow& r) {
  return count(r.sums.value(kind));
}
template <CountKind kind>
Value unknown(const RollupRow& r) {
  return Value{r.sums.unknown(kind)};
}

constexpr double kMillion = 1e6;

constexpr Field<RollupRow> kRollupFields[] = {
    {"family", FieldType::text, Presence::or_null,
     "A family or series; null for sums of the whole hub.",
     [](const RollupRow& r) { return text_value(r.key.family); }},
    {"breakdown", FieldType::text, Presence::always,
     "What models are told apart by: role (official and derivatives; of the hub models and other), "
     "or, of derivatives, relation, author, license, library, pipeline_tag, quantizer, depth, "
     "series, created (month).",
     [](const RollupRow& r) { return Value{to_string(r.key.breakdown)}; }},
    {"policy", FieldType::text, Presence::always,
     "any: a model counts in every family that it descends from; fractional: each is one unit.",
     [](const RollupRow& r) {
       return Value{std::string_view{r.key.policy == SharePolicy::any ? "any" : "fractional"}};
     }},
    {"name", FieldType::text, Presence::always, "The value of the breakdown.",
     [](const RollupRow& r) { return Value{r.name}; }},
    {"models", FieldType::number, Presence::always,
     "Live models; shares of them under fractional, to six decimals.",
     [](const RollupRow& r) {
       return r.key.policy == SharePolicy::any
                  ? Value{static_cast<double>(r.sums.models)}
                  : Value{static_cast<double>(r.sums.share) / kMillion};
     }},
    {"new_models", FieldType::number, Presence::always,
     "Of these, those first seen in this snapshot; 0 in the first snapshot.",
     [](const RollupRow& r) {
       return Value{static_cast<double>(r.sums.fresh) /
                    (r.key.policy == SharePolicy::any ? 1 : kMillion)};
     }},
    {"downloads", FieldType::integer, Presence::or_null,
     "Sum of the downloads of 30 days; null where none is known.", &total<CountKind::downloads>},
    {"downloads_unknown", FieldType::integer, Presence::always, "Models without that count.",
     &unknown<CountKind::downloads>},
    {"downloads_all_time", FieldType::integer, Presence::or_null,
     "Sum of the downloads since the beginning.", &total<CountKind::downloads_all_time>},
    {"downloads_all_time_unknown", FieldType::integer, Presence::always,
     "Models without that count.", &unknown<CountKind::downloads_all_time>},
    {"downloads_7d", FieldType::integer, Presence::or_null,
     "Sum of the downloads of the last seven days, derived from the counts of all time.",
     &total<CountKind::downloads_7d>},
    {"likes", FieldType::integer, Presence::or_null, "Sum of the likes.", &total<CountKind::likes>},
};

}  // namespace

FieldList<ClaimTableRow> claim_table_fields() { return kClaimFields; }
FieldList<ObservationRow> observation_fields() { return kObservationFields; }
FieldList<AliasRow> alias_fields() { return kAliasFields; }
FieldList<GoneRow> gone_fields() { return kGoneFields; }
FieldList<RollupRow> rollup_fields() { return kRollupFields; }

}  // namespace stemma
