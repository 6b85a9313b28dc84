#include "api/query/interval.h"

#include <cstdio>
#include <string>
#include <utility>

#include "graph/adoption.h"

namespace stemma {
namespace {

constexpr UnixSeconds kDay = adoption::kDay;

/// Days since 1970 to year and month, by the calendar that UTC goes by.
std::pair<std::int64_t, int> month_of_day(std::int64_t days) {
  const std::string text = format_utc(days * kDay);
  return {std::stoll(text.substr(0, 4)), std::stoi(text.substr(5, 2))};
}
UnixSeconds month_begin(std::int64_t year, int month) {
  year += (month - 1) / 12;
  month = (month - 1) % 12 + 1;
  char text[32];
  std::snprintf(text, sizeof text, "%04lld-%02d-01", static_cast<long long>(year), month);
  return parse_utc(text).value_or(kUnknownTime);
}

}  // namespace

std::string_view to_string(Interval interval) noexcept {
  return interval == Interval::day ? "day" : interval == Interval::week ? "week" : "month";
}
UnixSeconds interval_begin(UnixSeconds time, Interval interval) noexcept {
  std::int64_t days = time / kDay - (time % kDay < 0 ? 1 : 0);
  if (interval == Interval::week) {
    // 1970-01-01 was a Thursday.
    const std::int64_t weekday = ((days + 3) % 7 + 7) % 7;
    days -= weekday;
  }
  if (interval == Interval::month) {
    const auto [year, month] = month_of_day(days);
    return month_begin(year, month);
  }
  return days * kDay;
}

UnixSeconds interval_end(UnixSeconds begin, Interval interval) noexcept {
  if (interval == Interval::day) return begin + kDay;
  if (interval == Interval::week) return begin + 7 * kDay;
  const auto [year, month] = month_of_day(begin / kDay);
  return month_begin(year, month + 1);
}

UnixSeconds months_after(UnixSeconds time, int months) {
  const auto [year, month] = month_of_day(interval_begin(time, Interval::day) / kDay);
  return month_begin(year, month + months);
}

CurveQuery read_range(ParamReader& params) {
  CurveQuery query;
  query.from = params.time(param::range_from.name);
  query.to = params.last_second(param::range_to.name);
  if (query.from && query.to && *query.from > *query.to)
    throw ParamError{"to", "lies before `from`"};
  return query;
}

CurveQuery read_curve_query(ParamReader& params, Interval by_default) {
  CurveQuery query = read_range(params);
  query.interval = by_default;
  if (const auto word = params.choice_or_none(param::interval)) {
    query.interval = *word == "day"    ? Interval::day
                     : *word == "week" ? Interval::week
                                       : Interval::month;
  }
  return query;
}

}  // namespace stemma
