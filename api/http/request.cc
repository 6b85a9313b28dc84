#include "api/http/request.h"

#include <algorithm>

#include "schema/model_name.h"
#include "schema/percent.h"

namespace stemma {
namespace {

std::string_view find_header(const HeaderList& headers, std::string_view name) noexcept {
  for (const auto& [key, value] : headers) {
    if (equal_folded(key, name)) return value;
  }
  return {};
}

bool is_token_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
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

}  // namespace stemma
