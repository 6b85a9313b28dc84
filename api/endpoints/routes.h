#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/fields/field.h"
#include "api/http/request.h"
#include "api/query/parameters.h"

namespace stemma {

class RequestContext;

/// What an answer is.
enum class BodyKind {
  object,  ///< One JSON object.
  list,    ///< A JSON array of objects.
  lines,   ///< NDJSON alone.
  page,    ///< HTML
  other,   ///< Whatever `media_type` says.
};

/// One resource. All are asked with GET; HEAD, OPTIONS and refusals follow from it.
struct Route {
  /// Segments between slashes. `{id}` is the name of a model and takes one or more of them, any
  /// other variable takes one.
  std::string_view path;
  std::string_view summary;
  std::span<const ParamInfo> params;
  Response (*answer)(RequestContext&);
  BodyKind body = BodyKind::object;
  /// Of the object, of each item of a list, of each line.
  FieldInfos (*fields)() = nullptr;
  /// Of each line, where the answer is also to be had as NDJSON (Accept: application/x-ndjson).
  FieldInfos (*lines)() = nullptr;
  std::string_view media_type = {};  ///< Of BodyKind::other.
  /// A path and query that is answered with 200 by a server with a model Qwen/Qwen2-7B; empty of
  /// pages.
  std::string_view example = {};
};

/// All of them. A variable's more particular paths come first.
[[nodiscard]] std::span<const Route> routes() noexcept;

/// The value of the variable of a path; empty where it has none.
struct RouteMatch {
  const Route* route;
  std::string variable;
};
/// nullopt where there is no such resource. A model's name does not end in the name of a
/// sub-resource: where a path ends in one that no route has, it is nothing.
[[nodiscard]] std::optional<RouteMatch> find_route(const std::vector<std::string>& segments);

/// Whether a path with these segments is that of the pattern, and the value of its variable.
[[nodiscard]] std::optional<std::string> match_path(std::string_view pattern,
                                                    const std::vector<std::string>& segments);

}  // namespace stemma
