#pragma once

#include <string_view>

#include "api/json.h"

namespace stemma {

// Members of JSON that the formats of linked data and CycloneDX have in common.

inline void member(JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key);
  json.text(text);
}
/// Another node, by its identifier.
inline void reference(JsonWriter& json, std::string_view key, std::string_view id) {
  json.key(key);
  json.begin_object();
  member(json, "@id", id);
  json.end_object();
}

}  // namespace stemma
