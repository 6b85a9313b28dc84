#include "api/fields/lineage_rows.h"

#include "api/fields/answer_parts.h"
#include "api/fields/model_rows.h"

namespace stemma {
namespace {

/// One step of a path.
struct StepRow {
  const SnapshotView& view;
  const PathStep& step;
  bool first;
};

template <class Row, FieldName name, auto node>
consteval Field<Row> of_node() {
  return shared<kModelFields, name, Row, [](const Row& r) { return NodeRow{r.view, node(r)}; }>();
}

constexpr auto node_of_step = [](const StepRow& r) { return r.step.node; };
constexpr Field<StepRow> kStepFields[] = {
    of_node<StepRow, "id", node_of_step>(),
    of_node<StepRow, "state", node_of_step>(),
    of_node<StepRow, "license", node_of_step>(),
    {"relation", FieldType::text, Presence::or_null,
     "How it was made from the one before; null of the first.",
     [](const StepRow& r) {
       return r.first ? Value{} : Value{to_string(r.view.relation[r.step.edge])};
     }},
    {"confidence", FieldType::number, Presence::or_null, "Of that edge, up to 1.",
     [](const StepRow& r) { return r.first ? Value{} : Value{r.view.confidence[r.step.edge]}; }},
};

using PathRow = AnswerRow<PathAnswer>;
constexpr Field<PathRow> kPathFields[] = {
    {"from", FieldType::text, Presence::or_null, "The one model, as asked.",
     [](const PathRow& r) { return name_value(r.view, r.answer.from); }},
    {"to", FieldType::text, Presence::or_null, "The other model, as asked.",
     [](const PathRow& r) { return name_value(r.view, r.answer.to); }},
    snapshot_number<PathRow>(),
    {"length", FieldType::integer, Presence::always, "Edges on each of the paths.",
     [](const PathRow& r) { return number_value(r.answer.paths.length); }},
    {"paths", FieldType::object_lists, Presence::always,
     "All shortest paths, each from the ancestor to the descendant.",
     [] { return infos_of<StepRow>(kStepFields); },
     [](ValueSink& sink, const PathRow& r) {
       sink.begin_list();
       for (const Path& path : r.answer.paths.paths) {
         tell_objects<StepRow>(sink, kStepFields, path, [&](const PathStep& step) {
           return StepRow{r.view, step, &step == &path.front()};
         });
       }
       sink.end_list();
     }},
    {"truncated", FieldType::flag, Presence::always, "Whether there are more of them.",
     [](const PathRow& r) { return Value{r.answer.paths.truncated}; }},
    marks<PathRow>(),
};

struct CommonItemRow {
  const SnapshotView& view;
  const CommonAncestor& item;
};
constexpr auto node_of_common = [](const CommonItemRow& r) { return r.item.node; };
constexpr Field<CommonItemRow> kCommonItemFields[] = {
    of_node<CommonItemRow, "id", node_of_common>(),
    of_node<CommonItemRow, "state", node_of_common>(),
    of_node<CommonItemRow, "license", node_of_common>(),
    {"depths", FieldType::integers, Presence::always,
     "Edges to each of the two models; 0 where it is that model itself.", nullptr,
     [](ValueSink& sink, const CommonItemRow& r) {
       sink.begin_list();
       for (const std::uint32_t depth : r.item.depths) sink.value(number_value(depth));
       sink.end_list();
     }},
    {"nearest", FieldType::flag, Presence::always, "Whether none of the others descends from it.",
     [](const CommonItemRow& r) { return Value{r.item.nearest}; }},
};

using CommonRow = AnswerRow<CommonAnswer>;
constexpr Field<CommonRow> kCommonFields[] = {
    {"models", FieldType::texts, Presence::always, "The two models.",
     [](const CommonRow& r) {
       return Value{TextList{r.view.name(r.answer.models[0]), r.view.name(r.answer.models[1])}};
     }},
    snapshot_number<CommonRow>(),
    {"total", FieldType::integer, Presence::always, "How many ancestors they have in common.",
     [](const CommonRow& r) { return number_value(r.answer.items.size()); }},
    {"items", FieldType::objects, Presence::always, "These, the nearest to both first.",
     [] { return infos_of<CommonItemRow>(kCommonItemFields); },
     [](ValueSink& sink, const CommonRow& r) {
       tell_objects<CommonItemRow>(sink, kCommonItemFields, r.answer.items,
                                   [&](const CommonAncestor& item) {
                                     return CommonItemRow{r.view, item};
                                   });
     }},
    marks<CommonRow>(),
};

template <class Row>
constexpr Field<Row> asked_model() {
  return {"model", FieldType::text, Presence::or_null, "The model that is asked about.",
          [](const Row& r) { return name_value(r.view, r.answer.model); }};
}

constexpr auto node_of_row = [](const NodeRow& r) { return r.node; };
constexpr Field<NodeRow> kDominatorFields[] = {
    of_node<NodeRow, "id", node_of_row>(),
    of_node<NodeRow, "state", node_of_row>(),
    of_node<NodeRow, "license", node_of_row>(),
};

using DominatorsRow = AnswerRow<DominatorsAnswer>;
constexpr Field<DominatorsRow> kDominatorsFields[] = {
    asked_model<DominatorsRow>(),
    snapshot_number<DominatorsRow>(),
    {"root", FieldType::flag, Presence::always,
     "Whether it has no parents, so that nothing could dominate it.",
     [](const DominatorsRow& r) { return Value{r.answer.root}; }},
    {"total", FieldType::integer, Presence::always, "How many models dominate it.",
     [](const DominatorsRow& r) { return number_value(r.answer.items.size()); }},
    {"items", FieldType::objects, Presence::always,
     "Models that every path from a root to it goes through, the nearest first.",
     [] { return infos_of<NodeRow>(kDominatorFields); },
     [](ValueSink& sink, const DominatorsRow& r) {
       tell_objects<NodeRow>(sink, kDominatorFields, r.answer.items, [&](NodeId node) {
         return NodeRow{r.view, node};
       });
     }},
    marks<DominatorsRow>(),
};

struct LicenseItemRow {
  const SnapshotView& view;
  const AncestorLicense& item;
};
constexpr auto node_of_license = [](const LicenseItemRow& r) { return r.item.node; };
constexpr Field<LicenseItemRow> kLicenseItemFields[] = {
    of_node<LicenseItemRow, "id", node_of_license>(),
    of_node<LicenseItemRow, "state", node_of_license>(),
    of_node<LicenseItemRow, "license", node_of_license>(),
    {"license_name", FieldType::text, Presence::or_null,
     "What the card calls a licence that is none of the hub's.",
     [](const LicenseItemRow& r) {
       return text_value(r.view.terms[r.view.license_name[r.item.node]]);
     }},
    {"depth", FieldType::integer, Presence::always, "Edges up to it.",
     [](const LicenseItemRow& r) { return number_value(r.item.depth); }},
    {"verdict", FieldType::text, Presence::always,
     "How the model's licence stands to it: agrees, relaxes, contradicts, undeclared or unknown.",
     [](const LicenseItemRow& r) { return Value{to_string(r.item.comparison.verdict)}; }},
    {"reason", FieldType::text, Presence::always, "Why, in one sentence.",
     [](const LicenseItemRow& r) { return Value{std::string_view{r.item.comparison.reason}}; }},
    {"path", FieldType::texts, Presence::always,
     "Names on a shortest path, from the ancestor to the model.",
     [](const LicenseItemRow& r) {
       TextList names;
       for (const NodeId node : r.item.path) names.push_back(r.view.name(node));
       return Value{std::move(names)};
     }},
};

using LicensesRow = AnswerRow<LicensesAnswer>;
constexpr Field<LicensesRow> kLicensesFields[] = {
    asked_model<LicensesRow>(),
    snapshot_number<LicensesRow>(),
    {"license", FieldType::text, Presence::or_null, "The licence that its card declares.",
     [](const LicensesRow& r) { return text_value(r.view.terms[r.view.license[r.answer.model]]); }},
    {"license_name", FieldType::text, Presence::or_null,
     "What the card calls a licence that is none of the hub's.",
     [](const LicensesRow& r) {
       return text_value(r.view.terms[r.view.license_name[r.answer.model]]);
     }},
    {"verdict", FieldType::text, Presence::or_null,
     "The gravest of the verdicts; null where there are no ancestors.",
     [](const LicensesRow& r) {
       return r.answer.verdict ? Value{to_string(*r.answer.verdict)} : Value{};
     }},
    {"total", FieldType::integer, Presence::always, "How many ancestors it has.",
     [](const LicensesRow& r) { return number_value(r.answer.items.size()); }},
    {"items", FieldType::objects, Presence::always, "The ancestors, compared.",
     [] { return infos_of<LicenseItemRow>(kLicenseItemFields); },
     [](ValueSink& sink, const LicensesRow& r) {
       tell_objects<LicenseItemRow>(sink, kLicenseItemFields, r.answer.items,
                                    [&](const AncestorLicense& item) {
                                      return LicenseItemRow{r.view, item};
                                    });
     }},
    marks<LicensesRow>(),
};

TextList words_of(std::string_view words) {
  TextList list;
  while (!words.empty()) {
    const auto end = words.find(' ');
    list.push_back(words.substr(0, end));
    words = end == std::string_view::npos ? std::string_view{} : words.substr(end + 1);
  }
  return list;
}

constexpr Field<LicenseTerms> kLicenseTermsFields[] = {
    {"license", FieldType::text, Presence::always, "As the hub writes it.",
     [](const LicenseTerms& r) { return Value{r.id}; }},
    {"conditions", FieldType::texts, Presence::always,
     "What it asks of derivatives: same_terms, non_commercial, use_policy, limited_size, "
     "no_derivatives.",
     [](const LicenseTerms& r) { return Value{condition_words(r.conditions)}; }},
    {"or_under", FieldType::texts, Presence::always,
     "Other licences that it lets derivatives be put under.",
     [](const LicenseTerms& r) { return Value{words_of(r.or_under)}; }},
    {"also_written", FieldType::texts, Presence::always, "Other spellings.",
     [](const LicenseTerms& r) { return Value{words_of(r.aliases)}; }},
};

Value seen_value(const SnapshotView& view, SnapshotNumber number) {
  return time_value(observed_at(view, number));
}

struct NameRow {
  const SnapshotView& view;
  const HistoryAnswer::Name& name;
};
constexpr Field<NameRow> kNameFields[] = {
    {"name", FieldType::text, Presence::always, "A name that it bore.",
     [](const NameRow& r) { return Value{r.name.name}; }},
    {"until", FieldType::time, Presence::or_null,
     "Observation time of the first snapshot with another; null for today's.",
     [](const NameRow& r) { return seen_value(r.view, r.name.until); }},
};

struct BearerRow {
  const SnapshotView& view;
  const HistoryAnswer::Bearer& bearer;
};
constexpr Field<BearerRow> kBearerFields[] = {
    {"id", FieldType::text, Presence::or_null, "Another model, by its name of today.",
     [](const BearerRow& r) { return name_value(r.view, r.bearer.node); }},
    {"until", FieldType::time, Presence::or_null, "Until when that one bore this one's name.",
     [](const BearerRow& r) { return seen_value(r.view, r.bearer.until); }},
};

struct SaidRow {
  const SnapshotView& view;
  const HistoryAnswer::Said& said;
};
constexpr Field<SaidRow> kSaidFields[] = {
    {"source", FieldType::text, Presence::always,
     "Where it stands: base_models, tag, card, peft, alias or curated.",
     [](const SaidRow& r) { return Value{to_string(r.said.claim.source)}; }},
    {"text", FieldType::text, Presence::always, "The parent as it is written there.",
     [](const SaidRow& r) { return Value{r.view.texts[r.said.claim.text]}; }},
    {"relation", FieldType::text, Presence::always, "The relation that it states.",
     [](const SaidRow& r) { return Value{to_string(r.said.claim.relation)}; }},
    {"parent", FieldType::text, Presence::or_null,
     "The model that it is taken to mean; null where it makes no edge today.",
     [](const SaidRow& r) { return name_value(r.view, r.said.parent); }},
    {"current", FieldType::flag, Presence::always, "Whether the newest document makes it.",
     [](const SaidRow& r) { return Value{r.said.current}; }},
    {"first_seen", FieldType::time, Presence::or_null,
     "Observation time of the first snapshot with it.",
     [](const SaidRow& r) { return seen_value(r.view, r.said.claim.first_seen); }},
    {"last_seen", FieldType::time, Presence::or_null,
     "Observation time of the last snapshot with it.",
     [](const SaidRow& r) { return seen_value(r.view, r.said.claim.last_seen); }},
};

using HistoryRow = AnswerRow<HistoryAnswer>;
constexpr auto node_of_history = [](const HistoryRow& r) { return r.answer.model; };
constexpr Field<HistoryRow> kHistoryFields[] = {
    asked_model<HistoryRow>(),
    snapshot_number<HistoryRow>(),
    of_node<HistoryRow, "state", node_of_history>(),
    of_node<HistoryRow, "first_seen", node_of_history>(),
    of_node<HistoryRow, "last_seen", node_of_history>(),
    {"names", FieldType::objects, Presence::always, "Its names, today's last.",
     [] { return infos_of<NameRow>(kNameFields); },
     [](ValueSink& sink, const HistoryRow& r) {
       tell_objects<NameRow>(sink, kNameFields, r.answer.names,
                             [&](const HistoryAnswer::Name& name) {
                               return NameRow{r.view, name};
                             });
     }},
    {"borne_before_by", FieldType::objects, Presence::always,
     "Other models that bore its name before; claims made then stay with them.",
     [] { return infos_of<BearerRow>(kBearerFields); },
     [](ValueSink& sink, const HistoryRow& r) {
       tell_objects<BearerRow>(sink, kBearerFields, r.answer.borne_before_by,
                               [&](const HistoryAnswer::Bearer& bearer) {
                                 return BearerRow{r.view, bearer};
                               });
     }},
    {"claims", FieldType::objects, Presence::always, "What it ever said of its parents.",
     [] { return infos_of<SaidRow>(kSaidFields); },
     [](ValueSink& sink, const HistoryRow& r) {
       tell_objects<SaidRow>(sink, kSaidFields, r.answer.claims,
                             [&](const HistoryAnswer::Said& said) {
                               return SaidRow{r.view, said};
                             });
     }},
    marks<HistoryRow>(),
};

}  // namespace

FieldList<AnswerRow<PathAnswer>> path_fields() { return kPathFields; }
FieldList<AnswerRow<CommonAnswer>> common_fields() { return kCommonFields; }
FieldList<AnswerRow<DominatorsAnswer>> dominators_fields() { return kDominatorsFields; }
FieldList<AnswerRow<LicensesAnswer>> licenses_fields() { return kLicensesFields; }
FieldList<AnswerRow<HistoryAnswer>> history_fields() { return kHistoryFields; }
FieldList<LicenseTerms> license_terms_fields() { return kLicenseTermsFields; }

}  // namespace stemma
