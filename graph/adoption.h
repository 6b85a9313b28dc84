#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "schema/model_record.h"
#include "schema/utc_time.h"

namespace stemma {

// What is derived from observed counts. Everything here is a pure function of one model's
// observations, or of two neighbouring snapshots; times are UTC seconds, distances exact seconds.

/// The constants of what is derived from counts.
namespace adoption {
inline constexpr UnixSeconds kDay = 86'400;
/// `downloads_7d` compares with the last observation that is at least this old ...
inline constexpr UnixSeconds kWindow = 7 * kDay;
/// ... and at most this old.
inline constexpr UnixSeconds kOldestReference = 17 * kDay;
/// `growth` compares with the weeks that end so much earlier.
inline constexpr UnixSeconds kGrowthSteps[] = {7 * kDay, 14 * kDay, 21 * kDay};
/// A week that ends earlier is that of the last observation at or before its end, but at most so
/// much before it.
inline constexpr UnixSeconds kGrowthTolerance = kOldestReference - kWindow;
/// Growth on a smaller mean says nothing.
inline constexpr double kLeastGrowthMean = 100;
inline constexpr std::size_t kLeastSpikeSteps = 3;
/// An observation comes late when its distance is more than so many times the usual one.
inline constexpr double kGapFactor = 1.5;
/// A 30-day count is stale where the all-time count has stood for so long.
inline constexpr UnixSeconds kStaleAfter = 31 * kDay;
/// Models with at least so many downloads in 30 days tell of the hub's counters.
inline constexpr std::int64_t kLargeDownloads = 1000;
inline constexpr std::uint64_t kLeastLargeModels = 50;
inline constexpr UnixSeconds kLeastStallDistance = 12 * 3600;
inline constexpr std::uint64_t kStallPercent = 50;
inline constexpr std::uint64_t kRollbackPercent = 5;

// Leaderboards.
inline constexpr double kBoardGrowthMean = 1000;
inline constexpr std::int64_t kBoardGrowthDownloads = 10'000;
inline constexpr double kBoardGrowthSpike = 0.6;
inline constexpr UnixSeconds kBoardNewDays = 30 * kDay;
inline constexpr double kBoardNewSpike = 0.8;

// A model counts in a bucket of quantizers where its author has at least so many of these.
inline constexpr std::uint64_t kQuantizerModels = 100;
}  // namespace adoption

/// One observation of a model's counts, in order of time.
struct CountPoint {
  UnixSeconds at = 0;
  bool usable = true;  ///< Its snapshot may be compared with others: no stall, rollback or part.
  Counts counts;       ///< kUnknownCount where not carried.
};

inline constexpr double kUnknownRatio = std::numeric_limits<double>::quiet_NaN();

/// What is derived at one observation. At one that is not usable all is unknown.
struct DerivedPoint {
  std::int64_t downloads_7d = kUnknownCount;
  double growth = kUnknownRatio;       ///< NaN where unknown.
  double growth_mean = kUnknownRatio;  ///< What it is relative to.
  double spike_share = kUnknownRatio;  ///< NaN where unknown.
  bool gap = false;
  bool recount = false;
  bool stale = false;
};

/// One derived point for each of `points`, which must ascend in time. Cost: n log n.
[[nodiscard]] std::vector<DerivedPoint> derive_points(std::span<const CountPoint> points,
                                                      UnixSeconds created_at);

/// What all-time downloads moved by in seven days, scaled from the observed distance: at least 0,
/// at most `downloads` where that is known, rounded half up. `distance` must be above 0.
[[nodiscard]] std::int64_t scaled_to_week(std::int64_t moved, UnixSeconds distance,
                                          std::int64_t downloads) noexcept;

/// What a model that was created in the last seven days was downloaded since: kUnknownCount where
/// it was created earlier or its counts are unknown.
[[nodiscard]] std::int64_t since_creation(const Counts& counts, UnixSeconds at,
                                          UnixSeconds created_at) noexcept;

/// What is wrong with a snapshot's counts as a whole.
struct SnapshotFlags {
  bool stall = false;
  bool rollback = false;
  bool partial = false;

  [[nodiscard]] bool usable() const noexcept { return !stall && !rollback && !partial; }
  friend bool operator==(const SnapshotFlags&, const SnapshotFlags&) = default;
};

/// Of the large models (adoption::kLargeDownloads) whose all-time counts are known at two
/// neighbouring snapshots.
struct CounterMoves {
  std::uint64_t large = 0;
  std::uint64_t stood = 0;  ///< At the same all-time count.
  std::uint64_t fell = 0;

  void add(std::int64_t downloads, std::int64_t all_time, std::int64_t all_time_before) noexcept {
    if (downloads < adoption::kLargeDownloads || all_time == kUnknownCount ||
        all_time_before == kUnknownCount)
      return;
    ++large;
    stood += all_time == all_time_before ? 1 : 0;
    fell += all_time < all_time_before ? 1 : 0;
  }
};
/// `distance` is the time since the snapshot before.
[[nodiscard]] SnapshotFlags judge_snapshot(const CounterMoves& moves, UnixSeconds distance,
                                           bool partial) noexcept;

}  // namespace stemma
