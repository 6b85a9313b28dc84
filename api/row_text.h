#pragma once

#include <span>
#include <string>
#include <string_view>

#include "api/json.h"
#include "graph/changes.h"
#include "graph/dump_rows.h"

namespace stemma {

/// The value as JSON: times in RFC 3339, lists as arrays, what is unknown as null.
void write_cell(JsonWriter& json, const Cell& cell);

/// One row as an object of a line of its own: the columns in their order.
void write_row_line(JsonWriter& json, std::span<const std::string_view> columns,
                    std::span<const Cell> row);

/// One line of CSV (RFC 4180, but ended by \n alone): lists are joined by blanks, what is unknown
/// is empty.
void append_csv_row(std::string& out, std::span<const Cell> row);
void append_csv_header(std::string& out, std::span<const std::string_view> columns);

/// The value as plain text, as it stands in CSV before quoting.
[[nodiscard]] std::string cell_text(const Cell& cell);

}  // namespace stemma
