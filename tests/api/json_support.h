#pragma once

#include <rapidjson/document.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/catch.h"

namespace stemma {

/// Reads a body; a test with a body that is not JSON ends here.
inline rapidjson::Document parse_json(const std::string& text) {
  rapidjson::Document document;
  document.Parse(text.data(), text.size());
  INFO(text);
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

/// The member `name`; throws where RapidJSON would only assert.
inline const rapidjson::Value& at(const rapidjson::Value& object, const char* name) {
  const auto found = object.FindMember(name);
  if (found == object.MemberEnd()) throw std::out_of_range{std::string{"no member "} + name};
  return found->value;
}

// RapidJSON 1.1's own == calls itself for ever in C++20, which turns its operands around.
inline bool same(const rapidjson::Value& value, const char* text) {
  return value.IsString() && std::string{value.GetString(), value.GetStringLength()} == text;
}
inline bool same(const rapidjson::Value& value, int number) {
  return value.IsInt64() && value.GetInt64() == number;
}

inline std::vector<std::string> keys(const rapidjson::Value& object) {
  std::vector<std::string> names;
  for (auto it = object.MemberBegin(); it != object.MemberEnd(); ++it) {
    names.emplace_back(it->name.GetString());
  }
  return names;
}

/// The `id`s of a body's items.
inline std::vector<std::string> ids(const rapidjson::Value& body) {
  std::vector<std::string> names;
  for (const auto& item : at(body, "items").GetArray())
    names.emplace_back(at(item, "id").GetString());
  return names;
}

}  // namespace stemma
