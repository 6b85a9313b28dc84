#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "api/fields/value.h"

namespace stemma {

/// What the values of a field are, in JSON and in columns.
enum class FieldType {
  text,
  integer,
  number,        ///< Whole or not.
  flag,          ///< true or false
  flag_or_text,  ///< false, or a word
  time,          ///< RFC 3339, UTC
  texts,         ///< a list
  integers,      ///< a list
  numbers,       ///< a list, null where a number is unknown
  times,         ///< a list
  text_lists,    ///< a list of lists
  counts,        ///< an object from names to numbers
  object,        ///< of the fields in `inside`
  objects,       ///< a list of such
  object_lists,  ///< a list of lists of such
  splice,        ///< several fields, those in `inside`, in its place
};

/// Whether a field is always there.
enum class Presence {
  always,
  or_null,   ///< null where it is unknown or there is none
  optional,  ///< left out where it says nothing
  optional_or_null,
};

struct FieldInfo;
using FieldInfos = std::vector<FieldInfo>;

/// What any output needs to know of a field, but its value.
struct FieldInfo {
  std::string_view name;  ///< snake_case, as in JSON, CSV and Parquet.
  FieldType type = FieldType::text;
  Presence presence = Presence::always;
  std::string_view meaning;          ///< One sentence, with the unit.
  FieldInfos (*inside)() = nullptr;  ///< Of objects.
};

/// Takes a structure of values: the one who writes JSON.
class ValueSink {
 public:
  virtual ~ValueSink() = default;
  virtual void begin_object() = 0;
  virtual void end_object() = 0;
  virtual void begin_list() = 0;
  virtual void end_list() = 0;
  virtual void key(std::string_view name) = 0;
  virtual void value(const Value& value) = 0;
  /// The same of a number, at less cost.
  virtual void integer(std::uint64_t number) = 0;
};

/// One field of a row: its description, and either how to get its value or, where it is made of
/// other rows, how to tell them.
template <class Row>
struct Field : FieldInfo {
  using Get = Value (*)(const Row&);
  using Tell = void (*)(ValueSink&, const Row&);
  using There = bool (*)(const Row&);

  constexpr Field(std::string_view field, FieldType of, Presence there, std::string_view what,
                  Get getter)
      : FieldInfo{field, of, there, what}, get{getter} {}
  /// A field that is told: `exists` is asked first, where it is optional.
  constexpr Field(std::string_view field, FieldType of, Presence there, std::string_view what,
                  FieldInfos (*of_inside)(), Tell teller, There exists = nullptr)
      : FieldInfo{field, of, there, what, of_inside}, tell{teller}, is_there{exists} {}

  Get get = nullptr;
  Tell tell = nullptr;
  There is_there = nullptr;
};

template <class Row>
using FieldList = std::span<const Field<Row>>;

template <class Row>
[[nodiscard]] FieldInfos infos_of(FieldList<Row> fields) {
  return {fields.begin(), fields.end()};
}

/// The fields of one row, without the braces around them.
template <class Row>
void tell_fields(ValueSink& sink, FieldList<Row> fields, const Row& row) {
  for (const Field<Row>& field : fields) {
    if (field.get != nullptr) {
      const Value value = field.get(row);
      if (std::holds_alternative<LeftOut>(value)) continue;
      sink.key(field.name);
      sink.value(value);
      continue;
    }
    if (field.is_there != nullptr && !field.is_there(row)) continue;
    if (field.type != FieldType::splice) sink.key(field.name);
    field.tell(sink, row);
  }
}

template <class Row>
void tell_object(ValueSink& sink, FieldList<Row> fields, const Row& row) {
  sink.begin_object();
  tell_fields(sink, fields, row);
  sink.end_object();
}

/// A list of objects, one for each of `items`; `row_of` makes a row of one.
template <class Row, class Items, class RowOf>
void tell_objects(ValueSink& sink, FieldList<Row> fields, const Items& items, RowOf&& row_of) {
  sink.begin_list();
  for (const auto& item : items) tell_object<Row>(sink, fields, row_of(item));
  sink.end_list();
}

/// A text that can be an argument of a template.
template <std::size_t N>
struct FieldName {
  constexpr FieldName(const char (&text)[N]) {  // NOLINT(google-explicit-constructor)
    for (std::size_t i = 0; i < N; ++i) chars[i] = text[i];
  }
  [[nodiscard]] constexpr std::string_view view() const { return {chars, N - 1}; }
  char chars[N] = {};
};

/// The place of a field; it does not compile where there is none of that name.
template <class Row, std::size_t N>
consteval std::size_t place_of(const Field<Row> (&fields)[N], std::string_view name) {
  std::size_t at = 0;
  while (fields[at].name != name) ++at;
  return at;
}

/// A field of `list` for rows of another type, from which `convert` makes those of the list, so
/// that what it means stands once.
template <const auto& list, FieldName name, class Row, auto convert>
consteval Field<Row> shared() {
  constexpr std::size_t at = place_of(list, name.view());
  return {list[at].name, list[at].type, list[at].presence, list[at].meaning,
          [](const Row& row) { return list[at].get(convert(row)); }};
}

}  // namespace stemma
