#include "api/endpoints/comparisons.h"

#include "api/endpoints/page_params.h"
#include "schema/model_name.h"
#include "schema/text.h"

namespace stemma {

ComparedNames read_compared_names(RequestContext& context) {
  constexpr std::size_t kMostModels = 10;
  ParamReader& params = context.params();
  ComparedNames names;
  names.families = context.families_of(params.text_or_empty(param::families_or_none.name));
  const std::string models = params.text_or_empty(param::models_or_none.name);
  for_each_part(models, ',', [&](std::string_view name) {
    if (!name.empty())
      names.models.push_back(context.find_model(std::string{model_of_address(name)}));
  });
  if (names.models.size() > kMostModels) throw ParamError{"models", "has more than 10 names"};
  if (!names.families.empty() && !names.models.empty())
    throw ParamError{"models", "cannot be compared with families: leave one of both empty"};
  return names;
}

CurveQuery read_comparison(RequestContext& context, const AdoptionView& adoption, ChartState& state,
                           ComparedNames& names) {
  ParamReader& params = context.params();
  names = read_compared_names(context);
  const CurveQuery query = read_curve_query(params, fitting_interval(&adoption));
  const bool by_default = !params.has(param::metric.name);
  state = read_chart_state(params, "/compare", query.interval);
  if (!names.models.empty()) {
    if (by_default) state.metric = AdoptionMetric::downloads;
    state.models = params.text_or_empty(param::models_or_none.name);
  } else {
    state.families = params.text_or_empty(param::families_or_none.name);
  }
  state.scope = read_scope(params);
  state.by_age = params.choice(param::align) == "release";
  return query;
}

Comparison compare(RequestContext& context, AdoptionView& adoption, const ChartState& state,
                   const ComparedNames& names, const CurveQuery& query) {
  if (!names.models.empty()) {
    return compare_models(adoption, context.facts(), names.models, state.scope, state.metric,
                          query);
  }
  return compare_families(adoption, context.facts(), names.families, SharePolicy::any, state.metric,
                          query);
}

}  // namespace stemma
