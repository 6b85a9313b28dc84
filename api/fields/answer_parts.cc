#include "api/fields/answer_parts.h"

#include "graph/infer.h"
#include "schema/relation.h"

namespace stemma {
namespace {

constexpr Field<Inferred> kInferredFields[] = {
    {"min_confidence", FieldType::number, Presence::always,
     "The least confidence of a rule whose edges are counted.",
     [](const Inferred& r) { return Value{r.min_confidence}; }},
    {"edges", FieldType::integer, Presence::always, "How many such edges there are.",
     [](const Inferred& r) { return number_value(r.edges); }},
    {"precision", FieldType::number, Presence::always, "The share of them that was right.",
     [](const Inferred& r) {
       return Value{RoundedValue{inference_quality(r.min_confidence).precision()}};
     }},
    {"recall", FieldType::number, Presence::always,
     "The share of declared parents that they found where those were hidden.",
     [](const Inferred& r) {
       return Value{RoundedValue{inference_quality(r.min_confidence).recall()}};
     }},
    {"note", FieldType::text, Presence::always, "Where these figures are from.",
     [](const Inferred&) { return Value{inference_origin()}; }},
};

struct MarksRow {
  const SnapshotView& view;
};

constexpr Field<MarksRow> kMarks[] = {
    {"partial", FieldType::flag, Presence::optional,
     "true where only a part of the hub was crawled.",
     [](const MarksRow& r) {
       return r.view.total().partial != 0 ? Value{true} : Value{LeftOut{}};
     }},
    {"scope", FieldType::text, Presence::optional, "Which part.",
     [](const MarksRow& r) {
       return r.view.total().partial != 0 ? Value{r.view.scope_text()} : Value{LeftOut{}};
     }},
    {"generated", FieldType::flag, Presence::optional,
     "true for made-up data: none of it is on the hub.",
     [](const MarksRow& r) {
       return r.view.total().generated != 0 ? Value{true} : Value{LeftOut{}};
     }},
    {"curated", FieldType::flag, Presence::optional, "false where curated parents are left out.",
     [](const MarksRow& r) { return r.view.without_curated ? Value{false} : Value{LeftOut{}}; }},
    {"inferred", FieldType::object, Presence::optional,
     "What inferred edges are worth, where they are counted.",
     [] { return infos_of<Inferred>(kInferredFields); },
     [](ValueSink& sink, const MarksRow& r) {
       tell_object<Inferred>(sink, kInferredFields, *r.view.added);
     },
     [](const MarksRow& r) { return r.view.added.has_value(); }},
};

constexpr Field<EndRow> kEndFields[] = {
    {"end", FieldType::flag, Presence::always, "true: this is the last line.",
     [](const EndRow&) { return Value{true}; }},
    {"rows", FieldType::integer, Presence::always, "How many lines came before.",
     [](const EndRow& r) { return number_value(r.rows); }},
    marks<EndRow>(),
};

}  // namespace

void tell_marks(ValueSink& sink, const SnapshotView& snapshot) {
  tell_fields<MarksRow>(sink, kMarks, {snapshot});
}

FieldInfos mark_infos() { return infos_of<MarksRow>(kMarks); }

void tell_marks_but_partial(ValueSink& sink, const SnapshotView& snapshot) {
  tell_fields<MarksRow>(sink, FieldList<MarksRow>{kMarks}.subspan(1), {snapshot});
}

FieldInfos marks_but_partial_infos() {
  return infos_of<MarksRow>(FieldList<MarksRow>{kMarks}.subspan(1));
}

void tell_relations(ValueSink& sink, std::span<const std::uint64_t> by_relation) {
  sink.begin_object();
  for (const Relation relation : kRelations) {
    sink.key(to_string(relation));
    sink.integer(by_relation[static_cast<std::size_t>(relation)]);
  }
  sink.end_object();
}

void tell_counts(ValueSink& sink, const std::map<std::string, std::uint64_t>& counts) {
  sink.begin_object();
  for (const auto& [name, count] : counts) {
    sink.key(name);
    sink.integer(count);
  }
  sink.end_object();
}

TextList texts_of(const std::vector<std::string>& texts) { return {texts.begin(), texts.end()}; }

FieldList<EndRow> end_fields() { return kEndFields; }

}  // namespace stemma
