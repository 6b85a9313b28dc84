#include "api/query/adoption.h"

#include "api/endpoints/comparisons.h"
#include "api/endpoints/endpoints.h"
#include "api/query/growth.h"
#include "api/query/leaderboards.h"
#include "api/query/links.h"
#include "api/render/adoption_answers.h"
#include "schema/percent.h"

namespace stemma {
namespace {

constexpr std::string_view kFamilies = "/v1/families/";

SharePolicy read_share_policy(ParamReader& params) {
  return params.choice(param::policy) == "any" ? SharePolicy::any : SharePolicy::fractional;
}

/// An answer from the roll-ups, under `path`, which tells it from other answers.
template <class MakeBody>
Response rolled_up(RequestContext& context, const std::string& path, MakeBody&& make_body) {
  context.params().finish();
  return context.whole(path, kJsonType, std::forward<MakeBody>(make_body));
}

}  // namespace

Response get_model_adoption(RequestContext& context) {
  AdoptionView adoption = context.open_adoption();
  const NodeId node = context.model(model_path, "/adoption");
  ParamReader& params = context.params();
  const AdoptionScope scope = read_scope(params);
  const AdoptionMetric metric = read_metric(params, AdoptionMetric::downloads);
  const CurveQuery query = read_curve_query(params);
  return rolled_up(context, model_path(context.variable()) + "/adoption", [&] {
    return adoption_json(context.view(),
                         model_adoption(adoption, context.facts(), node, scope, query, metric));
  });
}

Response get_family_adoption(RequestContext& context) {
  AdoptionView adoption = context.open_adoption();
  const FamilyDefinition& family = context.family(kFamilies, "/adoption");
  ParamReader& params = context.params();
  CurveQuery query = read_curve_query(params);
  const SharePolicy policy = read_share_policy(params);
  const AdoptionMetric metric = read_metric(params, AdoptionMetric::derivatives);
  const auto by = read_breakdown(params);
  query.burst_adjusted = read_burst_adjusted(params, by);
  const auto top = static_cast<std::size_t>(params.number(param::curves).value_or(10));
  return rolled_up(
      context, std::string{kFamilies} + percent_encode(family.name) + "/adoption", [&] {
        if (by) {
          return adoption_json(context.view(), family_breakdown(adoption, context.facts(), family,
                                                                policy, metric, *by, top, query));
        }
        return adoption_json(context.view(),
                             family_adoption(adoption, context.facts(), family, policy, query));
      });
}

Response get_family_growth(RequestContext& context) {
  context.open_as_of();
  const FamilyDefinition& family = context.family(kFamilies, "/growth");
  const CurveQuery query = read_curve_query(context.params(), Interval::month);
  context.params().finish();
  return context.whole(
      std::string{kFamilies} + percent_encode(family.name) + "/growth", kJsonType,
      [&] { return growth_json(context.view(), family_growth(context.facts(), family, query)); });
}

Response get_family_survival(RequestContext& context) {
  AdoptionView adoption = context.open_adoption();
  const FamilyDefinition& family = context.family(kFamilies, "/survival");
  const CurveQuery query = read_range(context.params());
  static_cast<void>(context.params().choice(param::cohort_interval));
  return rolled_up(context, std::string{kFamilies} + percent_encode(family.name) + "/survival",
                   [&] {
                     return survival_json(
                         context.view(), family_survival(adoption, context.facts(), family, query));
                   });
}

Response get_comparison(RequestContext& context) {
  AdoptionView adoption = context.open_adoption();
  ParamReader& params = context.params();
  const ComparedNames names = read_compared_names(context);
  if (names.families.empty() && names.models.empty())
    throw ParamError{"families", "is missing, as is models: names separated by commas"};
  const CurveQuery query = read_curve_query(params);
  const SharePolicy policy = read_share_policy(params);
  const AdoptionScope scope = read_scope(params);
  if (!names.models.empty() && policy == SharePolicy::fractional)
    throw ParamError{"policy", "shares are told of families, not of models"};
  const AdoptionMetric metric = read_metric(
      params, names.models.empty() ? AdoptionMetric::derivatives : AdoptionMetric::downloads);
  return rolled_up(context, "/v1/compare", [&] {
    return comparison_json(
        context.view(),
        names.models.empty()
            ? compare_families(adoption, context.facts(), names.families, policy, metric, query)
            : compare_models(adoption, context.facts(), names.models, scope, metric, query));
  });
}

Response list_leaderboards(RequestContext& context) {
  context.open_as_of();
  context.params().finish();
  return context.whole("/v1/leaderboards", kJsonType,
                       [&] { return leaderboards_json(context.view()); });
}

Response get_leaderboard(RequestContext& context) {
  const BoardInfo& board = context.board();
  AdoptionView adoption = context.open_adoption();
  const FamilyDefinition* family = context.board_family();
  const BoardQuery query = context.read_board_query(adoption);
  return rolled_up(context, "/v1/leaderboards/" + context.variable(), [&] {
    return leaderboard_json(context.view(),
                            leaderboard(adoption, context.facts(), board, family, query));
  });
}

}  // namespace stemma
