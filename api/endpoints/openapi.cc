#include "api/endpoints/openapi.h"

#include <algorithm>
#include <string_view>

#include "api/http/request.h"
#include "api/json.h"
#include "api/query/params.h"
#include "api/render/markdown.h"

namespace stemma {
namespace {

/// Writes `key` with an object that `write` fills.
template <class Write>
void object(JsonWriter& json, std::string_view key, Write&& write) {
  json.key(key);
  json.begin_object();
  write();
  json.end_object();
}

void text(JsonWriter& json, std::string_view key, std::string_view value) {
  json.key(key);
  json.text(value);
}

void write_type(JsonWriter& json, std::string_view type, bool may_be_null) {
  json.key("type");
  if (!may_be_null) return json.text(type);
  json.begin_array();
  json.text(type);
  json.text("null");
  json.end_array();
}

void write_object_schema(JsonWriter& json, const FieldInfos& fields);

void write_field_schema(JsonWriter& json, const FieldInfo& field) {
  const bool null =
      field.presence == Presence::or_null || field.presence == Presence::optional_or_null;
  const auto items = [&](std::string_view type) {
    write_type(json, "array", null);
    object(json, "items", [&] { text(json, "type", type); });
  };
  text(json, "description", field.meaning);
  switch (field.type) {
    case FieldType::text:
      return write_type(json, "string", null);
    case FieldType::integer:
      return write_type(json, "integer", null);
    case FieldType::number:
      return write_type(json, "number", null);
    case FieldType::flag:
      return write_type(json, "boolean", null);
    case FieldType::flag_or_text:
      json.key("type");
      json.begin_array();
      for (const std::string_view type : {"boolean", "string", "null"}) json.text(type);
      json.end_array();
      return;
    case FieldType::time:
      write_type(json, "string", null);
      return text(json, "format", "date-time");
    case FieldType::texts:
      return items("string");
    case FieldType::integers:
      return items("integer");
    case FieldType::numbers:
      write_type(json, "array", null);
      return object(json, "items", [&] { write_type(json, "number", true); });
    case FieldType::times:
      write_type(json, "array", null);
      return object(json, "items", [&] {
        write_type(json, "string", false);
        text(json, "format", "date-time");
      });
    case FieldType::text_lists:
      write_type(json, "array", null);
      return object(json, "items", [&] {
        write_type(json, "array", false);
        object(json, "items", [&] { write_type(json, "string", false); });
      });
    case FieldType::counts:
      write_type(json, "object", null);
      return object(json, "additionalProperties", [&] { text(json, "type", "number"); });
    case FieldType::object:
      return write_object_schema(json, field.inside());
    case FieldType::objects:
      write_type(json, "array", null);
      return object(json, "items", [&] { write_object_schema(json, field.inside()); });
    case FieldType::object_lists:
      write_type(json, "array", null);
      return object(json, "items", [&] {
        write_type(json, "array", false);
        object(json, "items", [&] { write_object_schema(json, field.inside()); });
      });
    case FieldType::splice:
      break;  // flat_infos() leaves none
  }
}

void write_object_schema(JsonWriter& json, const FieldInfos& fields) {
  const FieldInfos flat = flat_infos(fields);
  write_type(json, "object", false);
  json.key("additionalProperties");
  json.boolean(false);
  object(json, "properties", [&] {
    for (const FieldInfo& field : flat)
      object(json, field.name, [&] { write_field_schema(json, field); });
  });
  json.key("required");
  json.begin_array();
  for (const FieldInfo& field : flat) {
    if (field.presence == Presence::always || field.presence == Presence::or_null)
      json.text(field.name);
  }
  json.end_array();
}

/// The date or the time of a parameter; `number` is another possibility.
void write_time_schema(JsonWriter& json, bool number, bool may_be_empty = false) {
  json.key("anyOf");
  json.begin_array();
  if (number) {
    json.begin_object();
    text(json, "type", "integer");
    json.key("minimum");
    json.number(1);
    json.key("maximum");
    json.number(std::numeric_limits<SnapshotNumber>::max());
    json.end_object();
  }
  for (const std::string_view format : {"date", "date-time"}) {
    json.begin_object();
    text(json, "type", "string");
    text(json, "format", format);
    json.end_object();
  }
  if (may_be_empty) {
    json.begin_object();
    text(json, "type", "string");
    json.key("maxLength");
    json.number(0);
    json.end_object();
  }
  json.end_array();
}

void write_words(JsonWriter& json, std::span<const std::string_view> words) {
  if (words.empty()) return;
  json.key("enum");
  json.begin_array();
  for (const std::string_view word : words) json.text(word);
  json.end_array();
}

/// `required`: the parameter must say something.
void write_param_schema(JsonWriter& json, const ParamInfo& param, bool required) {
  switch (param.type) {
    case ParamType::text:
    case ParamType::choice:
      text(json, "type", "string");
      if (param.words.empty() && required) {
        json.key("minLength");
        json.number(1);
      }
      if (param.words.empty()) text(json, "pattern", "^[^\\u0000]*$");
      write_words(json, param.words);
      break;
    case ParamType::list:
      text(json, "type", "array");
      json.key("minItems");
      json.number(1);
      json.key("maxItems");
      json.number(kMaxAlternatives);
      object(json, "items", [&] {
        text(json, "type", "string");
        // A comma separates values; it is no part of one. Zero bytes are refused everywhere.
        if (param.words.empty()) text(json, "pattern", "^[^,\\u0000]+$");
        write_words(json, param.words);
      });
      break;
    case ParamType::integer:
      text(json, "type", "integer");
      json.key("minimum");
      json.sum(param.least);
      json.key("maximum");
      json.sum(param.most);
      break;
    case ParamType::share:
      text(json, "type", "number");
      json.key("minimum");
      json.number(0);
      json.key("maximum");
      json.number(1);
      break;
    case ParamType::flag:
      text(json, "type", "boolean");
      break;
    case ParamType::time:
      write_time_schema(json, false, param.may_be_empty);
      break;
    case ParamType::snapshot:
      write_time_schema(json, true);
      break;
  }
  if (param.default_value.empty()) return;
  json.key("default");
  switch (param.type) {
    case ParamType::integer:
      return json.number(std::stoull(std::string{param.default_value}));
    case ParamType::flag:
      return json.boolean(param.default_value == "true");
    default:
      return json.text(param.default_value);
  }
}

/// The value that the route's example gives the parameter; empty where none.
std::string example_of(const Route& route, std::string_view name) {
  if (route.example.empty()) return {};
  const auto target = parse_target(route.example);
  for (const Param& param : target->params) {
    if (param.name == name) return param.value;
  }
  return {};
}

void write_example(JsonWriter& json, const ParamInfo& param, const std::string& value) {
  if (value.empty()) return;
  json.key("example");
  switch (param.type) {
    case ParamType::integer:
      return json.number(std::stoull(value));
    case ParamType::list: {
      json.begin_array();
      std::string_view rest = value;
      while (true) {
        const auto comma = rest.find(',');
        json.text(rest.substr(0, comma));
        if (comma == std::string_view::npos) break;
        rest.remove_prefix(comma + 1);
      }
      return json.end_array();
    }
    case ParamType::flag:
      return json.boolean(value == "true" || value == "1");
    default:
      return json.text(value);
  }
}

/// "id" of "/v1/models/{id}"; empty where the path has no variable.
std::string_view variable_of(std::string_view path) {
  const auto open = path.find('{');
  if (open == std::string_view::npos) return {};
  return path.substr(open + 1, path.find('}') - open - 1);
}

/// The variables of paths; every one that a route has is here.
constexpr struct {
  std::string_view name, meaning, example;
} kVariables[] = {
    {"id", "Name of a model, owner/name; its slash may be encoded or not.", "Qwen/Qwen2-7B"},
    {"family", "Name of a family or series.", "qwen"},
    {"board", "Name of a leaderboard; /v1/leaderboards lists them.", "downloads"},
    {"file", "Name of a file.", "docs.js"},
    {"picture", "compare, compare.svg or compare.csv.", "compare"},
    {"family_picture", "Name of a family or series, alone or with .svg or .csv.", "qwen"},
    {"badge", "Name of a family, series or model, with .svg.", "qwen.svg"},
};

void write_params(JsonWriter& json, const Route& route) {
  const std::string_view variable = variable_of(route.path);
  json.key("parameters");
  json.begin_array();
  if (!variable.empty()) {
    const auto* described = std::find_if(std::begin(kVariables), std::end(kVariables),
                                         [&](const auto& known) { return known.name == variable; });
    json.begin_object();
    text(json, "name", variable);
    text(json, "in", "path");
    text(json, "description", described->meaning);
    json.key("required");
    json.boolean(true);
    object(json, "schema", [&] {
      text(json, "type", "string");
      json.key("minLength");
      json.number(1);
    });
    text(json, "example", described->example);
    json.end_object();
  }
  for (const ParamInfo& param : route.params) {
    json.begin_object();
    text(json, "name", param.name);
    text(json, "in", "query");
    text(json, "description", param.meaning);
    json.key("required");
    json.boolean(param.required && route.body != BodyKind::page);
    if (param.type == ParamType::list) {
      text(json, "style", "form");
      json.key("explode");
      json.boolean(false);
    }
    object(json, "schema", [&] {
      write_param_schema(json, param, route.body != BodyKind::page && !param.may_be_empty);
    });
    write_example(json, param, example_of(route, param.name));
    json.end_object();
  }
  json.end_array();
}

void write_content(JsonWriter& json, const Route& route) {
  object(json, "content", [&] {
    const auto media = [&](std::string_view type, auto&& write_schema) {
      object(json, type, [&] { object(json, "schema", write_schema); });
    };
    const auto plain_text = [&] { text(json, "type", "string"); };
    if (route.body == BodyKind::page) return media("text/html", plain_text);
    if (route.body == BodyKind::other) return media(route.media_type, plain_text);
    if (route.body == BodyKind::object)
      media("application/json", [&] { write_object_schema(json, route.fields()); });
    if (route.body == BodyKind::list) {
      media("application/json", [&] {
        text(json, "type", "array");
        object(json, "items", [&] { write_object_schema(json, route.fields()); });
      });
    }
    if (route.lines == nullptr) return;
    object(json, "application/x-ndjson", [&] {
      object(json, "schema", [&] {
        text(json, "type", "string");
        text(json, "description",
             "The whole answer, one item a line; the last line is {\"end\":true,\"rows\":N}.");
      });
      // OpenAPI 3.1 cannot describe the lines of a stream; 3.2 calls it itemSchema.
      object(json, "x-itemSchema", [&] { write_object_schema(json, route.lines()); });
    });
  });
}

void write_problem(JsonWriter& json, std::string_view status, std::string_view description) {
  object(json, status, [&] {
    text(json, "description", description);
    object(json, "content", [&] {
      object(json, "application/problem+json", [&] {
        object(json, "schema", [&] { text(json, "$ref", "#/components/schemas/Problem"); });
      });
    });
  });
}

void write_responses(JsonWriter& json, const Route& route) {
  object(json, "responses", [&] {
    object(json, "200", [&] {
      text(json, "description", "The answer.");
      write_content(json, route);
    });
    const bool of_snapshot = route.path.substr(0, 4) == "/v1/";
    if (of_snapshot)
      object(json, "304", [&] { text(json, "description", "If-None-Match names this answer."); });
    if (!variable_of(route.path).empty()) {
      object(json, "308", [&] {
        text(json, "description",
             "An alias or another case: Location is where the resource is to be had.");
      });
    }
    write_problem(json, "400", "A parameter that is not known or cannot be used.");
    write_problem(json, "404", "No such model, family or snapshot, or nothing that answers.");
    const auto is_cursor = [](const ParamInfo& param) { return param.name == "cursor"; };
    if (std::any_of(route.params.begin(), route.params.end(), is_cursor))
      write_problem(json, "410", "The snapshot that the cursor belongs to was pruned.");
    write_problem(json, "414", "The path and query are too long.");
    write_problem(json, "503", "No snapshot was published yet.");
  });
}

/// "get_v1_models_id_children"
std::string operation_id(std::string_view path) {
  std::string id = "get";
  bool parted = true;
  for (const char c : path) {
    const bool part = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    if (part && parted) id += '_';
    if (part) id += c;
    parted = !part;
  }
  return path == "/" ? "get_home" : id;
}

std::string_view tag_of(const Route& route) {
  if (route.body == BodyKind::page || route.path == "/assets/{file}") return "pages";
  if (route.path.substr(0, 11) == "/v1/models/") return "models";
  if (route.path.substr(0, 12) == "/v1/families") return "families";
  return route.path.substr(0, 4) == "/v1/" ? "snapshots" : "server";
}

void write_components(JsonWriter& json) {
  object(json, "components", [&] {
    object(json, "schemas", [&] {
      object(json, "Problem", [&] {
        text(json, "type", "object");
        text(json, "description", "RFC 9457.");
        object(json, "properties", [&] {
          for (const auto& [name, type, meaning] :
               {std::tuple{"type", "string", "about:blank"},
                std::tuple{"title", "string", "The status in words."},
                std::tuple{"status", "integer", "The status."},
                std::tuple{"detail", "string", "What is wrong, in a sentence."},
                std::tuple{"parameter", "string", "The parameter that is wrong."}}) {
            object(json, name, [&] {
              text(json, "type", type);
              text(json, "description", meaning);
            });
          }
        });
        json.key("required");
        json.begin_array();
        for (const std::string_view name : {"type", "title", "status", "detail"}) json.text(name);
        json.end_array();
      });
    });
  });
}

}  // namespace

FieldInfos flat_infos(const FieldInfos& fields) {
  FieldInfos flat;
  const auto add = [&](const FieldInfo& field) {
    const bool known = std::any_of(
        flat.begin(), flat.end(), [&](const FieldInfo& other) { return other.name == field.name; });
    if (!known) flat.push_back(field);
  };
  for (const FieldInfo& field : fields) {
    if (field.type != FieldType::splice) {
      add(field);
      continue;
    }
    for (const FieldInfo& inner : flat_infos(field.inside())) add(inner);
  }
  return flat;
}

std::string answers_schema_text(std::span<const Route> routes) {
  std::string out = "## Answers of the HTTP API\n";
  for (const Route& route : routes) {
    if (route.fields == nullptr) continue;
    out += "\n### " + std::string{route.path} + "\n\n" + std::string{route.summary};
    if (route.body == BodyKind::list) out += " A list of:";
    out += "\n\n" + markdown_table(route.fields());
  }
  return out;
}

std::string openapi_json(std::span<const Route> routes) {
  JsonWriter json;
  json.begin_object();
  text(json, "openapi", "3.1.0");
  object(json, "info", [&] {
    text(json, "title", "Stemma");
    text(json, "summary", "What came from what, and who uses it, of the world's open models.");
    text(json, "version", STEMMA_VERSION);
    text(
        json, "description",
        "Every answer is from one snapshot, named in it and in X-Snapshot. Lists are paged: `next` "
        "is the URL of the next page. What is unknown is null, never 0. Times are UTC.");
  });
  object(json, "paths", [&] {
    for (const Route& route : routes) {
      object(json, route.path, [&] {
        object(json, "get", [&] {
          text(json, "operationId", operation_id(route.path));
          text(json, "summary", route.summary);
          json.key("tags");
          json.begin_array();
          json.text(tag_of(route));
          json.end_array();
          write_params(json, route);
          write_responses(json, route);
          if (!route.example.empty()) text(json, "x-example", route.example);
        });
      });
    }
  });
  write_components(json);
  json.end_object();
  return json.take();
}

}  // namespace stemma
