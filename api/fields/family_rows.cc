#include "api/fields/family_rows.h"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>

#include "api/fields/answer_parts.h"
#include "graph/burst.h"

namespace stemma {
namespace {

/// Sums of official models and of derivatives, apart.
struct PairRow {
  const CountSum& official;
  const CountSum& derivatives;
};

constexpr Field<PairRow> kSumFields[] = {
    {"official", FieldType::integer, Presence::or_null, "Of live official models.",
     [](const PairRow& r) { return count_value(r.official.value()); }},
    {"derivatives", FieldType::integer, Presence::or_null, "Of live derivatives.",
     [](const PairRow& r) { return count_value(r.derivatives.value()); }},
};
constexpr Field<PairRow> kUnknownFields[] = {
    {"official", FieldType::integer, Presence::always, "Of live official models.",
     [](const PairRow& r) { return number_value(r.official.unknown); }},
    {"derivatives", FieldType::integer, Presence::always, "Of live derivatives.",
     [](const PairRow& r) { return number_value(r.derivatives.unknown); }},
};
FieldInfos sum_infos() { return infos_of<PairRow>(kSumFields); }
FieldInfos unknown_infos() { return infos_of<PairRow>(kUnknownFields); }

PairRow downloads_of(const FamilyItemRow& r) {
  return {r.family.summary->downloads_official, r.family.summary->downloads_derivatives};
}

constexpr Field<FamilyItemRow> kItemFields[] = {
    {"name", FieldType::text, Presence::always, "The family's or series' name.",
     [](const FamilyItemRow& r) { return Value{std::string_view{r.family.family->name}}; }},
    {"label", FieldType::text, Presence::always, "Its name as people write it.",
     [](const FamilyItemRow& r) { return Value{std::string_view{r.family.family->label}}; }},
    {"official", FieldType::integer, Presence::always,
     "Live models of the family's owners that match its pattern.",
     [](const FamilyItemRow& r) { return number_value(r.family.summary->official); }},
    {"derivatives", FieldType::integer, Presence::always,
     "All other live models that descend from one of its roots.",
     [](const FamilyItemRow& r) { return number_value(r.family.summary->derivatives); }},
    {"models", FieldType::number, Presence::always,
     "Official and derivatives; under policy fractional the family's share of all live models.",
     [](const FamilyItemRow& r) {
       const FamilySummary& sum = *r.family.summary;
       return r.policy == Policy::any ? number_value(sum.official + sum.derivatives)
                                      : Value{r.family.models};
     }},
    {"curated_only", FieldType::integer, Presence::always,
     "Derivatives that are none without curated parents.",
     [](const FamilyItemRow& r) { return number_value(r.family.curated_only); }},
    {"downloads", FieldType::object, Presence::always, "Downloads in the last 30 days.", &sum_infos,
     [](ValueSink& sink, const FamilyItemRow& r) {
       tell_object<PairRow>(sink, kSumFields, downloads_of(r));
     }},
    {"downloads_unknown", FieldType::object, Presence::always,
     "How many models have no count of downloads.", &unknown_infos,
     [](ValueSink& sink, const FamilyItemRow& r) {
       tell_object<PairRow>(sink, kUnknownFields, downloads_of(r));
     }},
};

Value policy_value(Policy policy) { return Value{to_string(policy)}; }

constexpr Field<FamiliesRow> kFamiliesFields[] = {
    snapshot_number<FamiliesRow>(),
    {"policy", FieldType::text, Presence::always,
     "any: a model counts in every family that it descends from; fractional: it is one unit, split "
     "over its parents.",
     [](const FamiliesRow& r) { return policy_value(r.answer.policy); }},
    {"items", FieldType::objects, Presence::always, "The top-level families.",
     [] { return infos_of<FamilyItemRow>(kItemFields); },
     [](ValueSink& sink, const FamiliesRow& r) {
       tell_objects<FamilyItemRow>(sink, kItemFields, r.answer.items, [&](const FamilyRow& row) {
         return FamilyItemRow{r.view, row, r.answer.policy};
       });
     }},
    {"other", FieldType::number, Presence::always, "Live models in none of them, or their share.",
     [](const FamiliesRow& r) {
       return r.answer.policy == Policy::any
                  ? number_value(static_cast<std::uint64_t>(r.answer.other))
                  : Value{r.answer.other};
     }},
    {"total", FieldType::integer, Presence::always, "All live models.",
     [](const FamiliesRow& r) { return number_value(r.answer.total); }},
    marks<FamiliesRow>(),
};

Value models_value(std::uint64_t models) { return number_value(models); }
Value models_value(double models) { return Value{models}; }

void tell_models(ValueSink& sink, std::uint64_t models) { sink.integer(models); }
void tell_models(ValueSink& sink, double models) { sink.value(Value{models}); }

/// Calls `visit` with the summary that the answer's policy asks for.
template <class Visit>
auto with_summary(const FamilyAnswerRow& r, Visit&& visit) {
  return r.answer.fractional != nullptr ? visit(*r.answer.fractional)
                                        : visit(*r.answer.family.summary);
}

template <auto whole, auto fractional>
Value models_of(const FamilyAnswerRow& r) {
  return r.answer.fractional != nullptr ? models_value(r.answer.fractional->*fractional)
                                        : models_value(r.answer.family.summary->*whole);
}

/// The `top` largest names of a breakdown, the largest first, ties by name. Few of many are sorted,
/// and the map, whose nodes lie apart, is walked once.
template <class Count>
std::vector<std::pair<std::string_view, Count>> largest(const std::map<std::string, Count>& counts,
                                                        std::size_t top) {
  std::vector<std::pair<std::string_view, Count>> rows(counts.begin(), counts.end());
  if (rows.size() > top) {
    std::vector<Count> sizes;
    sizes.reserve(rows.size());
    for (const auto& [name, count] : rows) sizes.push_back(count);
    const auto nth = sizes.begin() + static_cast<std::ptrdiff_t>(top) - 1;
    std::nth_element(sizes.begin(), nth, sizes.end(), std::greater<>{});
    const auto smaller = [least = *nth](const auto& row) { return row.second < least; };
    rows.erase(std::remove_if(rows.begin(), rows.end(), smaller), rows.end());
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  if (rows.size() > top) rows.resize(top);
  return rows;
}

template <class Count>
void tell_breakdown(ValueSink& sink, const std::map<std::string, Count>& counts, std::size_t top) {
  sink.begin_object();
  for (const auto& [name, count] : largest(counts, top)) {
    sink.key(name);
    tell_models(sink, count);
  }
  sink.end_object();
}

template <auto whole, auto fractional>
void tell_breakdown_of(ValueSink& sink, const FamilyAnswerRow& r) {
  if (r.answer.fractional != nullptr) {
    tell_breakdown(sink, r.answer.fractional->*fractional, r.top);
  } else {
    tell_breakdown(sink, r.answer.family.summary->*whole, r.top);
  }
}

/// What a breakdown leaves out.
struct RestRow {
  std::uint64_t names;
  Value derivatives;
};
constexpr Field<RestRow> kRestFields[] = {
    {"names", FieldType::integer, Presence::always, "How many names are left out.",
     [](const RestRow& r) { return number_value(r.names); }},
    {"derivatives", FieldType::number, Presence::always, "The derivatives under them.",
     [](const RestRow& r) { return r.derivatives; }},
};
FieldInfos rest_infos() { return infos_of<RestRow>(kRestFields); }

/// From the largest down: a sum of shares depends on the order.
RestRow rest_of(const std::map<std::string, double>& counts, std::size_t top) {
  const auto rows = largest(counts, counts.size());
  double rest = 0;
  for (std::size_t i = top; i < rows.size(); ++i) rest += rows[i].second;
  return {rows.size() - std::min(top, rows.size()), models_value(rest)};
}

RestRow rest_of(const std::map<std::string, std::uint64_t>& counts, std::size_t top) {
  if (counts.size() <= top) return {0, models_value(std::uint64_t{0})};
  std::vector<std::uint64_t> sizes;
  sizes.reserve(counts.size());
  for (const auto& [name, count] : counts) sizes.push_back(count);
  const auto behind = sizes.begin() + static_cast<std::ptrdiff_t>(top);
  std::nth_element(sizes.begin(), behind, sizes.end(), std::greater<>{});
  return {sizes.size() - top, models_value(std::accumulate(behind, sizes.end(), std::uint64_t{0}))};
}

template <auto whole, auto fractional>
constexpr Field<FamilyAnswerRow> rest(std::string_view breakdown) {
  return {breakdown,
          FieldType::object,
          Presence::optional,
          "What this breakdown leaves out.",
          &rest_infos,
          [](ValueSink& sink, const FamilyAnswerRow& r) {
            tell_object<RestRow>(sink, kRestFields,
                                 r.answer.fractional != nullptr
                                     ? rest_of(r.answer.fractional->*fractional, r.top)
                                     : rest_of(r.answer.family.summary->*whole, r.top));
          },
          [](const FamilyAnswerRow& r) {
            return r.answer.fractional != nullptr
                       ? (r.answer.fractional->*fractional).size() > r.top
                       : (r.answer.family.summary->*whole).size() > r.top;
          }};
}
constexpr Field<FamilyAnswerRow> kOthersFields[] = {
    rest<&FamilySummary::by_relation, &FractionalSummary::by_relation>("by_relation"),
    rest<&FamilySummary::by_depth, &FractionalSummary::by_depth>("by_depth"),
    rest<&FamilySummary::by_license, &FractionalSummary::by_license>("by_license"),
    rest<&FamilySummary::by_author, &FractionalSummary::by_author>("by_author"),
    rest<&FamilySummary::by_pipeline_tag, &FractionalSummary::by_pipeline_tag>("by_pipeline_tag"),
};

PairRow family_downloads(const FamilyAnswerRow& r) {
  return with_summary(r, [](const auto& s) {
    return PairRow{s.downloads_official, s.downloads_derivatives};
  });
}
PairRow family_all_time(const FamilyAnswerRow& r) {
  return with_summary(r, [](const auto& s) {
    return PairRow{s.downloads_all_time_official, s.downloads_all_time_derivatives};
  });
}

constexpr Field<FamilyAnswerRow> kAnswerFields[] = {
    {"name", FieldType::text, Presence::always, "The family's or series' name.",
     [](const FamilyAnswerRow& r) {
       return Value{std::string_view{r.answer.family.family->name}};
     }},
    {"label", FieldType::text, Presence::always, "Its name as people write it.",
     [](const FamilyAnswerRow& r) {
       return Value{std::string_view{r.answer.family.family->label}};
     }},
    snapshot_number<FamilyAnswerRow>(),
    {"policy", FieldType::text, Presence::always,
     "any: a model counts in every family that it descends from; fractional: it is one unit, split "
     "over its parents.",
     [](const FamilyAnswerRow& r) {
       return policy_value(r.answer.fractional != nullptr ? Policy::fractional : Policy::any);
     }},
    {"models", FieldType::number, Presence::optional,
     "Under policy fractional: the family's share of all live models.",
     [](const FamilyAnswerRow& r) {
       return r.answer.fractional != nullptr ? Value{r.answer.fractional->models}
                                             : Value{LeftOut{}};
     }},
    {"official", FieldType::number, Presence::always,
     "Live models of the family's owners that match its pattern.",
     &models_of<&FamilySummary::official, &FractionalSummary::official>},
    {"derivatives", FieldType::number, Presence::always,
     "All other live models that descend from one of its roots.",
     &models_of<&FamilySummary::derivatives, &FractionalSummary::derivatives>},
    {"derivatives_direct", FieldType::number, Presence::always,
     "Of the derivatives, those one edge away from a root.",
     &models_of<&FamilySummary::derivatives_direct, &FractionalSummary::derivatives_direct>},
    {"derivatives_burst_adjusted", FieldType::number, Presence::always,
     "The derivatives without those that burst_rule sets aside.",
     &models_of<&FamilySummary::derivatives_burst_adjusted,
                &FractionalSummary::derivatives_burst_adjusted>},
    {"curated_only", FieldType::integer, Presence::always,
     "Derivatives that are none without curated parents.",
     [](const FamilyAnswerRow& r) { return number_value(r.answer.family.curated_only); }},
    {"burst_rule", FieldType::text, Presence::always, "What burst-adjusted means.",
     [](const FamilyAnswerRow&) { return Value{std::string_view{kBurstRule}}; }},
    {"downloads", FieldType::object, Presence::always, "Downloads in the last 30 days.", &sum_infos,
     [](ValueSink& sink, const FamilyAnswerRow& r) {
       tell_object<PairRow>(sink, kSumFields, family_downloads(r));
     }},
    {"downloads_unknown", FieldType::object, Presence::always,
     "How many models have no count of these.", &unknown_infos,
     [](ValueSink& sink, const FamilyAnswerRow& r) {
       tell_object<PairRow>(sink, kUnknownFields, family_downloads(r));
     }},
    {"downloads_all_time", FieldType::object, Presence::always, "Downloads since the beginning.",
     &sum_infos,
     [](ValueSink& sink, const FamilyAnswerRow& r) {
       tell_object<PairRow>(sink, kSumFields, family_all_time(r));
     }},
    {"downloads_all_time_unknown", FieldType::object, Presence::always,
     "How many models have no count of these.", &unknown_infos,
     [](ValueSink& sink, const FamilyAnswerRow& r) {
       tell_object<PairRow>(sink, kUnknownFields, family_all_time(r));
     }},
    {"by_relation", FieldType::counts, Presence::always, "Derivatives by relation.", nullptr,
     &tell_breakdown_of<&FamilySummary::by_relation, &FractionalSummary::by_relation>},
    {"by_depth", FieldType::counts, Presence::always, "Derivatives by edges from a root.", nullptr,
     &tell_breakdown_of<&FamilySummary::by_depth, &FractionalSummary::by_depth>},
    {"by_license", FieldType::counts, Presence::always, "Derivatives by licence.", nullptr,
     &tell_breakdown_of<&FamilySummary::by_license, &FractionalSummary::by_license>},
    {"by_author", FieldType::counts, Presence::always, "Derivatives by author.", nullptr,
     &tell_breakdown_of<&FamilySummary::by_author, &FractionalSummary::by_author>},
    {"by_pipeline_tag", FieldType::counts, Presence::always, "Derivatives by task.", nullptr,
     &tell_breakdown_of<&FamilySummary::by_pipeline_tag, &FractionalSummary::by_pipeline_tag>},
    {"others", FieldType::object, Presence::always, "What each breakdown leaves out.",
     [] { return infos_of<FamilyAnswerRow>(kOthersFields); },
     [](ValueSink& sink, const FamilyAnswerRow& r) {
       tell_object<FamilyAnswerRow>(sink, kOthersFields, r);
     }},
    {"series", FieldType::objects, Presence::always, "Its series.",
     [] { return infos_of<FamilyItemRow>(kItemFields); },
     [](ValueSink& sink, const FamilyAnswerRow& r) {
       tell_objects<FamilyItemRow>(sink, kItemFields, r.answer.series, [&](const FamilyRow& row) {
         return FamilyItemRow{r.view, row, Policy::any};
       });
     }},
    marks<FamilyAnswerRow>(),
};

}  // namespace

FieldList<FamilyItemRow> family_item_fields() { return kItemFields; }
FieldList<FamiliesRow> families_fields() { return kFamiliesFields; }
FieldList<FamilyAnswerRow> family_answer_fields() { return kAnswerFields; }

}  // namespace stemma
