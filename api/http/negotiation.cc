#include "api/http/negotiation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "schema/model_name.h"
#include "schema/text.h"

namespace stemma {
namespace {

/// What may stand in a Host header; anything else would end up inside a URL that is handed out.
bool plausible_host(std::string_view host) {
  return !host.empty() && host.size() <= 255 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == ':' || c == '-' || c == '_' || c == '[' || c == ']';
  });
}

bool refused(std::string_view parameters) {
  parameters = trim(parameters);
  if (parameters.size() < 3 || fold_char(parameters[0]) != 'q' || parameters[1] != '=')
    return false;
  return parameters.substr(2).find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
  bool any = false;
  while (!accept_encoding.empty()) {
    const auto comma = accept_encoding.find(',');
    const std::string_view item = accept_encoding.substr(0, comma);
    accept_encoding =
        comma == std::string_view::npos ? std::string_view{} : accept_encoding.substr(comma + 1);
    const auto semicolon = item.find(';');
    const std::string_view coding = trim(item.substr(0, semicolon));
    const bool no = semicolon != std::string_view::npos && refused(item.substr(semicolon + 1));
    if (equal_folded(coding, "gzip")) return !no;
    if (coding == "*") any = !no;
  }
  return any;
}

double accept_quality(std::string_view accept, std::string_view type, bool wildcards) {
  int best = 0;
  double result = 0;
  for_each_part(accept, ',', [&](std::string_view item) {
    const std::string_view range = trim(item.substr(0, item.find(';')));
    const bool named = equal_folded(range, type);
    const bool group = range.size() > 2 && range.substr(range.size() - 2) == "/*" &&
                       equal_folded(range.substr(0, range.size() - 1),
                                    type.substr(0, std::min(type.size(), range.size() - 1)));
    const int specific = named ? 3 : !wildcards ? 0 : group ? 2 : range == "*/*" ? 1 : 0;
    if (specific <= best) return;
    best = specific;
    result = 1;
    for (auto at = item.find(';'); at != std::string_view::npos; at = item.find(';', at + 1)) {
      const std::string_view parameter = trim(item.substr(at + 1));
      if (parameter.size() < 2 || !equal_folded(parameter.substr(0, 2), "q=")) continue;
      const std::string number{parameter.substr(2, parameter.find(';') - 2)};
      result = std::clamp(std::strtod(number.c_str(), nullptr), 0.0, 1.0);
    }
  });
  return result;
}

bool wants_lines(std::string_view accept) {
  const double lines = accept_quality(accept, kNdjsonType);
  return lines > 0 && lines >= accept_quality(accept, kJsonType, true);
}

bool matches_etag(std::string_view if_none_match, std::string_view etag) {
  bool found = false;
  for_each_part(if_none_match, ',', [&](std::string_view item) {
    if (item.substr(0, 2) == "W/") item.remove_prefix(2);  // If-None-Match compares weakly
    found = found || item == "*" || item == etag;
  });
  return found;
}

std::string base_url(const Request& request, bool forwarded) {
  const auto first = [&](std::string_view name) {
    const std::string_view value = forwarded ? request.header(name) : std::string_view{};
    return trim(value.substr(0, value.find(',')));
  };
  std::string_view host = first("X-Forwarded-Host");
  if (!plausible_host(host)) host = request.header("Host");
  if (!plausible_host(host)) host = "localhost";
  const bool secure = equal_folded(first("X-Forwarded-Proto"), "https");
  return fmt::format("{}://{}", secure ? "https" : "http", host);
}

}  // namespace stemma
