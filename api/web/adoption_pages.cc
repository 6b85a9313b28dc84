#include "api/web/adoption_pages.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "api/fields/adoption_rows.h"
#include "api/query/links.h"
#include "api/web/assets.h"
#include "api/web/line_chart.h"
#include "graph/family.h"
#include "graph/lookup.h"
#include "schema/percent.h"

namespace stemma {
namespace {

constexpr std::string_view kCharts = "charts.html";
constexpr std::array<std::string_view, 10> kStyles{"c0", "c1", "c2", "c3", "c4",
                                                   "c5", "c6", "c7", "c8", "c9"};

std::string_view style_of(std::string_view name, Breakdown by, std::size_t place) {
  if (by == Breakdown::relation) {
    if (name == "finetune") return "r-finetune";
    if (name == "quantized") return "r-quantized";
    if (name == "adapter") return "r-adapter";
    if (name == "merge") return "r-merge";
    return "r-unspecified";
  }
  return kStyles[place % kStyles.size()];
}

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
  page.add_from(kCharts, "select_begin", fmt::arg("label", label), fmt::arg("name", name));
  for (const auto& [value, text] : options) {
    page.add_from(kCharts, "option", fmt::arg("value", value),
                  fmt::arg("selected", value == chosen ? " selected" : ""), fmt::arg("text", text));
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
    page.add_from(kCharts, "date", fmt::arg("label", label), fmt::arg("name", name),
                  fmt::arg("value", escape_html(*value)));
  }
  const auto check = [&](std::string_view name, std::string_view label, bool on) {
    page.add_from(kCharts, "check", fmt::arg("name", name),
                  fmt::arg("checked", on ? " checked" : ""), fmt::arg("label", label));
  };
  check("log", "log scale", state.log);
  check("share", "share", state.share);
  if (state.families.empty() && state.by) check("lines", "as lines", state.lines);
}

/// The form of a comparison; without a field for families where the state has none.
void add_comparison_form(Page& page, const ChartState& state) {
  page.add_from(kCharts, "form_begin", fmt::arg("action", state.path));
  if (state.path == "/compare") {
    for (const auto& [name, value] :
         {std::pair{"families", &state.families}, std::pair{"models", &state.models}}) {
      page.add_from(kCharts, "text", fmt::arg("label", name), fmt::arg("name", name),
                    fmt::arg("value", escape_html(*value)));
    }
    add_metric_choice(page, state.metric);
    if (!state.models.empty()) {
      add_choice(
          page, "of", "scope",
          {{"self", "the models"}, {"descendants", "what descends from them"}, {"subtree", "both"}},
          to_string(state.scope));
    }
    add_choice(page, "by", "align", {{"date", "date"}, {"release", "days since release"}},
               state.by_age ? "release" : "date");
  } else {
    add_choice(page, "of", "metric",
               {{"", "derivatives by date of creation"},
                {"derivatives", "derivatives by night"},
                {"new_derivatives", "new derivatives"},
                {"downloads", "downloads, 30 days"},
                {"downloads_7d", "downloads, 7 days"},
                {"downloads_all_time", "downloads, all time"}},
               state.by_creation ? std::string_view{} : to_string(state.metric));
  }
  add_common_choices(page, state);
  page.add_from(kCharts, "form_end");
}

/// A family has one colour everywhere: that of its place in the file.
std::string_view family_style(const SnapshotFacts& facts, std::string_view name) {
  std::size_t place = 0;
  for (const FamilyDefinition& family : facts.families().definitions()) {
    if (!family.top_level()) continue;
    if (family.name == name) return kStyles[place % kStyles.size()];
    ++place;
  }
  // A series: by its place among all.
  place = 0;
  for (const FamilyDefinition& family : facts.families().definitions()) {
    if (family.name == name) break;
    ++place;
  }
  return kStyles[place % kStyles.size()];
}

std::string capitalised(std::string_view text) {
  std::string copy{text};
  if (!copy.empty()) copy[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(copy[0])));
  return copy;
}

/// What is drawn of a curve.
std::vector<CurveValue> drawn(const NamedCurve& curve) {
  std::vector<CurveValue> values = curve.values;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (curve.sparse[i]) values[i].reset();
  }
  return values;
}

