#include "api/query/adoption.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "graph/family.h"
#include "schema/model_name.h"

namespace stemma {
namespace {

constexpr UnixSeconds kDay = adoption::kDay;

std::vector<std::string_view> flags_of(const RolledSnapshot& snapshot) {
  std::vector<std::string_view> flags;
  if (snapshot.flags.stall) flags.emplace_back("stall");
  if (snapshot.flags.rollback) flags.emplace_back("rollback");
  if (snapshot.flags.partial) flags.emplace_back("partial");
  return flags;
}

std::vector<SnapshotNumber> numbers_of(std::span<const RolledSnapshot> snapshots) {
  std::vector<SnapshotNumber> numbers;
  for (const RolledSnapshot& one : snapshots) numbers.push_back(one.number);
  return numbers;
}

/// All snapshots of the steps, ascending.
std::vector<RolledSnapshot> flattened(const std::vector<CurveStep>& steps) {
  std::vector<RolledSnapshot> all;
  for (const CurveStep& step : steps) all.insert(all.end(), step.all.begin(), step.all.end());
  return all;
}

/// One curve of sums, a value a step, with the new ones of all its snapshots.
struct StepSums {
  std::vector<AdoptionSums> chosen;
  std::vector<std::optional<std::int64_t>> fresh;
};
StepSums by_step(const std::vector<CurveStep>& steps,
                 const std::vector<AdoptionSums>& by_snapshot) {
  StepSums sums;
  std::size_t at = 0;
  for (const CurveStep& step : steps) {
    std::optional<std::int64_t> fresh;
    AdoptionSums chosen;
    for (const RolledSnapshot& one : step.all) {
      const AdoptionSums& here = by_snapshot[at++];
      // In the first snapshot everything is new, so nothing is told.
      if (one.number > 1) fresh = fresh.value_or(0) + here.fresh;
      if (one.number == step.chosen.number) chosen = here;
    }
    sums.chosen.push_back(chosen);
    sums.fresh.push_back(fresh);
  }
  return sums;
}

/// Whether the metric is a sum of which more parts are unknown than known.
bool is_sparse(const AdoptionSums& sums, AdoptionMetric metric) {
  if (metric != AdoptionMetric::downloads_7d && metric != AdoptionMetric::downloads_all_time)
    return false;
  const CountKind kind = metric == AdoptionMetric::downloads_7d ? CountKind::downloads_7d
                                                                : CountKind::downloads_all_time;
  return sums.known[static_cast<std::size_t>(kind)] < sums.unknown(kind);
}

}  // namespace

std::map<SnapshotNumber, std::vector<std::string_view>> flags_by_snapshot(
    std::span<const RolledSnapshot> snapshots) {
  std::vector<CountPoint> points;
  for (const RolledSnapshot& one : snapshots)
    points.push_back({.at = one.observed_at, .counts = {}});
  const auto derived = derive_points(points, kUnknownTime);
  std::map<SnapshotNumber, std::vector<std::string_view>> flags;
  for (std::size_t i = 0; i < snapshots.size(); ++i) {
    auto& of_one = flags[snapshots[i].number] = flags_of(snapshots[i]);
    if (derived[i].gap) of_one.emplace_back("gap");
  }
  return flags;
}

void require_rolled_up(AdoptionView& view, const FamilyDefinition& family, SharePolicy policy) {
  if (policy == SharePolicy::fractional && !family.top_level())
    throw ParamError{"policy", "fractional is for top-level families, and this is a series"};
  if (view.rollups().has({family.name, Breakdown::role, policy})) return;
  throw Error{ErrorKind::unavailable, "the family " + family.name +
                                          " is not rolled up: run `stemma rollup` with the same "
                                          "families"};
}

std::string_view to_string(AdoptionScope scope) noexcept {
  return scope == AdoptionScope::self          ? "self"
         : scope == AdoptionScope::descendants ? "descendants"
                                               : "subtree";
}
std::string_view to_string(AdoptionMetric metric) noexcept {
  constexpr std::string_view kNames[] = {"derivatives",        "new_derivatives", "downloads",
                                         "downloads_all_time", "downloads_7d",    "likes"};
  return kNames[static_cast<std::size_t>(metric)];
}

AdoptionMetric read_metric(ParamReader& params, AdoptionMetric by_default) {
  const auto word = params.choice_or_none(param::metric);
  if (!word) return by_default;
  const auto place = std::find(std::begin(kMetricWords), std::end(kMetricWords), *word);
  return static_cast<AdoptionMetric>(place - std::begin(kMetricWords));
}

std::vector<CurveStep> curve_steps(std::span<const RolledSnapshot> snapshots,
                                   const CurveQuery& query) {
  std::vector<CurveStep> steps;
  UnixSeconds end = 0;
  for (const RolledSnapshot& one : snapshots) {
    if ((query.from && one.observed_at < *query.from) || (query.to && one.observed_at > *query.to))
      continue;
    if (steps.empty() || one.observed_at >= end) {
      steps.emplace_back();
      end = interval_end(interval_begin(one.observed_at, query.interval), query.interval);
    }
    CurveStep& step = steps.back();
    if (step.all.empty() || one.flags.usable() || !step.chosen.flags.usable()) step.chosen = one;
    step.all.push_back(one);
  }
  return steps;
}

CurveValue metric_value(const AdoptionSums& sums, std::optional<std::int64_t> fresh,
                        AdoptionMetric metric, SharePolicy policy) {
  constexpr double kMillion = 1e6;
  const bool shared = policy == SharePolicy::fractional;
  const auto count = [&](CountKind kind) -> CurveValue {
    const std::int64_t value = sums.value(kind);
    if (value == kUnknownCount) return std::nullopt;
    return static_cast<double>(value);
  };
  switch (metric) {
    case AdoptionMetric::derivatives:
      return shared ? static_cast<double>(sums.share) / kMillion : static_cast<double>(sums.models);
    case AdoptionMetric::new_derivatives:
      if (!fresh) return std::nullopt;
      return static_cast<double>(*fresh) / (shared ? kMillion : 1);
    case AdoptionMetric::downloads:
      return count(CountKind::downloads);
    case AdoptionMetric::downloads_all_time:
      return count(CountKind::downloads_all_time);
    case AdoptionMetric::downloads_7d:
      return count(CountKind::downloads_7d);
    case AdoptionMetric::likes:
      return count(CountKind::likes);
  }
  return std::nullopt;
}

AdoptionView::AdoptionView(AdoptionSource& source, SnapshotNumber as_of)
    : source_{source}, rollups_{source.rollups()} {
  for (const RolledSnapshot& one : rollups_.snapshots()) {
    if (one.number <= as_of) snapshots_.push_back(one);
  }
  if (snapshots_.empty())
    throw Error{ErrorKind::unavailable, "adoption is not rolled up yet: run `stemma rollup`"};
}

void AdoptionView::go_back_to(UnixSeconds time) {
  const UnixSeconds first = snapshots_.front().observed_at;
  if (first > time) {
    throw Error{ErrorKind::not_found,
                "nothing was observed by then: the first snapshot is of " + format_utc(first)};
  }
  while (snapshots_.back().observed_at > time) snapshots_.pop_back();
}

const SeriesReader& AdoptionView::series() {
  if (series_ == nullptr) series_ = source_.series(number());
  return series_->reader();
}

const RolledSnapshot* last_usable(std::span<const RolledSnapshot> snapshots, UnixSeconds time) {
  for (auto one = snapshots.rbegin(); one != snapshots.rend(); ++one) {
    if (one->observed_at > time) continue;
    if (one->observed_at < time - adoption::kGrowthTolerance) return nullptr;
    if (one->flags.usable()) return &*one;
  }
  return nullptr;
}

CurveValue growth_of_sums(std::span<const RolledSnapshot> snapshots,
                          std::span<const AdoptionSums> curve) {
  const UnixSeconds now = snapshots.back().observed_at;
  const std::int64_t week = curve.back().value(CountKind::downloads_7d);
  if (week == kUnknownCount) return std::nullopt;
  double sum = 0;
  for (const UnixSeconds step : adoption::kGrowthSteps) {
    const RolledSnapshot* then = last_usable(snapshots, now - step);
    if (then == nullptr) return std::nullopt;
    const std::int64_t value =
        curve[static_cast<std::size_t>(then - snapshots.data())].value(CountKind::downloads_7d);
    if (value == kUnknownCount) return std::nullopt;
    sum += static_cast<double>(value);
  }
  const double mean = sum / static_cast<double>(std::size(adoption::kGrowthSteps));
  if (mean < adoption::kLeastGrowthMean) return std::nullopt;
  return static_cast<double>(week) / mean - 1;
}

namespace {

/// What one model adds to a sum at each snapshot from its first observation on, as long as it is
/// live: the counts known then, and what is derived at an observation.
struct SelfState {
  bool live = false;
  bool observed = false;
  Counts known;
  Counts seen;
  DerivedPoint derived;
};

AdoptionSums sums_of(const SelfState& state, bool only_observed) {
  AdoptionSums sums;
  if (!state.live) return sums;
  sums.models = 1;
  const Counts& counts = only_observed ? state.seen : state.known;
  const std::array<std::int64_t, kCountKinds> values{counts.downloads, counts.downloads_all_time,
                                                     state.derived.downloads_7d, counts.likes};
  for (std::size_t k = 0; k < kCountKinds; ++k) {
    if (values[k] == kUnknownCount) continue;
    sums.total[k] = values[k];
    sums.known[k] = 1;
  }
  return sums;
}

std::map<SnapshotNumber, SelfState> self_states(AdoptionView& view, const SnapshotView& snapshot,
                                                NodeId node) {
  std::map<SnapshotNumber, SelfState> states;
  if (snapshot.state[node] == NodeState::ghost) return states;
  const auto series = view.series().read(snapshot.hub_id[node], view.number());
  if (series.empty()) return states;
  std::map<SnapshotNumber, const RolledSnapshot*> by_number;
  for (const RolledSnapshot& one : view.snapshots()) by_number[one.number] = &one;
  std::vector<CountPoint> points;
  for (const Observation& one : series) {
    const RolledSnapshot& at = *by_number.at(one.snapshot);
    points.push_back({at.observed_at, at.flags.usable(), one.counts});
  }
  const auto derived = derive_points(points, snapshot.created_at[node]);
  // Between two observations it was live, and after the last one as long as it is live today.
  const SnapshotNumber last_live = snapshot.live(node) ? view.number() : series.back().snapshot;
  Counts known;
  std::size_t next = 0;
  for (const RolledSnapshot& at : view.snapshots()) {
    if (at.number < series.front().snapshot || at.number > last_live) continue;
    SelfState& state = states[at.number];
    state.live = true;
    if (next < series.size() && series[next].snapshot == at.number) {
      state.observed = true;
      state.seen = series[next].counts;
      state.derived = derived[next];
      const Counts& seen = series[next].counts;
      if (seen.downloads != kUnknownCount) known.downloads = seen.downloads;
      if (seen.downloads_all_time != kUnknownCount)
        known.downloads_all_time = seen.downloads_all_time;
      if (seen.likes != kUnknownCount) known.likes = seen.likes;
      ++next;
    }
    state.known = known;
  }
  return states;
}

}  // namespace

ModelAdoption model_adoption(AdoptionView& view, SnapshotFacts& facts, NodeId node,
                             AdoptionScope scope, const CurveQuery& query, AdoptionMetric metric) {
  const SnapshotView& snapshot = facts.snapshot();
  ModelAdoption answer{
      .node = node, .scope = scope, .interval = query.interval, .metric = metric, .points = {}};
  std::map<SnapshotNumber, SelfState> self;
  if (scope != AdoptionScope::descendants) self = self_states(view, snapshot, node);

  if (scope == AdoptionScope::self) {
    std::vector<RolledSnapshot> observed;
    for (const RolledSnapshot& one : view.snapshots()) {
      const auto found = self.find(one.number);
      if (found != self.end() && found->second.observed) observed.push_back(one);
    }
    for (const CurveStep& step : curve_steps(observed, query)) {
      const SelfState& state = self.at(step.chosen.number);
      AdoptionPoint& point = answer.points.emplace_back();
      point.at = step.chosen;
      point.sums = sums_of(state, true);
      point.derived = state.derived;
      point.flags = flags_of(step.chosen);
      if (state.derived.gap) point.flags.emplace_back("gap");
      if (state.derived.recount) point.flags.emplace_back("recount");
      if (state.derived.stale) point.flags.emplace_back("stale");
    }
    return answer;
  }

  answer.curated_only = facts.curated_only(node);
  const auto steps = curve_steps(view.snapshots(), query);
  const auto all = flattened(steps);
  const auto numbers = numbers_of(all);
  const auto flags = flags_by_snapshot(view.snapshots());
  // Before a model was observed, its name may have been a ghost's.
  const std::vector<std::string> keys{descendants_key(snapshot, node),
                                      '/' + fold_case(snapshot.name(node))};
  const auto below =
      view.rollups().series({{}, Breakdown::descendants, SharePolicy::any}, keys, numbers);
  std::size_t at = 0;
  for (const CurveStep& step : steps) {
    AdoptionPoint& point = answer.points.emplace_back();
    point.at = step.chosen;
    point.flags = flags.at(step.chosen.number);
    for (const RolledSnapshot& one : step.all) {
      if (one.number == step.chosen.number) {
        point.sums = below[0][at];
        if (snapshot.state[node] != NodeState::ghost && one.number < snapshot.first_seen[node])
          point.sums += below[1][at];
        if (const auto found = self.find(one.number); found != self.end())
          point.sums += sums_of(found->second, false);
      }
      ++at;
    }
  }
  return answer;
}

namespace {

/// Official and derived, in this order.
std::vector<std::vector<AdoptionSums>> role_curves(AdoptionView& view,
                                                   const FamilyDefinition& family,
                                                   SharePolicy policy,
                                                   std::span<const SnapshotNumber> numbers,
                                                   const CurveQuery& query) {
  const std::vector<std::string> roles{kOfficial, kDerivatives};
  auto curves = view.rollups().series({family.name, Breakdown::role, policy}, roles, numbers);
  if (query.burst_adjusted) {
    const std::vector<std::string> kept{kNotInBurst};
    curves[1] = view.rollups().series({family.name, Breakdown::burst, policy}, kept, numbers)[0];
  }
  return curves;
}

}  // namespace

FamilyAdoption family_adoption(AdoptionView& view, SnapshotFacts& facts,
                               const FamilyDefinition& family, SharePolicy policy,
                               const CurveQuery& query) {
  require_rolled_up(view, family, policy);
  FamilyAdoption answer{.family = &family,
                        .policy = policy,
                        .interval = query.interval,
                        .burst_adjusted = query.burst_adjusted,
                        .points = {}};
  answer.curated_only = facts.curated_only(family);
  const auto steps = curve_steps(view.snapshots(), query);
  const auto curves = role_curves(view, family, policy, numbers_of(flattened(steps)), query);
  const StepSums official = by_step(steps, curves[0]);
  const StepSums derivatives = by_step(steps, curves[1]);
  const auto flags = flags_by_snapshot(view.snapshots());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    answer.points.push_back({.at = steps[i].chosen,
                             .official = official.chosen[i],
                             .derivatives = derivatives.chosen[i],
                             .new_official = official.fresh[i],
                             .new_derivatives = derivatives.fresh[i],
                             .flags = flags.at(steps[i].chosen.number)});
  }
  return answer;
}

