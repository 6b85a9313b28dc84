#include "api/row_text.h"

#include <fmt/format.h>

namespace stemma {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

void append_csv_text(std::string& out, std::string_view text) {
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

void write_cell(JsonWriter& json, const Cell& cell) {
  std::visit(Overloaded{[&](std::monostate) { json.null(); },
                        [&](std::string_view text) { json.text(text); },
                        [&](CellTime time) { json.time(time.seconds); },
                        [&](const HubId& id) { json.text(id.hex()); },
                        [&](std::int64_t number) { json.sum(number); },
                        [&](float share) { json.confidence(share); },
                        [&](bool value) { json.boolean(value); },
                        [&](const TextList& list) {
                          json.begin_array();
                          for (const std::string_view text : list) json.text(text);
                          json.end_array();
                        }},
             cell);
}

void write_row_line(JsonWriter& json, std::span<const std::string_view> columns,
                    std::span<const Cell> row) {
  json.begin_object();
  for (std::size_t i = 0; i < row.size(); ++i) {
    json.key(columns[i]);
    write_cell(json, row[i]);
  }
  json.end_object();
  json.end_line();
}

std::string cell_text(const Cell& cell) {
  return std::visit(Overloaded{[](std::monostate) { return std::string{}; },
                               [](std::string_view text) { return std::string{text}; },
                               [](CellTime time) { return format_utc(time.seconds); },
                               [](const HubId& id) { return std::string{id.hex()}; },
                               [](std::int64_t number) { return std::to_string(number); },
                               // The fewest digits that give the same float, as in JSON.
                               [](float share) { return fmt::format("{}", share); },
                               [](bool value) { return std::string{value ? "true" : "false"}; },
                               [](const TextList& list) {
                                 std::string text;
                                 for (const std::string_view item : list) {
                                   if (!text.empty()) text += ' ';
                                   text += item;
                                 }
                                 return text;
                               }},
                    cell);
}

void append_csv_row(std::string& out, std::span<const Cell> row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) out += ',';
    if (const auto* text = std::get_if<std::string_view>(&row[i])) {
      append_csv_text(out, *text);
    } else {
      append_csv_text(out, cell_text(row[i]));
    }
  }
  out += '\n';
}

void append_csv_header(std::string& out, std::span<const std::string_view> columns) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) out += ',';
    append_csv_text(out, columns[i]);
  }
  out += '\n';
}

}  // namespace stemma
