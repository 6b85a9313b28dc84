#include "api/render/text_table.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>

namespace stemma {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kLeastWidth = 12;     // below this a shortened name says nothing
constexpr std::size_t kReadableWidth = 36;  // what a column of names gets before others go
constexpr std::string_view kEllipsis = "…";

bool begins_code_point(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_code_point));
}

/// The byte at which code point `index` begins.
std::size_t byte_of(std::string_view text, std::size_t index) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (begins_code_point(text[i]) && index-- == 0) return i;
  }
  return text.size();
}

bool joins_words(char c) noexcept {
  return c == '/' || c == '-' || c == '_' || c == '.' || c == ' ' || c == ',';
}

/// `unsloth/Qwen2-7B-bnb-4bit` -> `unsloth/…-bnb-4bit`: both ends of a name tell more than its
/// middle, and a word that is cut tells less than one that is left out.
std::string shortened(const std::string& text, std::size_t width) {
  const std::size_t length = width_of(text);
  if (length <= width) return text;
  std::size_t head = byte_of(text, width / 2);
  std::size_t tail = byte_of(text, length - (width - width / 2 - 1));
  // Back to the end of a word, as long as half of the end stays; likewise from the other side.
  for (std::size_t at = head; at > head / 2; --at) {
    if (!joins_words(text[at - 1])) continue;
    head = at;
    break;
  }
  const std::size_t least = tail + (text.size() - tail) / 2;
  for (std::size_t at = tail; at < least; ++at) {
    if (!joins_words(text[at])) continue;
    tail = at;
    break;
  }
  return text.substr(0, head) + std::string{kEllipsis} + text.substr(tail);
}

}  // namespace

std::string grouped(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string printable(std::string_view text) {
  std::string safe{text};
  for (std::size_t i = 0; i < safe.size(); ++i) {
    const auto byte = static_cast<unsigned char>(safe[i]);
    // U+0080 to U+009F are controls, too: 0xC2 and a byte below 0xA0.
    const bool c1 =
        byte == 0xC2 && i + 1 < safe.size() && static_cast<unsigned char>(safe[i + 1]) < 0xA0;
    if (c1) safe[i + 1] = '?';
    if (c1 || byte < 0x20 || byte == 0x7F) safe[i] = '?';
  }
  return safe;
}

void Table::add(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (std::string& cell : cells) cell = printable(cell);
  rows_.push_back(std::move(cells));
}

/// Leaves columns out until the rest can be read: names keep some width, numbers all of theirs.
std::vector<std::size_t> Table::columns_that_fit(const std::vector<std::size_t>& widths,
                                                 std::size_t width) const {
  std::vector<std::size_t> shown(columns_.size());
  std::iota(shown.begin(), shown.end(), 0);
  const auto needed = [&] {
    std::size_t sum = kGap * (shown.size() - 1);
    for (const std::size_t i : shown) {
      sum += columns_[i].shrinks ? std::min(widths[i], kReadableWidth) : widths[i];
    }
    return sum;
  };
  while (width != 0 && needed() > width) {
    auto first = shown.end();
    for (auto at = shown.begin(); at != shown.end(); ++at) {
      if (columns_[*at].spare == 0) continue;
      if (first == shown.end() || columns_[*at].spare < columns_[*first].spare) first = at;
    }
    if (first == shown.end()) break;
    shown.erase(first);
  }
  return shown;
}

std::string Table::text(std::size_t width) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t widest = width_of(columns_[i].title);
    for (const auto& row : rows_) widest = std::max(widest, width_of(row[i]));
    widths.push_back(widest);
  }
  const std::vector<std::size_t> shown = columns_that_fit(widths, width);
  const auto total = [&] {
    std::size_t sum = kGap * (shown.size() - 1);
    for (const std::size_t i : shown) sum += widths[i];
    return sum;
  };
  while (width != 0 && total() > width) {
    std::size_t* widest = nullptr;
    for (const std::size_t i : shown) {
      if (!columns_[i].shrinks || widths[i] <= kLeastWidth) continue;
      if (widest == nullptr || widths[i] > *widest) widest = &widths[i];
    }
    if (widest == nullptr) break;  // what is left is not to be shortened: let the terminal wrap it
    --*widest;
  }

  std::string out;
  const auto add_line = [&](const auto& cell_of) {
    std::string line;
    for (const std::size_t i : shown) {
      const std::string cell = shortened(cell_of(i), widths[i]);
      const std::string pad(widths[i] - width_of(cell), ' ');
      if (!line.empty()) line.append(kGap, ' ');
      line += columns_[i].number ? pad + cell : cell + pad;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  };
  add_line([&](std::size_t i) { return columns_[i].title; });
  for (const auto& row : rows_) add_line([&](std::size_t i) { return row[i]; });
  if (shown.size() == columns_.size()) return out;
  std::string left_out;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (std::find(shown.begin(), shown.end(), i) == shown.end())
      left_out += (left_out.empty() ? "" : ", ") + columns_[i].title;
  }
  return out + "Left out for want of room: " + left_out + ".\n";
}

}  // namespace stemma
