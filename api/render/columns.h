#pragma once

#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "api/fields/field.h"
#include "api/render/text_table.h"

namespace stemma {

// Rows as tables for people: which fields, in which order, under which titles.

/// A value as people read it: numbers grouped, `-` where it is unknown, yes or nothing for flags.
[[nodiscard]] std::string shown(const Value& value);

/// A column of a table of such rows: a field by its name, or a text made of the row.
template <class Row>
struct Column {
  std::string_view title;
  std::string_view field;  ///< Empty where there is a text.
  bool shrinks = false;    ///< May be shortened where the table is too wide.
  int spare = 0;           ///< Not 0: left out where the table is too wide; the lowest go first.
  std::string (*text)(const Row&) = nullptr;
};

/// Whether the field's values are aligned to the right.
[[nodiscard]] bool is_number(FieldType type) noexcept;

/// The field of that name. Throws std::out_of_range where there is none.
template <class Row>
const Field<Row>& field_named(FieldList<Row> fields, std::string_view name) {
  for (const Field<Row>& field : fields) {
    if (field.name == name) return field;
  }
  throw std::out_of_range{"no field " + std::string{name}};
}

/// The rows as a table for a terminal; `row_of` makes a row of an item.
template <class Row, class Items, class RowOf>
[[nodiscard]] Table text_table(FieldList<Row> fields, std::initializer_list<Column<Row>> columns,
                               const Items& items, RowOf&& row_of) {
  std::vector<Table::Column> titles;
  std::vector<const Field<Row>*> sources;
  for (const Column<Row>& column : columns) {
    const Field<Row>* field = column.text != nullptr ? nullptr : &field_named(fields, column.field);
    titles.push_back({std::string{column.title}, field != nullptr && is_number(field->type),
                      column.shrinks, column.spare});
    sources.push_back(field);
  }
  Table table{std::move(titles)};
  for (const auto& item : items) {
    const Row row = row_of(item);
    std::vector<std::string> cells;
    std::size_t i = 0;
    for (const Column<Row>& column : columns) {
      const Field<Row>* field = sources[i++];
      cells.push_back(field == nullptr ? column.text(row) : shown(field->get(row)));
    }
    table.add(std::move(cells));
  }
  return table;
}

}  // namespace stemma