/// In per cent of all curves together at each date.
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

/// The chart, where the curves began and ended, and all values.
/// `files` are the addresses of the chart as SVG and of its numbers as CSV, or none.
void add_curves(Page& page, Chart chart, const std::vector<std::vector<std::string_view>>& flags,
                std::string_view unit, const std::vector<std::string>& files,
                bool with_summary = true) {
  std::vector<std::string_view> kinds;
  for (std::size_t i = 0; i < flags.size(); ++i) {
    if (flags[i].empty()) continue;
    chart.marked.push_back(i);
    for (const std::string_view flag : flags[i]) {
      if (std::find(kinds.begin(), kinds.end(), flag) == kinds.end()) kinds.push_back(flag);
    }
  }
  page.add_from(kCharts, "chart_begin", fmt::arg("title", escape_html(chart.title)),
                fmt::arg("stacked", chart.stacked ? "1" : "0"),
                fmt::arg("log", chart.log ? "1" : "0"), fmt::arg("unit", unit),
                fmt::arg("days", chart.days ? "1" : "0"));
  // One for either width: the style sheet shows the one that fits. Scripts put their own in place.
  page.html(line_chart(chart));
  page.html(line_chart(chart, ChartPlace::phone));
  page.add_from(kCharts, "chart_end");
  if (!files.empty()) {
    page.add_from(kCharts, "downloads", fmt::arg("svg", files.front()),
                  fmt::arg("csv", files.back()));
  } else {
    page.add_from(kCharts, "downloads_none");
  }
  if (!kinds.empty()) {
    std::string text;
    for (const std::string_view kind : kinds)
      text += (text.empty() ? "" : ", ") + std::string{kind};
    page.add_from(kCharts, "flagged", fmt::arg("flags", text));
  }
  if (chart.dates.empty()) return;
  if (with_summary) add_summary(page, chart, unit);
  std::string cells;
  fill_part(cells, kList, "heading", fmt::arg("title", "Date"));
  for (const ChartCurve& curve : chart.curves) {
    fill_part(cells, kCharts, "heading_of_curve", fmt::arg("style", curve.style),
              fmt::arg("title", escape_html(curve.name)));
  }
  fill_part(cells, kList, "heading", fmt::arg("title", "Flags"));
  page.add_from(kCharts, "details_begin", fmt::arg("headings", cells));
  for (std::size_t i = chart.dates.size(); i-- > 0;) {
    cells.clear();
    const std::string at = format_utc(chart.dates[i]);
    fill_part(cells, kCharts, "cell_of_date", fmt::arg("at", at),
              fmt::arg("date", date_text(chart, chart.dates[i])));
    for (const ChartCurve& curve : chart.curves) {
      fill_part(cells, kList, "cell_number", fmt::arg("label", ""),
                fmt::arg("text", curve.values[i] ? value_text(curve.values[i]) + std::string{unit}
                                                 : std::string{"–"}));
    }
    std::string text;
    if (i < flags.size()) {
      for (const std::string_view flag : flags[i])
        text += (text.empty() ? "" : ", ") + std::string{flag};
    }
    fill_part(cells, kList, "cell", fmt::arg("label", ""), fmt::arg("text", text));
    page.add("row", fmt::arg("cells", cells));
  }
  page.add_from(kCharts, "details_end");
}

std::string query_of(const ChartState& state) {
  std::string query =
      fmt::format("?metric={}&amp;interval={}", to_string(state.metric), to_string(state.interval));
  if (state.by) query += fmt::format("&amp;by={}", to_string(*state.by));
  if (!state.from.empty()) query += "&amp;from=" + percent_encode(state.from);
  if (!state.to.empty()) query += "&amp;to=" + percent_encode(state.to);
  return query;
}

/// The whole state of a chart, as it stands in an address inside a page.
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

}  // namespace

