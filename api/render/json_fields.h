#pragma once

#include <string>

#include "api/fields/field.h"
#include "api/json.h"

namespace stemma {

// Rows as JSON.

/// Times in RFC 3339, lists as arrays, what is unknown as null; LeftOut must not be written.
void write_value(JsonWriter& json, const Value& value);

/// Writes what is told to it.
class JsonSink final : public ValueSink {
 public:
  explicit JsonSink(JsonWriter& json) : json_{json} {}
  void begin_object() override { json_.begin_object(); }
  void end_object() override { json_.end_object(); }
  void begin_list() override { json_.begin_array(); }
  void end_list() override { json_.end_array(); }
  void key(std::string_view name) override { json_.key(name); }
  void value(const Value& value) override { write_value(json_, value); }
  void integer(std::uint64_t number) override { json_.number(number); }

 private:
  JsonWriter& json_;
};

template <class Row>
void write_object(JsonWriter& json, FieldList<Row> fields, const Row& row) {
  JsonSink sink{json};
  tell_object(sink, fields, row);
}

/// One row as a whole JSON text.
template <class Row>
[[nodiscard]] std::string json_text(FieldList<Row> fields, const Row& row) {
  JsonWriter json;
  write_object(json, fields, row);
  return json.take();
}

/// One row as a line of NDJSON.
template <class Row>
void write_line(JsonWriter& json, FieldList<Row> fields, const Row& row) {
  write_object(json, fields, row);
  json.end_line();
}

}  // namespace stemma
