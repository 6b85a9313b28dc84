#include "api/json.h"

#include <fmt/format.h>

#include <cmath>

#include "schema/model_record.h"

namespace stemma {

void JsonWriter::key(std::string_view name) {
  writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
}

void JsonWriter::share(double value) { writer_.Double(std::round(value * 10000) / 10000); }

void JsonWriter::confidence(float value) {
  const std::string digits = fmt::format("{}", value);
  writer_.RawValue(digits.data(), digits.size(), rapidjson::kNumberType);
}

void JsonWriter::count(std::int64_t value) {
  if (value == kUnknownCount) {
    writer_.Null();
  } else {
    writer_.Int64(value);
  }
}

void JsonWriter::time(UnixSeconds value) { text_or_null(format_utc(value)); }

void JsonWriter::text(std::string_view value) {
  // RapidJSON wants a pointer even for nothing.
  writer_.String(value.empty() ? "" : value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

void JsonWriter::text_or_null(std::string_view value) {
  if (value.empty()) {
    writer_.Null();
  } else {
    text(value);
  }
}

void JsonWriter::raw(std::string_view object) {
  writer_.RawValue(object.data(), object.size(), rapidjson::kObjectType);
}

void JsonWriter::end_line() {
  buffer_.Put('\n');
  writer_.Reset(buffer_);
}

std::string JsonWriter::take() {
  std::string written{buffer_.GetString(), buffer_.GetSize()};
  buffer_.Clear();
  writer_.Reset(buffer_);
  return written;
}

}  // namespace stemma
