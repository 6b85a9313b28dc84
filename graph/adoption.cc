#include "graph/adoption.h"

#include <algorithm>
#include <cmath>

namespace stemma {
namespace {

__extension__ using Wide = __int128;

/// The observations that differences are taken of: usable, with an all-time count.
struct Usable {
  UnixSeconds at;
  std::int64_t all_time;
  std::size_t recounts;  ///< How many up to this one are lower than the one before.
  std::size_t point;     ///< Of all points.
};

std::vector<Usable> usable_of(std::span<const CountPoint> points) {
  std::vector<Usable> usable;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!points[i].usable || points[i].counts.downloads_all_time == kUnknownCount) continue;
    const std::int64_t all_time = points[i].counts.downloads_all_time;
    const bool fell = !usable.empty() && all_time < usable.back().all_time;
    usable.push_back({points[i].at, all_time,
                      (usable.empty() ? 0 : usable.back().recounts) + (fell ? 1 : 0), i});
  }
  return usable;
}

/// The last of `usable` at or before `time`; its end where there is none.
std::size_t last_at(std::span<const Usable> usable, UnixSeconds time) {
  const auto after = std::upper_bound(usable.begin(), usable.end(), time,
                                      [](UnixSeconds t, const Usable& one) { return t < one.at; });
  return after == usable.begin() ? usable.size()
                                 : static_cast<std::size_t>(after - usable.begin() - 1);
}

std::int64_t week_of(std::span<const Usable> usable, std::size_t i, const Counts& counts,
                     UnixSeconds created_at) {
  const Usable& now = usable[i];
  const std::size_t r = last_at(usable, now.at - adoption::kWindow);
  if (r == usable.size() || usable[r].at < now.at - adoption::kOldestReference)
    return since_creation(counts, now.at, created_at);
  if (usable[r].recounts != now.recounts) return kUnknownCount;
  return scaled_to_week(now.all_time - usable[r].all_time, now.at - usable[r].at, counts.downloads);
}

double spike_of(std::span<const Usable> usable, std::size_t i) {
  std::int64_t largest = 0;
  std::int64_t sum = 0;
  std::size_t steps = 0;
  for (std::size_t k = i; k > 0 && usable[k - 1].at >= usable[i].at - adoption::kWindow; --k) {
    const std::int64_t step = usable[k].all_time - usable[k - 1].all_time;
    largest = steps == 0 ? step : std::max(largest, step);
    sum += step;
    ++steps;
  }
  if (steps < adoption::kLeastSpikeSteps || sum <= 0) return kUnknownRatio;
  return static_cast<double>(largest) / static_cast<double>(sum);
}

/// Marks late observations: later than the usual distance, which is the median of those so far.
void mark_gaps(std::span<const CountPoint> points, std::vector<DerivedPoint>& derived) {
  std::vector<UnixSeconds> distances;  // sorted
  for (std::size_t i = 1; i < points.size(); ++i) {
    const UnixSeconds distance = points[i].at - points[i - 1].at;
    distances.insert(std::upper_bound(distances.begin(), distances.end(), distance), distance);
    const UnixSeconds usual = distances[(distances.size() - 1) / 2];
    derived[i].gap =
        static_cast<double>(distance) > adoption::kGapFactor * static_cast<double>(usual);
  }
}

}  // namespace

std::int64_t scaled_to_week(std::int64_t moved, UnixSeconds distance,
                            std::int64_t downloads) noexcept {
  const Wide scaled = (Wide{2} * std::max<std::int64_t>(moved, 0) * adoption::kWindow + distance) /
                      (Wide{2} * distance);
  const Wide most = downloads == kUnknownCount ? scaled : Wide{downloads};
  return static_cast<std::int64_t>(std::min(scaled, most));
}

std::int64_t since_creation(const Counts& counts, UnixSeconds at, UnixSeconds created_at) noexcept {
  if (created_at == kUnknownTime || created_at < at - adoption::kWindow ||
      counts.downloads_all_time == kUnknownCount)
    return kUnknownCount;
  return counts.downloads == kUnknownCount ? counts.downloads_all_time
                                           : std::min(counts.downloads_all_time, counts.downloads);
}

std::vector<DerivedPoint> derive_points(std::span<const CountPoint> points,
                                        UnixSeconds created_at) {
  std::vector<DerivedPoint> derived(points.size());
  const std::vector<Usable> usable = usable_of(points);
  for (std::size_t i = 0; i < usable.size(); ++i) {
    DerivedPoint& point = derived[usable[i].point];
    const Counts& counts = points[usable[i].point].counts;
    point.downloads_7d = week_of(usable, i, counts, created_at);
    point.spike_share = spike_of(usable, i);
    point.recount = i > 0 && usable[i].all_time < usable[i - 1].all_time;
    const std::size_t old = last_at(usable, usable[i].at - adoption::kStaleAfter);
    point.stale =
        counts.downloads > 0 && old != usable.size() && usable[old].all_time == usable[i].all_time;
  }
  for (std::size_t i = 0; i < usable.size(); ++i) {
    DerivedPoint& point = derived[usable[i].point];
    if (point.downloads_7d == kUnknownCount) continue;
    double sum = 0;
    bool known = true;
    for (const UnixSeconds step : adoption::kGrowthSteps) {
      const UnixSeconds end = usable[i].at - step;
      const std::size_t k = last_at(usable, end);
      known = known && k != usable.size() && usable[k].at >= end - adoption::kGrowthTolerance &&
              derived[usable[k].point].downloads_7d != kUnknownCount;
      if (known) sum += static_cast<double>(derived[usable[k].point].downloads_7d);
    }
    if (!known) continue;
    point.growth_mean = sum / static_cast<double>(std::size(adoption::kGrowthSteps));
    if (point.growth_mean >= adoption::kLeastGrowthMean)
      point.growth = static_cast<double>(point.downloads_7d) / point.growth_mean - 1;
  }
  mark_gaps(points, derived);
  return derived;
}

SnapshotFlags judge_snapshot(const CounterMoves& moves, UnixSeconds distance,
                             bool partial) noexcept {
  SnapshotFlags flags{.partial = partial};
  if (moves.large < adoption::kLeastLargeModels) return flags;
  flags.stall = distance >= adoption::kLeastStallDistance &&
                moves.stood * 100 >= moves.large * adoption::kStallPercent;
  flags.rollback = moves.fell * 100 >= moves.large * adoption::kRollbackPercent;
  return flags;
}

}  // namespace stemma
