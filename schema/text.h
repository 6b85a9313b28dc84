#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace stemma {

/// Without blanks, tabs and line ends at either end.
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;

/// 0 to 15, in either case; -1 for what is no hex digit.
[[nodiscard]] constexpr int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Calls `visit` with each part of `text` between separators, trimmed; empty parts too.
template <class Visit>
void for_each_part(std::string_view text, char separator, Visit&& visit) {
  while (!text.empty()) {
    const auto end = text.find(separator);
    visit(trim(text.substr(0, end)));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
}

/// `text` with every byte that is not part of valid UTF-8 replaced by U+FFFD.
[[nodiscard]] std::string valid_utf8(std::string_view text);

/// XXH3, 64 bits: the same on every machine and in every run, and no secret.
[[nodiscard]] std::uint64_t hash_text(std::string_view text) noexcept;

}  // namespace stemma
