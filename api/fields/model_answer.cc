#include "api/fields/model_answer.h"

#include "api/fields/answer_parts.h"
#include "api/fields/model_rows.h"

namespace stemma {
namespace {

constexpr Field<ModelAnswerRow> kCounts[] = {
    {"children", FieldType::integer, Presence::always, "Live models made directly from it.",
     [](const ModelAnswerRow& r) { return number_value(r.answer.children); }},
    {"descendants", FieldType::integer, Presence::always,
     "Live models that descend from it, directly or not.",
     [](const ModelAnswerRow& r) { return number_value(r.answer.descendants); }},
    {"curated_only", FieldType::integer, Presence::always,
     "Of the descendants, those that are there through curated parents alone.",
     [](const ModelAnswerRow& r) { return number_value(r.answer.curated_only); }},
    {"by_relation", FieldType::counts, Presence::always, "The children by their relation to it.",
     nullptr,
     [](ValueSink& sink, const ModelAnswerRow& r) { tell_relations(sink, r.answer.by_relation); }},
};

constexpr Field<ModelAnswerRow> kNamesake[] = {
    {"id", FieldType::text, Presence::always, "The ghost's name.",
     [](const ModelAnswerRow& r) { return Value{r.view.name(r.answer.namesake->ghost)}; }},
    {"descendants", FieldType::integer, Presence::always, "Live models that descend from it.",
     [](const ModelAnswerRow& r) { return number_value(r.answer.namesake->descendants); }},
};

template <FieldName name>
consteval Field<ModelAnswerRow> of_model() {
  return shared<kModelFields, name, ModelAnswerRow, [](const ModelAnswerRow& r) {
    return NodeRow{r.view, r.answer.node};
  }>();
}

constexpr Field<ModelAnswerRow> kFields[] = {
    of_model<"id">(),
    of_model<"hub_id">(),
    of_model<"author">(),
    of_model<"state">(),
    snapshot_number<ModelAnswerRow>(),
    of_model<"created_at">(),
    of_model<"last_modified">(),
    of_model<"first_seen">(),
    of_model<"last_seen">(),
    of_model<"downloads">(),
    of_model<"downloads_all_time">(),
    of_model<"likes">(),
    of_model<"license">(),
    of_model<"pipeline_tag">(),
    of_model<"library_name">(),
    of_model<"gated">(),
    of_model<"parameters">(),
    {"aliases", FieldType::texts, Presence::always, "Old names that lead to it.",
     [](const ModelAnswerRow& r) { return Value{texts_of(r.answer.aliases)}; }},
    {"families", FieldType::texts, Presence::always,
     "The families and series that it belongs to, official or derived.",
     [](const ModelAnswerRow& r) { return Value{texts_of(r.answer.families)}; }},
    {"counts", FieldType::object, Presence::always, "What descends from it, counted.",
     [] { return infos_of<ModelAnswerRow>(kCounts); },
     [](ValueSink& sink, const ModelAnswerRow& r) {
       tell_object<ModelAnswerRow>(sink, kCounts, r);
     }},
    {"ghost_namesake", FieldType::object, Presence::optional,
     "A ghost without an owner whose name only this much-used model bears.",
     [] { return infos_of<ModelAnswerRow>(kNamesake); },
     [](ValueSink& sink, const ModelAnswerRow& r) {
       tell_object<ModelAnswerRow>(sink, kNamesake, r);
     },
     [](const ModelAnswerRow& r) { return r.answer.namesake.has_value(); }},
    marks<ModelAnswerRow>(),
};

}  // namespace

FieldList<ModelAnswerRow> model_answer_fields() { return kFields; }

}  // namespace stemma