Chart breakdown_chart(const FamilyBreakdown& curves, const ChartState& state) {
  Chart chart{.title = fmt::format("{} of {} by {}", title_of(curves.metric), curves.family->label,
                                   to_string(curves.by)),
              .dates = curves.dates,
              .curves = {},
              .stacked = !state.lines && !state.log,
              .log = state.log && !state.share,
              .marked = {}};
  for (std::size_t i = 0; i < curves.series.size(); ++i) {
    chart.curves.push_back({curves.series[i].name, drawn(curves.series[i]),
                            style_of(curves.series[i].name, curves.by, i)});
  }
  const bool others = curves.by != Breakdown::role &&
                      std::any_of(curves.others.begin(), curves.others.end(),
                                  [](const CurveValue& value) { return value.value_or(0) != 0; });
  if (others) {
    chart.curves.push_back({"others", curves.others, "c9"});
    // Where every name is left out, the rest says nothing either.
    for (std::size_t i = 0; i < curves.dates.size(); ++i) {
      const bool known =
          std::any_of(chart.curves.begin(), chart.curves.end() - 1,
                      [&](const ChartCurve& one) { return one.values[i].has_value(); });
      if (!known) chart.curves.back().values[i].reset();
    }
  }
  if (state.share) make_shares(chart.curves);
  return chart;
}

std::string growth_text(const CurveValue& ratio) {
  if (!ratio) return "–";
  const double percent = std::round(*ratio * 100);
  if (percent == 0) return "0 %";
  return fmt::format("{}{:.0f} %", percent < 0 ? "−" : "+", std::abs(percent));
}

void add_family_chart(Page& page, const FamilyBreakdown& curves, const ChartState& state) {
  page.add_from(kCharts, "begin", fmt::arg("id", "over-time"), fmt::arg("title", "Over time"),
                fmt::arg("how", meaning_of(curves.metric)));
  page.add_from(kCharts, "form_begin", fmt::arg("action", state.path));
  for (const Param& param : state.kept) {
    page.add_from(kCharts, "hidden", fmt::arg("name", escape_html(param.name)),
                  fmt::arg("value", escape_html(param.value)));
  }
  add_choice(page, "by", "by",
             {{"relation", "relation"},
              {"role", "official and derived"},
              {"author", "author"},
              {"license", "licence"},
              {"library", "library"},
              {"pipeline_tag", "task"},
              {"quantizer", "quantizer"},
              {"series", "series"},
              {"depth", "depth"}},
             to_string(curves.by));
  add_metric_choice(page, curves.metric);
  add_common_choices(page, state);
  page.add_from(kCharts, "form_end");
  Chart chart = breakdown_chart(curves, state);
  const std::string embed = "/embed/families/" + percent_encode(curves.family->name);
  const std::string query = chart_query(state);
  add_curves(page, std::move(chart), curves.flags, state.share ? " %" : "",
             {embed + ".svg" + query, embed + ".csv" + query});
  page.add_from(kCharts, "embed", fmt::arg("link", embed + query));
  page.add_from(kCharts, "source",
                fmt::arg("json", "/v1/families/" + percent_encode(curves.family->name) +
                                     "/adoption" + query_of(state)));
  page.add_from(kCharts, "end");
}

void add_growth_chart(Page& page, const Growth& growth) {
  page.add_from(kCharts, "begin", fmt::arg("id", "growth"),
                fmt::arg("title", "Derivatives by date of creation"),
                fmt::arg("how", "Counted" + std::string{kGrowthNote}.substr(7) + "."));
  Chart chart{.title = "Derivatives created until the end of each " +
                       std::string{to_string(growth.interval)},
              .dates = {},
              .curves = {{"together", {}, "c0"},
                         {"in each " + std::string{to_string(growth.interval)}, {}, "c1"}},
              .marked = {}};
  for (const GrowthPoint& point : growth.points) {
    chart.dates.push_back(point.from);
    chart.curves[0].values.emplace_back(static_cast<double>(point.cumulative));
    chart.curves[1].values.emplace_back(static_cast<double>(point.derivatives));
  }
  add_curves(page, std::move(chart), {}, "", {});
  page.add_from(
      kCharts, "source",
      fmt::arg("json", "/v1/families/" + percent_encode(growth.family->name) +
                           "/growth?interval=" + std::string{to_string(growth.interval)}));
  page.add_from(kCharts, "end");
}

