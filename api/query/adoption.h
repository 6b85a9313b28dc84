#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/query/interval.h"
#include "api/query/params.h"
#include "api/query/queries.h"
#include "api/query/snapshot_facts.h"
#include "graph/rollup.h"
#include "index/adoption_source.h"

namespace stemma {

// Adoption over time: what HTTP, pages and command line ask alike. All of it is told as of one
// snapshot that is rolled up; nothing that was observed later changes it.

/// The snapshots of one interval, and the one that stands for it: the last that is usable, else the
/// last.
struct CurveStep {
  std::vector<RolledSnapshot> all;
  RolledSnapshot chosen;
};
[[nodiscard]] std::vector<CurveStep> curve_steps(std::span<const RolledSnapshot> snapshots,
                                                 const CurveQuery& query);

/// What a curve or a breakdown shows.
enum class AdoptionMetric {
  derivatives,
  new_derivatives,
  downloads,
  downloads_all_time,
  downloads_7d,
  likes
};
[[nodiscard]] std::string_view to_string(AdoptionMetric metric) noexcept;
[[nodiscard]] AdoptionMetric read_metric(ParamReader& params, AdoptionMetric by_default);

/// A number of a curve; nullopt where it is unknown. Whole but for models under `fractional`.
using CurveValue = std::optional<double>;
/// `fresh` are those of all snapshots of the step together; nullopt where there were none before.
[[nodiscard]] CurveValue metric_value(const AdoptionSums& sums, std::optional<std::int64_t> fresh,
                                      AdoptionMetric metric, SharePolicy policy);

/// Whether numbers are shares of models, which are not whole.
[[nodiscard]] constexpr bool are_shares(SharePolicy policy, AdoptionMetric metric) noexcept {
  return policy == SharePolicy::fractional &&
         (metric == AdoptionMetric::derivatives || metric == AdoptionMetric::new_derivatives);
}

/// The roll-ups as of one snapshot. Throws Error{unavailable} where nothing is rolled up.
class AdoptionView {
 public:
  AdoptionView(AdoptionSource& source, SnapshotNumber as_of);

  /// The snapshot that all is told of: the newest rolled-up one that is not above `as_of`.
  [[nodiscard]] SnapshotNumber number() const { return snapshots_.back().number; }
  /// Up to it, ascending.
  [[nodiscard]] std::span<const RolledSnapshot> snapshots() const { return snapshots_; }
  /// Goes back to the last snapshot at or before `time`. Throws Error{not_found} where all are
  /// later.
  void go_back_to(UnixSeconds time);
  [[nodiscard]] RollupStore& rollups() { return rollups_; }
  [[nodiscard]] const SeriesReader& series();

