#pragma once

#include <string>
#include <vector>

#include "api/fields/field.h"

namespace stemma {

// Rows as CSV: RFC 4180, but lines are ended by \n alone. Lists are joined by blanks, what is
// unknown is empty.

void append_csv_value(std::string& out, const Value& value);
void append_csv_header(std::string& out, const FieldInfos& columns);
void append_csv_row(std::string& out, std::span<const Value> row);

/// The value as plain text, as it stands in CSV before quoting.
[[nodiscard]] std::string plain_text(const Value& value);

/// Fields with a value of their own; what is made of other rows is left out.
template <class Row>
std::vector<const Field<Row>*> columns_of(FieldList<Row> fields) {
  std::vector<const Field<Row>*> columns;
  for (const Field<Row>& field : fields) {
    if (field.get != nullptr) columns.push_back(&field);
  }
  return columns;
}

/// Rows as a whole CSV text.
template <class Row>
class CsvText {
 public:
  explicit CsvText(FieldList<Row> fields) : columns_{columns_of(fields)} {
    FieldInfos infos;
    for (const Field<Row>* column : columns_) infos.push_back(*column);
    append_csv_header(text_, infos);
  }
  void add(const Row& row) {
    std::vector<Value> values;
    for (const Field<Row>* column : columns_) values.push_back(column->get(row));
    append_csv_row(text_, values);
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::vector<const Field<Row>*> columns_;
  std::string text_;
};

}  // namespace stemma
