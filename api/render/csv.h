#pragma once

#include <string>

#include "api/fields/field.h"

namespace stemma {

// Rows as CSV: RFC 4180, but lines are ended by \n alone. Lists are joined by blanks, what is
// unknown is empty. Only fields with a value of their own are columns.

void append_csv_value(std::string& out, const Value& value);

template <class Row>
void append_csv_header(std::string& out, FieldList<Row> fields) {
  bool first = true;
  for (const Field<Row>& field : fields) {
    if (field.get == nullptr) continue;
    if (!first) out += ',';
    first = false;
    append_csv_value(out, Value{field.name});
  }
  out += '\n';
}

template <class Row>
void append_csv_row(std::string& out, FieldList<Row> fields, const Row& row) {
  bool first = true;
  for (const Field<Row>& field : fields) {
    if (field.get == nullptr) continue;
    if (!first) out += ',';
    first = false;
    append_csv_value(out, field.get(row));
  }
  out += '\n';
}

/// The value as plain text, as it stands in CSV before quoting.
[[nodiscard]] std::string plain_text(const Value& value);

}  // namespace stemma
