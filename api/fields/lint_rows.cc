#include "api/fields/lint_rows.h"

#include "api/fields/answer_parts.h"

namespace stemma {
namespace {

constexpr Field<LintItemRow> kItemFields[] = {
    {"kind", FieldType::text, Presence::always, "What is wrong.",
     [](const LintItemRow& r) { return Value{to_string(r.item.kind)}; }},
    {"id", FieldType::text, Presence::or_null, "The model whose word it is about.",
     [](const LintItemRow& r) { return name_value(r.view, r.item.node); }},
    {"parent", FieldType::text, Presence::or_null,
     "The parent that is meant; null where none can be told.",
     [](const LintItemRow& r) { return name_value(r.view, r.item.parent); }},
    {"text", FieldType::text, Presence::always, "What is said, or what contradicts it.",
     [](const LintItemRow& r) { return Value{std::string{lint_text(r.view, r.item)}}; }},
    {"fix", FieldType::text, Presence::or_null, "The line of a card that would put it right.",
     [](const LintItemRow& r) { return owned_value(std::string{lint_fix(r.view, r.item)}); }},
};

constexpr Field<LintRow> kFields[] = {
    snapshot_number<LintRow>(),
    {"total", FieldType::integer, Presence::always, "Findings of the kinds that are asked for.",
     [](const LintRow& r) { return number_value(r.answer.total); }},
    {"by_kind", FieldType::counts, Presence::always, "All findings of the snapshot by kind.",
     nullptr,
     [](ValueSink& sink, const LintRow& r) {
       sink.begin_object();
       for (std::size_t i = 0; i < kLintKinds; ++i) {
         sink.key(to_string(static_cast<LintKind>(i)));
         sink.value(number_value(r.answer.by_kind[i]));
       }
       sink.end_object();
     }},
    {"items", FieldType::objects, Presence::always, "The findings of this page.",
     [] { return infos_of<LintItemRow>(kItemFields); },
     [](ValueSink& sink, const LintRow& r) {
       tell_objects<LintItemRow>(sink, kItemFields, r.answer.items, [&](const LintItem& item) {
         return LintItemRow{r.view, item};
       });
     }},
    {"next", FieldType::text, Presence::or_null, "URL of the next page; null on the last.",
     [](const LintRow& r) { return text_value(r.next); }},
    marks<LintRow>(),
};

}  // namespace

FieldList<LintItemRow> lint_item_fields() { return kItemFields; }
FieldList<LintRow> lint_fields() { return kFields; }

}  // namespace stemma