AdoptionScope read_scope(ParamReader& params) {
  const std::string_view word = params.choice(param::scope);
  return word == "self"          ? AdoptionScope::self
         : word == "descendants" ? AdoptionScope::descendants
                                 : AdoptionScope::subtree;
}

std::optional<Breakdown> read_breakdown(ParamReader& params) {
  const auto word = params.choice_or_none(param::breakdown);
  if (!word) return std::nullopt;
  for (std::size_t i = 0; i < kBreakdowns; ++i) {
    if (*word == to_string(static_cast<Breakdown>(i))) return static_cast<Breakdown>(i);
  }
  return std::nullopt;
}

bool read_burst_adjusted(ParamReader& params, std::optional<Breakdown> by) {
  const bool adjusted = params.flag(param::burst_adjusted.name).value_or(false);
  if (adjusted && by.value_or(Breakdown::role) != Breakdown::role)
    throw ParamError{"burst_adjusted", "is told of all derivatives together or by role alone"};
  return adjusted;
}

FamilyTrend family_trend(AdoptionView& view, const FamilyDefinition& family) {
  constexpr UnixSeconds kSpark = 90 * kDay;
  const auto snapshots = view.snapshots();
  const UnixSeconds now = snapshots.back().observed_at;
  FamilyTrend trend{.family = family.name};
  if (!view.rollups().has({family.name, Breakdown::role, SharePolicy::any})) return trend;
  std::vector<RolledSnapshot> shown;
  for (const RolledSnapshot& one : snapshots) {
    if (one.observed_at > now - kSpark) shown.push_back(one);
  }
  const std::vector<std::string> roles{kOfficial, kDerivatives};
  auto curves = view.rollups().series({family.name, Breakdown::role, SharePolicy::any}, roles,
                                      numbers_of(shown));
  trend.derivatives = curves[1].back().models;
  std::int64_t fresh = 0;
  trend.spark.resize(static_cast<std::size_t>(kSpark / kDay));
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (shown[i].observed_at > now - adoption::kWindow) fresh += curves[1][i].fresh;
    curves[0][i] += curves[1][i];
    const auto age = static_cast<std::size_t>((now - shown[i].observed_at) / kDay);
    if (is_sparse(curves[0][i], AdoptionMetric::downloads_7d)) continue;
    trend.spark[trend.spark.size() - 1 - age] =
        metric_value(curves[0][i], {}, AdoptionMetric::downloads_7d, SharePolicy::any);
  }
  if (snapshots.front().observed_at <= now - adoption::kWindow) trend.new_in_7_days = fresh;
  trend.downloads_7d = trend.spark.back();
  trend.growth = growth_of_sums(shown, curves[0]);
  return trend;
}

