#pragma once

#include <span>
#include <string>

#include "api/endpoints/routes.h"

namespace stemma {

/// The routes with their parameters and fields as an OpenAPI 3.1 document.
[[nodiscard]] std::string openapi_json(std::span<const Route> routes);

/// What each answer consists of, in Markdown.
[[nodiscard]] std::string answers_schema_text(std::span<const Route> routes);

/// The fields of an object in one list: those that stand for several are replaced by them, and of
/// fields of one name the first counts.
[[nodiscard]] FieldInfos flat_infos(const FieldInfos& fields);

}  // namespace stemma
