#include "api/fields/inference_rows.h"

#include "api/fields/answer_parts.h"
#include "schema/relation.h"

namespace stemma {
namespace {

using Figures = InferenceMeasurement::Row;
constexpr Field<Figures> kFigures[] = {
    {"right", FieldType::integer, Presence::always,
     "The declared parent itself, or a nearer one that descends from it.",
     [](const Figures& r) { return number_value(r.right); }},
    {"exact", FieldType::integer, Presence::always, "Of these, the declared parent itself.",
     [](const Figures& r) { return number_value(r.exact); }},
    {"wrong", FieldType::integer, Presence::always, "Another model.",
     [](const Figures& r) { return number_value(r.wrong); }},
    {"unjudged", FieldType::integer, Presence::always,
     "The declared parent is gone and bears the very same name.",
     [](const Figures& r) { return number_value(r.unjudged); }},
};
FieldInfos figure_infos() { return infos_of<Figures>(kFigures); }

struct RuleRow {
  const InferenceRuleFacts& rule;
  std::uint64_t edges;
};
constexpr Field<RuleRow> kRuleFields[] = {
    {"rule", FieldType::text, Presence::always, "Its name.",
     [](const RuleRow& r) { return Value{r.rule.name}; }},
    {"sentence", FieldType::text, Presence::always, "What it concludes from.",
     [](const RuleRow& r) { return Value{r.rule.sentence}; }},
    {"relation", FieldType::text, Presence::always, "The relation of its edges.",
     [](const RuleRow& r) { return Value{to_string(r.rule.relation)}; }},
    {"confidence", FieldType::number, Presence::always,
     "The share that was right, on the owners that it was tuned on.",
     [](const RuleRow& r) { return Value{r.rule.confidence}; }},
    {"", FieldType::splice, Presence::always, "", &figure_infos,
     [](ValueSink& sink, const RuleRow& r) {
       tell_fields<Figures>(sink, kFigures,
                            {r.rule.right, r.rule.exact, r.rule.wrong, r.rule.unjudged});
     }},
    {"edges", FieldType::integer, Presence::always, "Live models that it tells a parent of here.",
     [](const RuleRow& r) { return number_value(r.edges); }},
};

constexpr Field<InferenceQuality> kTakenFields[] = {
    {"min_confidence", FieldType::number, Presence::always, "The least confidence that is taken.",
     [](const InferenceQuality& r) { return Value{r.min_confidence}; }},
    {"precision", FieldType::number, Presence::always, "The share of them that was right.",
     [](const InferenceQuality& r) { return Value{RoundedValue{r.precision()}}; }},
    {"recall", FieldType::number, Presence::always,
     "The share of declared parents that were found.",
     [](const InferenceQuality& r) { return Value{RoundedValue{r.recall()}}; }},
    {"declaring", FieldType::integer, Presence::always,
     "Models whose declared parents were hidden.",
     [](const InferenceQuality& r) { return number_value(r.declaring); }},
};

constexpr Field<InferenceMeasurement> kDeclaring[] = {
    {"declaring", FieldType::integer, Presence::always,
     "Models whose declared parents were hidden.",
     [](const InferenceMeasurement& r) { return number_value(r.declaring); }},
};
/// A measurement has an object of figures for each rule beside it.
FieldInfos measurement_infos() {
  FieldInfos infos = infos_of<InferenceMeasurement>(kDeclaring);
  for (const InferenceRuleFacts& rule : inference_rules())
    infos.push_back({rule.name, FieldType::object, Presence::always, rule.sentence, &figure_infos});
  return infos;
}
void tell_measurement(ValueSink& sink, const InferenceMeasurement& half) {
  sink.begin_object();
  tell_fields<InferenceMeasurement>(sink, kDeclaring, half);
  for (const InferenceRuleFacts& rule : inference_rules()) {
    sink.key(rule.name);
    tell_object<Figures>(sink, kFigures, half.rules[static_cast<std::size_t>(rule.rule)]);
  }
  sink.end_object();
}

constexpr Field<InferenceRow> kFields[] = {
    snapshot_number<InferenceRow>(),
    {"note", FieldType::text, Presence::always, "Where the figures are from.",
     [](const InferenceRow&) { return Value{inference_origin()}; }},
    {"rules", FieldType::objects, Presence::always, "The rules, with what they were found worth.",
     [] { return infos_of<RuleRow>(kRuleFields); },
     [](ValueSink& sink, const InferenceRow& r) {
       tell_objects<RuleRow>(
           sink, kRuleFields, inference_rules(), [&](const InferenceRuleFacts& rule) {
             return RuleRow{rule, r.answer.edges[static_cast<std::size_t>(rule.rule)]};
           });
     }},
    {"include_inferred", FieldType::object, Presence::always,
     "What asking for inferred edges takes, and what that is worth.",
     [] { return infos_of<InferenceQuality>(kTakenFields); },
     [](ValueSink& sink, const InferenceRow&) {
       InferenceQuality quality = inference_quality(kSureEnough);
       quality.min_confidence = kSureEnough;
       tell_object<InferenceQuality>(sink, kTakenFields, quality);
     }},
    {"measured_here", FieldType::objects, Presence::always,
     "The same figures measured on this snapshot, of two halves of the owners, where asked for.",
     &measurement_infos,
     [](ValueSink& sink, const InferenceRow& r) {
       sink.begin_list();
       for (const InferenceMeasurement& half : r.answer.measured) tell_measurement(sink, half);
       sink.end_list();
     }},
    marks<InferenceRow>(),
};

}  // namespace

FieldList<InferenceRow> inference_fields() { return kFields; }

}  // namespace stemma
