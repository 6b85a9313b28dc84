#pragma once

#include <string>

#include "api/fields/field.h"

namespace stemma {

// Rows as CSV: RFC 4180, but lines are ended by \n alone. Lists are joined by blanks, what is
// unknown is empty.

void append_csv_value(std::string& out, const Value& value);
void append_csv_header(std::string& out, const FieldInfos& columns);
void append_csv_row(std::string& out, std::span<const Value> row);

/// The value as plain text, as it stands in CSV before quoting.
[[nodiscard]] std::string plain_text(const Value& value);

}  // namespace stemma
