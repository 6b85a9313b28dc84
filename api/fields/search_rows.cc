#include "api/fields/search_rows.h"

#include "api/fields/answer_parts.h"

namespace stemma {
namespace {

constexpr Field<SearchItemRow> kItemFields[] = {
    {"id", FieldType::text, Presence::optional, "Name of a model.",
     [](const SearchItemRow& r) {
       return r.item.model ? Value{r.view.name(*r.item.model)} : Value{LeftOut{}};
     }},
    {"name", FieldType::text, Presence::optional, "Name of a family or series.",
     [](const SearchItemRow& r) {
       return r.item.model ? Value{LeftOut{}} : Value{std::string_view{r.item.family->name}};
     }},
    {"kind", FieldType::text, Presence::always, "model or family.",
     [](const SearchItemRow& r) {
       return Value{std::string_view{r.item.model ? "model" : "family"}};
     }},
    {"downloads", FieldType::integer, Presence::or_null,
     "Downloads in the last 30 days; of a family, those of official models and derivatives.",
     [](const SearchItemRow& r) { return count_value(r.item.downloads); }},
    {"descendants", FieldType::integer, Presence::always,
     "Live models that descend from it; of a family, its derivatives.",
     [](const SearchItemRow& r) { return number_value(r.item.descendants); }},
    {"curated_only", FieldType::integer, Presence::always,
     "Of these, those that are there through curated parents alone.",
     [](const SearchItemRow& r) { return number_value(r.item.curated_only); }},
};

constexpr Field<SearchRow> kFields[] = {
    snapshot_number<SearchRow>(),
    {"items", FieldType::objects, Presence::always, "What was found, the best match first.",
     [] { return infos_of<SearchItemRow>(kItemFields); },
     [](ValueSink& sink, const SearchRow& r) {
       tell_objects<SearchItemRow>(sink, kItemFields, r.items, [&](const SearchItem& item) {
         return SearchItemRow{r.view, item};
       });
     }},
    marks<SearchRow>(),
};

}  // namespace

FieldList<SearchItemRow> search_item_fields() { return kItemFields; }
FieldList<SearchRow> search_fields() { return kFields; }

}  // namespace stemma
