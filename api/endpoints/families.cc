#include "api/endpoints/endpoints.h"
#include "api/render/answers.h"
#include "schema/percent.h"

namespace stemma {
namespace {

constexpr std::string_view kPath = "/v1/families/";

Policy read_policy(ParamReader& params) {
  return params.choice(param::policy) == "any" ? Policy::any : Policy::fractional;
}

}  // namespace

Response list_families(RequestContext& context) {
  context.open_edges();
  const Policy policy = read_policy(context.params());
  context.params().finish();
  return context.json_or_lines(
      "/v1/families", [&] { return list_families(context.facts(), policy); },
      [&](const FamiliesAnswer& answer) { return families_json(context.view(), answer); },
      [&](FamiliesAnswer answer) {
        return families_lines(context.facts().handle(), std::move(answer));
      });
}

Response get_family(RequestContext& context) {
  context.open_edges();
  const FamilyDefinition& family = context.family(kPath);
  const Policy policy = read_policy(context.params());
  if (policy == Policy::fractional && !family.top_level())
    throw ParamError{"policy", "fractional is for top-level families, and this is a series"};
  const std::size_t top = context.params().top();
  context.params().finish();
  return context.whole(std::string{kPath} + percent_encode(family.name), kJsonType, [&] {
    return family_json(context.view(), show_family(context.facts(), family, policy), top);
  });
}

Response list_family_models(RequestContext& context) {
  context.open_page();
  const FamilyDefinition& family = context.family(kPath, "/models");
  const ListQuery query = read_list_query(context.params(), false);
  return context.listed(
      std::string{kPath} + percent_encode(family.name) + "/models", query,
      [&](const ListQuery& page) { return list_family_models(context.facts(), family, page); });
}

}  // namespace stemma