void add_model_chart(Page& page, const SnapshotView& view, const ModelAdoption& adoption) {
  if (adoption.points.empty()) return;
  page.add_from(
      kCharts, "begin", fmt::arg("id", "adoption"), fmt::arg("title", "Adoption"),
      fmt::arg("how",
               "The hub's rolling count of 30 days, and what is derived of its cumulative "
               "count: downloads in seven days."));
  Chart chart{.title = fmt::format("Downloads of {}", view.name(adoption.node)),
              .dates = {},
              .curves = {{"30 days", {}, "c0"}, {"7 days", {}, "c1"}},
              .marked = {}};
  std::vector<std::vector<std::string_view>> flags;
  for (const AdoptionPoint& point : adoption.points) {
    chart.dates.push_back(point.at.observed_at);
    chart.curves[0].values.push_back(
        metric_value(point.sums, {}, AdoptionMetric::downloads, SharePolicy::any));
    chart.curves[1].values.push_back(
        metric_value(point.sums, {}, AdoptionMetric::downloads_7d, SharePolicy::any));
    flags.push_back(point.flags);
  }
  add_curves(page, std::move(chart), flags, "", {});
  page.add_from(kCharts, "source",
                fmt::arg("json", model_path(view.name(adoption.node)) + "/adoption"));
  page.add_from(kCharts, "end");
}

namespace {

/// The page that shows what is unusual, safe inside an attribute.
std::string page_of(const Alarm& alarm) {
  switch (alarm.kind) {
    case Alarm::Kind::outside_band:
      return family_link(alarm.subject) + "?by=role";
    case Alarm::Kind::burst:
      return "/changes?kind=model_added";
    case Alarm::Kind::model_gone:
      return page_link(alarm.subject);
    case Alarm::Kind::stall:
    case Alarm::Kind::rollback:
      break;
  }
  return "/quality";
}

}  // namespace

void add_alarms(Page& page, const std::vector<Alarm>& alarms) {
  constexpr std::size_t kShown = 10;
  if (alarms.empty()) return;
  page.add_from(kCharts, "unusual_begin");
  for (std::size_t i = 0; i < std::min(alarms.size(), kShown); ++i) {
    page.add_from(kCharts, "unusual", fmt::arg("link", page_of(alarms[i])),
                  fmt::arg("text", escape_html(alarms[i].text)),
                  fmt::arg("command", escape_html(alarms[i].command)));
  }
  page.add_from(kCharts, "unusual_end");
}

namespace {

/// When the first of a family's own models, or the model, was created; kUnknownTime where nobody
/// knows.
UnixSeconds release_of(const SnapshotFacts& facts, const std::string& name, bool is_model) {
  const SnapshotView& view = facts.snapshot();
  std::vector<NodeId> nodes;
  if (is_model) {
    if (const auto node = find_name(view, name)) nodes.push_back(*node);
  } else if (const FamilyDefinition* family = facts.families().find(name)) {
    nodes = facts.families().roots(view, *family);
  }
  UnixSeconds first = kUnknownTime;
  for (const NodeId node : nodes) {
    const UnixSeconds created = view.created_at[node];
    if (created != kUnknownTime && (first == kUnknownTime || created < first)) first = created;
  }
  return first;
}

/// Days since each one's release take the place of dates; what has no known release is left out.
void align_by_age(const SnapshotFacts& facts, const Comparison& answer, const ChartState& state,
                  Chart& chart) {
  std::vector<std::map<std::int64_t, double>> by_day(chart.curves.size());
  std::vector<UnixSeconds> days;
  for (std::size_t c = 0; c < chart.curves.size(); ++c) {
    const UnixSeconds release = release_of(facts, answer.series[c].name, !state.models.empty());
    if (release == kUnknownTime) continue;
    for (std::size_t i = 0; i < chart.dates.size(); ++i) {
      if (!chart.curves[c].values[i] || chart.dates[i] < release) continue;
      const std::int64_t day = (chart.dates[i] - release) / adoption::kDay;
      by_day[c][day] = *chart.curves[c].values[i];
      days.push_back(day * adoption::kDay);
    }
  }
  std::sort(days.begin(), days.end());
  days.erase(std::unique(days.begin(), days.end()), days.end());
  chart.dates = days;
  chart.days = true;
  for (std::size_t c = 0; c < chart.curves.size(); ++c) {
    chart.curves[c].values.clear();
    for (const UnixSeconds day : days) {
      const auto found = by_day[c].find(day / adoption::kDay);
      chart.curves[c].values.push_back(found == by_day[c].end() ? CurveValue{}
                                                                : CurveValue{found->second});
    }
  }
}

}  // namespace

