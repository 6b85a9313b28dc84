#include "api/web/chart_parts.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "schema/percent.h"

namespace stemma {

std::string_view title_of(AdoptionMetric metric) {
  switch (metric) {
    case AdoptionMetric::derivatives:
      return "derivatives";
    case AdoptionMetric::new_derivatives:
      return "new derivatives";
    case AdoptionMetric::downloads:
      return "downloads in 30 days";
    case AdoptionMetric::downloads_all_time:
      return "downloads of all time";
    case AdoptionMetric::downloads_7d:
      return "downloads in 7 days";
    case AdoptionMetric::likes:
      return "likes";
  }
  return {};
}

std::string_view meaning_of(AdoptionMetric metric) {
  switch (metric) {
    case AdoptionMetric::derivatives:
      return "Live models that descend from an official model of the family, directly or not, as "
             "of "
             "each night.";
    case AdoptionMetric::new_derivatives:
      return "Derivatives first seen in that step.";
    case AdoptionMetric::downloads:
      return "The hub's rolling count of 30 days, of models whose count is known.";
    case AdoptionMetric::downloads_all_time:
      return "The hub's cumulative count, of models whose count is known; it can fall.";
    case AdoptionMetric::downloads_7d:
      return "Derived from the hub's cumulative counts; models whose count a week before is "
             "unknown "
             "are left out.";
    case AdoptionMetric::likes:
      return "Likes, as the hub counts them.";
  }
  return {};
}

std::string value_text(const CurveValue& value) {
  if (!value) return "–";
  const double size = std::abs(*value);
  if (*value == std::round(*value) && size < 9e15)
    return (*value < 0 ? "−" : "") + grouped(static_cast<std::uint64_t>(size));
  return fmt::format("{:.2f}", *value);
}
std::string change_text(const CurveValue& value) {
  if (!value) return "–";
  return (*value > 0 ? "+" : "") + value_text(value);
}
void add_choice(Page& page, std::string_view label, std::string_view name,
                std::initializer_list<std::pair<std::string_view, std::string_view>> options,
                std::string_view chosen) {
  page.add_from(kCharts, "select_begin", arg("label", label), arg("name", name));
  for (const auto& [value, text] : options) {
    page.add_from(kCharts, "option", arg("value", value),
                  arg("selected", value == chosen ? " selected" : ""), arg("text", text));
  }
  page.add_from(kCharts, "select_end");
}

void add_metric_choice(Page& page, AdoptionMetric metric) {
  add_choice(page, "of", "metric",
             {{"derivatives", "derivatives"},
              {"new_derivatives", "new derivatives"},
              {"downloads", "downloads, 30 days"},
              {"downloads_7d", "downloads, 7 days"},
              {"downloads_all_time", "downloads, all time"}},
             to_string(metric));
}

void add_common_choices(Page& page, const ChartState& state) {
  add_choice(page, "each", "interval", {{"day", "day"}, {"week", "week"}, {"month", "month"}},
             to_string(state.interval));
  for (const auto& [label, name, value] :
       {std::tuple{"from", "from", &state.from}, std::tuple{"to", "to", &state.to}}) {
    page.add_from(kCharts, "date", arg("label", label), arg("name", name),
                  arg("value", escape_html(*value)));
  }
  const auto check = [&](std::string_view name, std::string_view label, bool on) {
    page.add_from(kCharts, "check", arg("name", name), arg("checked", on ? " checked" : ""),
                  arg("label", label));
  };
  check("log", "log scale", state.log);
  check("share", "share", state.share);
  if (state.families.empty() && state.by) check("lines", "as lines", state.lines);
  if (state.by) check("burst_adjusted", "burst-adjusted, by role", state.burst_adjusted);
}

std::string capitalised(std::string_view text) {
  std::string copy{text};
  if (!copy.empty()) copy[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(copy[0])));
  return copy;
}

std::vector<CurveValue> drawn(const NamedCurve& curve) {
  std::vector<CurveValue> values = curve.values;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (curve.sparse[i]) values[i].reset();
  }
  return values;
}

void make_shares(std::vector<ChartCurve>& curves) {
  if (curves.empty()) return;
  for (std::size_t i = 0; i < curves.front().values.size(); ++i) {
    double sum = 0;
    for (const ChartCurve& curve : curves) sum += curve.values[i].value_or(0);
    for (ChartCurve& curve : curves) {
      if (curve.values[i] && sum > 0) {
        curve.values[i] = 100 * *curve.values[i] / sum;
      } else {
        curve.values[i].reset();
      }
    }
  }
}