 private:
  AdoptionSource& source_;
  RollupStore rollups_;
  std::vector<RolledSnapshot> snapshots_;
  std::shared_ptr<const SeriesSource> series_;
};

/// The last usable snapshot at or before `time` that is not more than ten days older; else nullptr.
[[nodiscard]] const RolledSnapshot* last_usable(std::span<const RolledSnapshot> snapshots,
                                                UnixSeconds time);
/// Growth as of a model, but over sums: the last week against the three before. One of `curve` for
/// each of `snapshots`.
[[nodiscard]] CurveValue growth_of_sums(std::span<const RolledSnapshot> snapshots,
                                        std::span<const AdoptionSums> curve);

/// Throws Error{unavailable} for a family that was not rolled up: it was defined since; ParamError
/// for shares of a series.
/// Flags of each snapshot, and `gap` where it came late: later than 1.5 times the median distance
/// of those before. `snapshots` ascend.
[[nodiscard]] std::map<SnapshotNumber, std::vector<std::string_view>> flags_by_snapshot(
    std::span<const RolledSnapshot> snapshots);

void require_rolled_up(AdoptionView& view, const FamilyDefinition& family, SharePolicy policy);

// --- One model

enum class AdoptionScope { self, descendants, subtree };
[[nodiscard]] std::string_view to_string(AdoptionScope scope) noexcept;
[[nodiscard]] AdoptionScope read_scope(ParamReader& params);

struct AdoptionPoint {
  RolledSnapshot at;
  AdoptionSums sums;
  std::optional<DerivedPoint> derived;  ///< With AdoptionScope::self.
  std::vector<std::string_view> flags;
};
struct ModelAdoption {
  NodeId node = kNoNode;
  AdoptionScope scope = AdoptionScope::self;
  Interval interval = Interval::day;
  AdoptionMetric metric = AdoptionMetric::downloads;
  std::vector<AdoptionPoint> points;
  /// Of the live descendants in the answer's snapshot; 0 of the model alone.
  std::uint64_t curated_only = 0;
};
/// `facts` must be those of the view's snapshot, here and below.
[[nodiscard]] ModelAdoption model_adoption(AdoptionView& view, SnapshotFacts& facts, NodeId node,
                                           AdoptionScope scope, const CurveQuery& query,
                                           AdoptionMetric metric);

// --- One family

struct FamilyPoint {
  RolledSnapshot at;
  AdoptionSums official, derivatives;
  std::optional<std::int64_t> new_official, new_derivatives;
  std::vector<std::string_view> flags;
};
struct FamilyAdoption {
  const FamilyDefinition* family = nullptr;
  SharePolicy policy = SharePolicy::any;
  Interval interval = Interval::day;
  bool burst_adjusted = false;
  std::vector<FamilyPoint> points;
  std::uint64_t curated_only = 0;  ///< Of the derivatives in the answer's snapshot.
};
/// Throws as require_rolled_up() does.
[[nodiscard]] FamilyAdoption family_adoption(AdoptionView& view, SnapshotFacts& facts,
                                             const FamilyDefinition& family, SharePolicy policy,
                                             const CurveQuery& query);

/// What `by` says; nullopt where it is not given.
[[nodiscard]] std::optional<Breakdown> read_breakdown(ParamReader& params);

/// Takes `burst_adjusted`. Throws ParamError where derivatives are told apart by anything but role.
[[nodiscard]] bool read_burst_adjusted(ParamReader& params, std::optional<Breakdown> by);

/// A family in one line: the last 90 days.
struct FamilyTrend {
  std::string family;
  std::int64_t derivatives = 0;
  std::optional<std::int64_t> new_in_7_days;  ///< nullopt where less than that was observed.
  CurveValue downloads_7d;                    ///< Official and derived.
  CurveValue growth;
  std::vector<CurveValue> spark;  ///< Downloads of seven days, one for each of the last 90 days.
};
[[nodiscard]] FamilyTrend family_trend(AdoptionView& view, const FamilyDefinition& family);

struct NamedCurve {
  std::string name;
  std::vector<CurveValue> values;
  /// Where more of what is added up is unknown than known: a picture had better leave it out, as in
  /// the first week, when downloads of seven days are known of the newest models alone.
  std::vector<bool> sparse;
};
struct FamilyBreakdown {
  const FamilyDefinition* family = nullptr;
  SharePolicy policy = SharePolicy::any;
  Interval interval = Interval::day;
  AdoptionMetric metric = AdoptionMetric::derivatives;
  Breakdown by = Breakdown::role;
  bool burst_adjusted = false;
  std::vector<UnixSeconds> dates;
  std::vector<NamedCurve> series;  ///< The largest at the last date first.
  std::vector<CurveValue> others;
  std::vector<std::vector<std::string_view>> flags;
  std::uint64_t curated_only = 0;  ///< Of the derivatives in the answer's snapshot.
};
/// Of derivatives, but for Breakdown::role. What is not among the `top` names is in `others`.
[[nodiscard]] FamilyBreakdown family_breakdown(AdoptionView& view, SnapshotFacts& facts,
                                               const FamilyDefinition& family, SharePolicy policy,
                                               AdoptionMetric metric, Breakdown by, std::size_t top,
                                               const CurveQuery& query);

struct Comparison {
  AdoptionMetric metric = AdoptionMetric::derivatives;
  std::optional<AdoptionScope> scope = {};  ///< Of models; nullopt where families are compared.
  SharePolicy policy = SharePolicy::any;
  Interval interval = Interval::day;
  std::vector<UnixSeconds> dates;
  std::vector<NamedCurve> series;  ///< In the order asked.
  /// By place in `series`: of the derivatives in the answer's snapshot.
  std::vector<std::uint64_t> curated_only;
};
/// Models side by side: their own downloads, those of what descends from them, or both; derivatives
/// are live models that descend from them, whatever the scope. Series are named as the models are.
/// Throws ParamError for new derivatives, which nobody counts of models.
[[nodiscard]] Comparison compare_models(AdoptionView& view, SnapshotFacts& facts,
                                        std::span<const NodeId> models, AdoptionScope scope,
                                        AdoptionMetric metric, const CurveQuery& query);
/// Derivatives are counted; downloads are those of official models and derivatives together.
[[nodiscard]] Comparison compare_families(AdoptionView& view, SnapshotFacts& facts,
                                          std::span<const FamilyDefinition* const> families,
                                          SharePolicy policy, AdoptionMetric metric,
                                          const CurveQuery& query);

}  // namespace stemma