namespace {

SumsRank rank_of(AdoptionMetric metric) {
  switch (metric) {
    case AdoptionMetric::downloads:
      return SumsRank::downloads;
    case AdoptionMetric::downloads_all_time:
      return SumsRank::downloads_all_time;
    case AdoptionMetric::downloads_7d:
      return SumsRank::downloads_7d;
    case AdoptionMetric::likes:
      return SumsRank::likes;
    case AdoptionMetric::derivatives:
    case AdoptionMetric::new_derivatives:
      break;
  }
  return SumsRank::models;
}

}  // namespace

FamilyBreakdown family_breakdown(AdoptionView& view, SnapshotFacts& facts,
                                 const FamilyDefinition& family, SharePolicy policy,
                                 AdoptionMetric metric, Breakdown by, std::size_t top,
                                 const CurveQuery& query) {
  require_rolled_up(view, family, policy);
  FamilyBreakdown answer{.family = &family,
                         .policy = policy,
                         .interval = query.interval,
                         .metric = metric,
                         .by = by,
                         .burst_adjusted = query.burst_adjusted,
                         .dates = {},
                         .series = {},
                         .others = {},
                         .flags = {}};
  answer.curated_only = facts.curated_only(family);
  const auto steps = curve_steps(view.snapshots(), query);
  if (steps.empty()) return answer;
  const auto numbers = numbers_of(flattened(steps));
  const auto flags = flags_by_snapshot(view.snapshots());
  for (const CurveStep& step : steps) {
    answer.dates.push_back(step.chosen.observed_at);
    answer.flags.push_back(flags.at(step.chosen.number));
  }
  const RollupKey key{family.name, by, policy};
  std::vector<std::string> names;
  if (by == Breakdown::role) {
    names = {kOfficial, kDerivatives};
  } else {
    // The largest at the last date; unknown values come after all others, ties by name.
    const CurveStep& last = steps.back();
    names = metric == AdoptionMetric::new_derivatives
                ? view.rollups().most_fresh(key, numbers_of(last.all), top)
                : view.rollups().largest(key, last.chosen.number, top, rank_of(metric));
  }
  const auto curves = by == Breakdown::role ? role_curves(view, family, policy, numbers, query)
                                            : view.rollups().series(key, names, numbers);
  std::vector<AdoptionSums> rest(numbers.size());
  if (by != Breakdown::role) {
    const std::vector<std::string> whole{kDerivatives};
    rest = view.rollups().series({family.name, Breakdown::role, policy}, whole, numbers)[0];
  }
  for (std::size_t n = 0; n < names.size(); ++n) {
    const StepSums sums = by_step(steps, curves[n]);
    NamedCurve& curve = answer.series.emplace_back();
    curve.name = names[n];
    for (std::size_t i = 0; i < steps.size(); ++i) {
      curve.values.push_back(metric_value(sums.chosen[i], sums.fresh[i], metric, policy));
      curve.sparse.push_back(is_sparse(sums.chosen[i], metric));
    }
    if (by == Breakdown::role) continue;
    for (std::size_t i = 0; i < numbers.size(); ++i) rest[i] -= curves[n][i];
  }
  const StepSums others = by_step(steps, rest);
  for (std::size_t i = 0; i < steps.size(); ++i)
    answer.others.push_back(metric_value(others.chosen[i], others.fresh[i], metric, policy));
  return answer;
}

