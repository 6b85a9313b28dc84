#include "api/fields/adoption_rows.h"

#include <cmath>

#include "api/fields/answer_parts.h"
#include "graph/burst.h"

namespace stemma {
namespace {

Value ratio_value(double ratio) { return std::isnan(ratio) ? Value{} : Value{RoundedValue{ratio}}; }
Value ratio_value(const CurveValue& ratio) { return ratio ? Value{RoundedValue{*ratio}} : Value{}; }

TextList flag_list(const std::vector<std::string_view>& flags) { return flags; }

void tell_values(ValueSink& sink, std::span<const CurveValue> values, bool shared) {
  sink.begin_list();
  for (const CurveValue& value : values) sink.value(curve_value(value, shared));
  sink.end_list();
}

void tell_times(ValueSink& sink, const std::vector<UnixSeconds>& times) {
  sink.begin_list();
  for (const UnixSeconds time : times) sink.value(time_value(time));
  sink.end_list();
}

/// Numbers of models are whole, but for shares.
Value models_value(const AdoptionSums& sums, bool shared) {
  return shared ? Value{static_cast<double>(sums.share) / 1e6} : Value{sums.models};
}
Value fresh_value(const std::optional<std::int64_t>& fresh, bool shared) {
  if (!fresh) return Value{};
  return shared ? Value{static_cast<double>(*fresh) / 1e6} : Value{*fresh};
}

template <CountKind kind>
Value sum_value(const AdoptionSums& sums) {
  return count_value(sums.value(kind));
}
template <CountKind kind>
Value unknown_value(const AdoptionSums& sums) {
  return Value{sums.unknown(kind)};
}

/// The counts of some models together.
struct SumsRow {
  const AdoptionSums& sums;
  std::optional<std::int64_t> fresh;
  bool shared;
};

constexpr std::string_view kModelsMeaning =
    "Live models that are counted, each once; their shares under policy fractional.";
constexpr std::string_view kDownloadsMeaning = "Downloads in 30 days, as the hub counts them.";
constexpr std::string_view kAllTimeMeaning = "Downloads since the beginning.";
constexpr std::string_view kWeekMeaning =
    "Downloads in seven days, derived from all-time counts; null where that cannot be.";
constexpr std::string_view kLikesMeaning = "Likes.";
constexpr std::string_view kUnknownMeaning = "Of the models, those without a count of 30 days.";
constexpr std::string_view kUnknownAllTimeMeaning =
    "Of the models, those without an all-time count.";
constexpr std::string_view kUnknownWeekMeaning =
    "Of the models, those whose downloads in seven days are unknown.";
constexpr std::string_view kFreshMeaning =
    "Of the models, those first seen in the snapshots of this step; null for the first snapshot.";

constexpr Field<SumsRow> kSumsFields[] = {
    {"models", FieldType::number, Presence::always, kModelsMeaning,
     [](const SumsRow& r) { return models_value(r.sums, r.shared); }},
    {"new", FieldType::number, Presence::or_null, kFreshMeaning,
     [](const SumsRow& r) { return fresh_value(r.fresh, r.shared); }},
    {"downloads", FieldType::integer, Presence::or_null, kDownloadsMeaning,
     [](const SumsRow& r) { return sum_value<CountKind::downloads>(r.sums); }},
    {"downloads_all_time", FieldType::integer, Presence::or_null, kAllTimeMeaning,
     [](const SumsRow& r) { return sum_value<CountKind::downloads_all_time>(r.sums); }},
    {"downloads_7d", FieldType::integer, Presence::or_null, kWeekMeaning,
     [](const SumsRow& r) { return sum_value<CountKind::downloads_7d>(r.sums); }},
    {"likes", FieldType::integer, Presence::or_null, kLikesMeaning,
     [](const SumsRow& r) { return sum_value<CountKind::likes>(r.sums); }},
    {"downloads_unknown", FieldType::integer, Presence::always, kUnknownMeaning,
     [](const SumsRow& r) { return unknown_value<CountKind::downloads>(r.sums); }},
    {"downloads_all_time_unknown", FieldType::integer, Presence::always, kUnknownAllTimeMeaning,
     [](const SumsRow& r) { return unknown_value<CountKind::downloads_all_time>(r.sums); }},
    {"downloads_7d_unknown", FieldType::integer, Presence::always, kUnknownWeekMeaning,
     [](const SumsRow& r) { return unknown_value<CountKind::downloads_7d>(r.sums); }},
};
FieldInfos sums_infos() { return infos_of<SumsRow>(kSumsFields); }

constexpr std::string_view kObservedMeaning = "When the snapshot was observed.";
constexpr std::string_view kPointSnapshotMeaning = "Its number.";
constexpr std::string_view kFlagsMeaning =
    "What is wrong with the counts: stall, rollback or partial of the whole snapshot; gap; of one "
    "model also recount and stale.";

constexpr Field<AdoptionPointRow> kPointFields[] = {
    {"observed_at", FieldType::time, Presence::always, kObservedMeaning,
     [](const AdoptionPointRow& r) { return time_value(r.point.at.observed_at); }},
    {"snapshot", FieldType::integer, Presence::always, kPointSnapshotMeaning,
     [](const AdoptionPointRow& r) { return number_value(r.point.at.number); }},
    {"models", FieldType::integer, Presence::always, "Live models that are counted, each once.",
     [](const AdoptionPointRow& r) { return Value{r.point.sums.models}; }},
    {"downloads", FieldType::integer, Presence::or_null, kDownloadsMeaning,
     [](const AdoptionPointRow& r) { return sum_value<CountKind::downloads>(r.point.sums); }},
    {"downloads_all_time", FieldType::integer, Presence::or_null, kAllTimeMeaning,
     [](const AdoptionPointRow& r) {
       return sum_value<CountKind::downloads_all_time>(r.point.sums);
     }},
    {"downloads_7d", FieldType::integer, Presence::or_null, kWeekMeaning,
     [](const AdoptionPointRow& r) { return sum_value<CountKind::downloads_7d>(r.point.sums); }},
    {"likes", FieldType::integer, Presence::or_null, kLikesMeaning,
     [](const AdoptionPointRow& r) { return sum_value<CountKind::likes>(r.point.sums); }},
    {"downloads_unknown", FieldType::integer, Presence::always, kUnknownMeaning,
     [](const AdoptionPointRow& r) { return unknown_value<CountKind::downloads>(r.point.sums); }},
    {"downloads_all_time_unknown", FieldType::integer, Presence::always, kUnknownAllTimeMeaning,
     [](const AdoptionPointRow& r) {
       return unknown_value<CountKind::downloads_all_time>(r.point.sums);
     }},
    {"downloads_7d_unknown", FieldType::integer, Presence::always, kUnknownWeekMeaning,
     [](const AdoptionPointRow& r) {
       return unknown_value<CountKind::downloads_7d>(r.point.sums);
     }},
    {"growth", FieldType::number, Presence::optional_or_null,
     "Of one model: the last seven days against the mean of the three weeks before, minus 1.",
     [](const AdoptionPointRow& r) {
       return r.point.derived ? ratio_value(r.point.derived->growth) : Value{LeftOut{}};
     }},
    {"spike_share", FieldType::number, Presence::optional_or_null,
     "Of one model: the largest step's share of the last seven days.",
     [](const AdoptionPointRow& r) {
       return r.point.derived ? ratio_value(r.point.derived->spike_share) : Value{LeftOut{}};
     }},
    {"flags", FieldType::texts, Presence::always, kFlagsMeaning,
     [](const AdoptionPointRow& r) { return Value{flag_list(r.point.flags)}; }},
};
FieldInfos point_infos() { return infos_of<AdoptionPointRow>(kPointFields); }

constexpr std::string_view kCuratedMeaning =
    "Of the derivatives in this snapshot, those that are none without curated parents.";

constexpr Field<ModelAdoptionRow> kModelFields[] = {
    {"model", FieldType::text, Presence::always, "The model's name.",
     [](const ModelAdoptionRow& r) { return name_value(r.view, r.answer.node); }},
    {"state", FieldType::text, Presence::always, "live, gone or ghost.",
     [](const ModelAdoptionRow& r) { return Value{to_string(r.view.state[r.answer.node])}; }},
    snapshot_number<ModelAdoptionRow>(),
    marks<ModelAdoptionRow>(),
    {"scope", FieldType::text, Presence::always,
     "self, descendants (without itself) or subtree (with it).",
     [](const ModelAdoptionRow& r) { return Value{to_string(r.answer.scope)}; }},
    {"metric", FieldType::text, Presence::always, "What a chart of it shows first.",
     [](const ModelAdoptionRow& r) { return Value{to_string(r.answer.metric)}; }},
    {"interval", FieldType::text, Presence::always, "day, week or month.",
     [](const ModelAdoptionRow& r) { return Value{to_string(r.answer.interval)}; }},
    {"curated_only", FieldType::integer, Presence::always,
     "Of the descendants in this snapshot, those that are none without curated parents; 0 of a "
     "model alone.",
     [](const ModelAdoptionRow& r) { return number_value(r.answer.curated_only); }},
    {"points", FieldType::objects, Presence::always,
     "One for each interval: its last usable snapshot, else its last; of one model only where it "
     "was observed.",
     &point_infos,
     [](ValueSink& sink, const ModelAdoptionRow& r) {
       tell_objects<AdoptionPointRow>(
           sink, kPointFields, r.answer.points,
           [](const AdoptionPoint& point) { return AdoptionPointRow{point}; });
     }},
};

struct FamilyStepRow {
  const FamilyPoint& point;
  SharePolicy policy;

