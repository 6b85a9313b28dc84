#include "api/web/family_charts.h"

#include <algorithm>

#include "api/query/links.h"
#include "graph/burst.h"
#include "schema/percent.h"

namespace stemma {
namespace {

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

}  // namespace

Chart breakdown_chart(const FamilyBreakdown& curves, const ChartState& state) {
  Chart chart{
      .title = fmt::format("{} of {} by {}{}", title_of(curves.metric), curves.family->label,
                           to_string(curves.by), curves.burst_adjusted ? ", burst-adjusted" : ""),
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

namespace {

std::string how_counted(const FamilyBreakdown& curves) {
  std::string how{meaning_of(curves.metric)};
  if (curves.burst_adjusted || curves.by == Breakdown::burst)
    how += fmt::format(" Burst-adjusted: {}.", escape_html(kBurstRule));
  return how;
}

}  // namespace

void add_family_chart(Page& page, const FamilyBreakdown& curves, const ChartState& state) {
  page.add_from(kCharts, "begin", arg("id", "over-time"), arg("title", "Over time"),
                arg("how", how_counted(curves)));
  page.add_from(kCharts, "form_begin", arg("action", state.path));
  for (const Param& param : state.kept) {
    page.add_from(kCharts, "hidden", arg("name", escape_html(param.name)),
                  arg("value", escape_html(param.value)));
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
              {"depth", "depth"},
              {"burst", "burst or not"}},
             to_string(curves.by));
  add_metric_choice(page, curves.metric);
  add_common_choices(page, state);
  page.add_from(kCharts, "form_end");
  Chart chart = breakdown_chart(curves, state);
  const std::string embed = "/embed/families/" + percent_encode(curves.family->name);
  const std::string query = chart_query(state);
  add_curves(page, std::move(chart), curves.flags, state.share ? " %" : "",
             {embed + ".svg" + query, embed + ".csv" + query});
  page.add_from(kCharts, "embed", arg("link", embed + query));
  page.add_from(kCharts, "source",
                arg("json", "/v1/families/" + percent_encode(curves.family->name) + "/adoption" +
                                query_of(state)));
  page.add_from(kCharts, "end");
}

void add_growth_chart(Page& page, const Growth& growth) {
  page.add_from(kCharts, "begin", arg("id", "growth"),
                arg("title", "Derivatives by date of creation"),
                arg("how", "Counted" + std::string{kGrowthNote}.substr(7) + "."));
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
  page.add_from(kCharts, "source",
                arg("json", "/v1/families/" + percent_encode(growth.family->name) +
                                "/growth?interval=" + std::string{to_string(growth.interval)}));
  page.add_from(kCharts, "end");
}

void add_model_chart(Page& page, const SnapshotView& view, const ModelAdoption& adoption) {
  if (adoption.points.empty()) return;
  page.add_from(kCharts, "begin", arg("id", "adoption"), arg("title", "Adoption"),
                arg("how",
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
  page.add_from(kCharts, "source", arg("json", model_path(view.name(adoption.node)) + "/adoption"));
  page.add_from(kCharts, "end");
}

}  // namespace stemma
