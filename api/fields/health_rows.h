#pragma once

#include "api/fields/field.h"

namespace stemma {

/// How the server is.
struct HealthRow {
  std::string_view status;
  std::int64_t snapshot = 0;
};
[[nodiscard]] FieldList<HealthRow> health_fields();
[[nodiscard]] FieldList<HealthRow> readiness_fields();

}  // namespace stemma
