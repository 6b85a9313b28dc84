#include "api/endpoints/routes.h"

#include <set>

#include "api/query/links.h"
#include "tests/api/api_fixture.h"
#include "tests/api/json_support.h"
#include "tests/support/catch.h"

namespace stemma {
namespace {

std::vector<std::string> segments(std::string_view path) {
  return parse_target(path).value().segments;
}

std::string found(std::string_view path) {
  const auto match = find_route(segments(path));
  return match ? std::string{match->route->path} + " " + match->variable : "none";
}

/// A value that the parameter takes.
std::string sample(const ParamInfo& param) {
  if (!param.words.empty()) return std::string{param.words.front()};
  switch (param.type) {
    case ParamType::integer:
    case ParamType::snapshot:
    case ParamType::flag:
      return "1";
    case ParamType::share:
      return "0.5";
    case ParamType::time:
      return "2024-01-01";
    default:
      return "Qwen/Qwen2-7B";
  }
}

TEST_CASE("a path finds its route and its variable", "[api][routes]") {
  const std::pair<std::string_view, std::string> cases[] = {
      {"/v1/models/Qwen/Qwen2-7B", "/v1/models/{id} Qwen/Qwen2-7B"},
      {"/v1/models/Qwen%2FQwen2-7B", "/v1/models/{id} Qwen/Qwen2-7B"},
      {"/v1/models/Qwen/Qwen2-7B/children", "/v1/models/{id}/children Qwen/Qwen2-7B"},
      {"/v1/models/Qwen%2FQwen2-7B/children", "/v1/models/{id}/children Qwen/Qwen2-7B"},
      {"/v1/models/gpt2/children", "/v1/models/{id}/children gpt2"},
      {"/v1/models/a%2Fchildren", "/v1/models/{id} a/children"},
      {"/v1/models/children", "/v1/models/{id} children"},
      {"/v1/models/a/children/children", "/v1/models/{id}/children a/children"},
      {"/v1/models/a/b/adoption", "none"},
      {"/v1/models/", "/v1/models/{id} "},
      {"/v1/models", "none"},
      {"/v1", "none"},
      {"/v1/families/qwen", "/v1/families/{family} qwen"},
      {"/v1/families/qwen/models", "/v1/families/{family}/models qwen"},
      {"/v1/families/qwen/models/x", "none"},
      {"/", "/ "},
      {"/models/a/children", "/models/{id} a/children"},
      {"/nothing", "none"},
  };
  for (const auto& [path, expected] : cases) {
    CAPTURE(path);
    CHECK(found(path) == expected);
  }
}

TEST_CASE("names of sub-resources are reserved, and only they", "[api][routes]") {
  std::set<std::string_view> below;
  constexpr std::string_view kModel = "/v1/models/{id}/";
  for (const Route& route : routes()) {
    if (route.path.substr(0, kModel.size()) == kModel)
      below.insert(route.path.substr(kModel.size()));
  }
  REQUIRE(below.size() > 5);
  for (const std::string_view name : below) CHECK(is_subresource(name));
  CHECK(is_subresource("adoption"));  // promised
  CHECK_FALSE(is_subresource("models"));
}

TEST_CASE("every example is answered, and every parameter of a route is taken", "[api][routes]") {
  ApiFixture api;
  for (const Route& route : routes()) {
    CAPTURE(route.path);
    CHECK_FALSE(route.summary.empty());
    if (route.body != BodyKind::page && route.path != "/style.css") {
      REQUIRE_FALSE(route.example.empty());
    }
    if (route.example.empty()) continue;
    const std::string example{route.example};
    CHECK(found(example.substr(0, example.find('?'))).rfind(std::string{route.path} + " ", 0) == 0);
    CHECK(api.get(example).status == 200);
    for (const ParamInfo& param : route.params) {
      CAPTURE(param.name);
      CHECK_FALSE(param.meaning.empty());
      if (example.find(std::string{param.name} + "=") != std::string::npos) continue;
      const std::string query = (example.find('?') == std::string::npos ? "?" : "&") +
                                std::string{param.name} + "=" + sample(param);
      const Response response = api.get(example + query);
      // Whatever it means there, it is known.
      CHECK(response.body.find("is not a parameter of this resource") == std::string::npos);
      CHECK(response.status < 500);
    }
    const Response unknown =
        api.get(example + (example.find('?') == std::string::npos ? "?" : "&") + "surely_not=1");
    CHECK(unknown.status == 400);
    CHECK(same(at(parse_json(unknown.body), "parameter"), "surely_not"));
    CHECK(api.get(example, {}, "POST").status == 405);
    CHECK(api.get(example, {}, "HEAD").status == 200);
    CHECK(api.get(example, {}, "OPTIONS").status == 204);
  }
}

}  // namespace
}  // namespace stemma
