#include "api/endpoints/page_params.h"

#include <algorithm>

namespace stemma {

void allow_empty_fields(ParamReader& params) {
  for (const ParamInfo& param : {param::page_from, param::page_to, param::families_or_none,
                                 param::models_or_none, param::page_family, param::home_metric})
    params.allow_empty(param.name);
  for (const ParamInfo& param : kMemberParams) params.allow_empty(param.name);
}

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

ChartState read_family_chart(ParamReader& params, std::string path, CurveQuery& query) {
  ChartState state = read_chart_state(params, std::move(path), query.interval);
  query.burst_adjusted = params.flag(param::burst_adjusted.name).value_or(false);
  state.burst_adjusted = query.burst_adjusted;
  state.by = read_breakdown(params).value_or(Breakdown::relation);
  if (query.burst_adjusted) state.by = Breakdown::role;
  return state;
}

Interval fitting_interval(const AdoptionView* adoption) {
  constexpr std::size_t kMostDays = 200;
  return adoption != nullptr && adoption->snapshots().size() > kMostDays ? Interval::week
                                                                         : Interval::day;
}

ListQuery read_members_query(ParamReader& params) {
  ListQuery query;
  for (const std::string_view word : params.choices(param::page_relation))
    query.filters.relations.push_back(*parse_relation(word));
  query.filters.authors = params.list(param::page_author.name);
  query.filters.licenses = params.list(param::page_license.name);
  query.filters.name_part = params.text_or_empty(param::page_name_part.name);
  query.filters.min_downloads = params.number(param::page_min_downloads);
  query.filters.created_after = params.time(param::page_created_after.name);
  query.filters.created_before = params.time(param::page_created_before.name);
  query.sort = sort_key(params.choice(param::sort));
  query.descending = params.choice(param::order) == "desc";
  query.limit = kMembersPerPage;
  query.offset = (static_cast<std::size_t>(params.number(param::page_number).value_or(1)) - 1) *
                 kMembersPerPage;
  return query;
}

std::span<const std::string_view> member_params() noexcept {
  static const auto names = [] {
    std::array<std::string_view, kMemberParams.size()> all;
    std::transform(kMemberParams.begin(), kMemberParams.end(), all.begin(),
                   [](const ParamInfo& param) { return param.name; });
    return all;
  }();
  return names;
}

}  // namespace stemma