Comparison compare_families(AdoptionView& view, SnapshotFacts& facts,
                            std::span<const FamilyDefinition* const> families, SharePolicy policy,
                            AdoptionMetric metric, const CurveQuery& query) {
  Comparison answer{
      .metric = metric, .policy = policy, .interval = query.interval, .dates = {}, .series = {}};
  const auto steps = curve_steps(view.snapshots(), query);
  const auto numbers = numbers_of(flattened(steps));
  for (const CurveStep& step : steps) answer.dates.push_back(step.chosen.observed_at);
  const bool counts_models =
      metric == AdoptionMetric::derivatives || metric == AdoptionMetric::new_derivatives;
  for (const FamilyDefinition* family : families) {
    require_rolled_up(view, *family, policy);
    answer.curated_only.push_back(facts.curated_only(*family));
    const std::vector<std::string> roles{kDerivatives, kOfficial};
    auto curves = view.rollups().series({family->name, Breakdown::role, policy}, roles, numbers);
    if (!counts_models) {
      for (std::size_t i = 0; i < numbers.size(); ++i) curves[0][i] += curves[1][i];
    }
    const StepSums sums = by_step(steps, curves[0]);
    NamedCurve& curve = answer.series.emplace_back();
    curve.name = family->name;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      curve.values.push_back(metric_value(sums.chosen[i], sums.fresh[i], metric, policy));
      curve.sparse.push_back(is_sparse(sums.chosen[i], metric));
    }
  }
  return answer;
}

