#pragma once

#include <optional>
#include <span>

#include "schema/utc_time.h"

namespace stemma {

/// One night of a curve.
struct NightValue {
  UnixSeconds at = 0;
  double value = 0;
};

/// What was to be expected of a night.
struct Band {
  double expected = 0;  ///< As a week before.
  double low = 0;
  double high = 0;
};

/// The constants of forecasts.
namespace forecast {
inline constexpr UnixSeconds kSeason = 7 * 86'400;
/// Nights are compared that lie a season apart, give or take so much.
inline constexpr UnixSeconds kTolerance = 12 * 3600;
/// What was wrong with the forecasts of so long before tells how wrong the next may be ...
inline constexpr UnixSeconds kHistory = 56 * 86'400;
/// ... where there were at least so many.
inline constexpr std::size_t kLeastErrors = 21;
/// Four nights of five are expected within the band.
inline constexpr double kCoverage = 0.8;
}  // namespace forecast

/// Seasonal-naive: the last of `nights` is expected to be as a week before it, with the errors that
/// this forecast made in the eight weeks before. The band runs between their 10 % and 90 %
/// quantiles. nullopt where there is no night a week before, or too few errors. `nights` ascend;
/// the last one's value is not looked at. `season` other than a week gives the plain-naive forecast
/// that it is compared with.
[[nodiscard]] std::optional<Band> expected_band(std::span<const NightValue> nights,
                                                UnixSeconds season = forecast::kSeason);

}  // namespace stemma