  [[nodiscard]] SumsRow sums(bool official) const {
    return {official ? point.official : point.derivatives,
            official ? point.new_official : point.new_derivatives,
            policy == SharePolicy::fractional};
  }
};

constexpr Field<FamilyStepRow> kStepFields[] = {
    {"observed_at", FieldType::time, Presence::always, kObservedMeaning,
     [](const FamilyStepRow& r) { return time_value(r.point.at.observed_at); }},
    {"snapshot", FieldType::integer, Presence::always, kPointSnapshotMeaning,
     [](const FamilyStepRow& r) { return number_value(r.point.at.number); }},
    {"official", FieldType::object, Presence::always, "The family's own live models.", &sums_infos,
     [](ValueSink& sink, const FamilyStepRow& r) {
       tell_object<SumsRow>(sink, kSumsFields, r.sums(true));
     }},
    {"derivatives", FieldType::object, Presence::always,
     "All other live models that descend from one of its roots.", &sums_infos,
     [](ValueSink& sink, const FamilyStepRow& r) {
       tell_object<SumsRow>(sink, kSumsFields, r.sums(false));
     }},
    {"flags", FieldType::texts, Presence::always, kFlagsMeaning,
     [](const FamilyStepRow& r) { return Value{flag_list(r.point.flags)}; }},
};
FieldInfos step_infos() { return infos_of<FamilyStepRow>(kStepFields); }

struct NamedCurveRow {
  const NamedCurve& curve;
  bool shared;
  std::uint64_t curated_only = 0;
  bool of_model = false;
};

constexpr Field<NamedCurveRow> kNamedCurveFields[] = {
    {"name", FieldType::text, Presence::always, "What the models have in common.",
     [](const NamedCurveRow& r) { return Value{std::string_view{r.curve.name}}; }},
    {"values", FieldType::numbers, Presence::always, "One for each date; null where unknown.",
     nullptr,
     [](ValueSink& sink, const NamedCurveRow& r) { tell_values(sink, r.curve.values, r.shared); }},
};
FieldInfos named_curve_infos() { return infos_of<NamedCurveRow>(kNamedCurveFields); }

bool has_curve(const FamilyAdoptionRow& r) { return r.curve != nullptr; }
bool has_breakdown(const FamilyAdoptionRow& r) { return r.breakdown != nullptr; }

bool is_adjusted(const FamilyAdoptionRow& r) {
  return r.curve != nullptr ? r.curve->burst_adjusted : r.breakdown->burst_adjusted;
}

std::string_view policy_text(SharePolicy policy) {
  return policy == SharePolicy::any ? "any" : "fractional";
}

constexpr Field<FamilyAdoptionRow> kFamilyFields[] = {
    {"family", FieldType::text, Presence::always, "The family's or series' name.",
     [](const FamilyAdoptionRow& r) { return Value{std::string_view{r.family.name}}; }},
    snapshot_number<FamilyAdoptionRow>(),
    marks<FamilyAdoptionRow>(),
    {"policy", FieldType::text, Presence::always, "any or fractional.",
     [](const FamilyAdoptionRow& r) { return Value{policy_text(r.policy)}; }},
    {"interval", FieldType::text, Presence::always, "day, week or month.",
     [](const FamilyAdoptionRow& r) { return Value{to_string(r.interval)}; }},
    {"curated_only", FieldType::integer, Presence::always, kCuratedMeaning,
     [](const FamilyAdoptionRow& r) {
       return number_value(r.curve != nullptr ? r.curve->curated_only : r.breakdown->curated_only);
     }},
    {"burst_adjusted", FieldType::flag, Presence::optional,
     "Derivatives that a burst sets aside are left out; where that was asked for.",
     [](const FamilyAdoptionRow& r) { return is_adjusted(r) ? Value{true} : Value{LeftOut{}}; }},
    {"burst_rule", FieldType::text, Presence::optional, "What a burst is.",
     [](const FamilyAdoptionRow& r) {
       return is_adjusted(r) ? Value{std::string_view{kBurstRule}} : Value{LeftOut{}};
     }},
    {"points", FieldType::objects, Presence::optional,
     "One for each interval: its last usable snapshot, else its last; without `by`.", &step_infos,
     [](ValueSink& sink, const FamilyAdoptionRow& r) {
       tell_objects<FamilyStepRow>(sink, kStepFields, r.curve->points,
                                   [&](const FamilyPoint& point) {
                                     return FamilyStepRow{point, r.policy};
                                   });
     },
     &has_curve},
    {"metric", FieldType::text, Presence::optional, "What is counted; with `by`.",
     [](const FamilyAdoptionRow& r) {
       return r.breakdown != nullptr ? Value{to_string(r.breakdown->metric)} : Value{LeftOut{}};
     }},
    {"by", FieldType::text, Presence::optional, "What derivatives are told apart by; with `by`.",
     [](const FamilyAdoptionRow& r) {
       return r.breakdown != nullptr ? Value{to_string(r.breakdown->by)} : Value{LeftOut{}};
     }},
    {"dates", FieldType::times, Presence::optional, "When each value was observed; with `by`.",
     nullptr,
     [](ValueSink& sink, const FamilyAdoptionRow& r) { tell_times(sink, r.breakdown->dates); },
     &has_breakdown},
    {"series", FieldType::objects, Presence::optional,
     "The largest at the last date, the largest first; with `by`.", &named_curve_infos,
     [](ValueSink& sink, const FamilyAdoptionRow& r) {
       const bool shared = are_shares(r.policy, r.breakdown->metric);
       tell_objects<NamedCurveRow>(sink, kNamedCurveFields, r.breakdown->series,
                                   [&](const NamedCurve& curve) {
                                     return NamedCurveRow{curve, shared};
                                   });
     },
     &has_breakdown},
    {"others", FieldType::numbers, Presence::optional,
     "All derivatives that are in none of these, one value for each date; with `by`.", nullptr,
     [](ValueSink& sink, const FamilyAdoptionRow& r) {
       tell_values(sink, r.breakdown->others, are_shares(r.policy, r.breakdown->metric));
     },
     &has_breakdown},
    {"flags", FieldType::text_lists, Presence::optional,
     "What is wrong with the counts at each date; with `by`.", nullptr,
     [](ValueSink& sink, const FamilyAdoptionRow& r) {
       sink.begin_list();
       for (const auto& flags : r.breakdown->flags) sink.value(Value{flag_list(flags)});
       sink.end_list();
     },
     &has_breakdown},
};

SumsRow sums_of(const FamilyPointRow& r) {
  return {r.official ? r.point.official : r.point.derivatives,
          r.official ? r.point.new_official : r.point.new_derivatives,
          r.policy == SharePolicy::fractional};
}

constexpr Field<FamilyPointRow> kFamilyPointColumns[] = {
    {"observed_at", FieldType::time, Presence::always, kObservedMeaning,
     [](const FamilyPointRow& r) { return time_value(r.point.at.observed_at); }},
    {"snapshot", FieldType::integer, Presence::always, kPointSnapshotMeaning,
     [](const FamilyPointRow& r) { return number_value(r.point.at.number); }},
    {"role", FieldType::text, Presence::always, "official or derivatives.",
     [](const FamilyPointRow& r) {
       return Value{std::string_view{r.official ? kOfficial : kDerivatives}};
     }},
    shared<kSumsFields, "models", FamilyPointRow, &sums_of>(),
    shared<kSumsFields, "new", FamilyPointRow, &sums_of>(),
    shared<kSumsFields, "downloads", FamilyPointRow, &sums_of>(),
    shared<kSumsFields, "downloads_all_time", FamilyPointRow, &sums_of>(),
    shared<kSumsFields, "downloads_7d", FamilyPointRow, &sums_of>(),
    shared<kSumsFields, "likes", FamilyPointRow, &sums_of>(),
    shared<kSumsFields, "downloads_unknown", FamilyPointRow, &sums_of>(),
    shared<kSumsFields, "downloads_all_time_unknown", FamilyPointRow, &sums_of>(),
    shared<kSumsFields, "downloads_7d_unknown", FamilyPointRow, &sums_of>(),
    {"flags", FieldType::texts, Presence::always, kFlagsMeaning,
     [](const FamilyPointRow& r) { return Value{flag_list(r.point.flags)}; }},
};

constexpr Field<NamedCurveRow> kComparedFields[] = {
    {"family", FieldType::text, Presence::optional,
     "The family's name, where families are compared.",
     [](const NamedCurveRow& r) {
       return r.of_model ? Value{LeftOut{}} : Value{std::string_view{r.curve.name}};
     }},
    {"model", FieldType::text, Presence::optional, "The model's name, where models are compared.",
     [](const NamedCurveRow& r) {
       return r.of_model ? Value{std::string_view{r.curve.name}} : Value{LeftOut{}};
     }},
    {"values", FieldType::numbers, Presence::always, "One for each date; null where unknown.",
     nullptr,
     [](ValueSink& sink, const NamedCurveRow& r) { tell_values(sink, r.curve.values, r.shared); }},
    {"curated_only", FieldType::integer, Presence::always, kCuratedMeaning,
     [](const NamedCurveRow& r) { return number_value(r.curated_only); }},
};
FieldInfos compared_infos() { return infos_of<NamedCurveRow>(kComparedFields); }

constexpr Field<ComparisonRow> kComparisonFields[] = {
    {"metric", FieldType::text, Presence::always,
     "What is counted: derivatives, or downloads; of families, those of official models and "
     "derivatives together.",
     [](const ComparisonRow& r) { return Value{to_string(r.answer.metric)}; }},
    {"scope", FieldType::text, Presence::optional,
     "Of models: self, descendants (without itself) or subtree (with it).",
     [](const ComparisonRow& r) {
       return r.answer.scope ? Value{to_string(*r.answer.scope)} : Value{LeftOut{}};
     }},
    snapshot_number<ComparisonRow>(),
    marks<ComparisonRow>(),
    {"policy", FieldType::text, Presence::always, "any or fractional.",
     [](const ComparisonRow& r) { return Value{policy_text(r.answer.policy)}; }},
    {"interval", FieldType::text, Presence::always, "day, week or month.",
     [](const ComparisonRow& r) { return Value{to_string(r.answer.interval)}; }},
    {"dates", FieldType::times, Presence::always, "When each value was observed.", nullptr,
     [](ValueSink& sink, const ComparisonRow& r) { tell_times(sink, r.answer.dates); }},
    {"series", FieldType::objects, Presence::always, "In the order in which they were asked for.",
     &compared_infos,
     [](ValueSink& sink, const ComparisonRow& r) {
       const bool shared = are_shares(r.answer.policy, r.answer.metric);
       std::size_t place = 0;
       tell_objects<NamedCurveRow>(
           sink, kComparedFields, r.answer.series, [&](const NamedCurve& curve) {
             return NamedCurveRow{curve, shared, r.answer.curated_only[place++],
                                  r.answer.scope.has_value()};
           });
     }},
};

constexpr Field<CurveValueRow> kCurveValueColumns[] = {
    {"observed_at", FieldType::time, Presence::always, kObservedMeaning,
     [](const CurveValueRow& r) { return time_value(r.date); }},
    {"name", FieldType::text, Presence::always, "Which curve.",
     [](const CurveValueRow& r) { return Value{r.name}; }},
    {"value", FieldType::number, Presence::or_null, "Its value.",
     [](const CurveValueRow& r) { return curve_value(r.value, r.shared); }},
};

constexpr Field<GrowthPoint> kGrowthPointFields[] = {
    {"from", FieldType::time, Presence::always, "The first second of the interval.",
     [](const GrowthPoint& r) { return time_value(r.from); }},
    {"derivatives", FieldType::integer, Presence::always, "Derivatives created in it.",
     [](const GrowthPoint& r) { return number_value(r.derivatives); }},
    {"cumulative", FieldType::integer, Presence::always, "Derivatives created until its end.",
     [](const GrowthPoint& r) { return number_value(r.cumulative); }},
};
FieldInfos growth_point_infos() { return infos_of<GrowthPoint>(kGrowthPointFields); }

constexpr Field<GrowthRow> kGrowthFields[] = {
    {"family", FieldType::text, Presence::always, "The family's or series' name.",
     [](const GrowthRow& r) { return Value{std::string_view{r.answer.family->name}}; }},
    snapshot_number<GrowthRow>(),
    marks<GrowthRow>(),
    {"interval", FieldType::text, Presence::always, "day, week or month.",
     [](const GrowthRow& r) { return Value{to_string(r.answer.interval)}; }},
    {"points", FieldType::objects, Presence::always, "Without a hole.", &growth_point_infos,
     [](ValueSink& sink, const GrowthRow& r) {
       tell_objects<GrowthPoint>(sink, kGrowthPointFields, r.answer.points,
                                 [](const GrowthPoint& p) -> const GrowthPoint& { return p; });
     }},
    {"unknown", FieldType::integer, Presence::always,
     "Derivatives whose date of creation is unknown: they are in no point.",
     [](const GrowthRow& r) { return number_value(r.answer.unknown); }},
    {"curated_only", FieldType::integer, Presence::always, kCuratedMeaning,
     [](const GrowthRow& r) { return number_value(r.answer.curated_only); }},
    {"note", FieldType::text, Presence::always, "What these numbers cannot tell.",
     [](const GrowthRow&) { return Value{std::string_view{kGrowthNote}}; }},
};

template <bool alive, std::size_t at>
Value survivors(const SurvivalPoint& r) {
  const auto& values = alive ? r.alive : r.downloaded;
  return values[at] ? Value{*values[at]} : Value{};
}
constexpr std::string_view kMonthsLater = "So many months later; null where unknown.";

template <bool alive>
constexpr Field<SurvivalPoint> kSurvivors[] = {
    {"1", FieldType::integer, Presence::or_null, kMonthsLater, &survivors<alive, 0>},
    {"3", FieldType::integer, Presence::or_null, kMonthsLater, &survivors<alive, 1>},
    {"6", FieldType::integer, Presence::or_null, kMonthsLater, &survivors<alive, 2>},
    {"12", FieldType::integer, Presence::or_null, kMonthsLater, &survivors<alive, 3>},
};
template <bool alive>
FieldInfos survivor_infos() {
  return infos_of<SurvivalPoint>(kSurvivors<alive>);
}

constexpr Field<SurvivalPoint> kSurvivalPointFields[] = {
    {"from", FieldType::time, Presence::always, "The first second of the month of creation.",
     [](const SurvivalPoint& r) { return time_value(r.from); }},
    {"created", FieldType::integer, Presence::always,
     "Derivatives created in it that were ever observed.",
     [](const SurvivalPoint& r) { return number_value(r.created); }},
    {"alive", FieldType::object, Presence::always, "How many were still there.",
     &survivor_infos<true>,
     [](ValueSink& sink, const SurvivalPoint& r) {
       tell_object<SurvivalPoint>(sink, kSurvivors<true>, r);
     }},
    {"downloaded", FieldType::object, Presence::always,
     "How many were still there and had downloads in the 30 days before.", &survivor_infos<false>,
     [](ValueSink& sink, const SurvivalPoint& r) {
       tell_object<SurvivalPoint>(sink, kSurvivors<false>, r);
     }},
};
FieldInfos survival_point_infos() { return infos_of<SurvivalPoint>(kSurvivalPointFields); }

constexpr Field<SurvivalRow> kSurvivalFields[] = {
    {"family", FieldType::text, Presence::always, "The family's or series' name.",
     [](const SurvivalRow& r) { return Value{std::string_view{r.answer.family->name}}; }},
    snapshot_number<SurvivalRow>(),
    marks<SurvivalRow>(),
    {"points", FieldType::objects, Presence::always, "One for each month of creation.",
     &survival_point_infos,
     [](ValueSink& sink, const SurvivalRow& r) {
       tell_objects<SurvivalPoint>(
           sink, kSurvivalPointFields, r.answer.points,
           [](const SurvivalPoint& p) -> const SurvivalPoint& { return p; });
     }},
    {"curated_only", FieldType::integer, Presence::always, kCuratedMeaning,
     [](const SurvivalRow& r) { return number_value(r.answer.curated_only); }},
    {"note", FieldType::text, Presence::always, "What these numbers cannot tell.",
     [](const SurvivalRow&) { return Value{std::string_view{kSurvivalNote}}; }},
};

constexpr Field<SurvivalPoint> kSurvivalColumns[] = {
    kSurvivalPointFields[0],
    kSurvivalPointFields[1],
    {"alive_1", FieldType::integer, Presence::or_null, kMonthsLater, &survivors<true, 0>},
    {"alive_3", FieldType::integer, Presence::or_null, kMonthsLater, &survivors<true, 1>},
    {"alive_6", FieldType::integer, Presence::or_null, kMonthsLater, &survivors<true, 2>},
    {"alive_12", FieldType::integer, Presence::or_null, kMonthsLater, &survivors<true, 3>},
    {"downloaded_1", FieldType::integer, Presence::or_null, kMonthsLater, &survivors<false, 0>},
    {"downloaded_3", FieldType::integer, Presence::or_null, kMonthsLater, &survivors<false, 1>},
    {"downloaded_6", FieldType::integer, Presence::or_null, kMonthsLater, &survivors<false, 2>},
    {"downloaded_12", FieldType::integer, Presence::or_null, kMonthsLater, &survivors<false, 3>},
};

constexpr Field<BoardInfo> kBoardFields[] = {
    {"board", FieldType::text, Presence::always, "Its name in a path.",
     [](const BoardInfo& r) { return Value{r.name}; }},
    {"meaning", FieldType::text, Presence::always, "What is ranked, and by what.",
     [](const BoardInfo& r) { return Value{r.meaning}; }},
};
FieldInfos board_infos() { return infos_of<BoardInfo>(kBoardFields); }

constexpr Field<LeaderboardsRow> kLeaderboardsFields[] = {
    snapshot_number<LeaderboardsRow>(),
    marks<LeaderboardsRow>(),
    {"boards", FieldType::objects, Presence::always, "All boards.", &board_infos,
     [](ValueSink& sink, const LeaderboardsRow&) {
       tell_objects<BoardInfo>(sink, kBoardFields, boards(),
                               [](const BoardInfo& board) -> const BoardInfo& { return board; });
     }},
};

constexpr Field<LeaderboardItemRow> kItemFields[] = {
    {"rank", FieldType::integer, Presence::always, "From 1.",
     [](const LeaderboardItemRow& r) { return number_value(r.row.rank); }},
    {"previous_rank", FieldType::integer, Presence::or_null,
     "Then; null where it was not on the board, or nothing was observed then.",
     [](const LeaderboardItemRow& r) {
       return r.row.previous_rank ? number_value(*r.row.previous_rank) : Value{};
     }},
    {"id", FieldType::text, Presence::optional, "The model's name, of boards of models.",
     [](const LeaderboardItemRow& r) {
       return r.row.model ? name_value(r.view, *r.row.model) : Value{LeftOut{}};
     }},
    {"name", FieldType::text, Presence::optional, "The family's or author's name, of other boards.",
     [](const LeaderboardItemRow& r) {
       return r.row.model ? Value{LeftOut{}} : Value{std::string_view{r.row.name}};
     }},
    {"value", FieldType::number, Presence::or_null, "What is ranked by.",
     [](const LeaderboardItemRow& r) { return curve_value(r.row.value, false); }},
    {"change", FieldType::number, Presence::or_null,
     "How the value moved since the snapshot that is looked back to.",
     [](const LeaderboardItemRow& r) { return curve_value(r.row.change, false); }},
    {"growth", FieldType::number, Presence::or_null,
     "The last seven days against the mean of the three weeks before, minus 1.",
     [](const LeaderboardItemRow& r) { return ratio_value(r.row.growth); }},
    {"spike_share", FieldType::number, Presence::or_null,
     "The largest step's share of the last seven days; of models.",
     [](const LeaderboardItemRow& r) { return ratio_value(r.row.spike_share); }},
    {"spark", FieldType::numbers, Presence::always,
     "The value of each of the last 28 intervals, the last one last; null where unknown.", nullptr,
     [](ValueSink& sink, const LeaderboardItemRow& r) { tell_values(sink, r.row.spark, false); }},
    {"flags", FieldType::texts, Presence::always, "Of models: gap, recount, stale.",
     [](const LeaderboardItemRow& r) { return Value{flag_list(r.row.flags)}; }},
};
FieldInfos item_infos() { return infos_of<LeaderboardItemRow>(kItemFields); }

constexpr Field<LeaderboardAnswerRow> kLeaderboardFields[] = {
    {"board", FieldType::text, Presence::always, "Its name.",
     [](const LeaderboardAnswerRow& r) { return Value{r.answer.board->name}; }},
    {"family", FieldType::text, Presence::or_null, "null for the whole hub.",
     [](const LeaderboardAnswerRow& r) {
       return r.answer.family == nullptr ? Value{} : Value{std::string_view{r.answer.family->name}};
     }},
    snapshot_number<LeaderboardAnswerRow>(),
    marks<LeaderboardAnswerRow>(),
    {"window", FieldType::text, Presence::always,
     "What change and previous_rank look back: 7d or 30d.",
     [](const LeaderboardAnswerRow& r) {
       return Value{std::string_view{r.answer.window_days == 7 ? "7d" : "30d"}};
     }},
    {"since", FieldType::time, Presence::or_null,
     "The snapshot that change and previous_rank look back to: a window ago, or from `from` on; "
     "null where there is none.",
     [](const LeaderboardAnswerRow& r) { return time_value(r.answer.since); }},
    {"interval", FieldType::text, Presence::always, "What a value of a spark stands for.",
     [](const LeaderboardAnswerRow& r) { return Value{to_string(r.answer.interval)}; }},
    {"meaning", FieldType::text, Presence::always, "What is ranked, and by what.",
     [](const LeaderboardAnswerRow& r) { return Value{r.answer.board->meaning}; }},
    {"items", FieldType::objects, Presence::always, "The first first; ties by name.", &item_infos,
     [](ValueSink& sink, const LeaderboardAnswerRow& r) {
       tell_objects<LeaderboardItemRow>(sink, kItemFields, r.answer.rows,
                                        [&](const LeaderboardRow& row) {
                                          return LeaderboardItemRow{r.view, row};
                                        });
     }},
};

}  // namespace

Value curve_value(const CurveValue& value, bool shared) {
  if (!value) return {};
  const double whole = std::round(*value);
  if (!shared && whole == *value && std::abs(whole) < 9e15)
    return Value{static_cast<std::int64_t>(whole)};
  return shared ? Value{*value} : Value{RoundedValue{*value}};
}

FieldList<AdoptionPointRow> adoption_point_fields() { return kPointFields; }
FieldList<ModelAdoptionRow> model_adoption_fields() { return kModelFields; }
FieldList<FamilyAdoptionRow> family_adoption_fields() { return kFamilyFields; }
FieldList<FamilyPointRow> family_point_columns() { return kFamilyPointColumns; }
FieldList<ComparisonRow> comparison_fields() { return kComparisonFields; }
FieldList<CurveValueRow> curve_value_columns() { return kCurveValueColumns; }
FieldList<GrowthRow> growth_fields() { return kGrowthFields; }
FieldList<GrowthPoint> growth_point_fields() { return kGrowthPointFields; }
FieldList<SurvivalRow> survival_fields() { return kSurvivalFields; }
FieldList<SurvivalPoint> survival_point_columns() { return kSurvivalColumns; }
FieldList<LeaderboardsRow> leaderboards_fields() { return kLeaderboardsFields; }
FieldList<LeaderboardAnswerRow> leaderboard_fields() { return kLeaderboardFields; }
FieldList<LeaderboardItemRow> leaderboard_item_fields() { return kItemFields; }

}  // namespace stemma
