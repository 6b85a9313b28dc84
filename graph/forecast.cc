#include "graph/forecast.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

namespace stemma {
namespace {

/// The night nearest to `time`, within the tolerance; nullptr where there is none.
const NightValue* night_at(std::span<const NightValue> nights, UnixSeconds time) {
  const auto after =
      std::lower_bound(nights.begin(), nights.end(), time,
                       [](const NightValue& night, UnixSeconds t) { return night.at < t; });
  const NightValue* best = nullptr;
  for (auto one = after == nights.begin() ? after : after - 1; one != nights.end(); ++one) {
    if (one->at > time + forecast::kTolerance) break;
    if (std::abs(one->at - time) > forecast::kTolerance) continue;
    if (best == nullptr || std::abs(one->at - time) < std::abs(best->at - time)) best = &*one;
  }
  return best;
}

/// Between the two nearest of sorted values.
double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  if (below + 1 >= sorted.size()) return sorted.back();
  return sorted[below] + (place - std::floor(place)) * (sorted[below + 1] - sorted[below]);
}

}  // namespace

std::optional<Band> expected_band(std::span<const NightValue> nights, UnixSeconds season) {
  if (nights.size() < 2) return std::nullopt;
  const NightValue& last = nights.back();
  const auto past = nights.first(nights.size() - 1);
  const NightValue* before = night_at(past, last.at - season);
  if (before == nullptr) return std::nullopt;
  std::vector<double> errors;
  for (std::size_t i = past.size(); i-- > 0 && past[i].at >= last.at - forecast::kHistory;) {
    if (const NightValue* earlier = night_at(past.first(i), past[i].at - season))
      errors.push_back(past[i].value - earlier->value);
  }
  if (errors.size() < forecast::kLeastErrors) return std::nullopt;
  std::sort(errors.begin(), errors.end());
  const double tail = (1 - forecast::kCoverage) / 2;
  return Band{.expected = before->value,
              .low = before->value + quantile(errors, tail),
              .high = before->value + quantile(errors, 1 - tail)};
}

}  // namespace stemma