Chart comparison_chart(const SnapshotFacts& facts, const Comparison& answer,
                       const ChartState& state) {
  Chart chart{.title = std::string{title_of(answer.metric)},
              .dates = answer.dates,
              .curves = {},
              .log = state.log && !state.share,
              .marked = {}};
  for (std::size_t i = 0; i < answer.series.size(); ++i) {
    const FamilyDefinition* family = facts.families().find(answer.series[i].name);
    chart.curves.push_back({family == nullptr ? answer.series[i].name : family->label,
                            drawn(answer.series[i]),
                            // Models have no colour of their own.
                            state.models.empty() ? family_style(facts, answer.series[i].name)
                                                 : kStyles[i % kStyles.size()]});
  }
  if (state.by_age) align_by_age(facts, answer, state, chart);
  if (state.share) make_shares(chart.curves);
  return chart;
}

void add_comparison_chart(Page& page, const SnapshotFacts& facts, const Comparison& answer,
                          const ChartState& state) {
  page.add_from(kCharts, "begin", fmt::arg("id", "over-time"),
                fmt::arg("title", capitalised(title_of(answer.metric))),
                fmt::arg("how", meaning_of(answer.metric)));
  add_comparison_form(page, state);
  const std::string embed = "/embed/compare";
  std::string names;
  for (const NamedCurve& one : answer.series) names += (names.empty() ? "" : ",") + one.name;
  ChartState whole = state;
  (state.models.empty() ? whole.families : whole.models) = names;
  const std::string query = chart_query(whole);
  add_curves(page, comparison_chart(facts, answer, state), {}, state.share ? " %" : "",
             {embed + ".svg" + query, embed + ".csv" + query});
  page.add_from(kCharts, "embed", fmt::arg("link", embed + query));
  if (state.models.empty()) {
    page.add_from(kCharts, "source",
                  fmt::arg("json", "/v1/compare" + query_of(state) +
                                       "&amp;families=" + percent_encode(names)));
  } else {
    page.add_from(kCharts, "sources_models");
  }
  page.add_from(kCharts, "end");
}

void add_growth_comparison(Page& page, const SnapshotFacts& facts,
                           const std::vector<Growth>& growth, const ChartState& state) {
  page.add_from(kCharts, "begin", fmt::arg("id", "over-time"),
                fmt::arg("title", fmt::format("Derivatives of {} families, by date of creation",
                                              growth.size())),
                fmt::arg("how", capitalised(kGrowthNote) + "."));
  add_comparison_form(page, state);
  Chart chart{.title = "Derivatives created until the end of each " +
                       std::string{to_string(state.interval)},
              .dates = {},
              .curves = {},
              .log = state.log && !state.share,
              .marked = {}};
  // All families on one row of months.
  for (const Growth& one : growth) {
    for (const GrowthPoint& point : one.points) chart.dates.push_back(point.from);
  }
  std::sort(chart.dates.begin(), chart.dates.end());
  chart.dates.erase(std::unique(chart.dates.begin(), chart.dates.end()), chart.dates.end());
  for (const Growth& one : growth) {
    ChartCurve curve{one.family->label, {}, family_style(facts, one.family->name)};
    auto point = one.points.begin();
    CurveValue value = 0;
    for (const UnixSeconds date : chart.dates) {
      for (; point != one.points.end() && point->from <= date; ++point)
        value = static_cast<double>(point->cumulative);
      curve.values.push_back(value);
    }
    chart.curves.push_back(std::move(curve));
  }
  if (state.share) make_shares(chart.curves);
  add_curves(page, std::move(chart), {}, state.share ? " %" : "", {}, false);
  page.add_from(kCharts, "sources_growth");
  page.add_from(kCharts, "end");
}

std::string compare_page(const SnapshotFacts& facts, const std::optional<Comparison>& answer,
                         const ChartState& state) {
  const SnapshotView& view = facts.snapshot();
  Page page{"Compare – Stemma"};
  page.heading(state.models.empty() ? "Families side by side" : "Models side by side");
  page.add_marks(view);
  if (!answer) {
    add_comparison_form(page, state);
    page.add_from(kCharts, "compare_hint");
    return page.finish(&view, "/v1/families");
  }
  add_comparison_chart(page, facts, *answer, state);
  if (!state.models.empty()) return page.finish(&view, {});
  return page.finish(
      &view, "/v1/compare" + query_of(state) + "&amp;families=" + percent_encode(state.families));
}

