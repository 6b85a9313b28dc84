#include "api/endpoints/routes.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "api/endpoints/openapi.h"
#include "api/export/schema_text.h"
#include "api/query/links.h"
#include "tests/api/adoption_fixture.h"
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
      {"/v1/models/a/b/adoption", "/v1/models/{id}/adoption a/b"},
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
  CHECK_FALSE(is_subresource("models"));
}

TEST_CASE("every example is answered, and every parameter of a route is taken", "[api][routes]") {
  AdoptionFixture api;
  publish_small_hub(api);
  for (const Route& route : routes()) {
    CAPTURE(route.path);
    CHECK_FALSE(route.summary.empty());
    if (route.body != BodyKind::page && route.path != "/assets/{file}") {
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

/// What of `value` is not as the fields say; empty where all is.
std::string contradiction(const rapidjson::Value& value, const FieldInfos& fields);

std::string contradiction(const rapidjson::Value& value, const FieldInfo& field) {
  const bool null =
      field.presence == Presence::or_null || field.presence == Presence::optional_or_null;
  if (value.IsNull()) return null ? "" : "is null";
  const auto each = [](const rapidjson::Value& list, auto&& of_item) {
    for (const auto& item : list.GetArray()) {
      if (std::string wrong = of_item(item); !wrong.empty()) return wrong;
    }
    return std::string{};
  };
  const auto say = [](bool right) { return std::string{right ? "" : "has another type"}; };
  switch (field.type) {
    case FieldType::text:
      return say(value.IsString());
    case FieldType::time:
      return say(value.IsString() && parse_utc(value.GetString()).has_value());
    case FieldType::integer:
      return say(value.IsInt64());
    case FieldType::number:
      return say(value.IsNumber());
    case FieldType::flag:
      return say(value.IsBool());
    case FieldType::flag_or_text:
      return say(value.IsBool() || value.IsString());
    case FieldType::texts:
      return say(value.IsArray()) +
             each(value, [&](const auto& item) { return say(item.IsString()); });
    case FieldType::integers:
      return say(value.IsArray()) +
             each(value, [&](const auto& item) { return say(item.IsInt()); });
    case FieldType::numbers:
      return say(value.IsArray()) +
             each(value, [&](const auto& item) { return say(item.IsNumber() || item.IsNull()); });
    case FieldType::times:
      return say(value.IsArray()) + each(value, [&](const auto& item) {
               return say(item.IsString() && parse_utc(item.GetString()).has_value());
             });
    case FieldType::text_lists:
      return say(value.IsArray()) + each(value, [&](const auto& list) {
               return each(list, [&](const auto& item) { return say(item.IsString()); });
             });
    case FieldType::counts:
      return say(value.IsObject());
    case FieldType::object:
      return contradiction(value, field.inside());
    case FieldType::objects:
      return each(value, [&](const auto& item) { return contradiction(item, field.inside()); });
    case FieldType::object_lists:
      return each(value, [&](const auto& list) {
        return each(list, [&](const auto& item) { return contradiction(item, field.inside()); });
      });
    case FieldType::splice:
      break;
  }
  return "a splice is left";
}

std::string contradiction(const rapidjson::Value& value, const FieldInfos& fields) {
  if (!value.IsObject()) return "is no object";
  const FieldInfos flat = flat_infos(fields);
  for (const auto& member : value.GetObject()) {
    const std::string name = member.name.GetString();
    const auto field = std::find_if(flat.begin(), flat.end(),
                                    [&](const FieldInfo& info) { return info.name == name; });
    if (field == flat.end()) return name + " is not described";
    if (std::string wrong = contradiction(member.value, *field); !wrong.empty())
      return name + ": " + wrong;
  }
  for (const FieldInfo& field : flat) {
    if (field.meaning.empty()) return std::string{field.name} + " has no meaning";
    const bool required = field.presence == Presence::always || field.presence == Presence::or_null;
    if (required && !value.HasMember(std::string{field.name}.c_str()))
      return std::string{field.name} + " is missing";
  }
  return {};
}

TEST_CASE("answers are as their fields describe them, in every line", "[api][routes]") {
  AdoptionFixture api;
  publish_small_hub(api);
  for (const Route& route : routes()) {
    if (route.example.empty()) continue;
    CAPTURE(route.path);
    const std::string example{route.example};
    if (route.fields != nullptr) {
      const auto body = parse_json(api.get(example).body);
      if (route.body == BodyKind::list) {
        REQUIRE(body.IsArray());
        REQUIRE_FALSE(body.Empty());
        for (const auto& item : body.GetArray()) CHECK(contradiction(item, route.fields()) == "");
      } else {
        CHECK(contradiction(body, route.fields()) == "");
      }
    }
    if (route.lines == nullptr) continue;
    Response response = api.get(example, {{"Accept", "application/x-ndjson"}});
    std::string text = response.body;
    while (response.chunks && response.chunks(text)) {
    }
    std::size_t lines = 0;
    for (std::size_t at = 0; at < text.size();) {
      const auto end = text.find('\n', at);
      const std::string line = text.substr(at, end - at);
      at = end + 1;
      if (at == text.size()) {
        CHECK(line.rfind("{\"end\":true", 0) == 0);
      } else {
        CHECK(contradiction(parse_json(line), route.lines()) == "");
        ++lines;
      }
    }
    if (route.path != "/v1/models/{id}/parents" && route.path != "/v1/models/{id}/ancestors")
      CHECK(lines > 0);
  }
}

TEST_CASE("the description has every route and every parameter", "[api][routes]") {
  ApiFixture api;
  const auto document = parse_json(api.get("/openapi.json").body);
  CHECK(same(at(document, "openapi"), "3.1.0"));
  const auto& paths = at(document, "paths");
  CHECK(paths.MemberCount() == routes().size());
  std::set<std::string> ids;
  for (const Route& route : routes()) {
    CAPTURE(route.path);
    const auto& get = at(at(paths, std::string{route.path}.c_str()), "get");
    CHECK(ids.insert(at(get, "operationId").GetString()).second);
    const bool variable = route.path.find('{') != std::string_view::npos;
    CHECK(at(get, "parameters").Size() == route.params.size() + (variable ? 1 : 0));
    CHECK(at(get, "responses").HasMember("200"));
  }
}

TEST_CASE("schema/SCHEMA.md is what the fields say", "[api][schema]") {
  const std::string text =
      "# What dumps and answers consist of\n\nWritten from the lists in `api/fields` by `api_tests "
      "\"[schema]\"` with `STEMMA_UPDATE=1` in the environment.\n\n" +
      dump_schema_text() + "\n" + answers_schema_text(routes());
  const char* const path = "schema/SCHEMA.md";  // tests run in the source tree
  if (std::getenv("STEMMA_UPDATE") != nullptr) std::ofstream{path} << text;
  std::ostringstream stands;
  stands << std::ifstream{path}.rdbuf();
  CHECK(stands.str() == text);
}

}  // namespace
}  // namespace stemma
