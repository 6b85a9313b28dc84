#include "api/endpoints/endpoints.h"
#include "api/query/alarms.h"
#include "api/query/links.h"
#include "api/web/adoption_pages.h"
#include "api/web/pages.h"
#include "schema/percent.h"
#include "schema/text.h"

namespace stemma {
namespace {

/// The fields of forms that may be left empty.
void allow_empty_fields(ParamReader& params) {
  for (const ParamInfo& param :
       {param::page_from, param::page_to, param::families_or_none, param::page_family})
    params.allow_empty(param.name);
}

/// What a page with curves was asked for. The texts are shown again as they were given.
ChartState read_chart_state(ParamReader& params, std::string path, Interval by_default) {
  ChartState state;
  state.path = std::move(path);
  state.metric = read_metric(params, AdoptionMetric::derivatives);
  state.from = params.text_or_empty(param::range_from.name);
  state.to = params.text_or_empty(param::range_to.name);
  state.interval = by_default;
  state.log = params.flag(param::log_scale.name).value_or(false);
  state.share = params.flag(param::as_share.name).value_or(false);
  state.lines = params.flag(param::as_lines.name).value_or(false);
  return state;
}

/// More nights than a screen has room for are told by the week.
Interval fitting_interval(const AdoptionView* adoption) {
  constexpr std::size_t kMostDays = 200;
  return adoption != nullptr && adoption->snapshots().size() > kMostDays ? Interval::week
                                                                         : Interval::day;
}

/// What tells the page from others of the same snapshot: without curves it is another page.
std::string tag_of(const RequestContext& context, const std::optional<AdoptionView>& adoption) {
  return context.raw_path() + (adoption ? "" : "#without-adoption");
}

}  // namespace

Response get_home_page(RequestContext& context) {
  std::optional<AdoptionView> adoption = context.open_adoption_if_any();
  return context.whole(tag_of(context, adoption), kHtmlType, [&] {
    const FamiliesAnswer families = list_families(context.facts(), Policy::any);
    std::vector<Alarm> alarms;
    std::vector<FamilyTrend> trends;
    if (adoption) {
      alarms = find_alarms(*adoption, context.facts());
      for (const FamilyRow& row : families.items)
        trends.push_back(family_trend(*adoption, *row.family));
    }
    return home_page(context.facts(), families, trends, alarms);
  });
}

Response get_search_page(RequestContext& context) {
  const std::string text = context.params().search_text(param::search_text.name, true);
  context.params().finish();
  context.open_current();
  return context.whole(context.raw_path(), kHtmlType, [&] {
    // One more than is shown tells whether there is more.
    const auto items = text.empty() ? std::vector<SearchItem>{}
                                    : search(context.facts(), text, kSearchRowsShown + 1);
    return search_page(context.facts(), valid_utf8(text), items);
  });
}

Response get_model_page(RequestContext& context) {
  std::optional<AdoptionView> adoption = context.open_adoption_if_any();
  const NodeId node =
      context.model([](std::string_view name) { return "/models/" + percent_encode(name, true); });
  return context.whole(tag_of(context, adoption), kHtmlType, [&] {
    SnapshotFacts& facts = context.facts();
    ListQuery parents;
    parents.limit = kMaxLimit;
    std::optional<ModelAdoption> curve;
    if (adoption) {
      CurveQuery query;
      query.interval = fitting_interval(adoption ? &*adoption : nullptr);
      curve = model_adoption(*adoption, facts, node, AdoptionScope::self, query,
                             AdoptionMetric::downloads);
    }
    return model_page(facts, show_model(facts, node), list_parents(facts, node, parents),
                      list_children(facts, node, ListQuery{}), curve);
  });
}

Response get_family_page(RequestContext& context) {
  allow_empty_fields(context.params());
  std::optional<AdoptionView> adoption = context.open_adoption_if_any();
  const FamilyDefinition& family = context.family("/families/");
  ParamReader& params = context.params();
  const CurveQuery query =
      read_curve_query(params, fitting_interval(adoption ? &*adoption : nullptr));
  ChartState state =
      read_chart_state(params, "/families/" + percent_encode(family.name), query.interval);
  state.by = read_breakdown(params).value_or(Breakdown::relation);
  params.finish();
  return context.whole(tag_of(context, adoption), kHtmlType, [&] {
    constexpr std::size_t kCurves = 8;
    SnapshotFacts& facts = context.facts();
    FamilyCharts charts{
        .state = state,
        .growth = family_growth(facts, family, {.from = {}, .to = {}, .interval = Interval::month}),
        .curves = {}};
    if (adoption) {
      charts.curves = family_breakdown(*adoption, facts, family, SharePolicy::any, state.metric,
                                       *state.by, kCurves, query);
    }
    return family_page(facts, show_family(facts, family),
                       list_descendants(facts, family, ListQuery{}), charts);
  });
}

Response get_compare_page(RequestContext& context) {
  allow_empty_fields(context.params());
  AdoptionView adoption = context.open_adoption();
  ParamReader& params = context.params();
  const std::string given = params.text_or_empty(param::families_or_none.name);
  std::vector<const FamilyDefinition*> families;
  for_each_part(given, ',', [&](std::string_view name) {
    if (!name.empty()) families.push_back(&context.family_named(std::string{name}));
  });
  constexpr std::size_t kMostFamilies = 10;
  if (families.size() > kMostFamilies) throw ParamError{"families", "has more than 10 names"};
  const CurveQuery query = read_curve_query(params, fitting_interval(&adoption));
  ChartState state = read_chart_state(params, "/compare", query.interval);
  state.families = given;
  params.finish();
  return context.whole(context.raw_path(), kHtmlType, [&] {
    std::optional<Comparison> answer;
    if (!families.empty())
      answer = compare_families(adoption, context.facts(), families, SharePolicy::any, state.metric,
                                query);
    return compare_page(context.facts(), answer, state);
  });
}

Response get_leaderboard_page(RequestContext& context) {
  allow_empty_fields(context.params());
  const BoardInfo& board = context.board();
  AdoptionView adoption = context.open_adoption();
  const FamilyDefinition* family = context.board_family();
  const BoardQuery query = context.read_board_query(adoption);
  context.params().finish();
  return context.whole(context.raw_path(), kHtmlType, [&] {
    return leaderboard_page(context.facts(),
                            leaderboard(adoption, context.facts(), board, family, query));
  });
}

}  // namespace stemma
