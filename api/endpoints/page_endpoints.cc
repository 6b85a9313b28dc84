#include <algorithm>
#include <chrono>
#include <limits>

#include "api/endpoints/comparisons.h"
#include "api/endpoints/endpoints.h"
#include "api/endpoints/page_params.h"
#include "api/query/lineage_queries.h"
#include "api/query/links.h"
#include "api/render/answers.h"
#include "api/web/comparison.h"
#include "api/web/leaderboard_page.h"
#include "api/web/page.h"
#include "api/web/pages.h"
#include "schema/percent.h"
#include "schema/text.h"
#include "schema/utc_time.h"

namespace stemma {
namespace {

/// A page, in its frame. `tag` tells it from other pages of the same snapshot.
template <class MakePage>
Response page_answer(RequestContext& context, const std::string& tag, MakePage&& make_page) {
  context.params().finish();
  return context.whole(tag, kHtmlType, [&] {
    return framed(make_page(), context.view(), {context.raw_path(), context.given_params()});
  });
}

/// What tells the page from others of the same snapshot: without curves it is another page.
std::string tag_of(const RequestContext& context, const std::optional<AdoptionView>& adoption) {
  return context.raw_path() + (adoption ? "" : "#without-adoption");
}

}  // namespace

Response get_home_page(RequestContext& context) {
  allow_empty_fields(context.params());
  std::optional<AdoptionView> adoption = context.open_adoption_if_any();
  ParamReader& params = context.params();
  const bool by_creation = !adoption || params.text_or_empty(param::home_metric.name).empty();
  const CurveQuery query =
      read_curve_query(params, by_creation ? Interval::month : fitting_interval(&*adoption));
  ChartState state = read_chart_state(params, "/", query.interval);
  state.by_creation = by_creation;
  return page_answer(context, tag_of(context, adoption), [&] {
    SnapshotFacts& facts = context.facts();
    HomeParts parts;
    parts.families = list_families(facts, Policy::any);
    parts.night = context.api().nights.of(context.api().snapshots, facts.handle());
    parts.state = state;
    if (adoption) {
      parts.alarms = *context.api().nights.alarms(*adoption, facts);
      for (const FamilyRow& row : parts.families.items)
        parts.trends.push_back(family_trend(*adoption, *row.family));
    }
    std::vector<const FamilyDefinition*> families;
    for (const FamilyRow& row : parts.families.items) families.push_back(row.family);
    if (by_creation) {
      for (const FamilyDefinition* family : families)
        parts.growth.push_back(family_growth(facts, *family, query));
    } else {
      parts.curves =
          compare_families(*adoption, facts, families, SharePolicy::any, state.metric, query);
    }
    return home_page(facts, parts);
  });
}

Response get_search_page(RequestContext& context) {
  const std::string text = context.params().search_text(param::search_text.name, true);
  context.open_as_of();
  return page_answer(context, context.raw_path(), [&] {
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
  return page_answer(context, tag_of(context, adoption), [&] {
    SnapshotFacts& facts = context.facts();
    ModelParts parts;
    parts.model = show_model(facts, node);
    parts.children = list_children(facts, node, ListQuery{});
    parts.licenses = show_licenses(facts, node);
    ListQuery sums;
    sums.limit = 0;
    parts.impact = list_impact(facts, node, {}, sums);
    parts.history = show_history(facts, node);
    if (adoption) {
      CurveQuery query;
      query.interval = fitting_interval(&*adoption);
      parts.adoption = model_adoption(*adoption, facts, node, AdoptionScope::self, query,
                                      AdoptionMetric::downloads);
    }
    return model_page(facts, parts);
  });
}

Response get_family_page(RequestContext& context) {
  allow_empty_fields(context.params());
  std::optional<AdoptionView> adoption = context.open_adoption_if_any();
  const FamilyDefinition& family = context.family("/families/");
  ParamReader& params = context.params();
  CurveQuery query = read_curve_query(params, fitting_interval(adoption ? &*adoption : nullptr));
  const std::string path = "/families/" + percent_encode(family.name);
  const ChartState state = read_family_chart(params, path, query);
  const ListQuery members = read_members_query(params);
  return page_answer(context, tag_of(context, adoption), [&] {
    constexpr std::size_t kCurves = 8, kRows = 6;
    SnapshotFacts& facts = context.facts();
    FamilyParts parts;
    parts.family = show_family(facts, family);
    parts.charts.state = state;
    for (const Param& param : context.given_params()) {
      const auto own = member_params();
      if (!param.value.empty() && std::find(own.begin(), own.end(), param.name) != own.end())
        parts.charts.state.kept.push_back(param);
    }
    parts.charts.growth =
        family_growth(facts, family, {.from = {}, .to = {}, .interval = Interval::month});
    if (adoption) {
      parts.charts.curves = family_breakdown(*adoption, facts, family, SharePolicy::any,
                                             state.metric, *state.by, kCurves, query);
      parts.trend = family_trend(*adoption, family);
      BoardQuery top;
      top.limit = kRows;
      parts.fastest = leaderboard(*adoption, facts, *find_board("growth"), &family, top);
      parts.newest = leaderboard(*adoption, facts, *find_board("new"), &family, top);
      CurveQuery last;
      last.from = adoption->snapshots().back().observed_at;
      for (const NamedCurve& curve :
           family_breakdown(*adoption, facts, family, SharePolicy::any, AdoptionMetric::derivatives,
                            Breakdown::quantizer, kMaxLimit, last)
               .series)
        parts.by_quantizer[curve.name] =
            static_cast<std::uint64_t>(curve.values.back().value_or(0));
      parts.survival = family_survival(*adoption, facts, family, CurveQuery{});
    }
    parts.members = list_family_models(facts, family, members);
    parts.state = {.path = path,
                   .given = context.given_params(),
                   .own = member_params(),
                   .offset = members.offset};
    std::erase_if(parts.state.given, [](const Param& p) { return p.name == "as_of"; });
    std::string asked, for_csv;
    for (const Param& param : parts.state.given) {
      const bool own = std::find(parts.state.own.begin(), parts.state.own.end(), param.name) !=
                       parts.state.own.end();
      if (!own || param.value.empty() || param.name == param::page_number.name) continue;
      asked += (asked.empty() ? "?" : "&amp;") + param.name + "=" + percent_encode(param.value);
    }
    parts.state.csv = path + "/members.csv" + asked;
    parts.state.json = "/v1" + path + "/models" + asked;
    return family_page(facts, parts);
  });
}

Response get_family_members_csv(RequestContext& context) {
  allow_empty_fields(context.params());
  context.open_as_of();
  const FamilyDefinition& family = context.family("/families/", "/members.csv");
  ListQuery query = read_members_query(context.params());
  query.offset = 0;
  query.limit = std::numeric_limits<NodeId>::max();  // all of them, whatever page was looked at
  context.params().finish();
  Response response = context.whole(
      "/families/" + percent_encode(family.name) + "/members.csv", kCsvType,
      [&] { return list_csv(context.view(), list_family_models(context.facts(), family, query)); });
  response.set_header("Content-Disposition",
                      "attachment; filename=\"" + percent_encode(family.name) + "-members.csv\"");
  return response;
}

Response get_compare_page(RequestContext& context) {
  allow_empty_fields(context.params());
  AdoptionView adoption = context.open_adoption();
  ComparedNames names;
  ChartState state;
  const CurveQuery query = read_comparison(context, adoption, state, names);
  return page_answer(context, context.raw_path(), [&] {
    std::optional<Comparison> answer;
    if (!names.families.empty() || !names.models.empty())
      answer = compare(context, adoption, state, names, query);
    return compare_page(context.facts(), answer, state);
  });
}

Response get_leaderboard_page(RequestContext& context) {
  allow_empty_fields(context.params());
  const BoardInfo& board = context.board();
  AdoptionView adoption = context.open_adoption();
  const FamilyDefinition* family = context.board_family();
  const BoardQuery query = context.read_board_query(adoption);
  return page_answer(context, context.raw_path(), [&] {
    return leaderboard_page(context.facts(),
                            leaderboard(adoption, context.facts(), board, family, query));
  });
}

Response get_changes_page(RequestContext& context) {
  context.open_as_of();
  ParamReader& params = context.params();
  const std::string_view word = params.choice(param::night_kind);
  ChangesParts parts;
  for (const NightKind& kind : night_kinds()) {
    if (kind.name == word) parts.kind = &kind;
  }
  parts.page = static_cast<std::size_t>(params.number(param::page_number).value_or(1));
  return page_answer(context, context.raw_path(), [&] {
    parts.night = context.api().nights.of(context.api().snapshots, context.facts().handle());
    parts.newest = context.api().snapshots.current()->total().number;
    return changes_page(context.facts(), parts);
  });
}

Response get_quality_page(RequestContext& context) {
  std::optional<AdoptionView> adoption = context.open_adoption_if_any();
  QualityParts parts;
  const auto word = context.params().choice_or_none(param::one_lint_kind);
  if (word) parts.kind = parse_lint_kind(*word);
  if (context.api().history) parts.runs = context.api().history().runs;
  constexpr std::size_t kRuns = 10;
  if (parts.runs.size() > kRuns) parts.runs.resize(kRuns);
  parts.now = std::chrono::duration_cast<std::chrono::seconds>(
                  std::chrono::system_clock::now().time_since_epoch())
                  .count();
  // It tells of what goes on now, too: another hour or another state of a run is another page.
  std::string tag = tag_of(context, adoption) + fmt::format("#{}", parts.now / 3600);
  for (const RunFacts& run : parts.runs) tag += "|" + run.run.state;
  return page_answer(context, tag, [&] {
    SnapshotFacts& facts = context.facts();
    constexpr std::size_t kFindings = 50;
    std::vector<LintKind> kinds;
    if (parts.kind) kinds.push_back(*parts.kind);
    parts.lint = list_lint(facts, kinds, 0, parts.kind ? kFindings : 0);
    parts.inference = show_inference(facts, false);
    if (adoption) {
      const auto rolled = adoption->snapshots();
      parts.rolled.assign(rolled.begin(), rolled.end());
    }
    return quality_page(facts, parts);
  });
}

}  // namespace stemma
