#include "api/render/csv.h"

#include <fmt/format.h>

#include "api/render/overloaded.h"

namespace stemma {
namespace {

void append_quoted(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace

std::string plain_text(const Value& value) {
  return std::visit(
      Overloaded{[](std::monostate) { return std::string{}; },
                 [](LeftOut) { return std::string{}; },
                 [](std::string_view text) { return std::string{text}; },
                 [](const std::string& text) { return text; },
                 [](TimeValue time) { return format_utc(time.seconds); },
                 [](const HubId& id) { return std::string{id.hex()}; },
                 [](std::int64_t number) { return std::to_string(number); },
                 // The fewest digits that give the same number, as in JSON.
                 [](float share) { return fmt::format("{}", share); },
                 [](double number) { return fmt::format("{}", number); },
                 [](RoundedValue rounded) { return fmt::format("{:.4f}", rounded.number); },
                 [](bool flag) { return std::string{flag ? "true" : "false"}; },
                 [](const TextList& list) { return fmt::format("{}", fmt::join(list, " ")); }},
      value);
}

void append_csv_value(std::string& out, const Value& value) {
  // Nearly all values are texts, numbers or nothing.
  if (const auto* text = std::get_if<std::string_view>(&value)) return append_quoted(out, *text);
  if (std::holds_alternative<std::monostate>(value)) return;
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    const fmt::format_int digits{*number};
    out.append(digits.data(), digits.size());
    return;
  }
  // Neither has anything to be quoted.
  if (const auto* id = std::get_if<HubId>(&value)) {
    out += id->hex();
    return;
  }
  if (const auto* time = std::get_if<TimeValue>(&value)) {
    out += format_utc(time->seconds);
    return;
  }
  append_quoted(out, plain_text(value));
}

void append_csv_header(std::string& out, const FieldInfos& columns) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) out += ',';
    append_quoted(out, columns[i].name);
  }
  out += '\n';
}

void append_csv_row(std::string& out, std::span<const Value> row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) out += ',';
    append_csv_value(out, row[i]);
  }
  out += '\n';
}

}  // namespace stemma
