#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/utc_time.h"

namespace stemma {

/// One curve of a chart.
struct ChartCurve {
  std::string name;                           ///< Escaped when drawn.
  std::vector<std::optional<double>> values;  ///< One for each date; a gap where unknown.
  std::string_view style;  ///< A class of style.css: `c0` to `c9`, `r-merge`, ...
};

/// What a chart shows. All texts are escaped when drawn.
struct Chart {
  std::string title;               ///< What is counted: read to those who do not see it.
  std::vector<UnixSeconds> dates;  ///< Ascending.
  std::vector<ChartCurve> curves;
  bool stacked = false;             ///< Areas upon each other, the first at the bottom.
  bool log = false;                 ///< Values of 0 are then left out; not with `stacked`.
  bool days = false;                ///< `dates` are days since a beginning: seconds from 0.
  std::vector<std::size_t> marked;  ///< Places of dates whose counts are flagged: shaded.
};

/// Where a chart is drawn.
enum class ChartPlace {
  page,   ///< 720 by 300 units, with the classes of style.css.
  phone,  ///< 400 by 290 units, so that its texts can still be read there.
  file,   ///< As on a page, with rules and namespace of its own, for a file or a frame.
};

/// A chart of lines as SVG that scales with its page: zero-based unless log, with a grid, compact
/// numbers, dates in UTC, and the curves' names at their ends. Colours are classes of style.css, as
/// no page may carry styles of its own. An empty chart says so. Pure.
[[nodiscard]] std::string line_chart(const Chart& chart, ChartPlace place = ChartPlace::page);

/// A line without axes, 120 by 28 units.
[[nodiscard]] std::string spark_line(const std::vector<std::optional<double>>& values,
                                     std::string_view title);

/// 71,234,567 as `71.2 M`; below 10,000 whole and grouped.
[[nodiscard]] std::string compact(double value);

}  // namespace stemma
