#pragma once

#include <string>

#include "api/fields/field.h"

namespace stemma {

/// A table of fields with type and meaning; those inside of objects follow theirs as
/// `object.field`, of lists as `list[].field`.
[[nodiscard]] std::string markdown_table(const FieldInfos& fields);

}  // namespace stemma
