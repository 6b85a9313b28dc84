#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "schema/utc_time.h"

namespace stemma {

/// Writes JSON, compact, in the order of the calls. What is unknown becomes null. Texts must be
/// valid UTF-8.
class JsonWriter {
 public:
  JsonWriter() : writer_{buffer_} {}
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  void begin_object() { writer_.StartObject(); }
  void end_object() { writer_.EndObject(); }
  void begin_array() { writer_.StartArray(); }
  void end_array() { writer_.EndArray(); }
  void key(std::string_view name);

  void null() { writer_.Null(); }
  void boolean(bool value) { writer_.Bool(value); }
  void number(std::uint64_t value) { writer_.Uint64(value); }
  void real(double value) { writer_.Double(value); }
  void share(double value);        ///< Rounded to four decimals.
  void confidence(float value);    ///< In the fewest digits that give the same float.
  void count(std::int64_t value);  ///< null for kUnknownCount
  void sum(std::int64_t value) { writer_.Int64(value); }
  void time(UnixSeconds value);  ///< null for kUnknownTime
  void text(std::string_view value);
  void text_or_null(std::string_view value);  ///< null for the empty string
  void raw(std::string_view object);          ///< A JSON object, as it stands.

  /// Ends a line of NDJSON: the next value is a document of its own.
  void end_line();

  [[nodiscard]] std::size_t size() const noexcept { return buffer_.GetSize(); }
  /// What was written so far; the writer begins again.
  [[nodiscard]] std::string take();

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_;
};

}  // namespace stemma
