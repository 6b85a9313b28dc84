#include "api/request.h"

#include <algorithm>

#include "schema/model_name.h"

namespace stemma {
namespace {

std::string_view find_header(const HeaderList& headers, std::string_view name) noexcept {
  for (const auto& [key, value] : headers) {
    if (equal_folded(key, name)) return value;
  }
  return {};
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = fold_char(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// What the names of headers are made of (RFC 9110, 5.6.2).
bool is_token_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

/// The length of the valid UTF-8 sequence that `text` begins with; 0 for none.
std::size_t sequence_length(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xC2 && first < 0xE0   ? 2
                             : first >= 0xE0 && first < 0xF0 ? 3
                             : first >= 0xF0 && first < 0xF5 ? 4
                                                             : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return 0;
  }
  // Overlong forms, surrogates and what lies beyond U+10FFFF show in the second byte.
  if (first == 0xE0 && byte(1) < 0xA0) return 0;
  if (first == 0xED && byte(1) >= 0xA0) return 0;
  if (first == 0xF0 && byte(1) < 0x90) return 0;
  if (first == 0xF4 && byte(1) >= 0x90) return 0;
  return length;
}

}  // namespace

std::string_view Request::header(std::string_view name) const noexcept {
  return find_header(headers, name);
}

bool announces_body(const HeaderList& headers) noexcept {
  return std::any_of(headers.begin(), headers.end(), [](const auto& header) {
    if (equal_folded(header.first, "Transfer-Encoding")) return true;
    return equal_folded(header.first, "Content-Length") &&
           header.second.find_first_not_of("0 \t") != std::string::npos;
  });
}

bool has_token(std::string_view header, std::string_view token) noexcept {
  while (!header.empty()) {
    const auto comma = header.find(',');
    std::string_view word = header.substr(0, comma);
    while (!word.empty() && (word.front() == ' ' || word.front() == '\t')) word.remove_prefix(1);
    while (!word.empty() && (word.back() == ' ' || word.back() == '\t')) word.remove_suffix(1);
    if (equal_folded(word, token)) return true;
    header = comma == std::string_view::npos ? std::string_view{} : header.substr(comma + 1);
  }
  return false;
}

std::size_t head_length(std::string_view bytes, std::size_t seen) noexcept {
  constexpr auto kNone = std::string_view::npos;
  if (bytes.empty()) return kNone;
  if (bytes.front() < 'A' || bytes.front() > 'Z') return bytes.size();  // TLS, for example
  const auto line = bytes.find('\n');
  if (line == kNone) return kNone;
  if (bytes.substr(0, line).find(" HTTP/") == kNone) return bytes.size();
  // A blank line, with or without a carriage return, may have begun in what was seen before.
  for (auto end = bytes.find('\n', std::max(line, seen < 3 ? 0 : seen - 3)); end != kNone;
       end = bytes.find('\n', end + 1)) {
    const std::string_view rest = bytes.substr(end + 1);
    if (rest.substr(0, 1) == "\n") return end + 2;
    if (rest.substr(0, 2) == "\r\n") return end + 3;
  }
  return kNone;
}

std::optional<std::string_view> head_fault(std::string_view head) noexcept {
  std::size_t hosts = 0;
  head.remove_prefix(std::min(head.find('\n'), head.size() - 1) + 1);
  while (!head.empty()) {
    const auto end = std::min(head.find('\n'), head.size());
    std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 1, head.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) return std::nullopt;
    if (line.front() == ' ' || line.front() == '\t') return "a header line is folded";
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return "a header line has no colon";
    const std::string_view name = line.substr(0, colon);
    if (!name.empty() && (name.back() == ' ' || name.back() == '\t'))
      return "a header has white space before its colon";
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_token_char))
      return "a header's name is none that HTTP knows";
    const std::string_view value = line.substr(colon + 1);
    if (std::any_of(value.begin(), value.end(),
                    [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7F; })) {
      return "a header holds a control character";
    }
    if (equal_folded(name, "Host") && ++hosts > 1) return "there are two Host headers";
  }
  return std::nullopt;
}

std::string_view Response::header(std::string_view name) const noexcept {
  return find_header(headers, name);
}

void Response::set_header(std::string_view name, std::string value) {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& header) {
    return equal_folded(header.first, name);
  });
  if (found != headers.end()) {
    found->second = std::move(value);
  } else {
    headers.emplace_back(std::string{name}, std::move(value));
  }
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus_is_space) {
      c = ' ';
    } else if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c == '\0') return std::nullopt;
    decoded += c;
  }
  return decoded;
}

std::string percent_encode(std::string_view text, bool keep_slash) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~' || (c == '/' && keep_slash);
    if (plain) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += kHex[byte >> 4U];
    encoded += kHex[byte & 0xFU];
  }
  return encoded;
}

bool is_subresource(std::string_view segment) noexcept {
  return segment == "children" || segment == "parents" || segment == "ancestors" ||
         segment == "descendants" || segment == "adoption" || segment == "dominators" ||
         segment == "history" || segment == "impact" || segment == "licenses";
}

std::string model_path(std::string_view name) {
  return "/v1/models/" + percent_encode(name, !is_subresource(base_name_of(name)));
}

std::optional<Target> parse_target(std::string_view target) {
  target = target.substr(0, target.find('#'));
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_folded(target.substr(0, scheme.size()), scheme)) continue;
    const auto path = target.find_first_of("/?", scheme.size());
    target = path == std::string_view::npos ? std::string_view{} : target.substr(path);
    // Every server must take this form, whoever the host in it is (RFC 9112, 3.2.2).
    if (target.empty()) target = "/";
    break;
  }
  const auto question = target.find('?');
  Target parts;
  parts.raw_path = target.substr(0, question);
  if (question != std::string_view::npos) parts.raw_query = target.substr(question + 1);
  std::string_view path = parts.raw_path;
  if (path.empty() || path.front() != '/') return std::nullopt;
  path.remove_prefix(1);
  while (true) {
    const auto slash = path.find('/');
    auto segment = percent_decode(path.substr(0, slash), false);
    if (!segment) return std::nullopt;
    parts.segments.push_back(std::move(*segment));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  std::string_view query = parts.raw_query;
  while (!query.empty()) {
    const auto ampersand = query.find('&');
    const std::string_view pair = query.substr(0, ampersand);
    query = ampersand == std::string_view::npos ? std::string_view{} : query.substr(ampersand + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    auto name = percent_decode(pair.substr(0, equals), true);
    auto value = percent_decode(
        equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1), true);
    if (!name || !value) return std::nullopt;
    parts.params.push_back({std::move(*name), std::move(*value)});
  }
  return parts;
}

std::string valid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) {
      valid += "\xEF\xBF\xBD";
      text.remove_prefix(1);
    } else {
      valid += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return valid;
}

}  // namespace stemma
