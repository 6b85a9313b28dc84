#pragma once

#include <optional>
#include <string_view>

#include "api/query/params.h"
#include "schema/utc_time.h"

namespace stemma {

// The steps of curves, by the calendar of UTC.

enum class Interval { day, week, month };
[[nodiscard]] std::string_view to_string(Interval interval) noexcept;
/// The first second of the day, the week (from Monday) or the month that `time` lies in, UTC.
[[nodiscard]] UnixSeconds interval_begin(UnixSeconds time, Interval interval) noexcept;
/// The first second after it.
[[nodiscard]] UnixSeconds interval_end(UnixSeconds begin, Interval interval) noexcept;

/// The first second of the month that lies `months` after the one that `time` lies in.
[[nodiscard]] UnixSeconds months_after(UnixSeconds time, int months);

/// The range and the steps of a curve.
struct CurveQuery {
  std::optional<UnixSeconds> from, to;  ///< Both included; `to` given as a date is all of its day.
  Interval interval = Interval::day;
  /// Of a family, by role alone: derivatives that a burst sets aside (graph/burst.h) are left out.
  bool burst_adjusted = false;
};
/// Takes `from` and `to`: the range, by day. Throws ParamError for reversed dates.
[[nodiscard]] CurveQuery read_range(ParamReader& params);
/// Takes `from`, `to` and `interval`. Throws ParamError for reversed dates.
[[nodiscard]] CurveQuery read_curve_query(ParamReader& params, Interval by_default = Interval::day);

}  // namespace stemma