Comparison compare_models(AdoptionView& view, SnapshotFacts& facts, std::span<const NodeId> models,
                          AdoptionScope scope, AdoptionMetric metric, const CurveQuery& query) {
  if (metric == AdoptionMetric::new_derivatives)
    throw ParamError{"metric", "new derivatives are told of families, not of models"};
  Comparison answer{
      .metric = metric,
      .scope = metric == AdoptionMetric::derivatives ? AdoptionScope::descendants : scope,
      .interval = query.interval,
      .dates = {},
      .series = {}};
  const auto steps = curve_steps(view.snapshots(), query);
  for (const CurveStep& step : steps) answer.dates.push_back(step.chosen.observed_at);
  for (const NodeId model : models) {
    const ModelAdoption adoption = model_adoption(view, facts, model, *answer.scope, query, metric);
    answer.curated_only.push_back(adoption.curated_only);
    NamedCurve& curve = answer.series.emplace_back();
    curve.name = facts.snapshot().name(model);
    // Of the model alone there are points only where it was observed.
    auto point = adoption.points.begin();
    for (const CurveStep& step : steps) {
      while (point != adoption.points.end() && point->at.number < step.all.front().number) ++point;
      const bool there =
          point != adoption.points.end() && point->at.number <= step.all.back().number;
      curve.values.push_back(there ? metric_value(point->sums, {}, metric, SharePolicy::any)
                                   : std::nullopt);
      curve.sparse.push_back(false);
    }
  }
  return answer;
}

}  // namespace stemma
