#include "api/web/comparison.h"

#include <algorithm>
#include <map>

#include "graph/lookup.h"
#include "schema/percent.h"

namespace stemma {
namespace {

/// The form of a comparison; without a field for families where the state has none.
void add_comparison_form(Page& page, const ChartState& state) {
  page.add_from(kCharts, "form_begin", arg("action", state.path));
  if (state.path == "/compare") {
    for (const auto& [name, value] :
         {std::pair{"families", &state.families}, std::pair{"models", &state.models}}) {
      page.add_from(kCharts, "text", arg("label", name), arg("name", name),
                    arg("value", escape_html(*value)));
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

/// What the API is asked, safe inside an attribute.
std::string query_of_comparison(const ChartState& state, const std::string& names) {
  std::string query = "/v1/compare" + query_of(state);
  if (!state.models.empty()) query += fmt::format("&amp;scope={}", to_string(state.scope));
  return query + (state.models.empty() ? "&amp;families=" : "&amp;models=") + percent_encode(names);
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

}  // namespace

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
  page.add_from(kCharts, "begin", arg("id", "over-time"),
                arg("title", capitalised(title_of(answer.metric))),
                arg("how", meaning_of(answer.metric)));
  add_comparison_form(page, state);
  const std::string embed = "/embed/compare";
  std::string names;
  for (const NamedCurve& one : answer.series) names += (names.empty() ? "" : ",") + one.name;
  ChartState whole = state;
  (state.models.empty() ? whole.families : whole.models) = names;
  const std::string query = chart_query(whole);
  add_curves(page, comparison_chart(facts, answer, state), {}, state.share ? " %" : "",
             {embed + ".svg" + query, embed + ".csv" + query});
  page.add_from(kCharts, "embed", arg("link", embed + query));
  page.add_from(kCharts, "source", arg("json", query_of_comparison(state, names)));
  page.add_from(kCharts, "end");
}

void add_growth_comparison(Page& page, const SnapshotFacts& facts,
                           const std::vector<Growth>& growth, const ChartState& state) {
  page.add_from(
      kCharts, "begin", arg("id", "over-time"),
      arg("title", fmt::format("Derivatives of {} families, by date of creation", growth.size())),
      arg("how", capitalised(kGrowthNote) + "."));
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
  std::string links;
  for (const Growth& one : growth) {
    links += (links.empty() ? "" : ", ") +
             link(fmt::format("/v1/families/{}/growth?interval={}",
                              percent_encode(one.family->name), to_string(state.interval)),
                  one.family->label);
  }
  page.add_from(kCharts, "sources_growth", arg("links", links));
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
  return page.finish(
      &view, query_of_comparison(state, state.models.empty() ? state.families : state.models));
}

}  // namespace stemma