namespace {

std::string date_text(const Chart& chart, UnixSeconds date) {
  return chart.days ? fmt::format("day {}", date / adoption::kDay) : format_utc(date).substr(0, 10);
}

/// Where each curve began and where it ended.
void add_summary(Page& page, const Chart& chart, std::string_view unit) {
  struct CurveRow {
    const Chart& chart;
    const ChartCurve& curve;
    std::string_view unit;
  };
  const auto cell = [](const CurveRow& r, const CurveValue& value) {
    return value ? value_text(value) + std::string{r.unit} : "–";
  };
  const std::string first = date_text(chart, chart.dates.front());
  const std::string last = date_text(chart, chart.dates.back());
  page.table<CurveRow>(
      {},
      {{"", {}, [](const CurveRow& r) { return escape_html(r.curve.name); }},
       {first, {}, [&](const CurveRow& r) { return cell(r, r.curve.values.front()); }, true},
       {last, {}, [&](const CurveRow& r) { return cell(r, r.curve.values.back()); }, true},
       {"Change",
        {},
        [&](const CurveRow& r) {
          const auto& values = r.curve.values;
          return values.front() && values.back()
                     ? change_text(*values.back() - *values.front()) + std::string{r.unit}
                     : "–";
        },
        true}},
      chart.curves, [&](const ChartCurve& curve) {
        return CurveRow{chart, curve, unit};
      });
}

}  // namespace

void add_curves(Page& page, Chart chart, const std::vector<std::vector<std::string_view>>& flags,
                std::string_view unit, const std::vector<std::string>& files, bool with_summary) {
  std::vector<std::string_view> kinds;
  for (std::size_t i = 0; i < flags.size(); ++i) {
    if (flags[i].empty()) continue;
    chart.marked.push_back(i);
    for (const std::string_view flag : flags[i]) {
      if (std::find(kinds.begin(), kinds.end(), flag) == kinds.end()) kinds.push_back(flag);
    }
  }
  page.add_from(kCharts, "chart_begin", arg("title", escape_html(chart.title)),
                arg("stacked", chart.stacked ? "1" : "0"), arg("log", chart.log ? "1" : "0"),
                arg("unit", unit), arg("days", chart.days ? "1" : "0"));
  // One for either width: the style sheet shows the one that fits. Scripts put their own in place.
  page.html(line_chart(chart));
  page.html(line_chart(chart, ChartPlace::phone));
  page.add_from(kCharts, "chart_end");
  if (!files.empty()) {
    page.add_from(kCharts, "downloads", arg("svg", files.front()), arg("csv", files.back()));
  } else {
    page.add_from(kCharts, "downloads_none");
  }
  if (!kinds.empty()) {
    std::string text;
    for (const std::string_view kind : kinds)
      text += (text.empty() ? "" : ", ") + std::string{kind};
    page.add_from(kCharts, "flagged", arg("flags", text));
  }
  if (chart.dates.empty()) return;
  if (with_summary) add_summary(page, chart, unit);
  std::string cells;
  fill_part(cells, kList, "heading", arg("title", "Date"));
  for (const ChartCurve& curve : chart.curves) {
    fill_part(cells, kCharts, "heading_of_curve", arg("style", curve.style),
              arg("title", escape_html(curve.name)));
  }
  fill_part(cells, kList, "heading", arg("title", "Flags"));
  page.add_from(kCharts, "details_begin", arg("headings", cells));
  for (std::size_t i = chart.dates.size(); i-- > 0;) {
    cells.clear();
    const std::string at = format_utc(chart.dates[i]);
    fill_part(cells, kCharts, "cell_of_date", arg("at", at),
              arg("date", date_text(chart, chart.dates[i])));
    for (const ChartCurve& curve : chart.curves) {
      fill_part(cells, kList, "cell_number", arg("label", ""),
                arg("text", curve.values[i] ? value_text(curve.values[i]) + std::string{unit}
                                            : std::string{"–"}));
    }
    std::string text;
    if (i < flags.size()) {
      for (const std::string_view flag : flags[i])
        text += (text.empty() ? "" : ", ") + std::string{flag};
    }
    fill_part(cells, kList, "cell", arg("label", ""), arg("text", text));
    page.add("row", arg("cells", cells));
  }
  page.add_from(kCharts, "details_end");
}

std::string query_of(const ChartState& state) {
  std::string query =
      fmt::format("?metric={}&amp;interval={}", to_string(state.metric), to_string(state.interval));
  if (state.by) query += fmt::format("&amp;by={}", to_string(*state.by));
  if (state.burst_adjusted) query += "&amp;burst_adjusted=1";
  if (!state.from.empty()) query += "&amp;from=" + percent_encode(state.from);
  if (!state.to.empty()) query += "&amp;to=" + percent_encode(state.to);
  return query;
}

std::string chart_query(const ChartState& state) {
  std::string query = query_of(state);
  if (state.log) query += "&amp;log=1";
  if (state.share) query += "&amp;share=1";
  if (state.lines) query += "&amp;lines=1";
  if (!state.families.empty()) query += "&amp;families=" + percent_encode(state.families);
  if (!state.models.empty()) {
    query += fmt::format("&amp;models={}&amp;scope={}", percent_encode(state.models),
                         to_string(state.scope));
  }
  if (state.by_age) query += "&amp;align=release";
  return query;
}

std::string growth_text(const CurveValue& ratio) {
  if (!ratio) return "–";
  const double percent = std::round(*ratio * 100);
  if (percent == 0) return "0 %";
  return fmt::format("{}{:.0f} %", percent < 0 ? "−" : "+", std::abs(percent));
}

}  // namespace stemma