std::string embed_page(const SnapshotView& view, const Chart& chart, std::string_view link) {
  std::string html;
  const SnapshotTotals& total = view.total();
  fill_part(html, "embed.html", "page", fmt::arg("title", escape_html(chart.title)),
            fmt::arg("style", asset_path("style.css")), fmt::arg("chart", line_chart(chart)),
            fmt::arg("phone", line_chart(chart, ChartPlace::phone)), fmt::arg("link", link),
            fmt::arg("number", total.number),
            fmt::arg("date", format_utc(total.observed_at).substr(0, 10)),
            fmt::arg("mark", total.generated != 0 ? "Generated demo data. " : ""));
  return html;
}

std::string leaderboard_page(const SnapshotFacts& facts, const Leaderboard& answer) {
  const SnapshotView& view = facts.snapshot();
  const std::string family =
      answer.family == nullptr ? "" : "family=" + percent_encode(answer.family->name);
  Page page{"Leaderboards – Stemma"};
  page.heading(answer.family == nullptr ? "Leaderboards"
                                        : "Leaderboards of " + answer.family->label);
  page.add_marks(view);
  page.add_from(kCharts, "boards_begin");
  for (const BoardInfo& board : boards()) {
    std::string current;
    if (&board == answer.board) current = " aria-current=\"page\"";
    page.add_from(kCharts, "tab",
                  fmt::arg("path", fmt::format("/leaderboards/{}{}{}", board.name,
                                               family.empty() ? "" : "?", family)),
                  fmt::arg("current", current), fmt::arg("text", board.name));
  }
  page.add_from(kCharts, "boards_end");
  page.paragraph(escape_html(answer.board->meaning));
  const std::string json = fmt::format("/v1/leaderboards/{}?window={}d{}{}", answer.board->name,
                                       answer.window_days, family.empty() ? "" : "&amp;", family);
  if (answer.rows.empty()) {
    page.soft("Nobody is on this board: the counts that it needs were not observed long enough.");
    return page.finish(&view, json);
  }
  const bool growth = answer.board->kind == BoardKind::growth;
  const bool families = answer.board->kind == BoardKind::families;
  struct BoardRowOf {
    const SnapshotView& view;
    const LeaderboardRow& row;
  };
  const auto rank = [](const BoardRowOf& r) {
    return fmt::format("{}{}", r.row.rank,
                       r.row.previous_rank && *r.row.previous_rank != r.row.rank
                           ? fmt::format(" ({})", *r.row.previous_rank)
                           : "");
  };
  const auto name = [families](const BoardRowOf& r) {
    if (r.row.model) return link(page_link(r.view.name(*r.row.model)), r.view.name(*r.row.model));
    return families ? link(family_link(r.row.name), r.row.name) : escape_html(r.row.name);
  };
  const auto value = [growth](const BoardRowOf& r) {
    return growth ? growth_text(r.row.value) : value_text(r.row.value);
  };
  const auto change = [growth](const BoardRowOf& r) {
    return growth ? growth_text(r.row.change) : change_text(r.row.change);
  };
  const std::string span = fmt::format("28 {}s", to_string(answer.interval));
  const std::string spark_title = "The last " + span;
  const auto spark = [&spark_title](const BoardRowOf& r) {
    return spark_line({r.row.spark.begin(), r.row.spark.end()}, spark_title);
  };
  const std::string since =
      answer.since == kUnknownTime ? "Change" : "Since " + format_utc(answer.since).substr(0, 10);
  page.table<BoardRowOf>({},
                         {{"Name", {}, name},
                          {"Rank (was)", {}, rank, true},
                          {growth ? "Growth" : "Value", {}, value, true},
                          {since, {}, change, true},
                          {span, {}, spark}},
                         answer.rows, [&](const LeaderboardRow& row) {
                           return BoardRowOf{view, row};
                         });
  return page.finish(&view, json);
}

}  // namespace stemma
