#pragma once

#include <array>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/query/adoption.h"
#include "api/web/line_chart.h"
#include "api/web/page.h"

namespace stemma {

// What pages with curves share: what a chart is asked by, how it and its numbers are shown.

inline constexpr std::string_view kCharts = "charts.html";
/// Classes of the style sheet, one a curve.
inline constexpr std::array<std::string_view, 10> kStyles{"c0", "c1", "c2", "c3", "c4",
                                                          "c5", "c6", "c7", "c8", "c9"};

/// How a chart is drawn and what of: the state of its page, all of it in the address.
struct ChartState {
  std::string path;  ///< Of the page, safe inside an attribute.
  AdoptionMetric metric = AdoptionMetric::derivatives;
  std::optional<Breakdown> by;
  Interval interval = Interval::day;
  std::string from, to;  ///< As given.
  bool log = false;
  bool share = false;                         ///< Of all curves together, in per cent.
  bool lines = false;                         ///< Not upon each other.
  bool burst_adjusted = false;                ///< Of a family by role.
  std::string families;                       ///< Of a comparison.
  std::string models;                         ///< Of a comparison of models.
  AdoptionScope scope = AdoptionScope::self;  ///< Of these.
  bool by_age = false;                        ///< By days since the first release, not by date.
  /// Of the home page: by dates of creation, not by nights.
  bool by_creation = false;
  ParamList kept;  ///< Other parameters of the page, which its form carries on.
};

// Words and numbers.

[[nodiscard]] std::string_view title_of(AdoptionMetric metric);
/// A sentence that says what is counted.
[[nodiscard]] std::string_view meaning_of(AdoptionMetric metric);
/// Grouped; a dash where it is unknown.
[[nodiscard]] std::string value_text(const CurveValue& value);
/// The same with its sign.
[[nodiscard]] std::string change_text(const CurveValue& value);
/// "+4 %", "−2 %", "0 %"; a dash where it is unknown.
[[nodiscard]] std::string growth_text(const CurveValue& ratio);
[[nodiscard]] std::string capitalised(std::string_view text);

// Forms.

void add_choice(Page& page, std::string_view label, std::string_view name,
                std::initializer_list<std::pair<std::string_view, std::string_view>> options,
                std::string_view chosen);
void add_metric_choice(Page& page, AdoptionMetric metric);
/// Steps, range, scale.
void add_common_choices(Page& page, const ChartState& state);

// Curves.

/// What is drawn of a curve: nothing where more is unknown than known.
[[nodiscard]] std::vector<CurveValue> drawn(const NamedCurve& curve);
/// In per cent of all curves together at each date.
void make_shares(std::vector<ChartCurve>& curves);
/// The chart, where the curves began and ended, and all values. `flags` has one entry a date or
/// none; `files` are the addresses of the chart as SVG and of its numbers as CSV, or none.
void add_curves(Page& page, Chart chart, const std::vector<std::vector<std::string_view>>& flags,
                std::string_view unit, const std::vector<std::string>& files,
                bool with_summary = true);

// Addresses inside a page, from the `?` on.

/// What the API is asked.
[[nodiscard]] std::string query_of(const ChartState& state);
/// The whole state of the chart.
[[nodiscard]] std::string chart_query(const ChartState& state);

}  // namespace stemma
