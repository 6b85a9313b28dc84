#include "crawler/hub_url.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "schema/error.h"
#include "schema/model_name.h"
#include "schema/percent.h"
#include "schema/text.h"

namespace stemma {
namespace {

struct NamedField {
  std::string_view name;
  FieldBit bit;
  bool asked;  ///< By default.
};
constexpr std::array kFields = {
    NamedField{"author", kAuthor, true},
    NamedField{"baseModels", kBaseModels, true},
    NamedField{"cardData", kCardData, true},
    NamedField{"config", kConfig, false},
    NamedField{"createdAt", kCreatedAt, true},
    NamedField{"disabled", kDisabled, true},
    NamedField{"downloads", kDownloads, true},
    NamedField{"downloadsAllTime", kDownloadsAllTime, true},
    NamedField{"gated", kGated, true},
    NamedField{"gguf", kGguf, false},
    NamedField{"lastModified", kLastModified, true},
    NamedField{"library_name", kLibraryName, true},
    NamedField{"likes", kLikes, true},
    NamedField{"pipeline_tag", kPipelineTag, true},
    NamedField{"safetensors", kSafetensors, true},
    NamedField{"sha", kSha, true},
    NamedField{"tags", kTags, true},
};

/// A URL's parts as they are written: "https", "host:80", "/path?query".
struct UrlParts {
  std::string_view scheme;
  std::string_view authority;
  std::string_view rest;  ///< From the path on.
};

std::optional<UrlParts> split_url(std::string_view url) {
  const auto colon = url.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  UrlParts parts;
  parts.scheme = url.substr(0, colon);
  url.remove_prefix(colon + 3);
  const auto end = std::min(url.find_first_of("/?#"), url.size());
  parts.authority = url.substr(0, end);
  parts.rest = url.substr(end);
  return parts;
}

bool has_odd_characters(std::string_view url) {
  return std::any_of(url.begin(), url.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '\\' || c == '\x7f';
  });
}

bool has_scheme(std::string_view link) {
  const auto at = link.find_first_of(":/?#");
  return at != std::string_view::npos && link[at] == ':';
}

void append_expand(std::string& url, std::span<const std::string> fields, char separator) {
  for (const std::string& field : fields) {
    url += separator;
    url += "expand=" + percent_encode(field);
    separator = '&';
  }
}

bool has_token(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const auto end = std::min(list.find(' '), list.size());
    if (equal_folded(list.substr(0, end), token)) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

/// Takes one `name=value` (or `name="value"`) off the front of `text`, which begins after a
/// semicolon.
std::pair<std::string_view, std::string_view> take_parameter(std::string_view& text) {
  const auto name_end = std::min(text.find_first_of("=;,"), text.size());
  const std::string_view name = trim(text.substr(0, name_end));
  text.remove_prefix(name_end);
  if (text.empty() || text.front() != '=') return {name, {}};
  text = trim(text.substr(1));
  std::string_view value;
  if (!text.empty() && text.front() == '"') {
    const auto quote = std::min(text.find('"', 1), text.size());
    value = text.substr(1, quote - 1);
    text.remove_prefix(std::min(quote + 1, text.size()));
    text.remove_prefix(std::min(text.find_first_of(";,"), text.size()));
  } else {
    const auto end = std::min(text.find_first_of(";,"), text.size());
    value = trim(text.substr(0, end));
    text.remove_prefix(end);
  }
  return {name, value};
}

std::optional<std::string> next_in(std::string_view header) {
  while (true) {
    const auto open = header.find('<');
    if (open == std::string_view::npos) return std::nullopt;
    const auto close = header.find('>', open);
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view target = header.substr(open + 1, close - open - 1);
    header = trim(header.substr(close + 1));
    while (!header.empty() && header.front() == ';') {
      header.remove_prefix(1);
      const auto [name, value] = take_parameter(header);
      if (equal_folded(name, "rel") && has_token(value, "next")) return std::string{target};
      header = trim(header);
    }
  }
}

}  // namespace

std::optional<Origin> origin_of(std::string_view url) {
  const auto parts = split_url(url);
  if (!parts || has_odd_characters(url)) return std::nullopt;
  Origin origin{fold_case(parts->scheme), {}, 0};
  if (origin.scheme == "https") {
    origin.port = 443;
  } else if (origin.scheme == "http") {
    origin.port = 80;
  } else {
    return std::nullopt;
  }
  std::string_view host = parts->authority;
  if (host.find('@') != std::string_view::npos) return std::nullopt;
  // The colons of `[::1]:80` before the bracket belong to the host.
  const auto bracket = host.rfind(']');
  const auto colon = host.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    const std::string_view port = host.substr(colon + 1);
    const auto [stop, error] = std::from_chars(port.data(), port.data() + port.size(), origin.port);
    if (!port.empty() && (error != std::errc{} || stop != port.data() + port.size())) {
      return std::nullopt;
    }
    if (origin.port < 1 || origin.port > 65535) return std::nullopt;
    host = host.substr(0, colon);
  }
  if (host.empty()) return std::nullopt;
  origin.host = fold_case(host);
  return origin;
}

std::string normal_hub(std::string_view hub) {
  hub = trim(hub);
  while (!hub.empty() && hub.back() == '/') hub.remove_suffix(1);
  // Hubs are named in messages and in the ledger. A password with a slash in it has the @ behind
  // what looks like the host.
  if (hub.find('@') != std::string_view::npos) {
    throw Error{ErrorKind::usage,
                "the address of the hub holds an '@': a user or a password does not belong there. "
                "Put a token into the environment as HF_TOKEN, and leave the address as "
                "https://host[:port]"};
  }
  if (const auto query = hub.find_first_of("?#");
      !origin_of(hub) || query != std::string_view::npos) {
    throw Error{ErrorKind::usage, "not the URL of a hub: '" + std::string{hub.substr(0, query)} +
                                      (query == std::string_view::npos ? "" : "...") +
                                      "' (expected something like https://host[:port])"};
  }
  return std::string{hub};
}

std::optional<std::string> resolve_link(std::string_view base, std::string_view link) {
  link = trim(link);
  const auto parts = split_url(base);
  if (!parts || link.empty() || has_odd_characters(link)) return std::nullopt;
  std::string resolved;
  const std::string site = std::string{parts->scheme} + "://" + std::string{parts->authority};
  if (has_scheme(link)) {
    resolved = link;
  } else if (link.substr(0, 2) == "//") {
    resolved = std::string{parts->scheme} + ":" + std::string{link};
  } else if (link.front() == '/') {
    resolved = site + std::string{link};
  } else {
    const std::string_view path = parts->rest.substr(0, parts->rest.find_first_of("?#"));
    const std::string_view folder = path.substr(0, path.rfind('/') + 1);
    const std::string_view kept = link.front() == '?' ? path : folder;
    resolved = site + (kept.empty() ? "/" : std::string{kept}) + std::string{link};
  }
  const auto from = origin_of(base);
  const auto to = origin_of(resolved);
  if (!from || !to || *from != *to) return std::nullopt;
  return resolved;
}

std::optional<std::string> next_link(std::span<const HttpHeader> headers) {
  for (const HttpHeader& header : headers) {
    if (!equal_folded(header.name, "Link")) continue;
    if (auto next = next_in(header.value)) return next;
  }
  return std::nullopt;
}

std::vector<ScopeTerm> parse_scope(std::string_view scope) {
  scope = trim(scope);
  if (scope.empty() || scope == "all") return {ScopeTerm{}};
  std::vector<ScopeTerm> terms;
  while (true) {
    const auto comma = std::min(scope.find(','), scope.size());
    const std::string_view text = trim(scope.substr(0, comma));
    const auto colon = text.find(':');
    ScopeTerm term;
    const std::string_view kind = text.substr(0, colon);
    if (kind == "search") {
      term.kind = ScopeTerm::Kind::search;
    } else if (kind == "author") {
      term.kind = ScopeTerm::Kind::author;
    }
    if (colon != std::string_view::npos) term.value = trim(text.substr(colon + 1));
    if (term.kind == ScopeTerm::Kind::all || term.value.empty()) {
      throw Error{ErrorKind::usage, "bad scope term '" + std::string{text} +
                                        "': expected all, or search:TEXT and author:NAME "
                                        "separated by commas"};
    }
    if (std::find(terms.begin(), terms.end(), term) == terms.end()) {
      terms.push_back(std::move(term));
    }
    if (comma == scope.size()) return terms;
    scope.remove_prefix(comma + 1);
  }
}

std::string scope_text(std::span<const ScopeTerm> terms) {
  std::string text;
  for (const ScopeTerm& term : terms) {
    if (term.kind == ScopeTerm::Kind::all) continue;
    if (!text.empty()) text += ',';
    text += (term.kind == ScopeTerm::Kind::search   ? "search:"
             : term.kind == ScopeTerm::Kind::author ? "author:"
                                                    : "since:") +
            term.value;
  }
  return text;
}

std::vector<std::string> default_fields() {
  std::vector<std::string> fields;
  for (const NamedField& field : kFields) {
    if (field.asked) fields.emplace_back(field.name);
  }
  return fields;
}

FieldSet field_set(std::span<const std::string> fields) {
  FieldSet set = 0;
  for (const std::string& name : fields) {
    for (const NamedField& field : kFields) {
      if (field.name == name) set |= field.bit;
    }
  }
  return set;
}

std::string join_fields(std::span<const std::string> fields) {
  std::string text;
  for (const std::string& field : fields) {
    if (!text.empty()) text += ',';
    text += field;
  }
  return text;
}

std::vector<std::string> split_fields(std::string_view text) {
  std::vector<std::string> fields;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    if (comma > 0) fields.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return fields;
}

std::string listing_url(std::string_view hub, const ScopeTerm& term,
                        std::span<const std::string> fields, int limit, ListingOrder order) {
  const bool down = term.kind == ScopeTerm::Kind::since || order == ListingOrder::descending;
  std::string url = std::string{hub} + "/api/models?limit=" + std::to_string(limit) +
                    "&sort=createdAt&direction=" + (down ? "-1" : "1");
  if (term.kind == ScopeTerm::Kind::search) url += "&search=" + percent_encode(term.value);
  if (term.kind == ScopeTerm::Kind::author) url += "&author=" + percent_encode(term.value);
  append_expand(url, fields, '&');
  return url;
}

std::string model_url(std::string_view hub, std::string_view name,
                      std::span<const std::string> fields) {
  std::string url = std::string{hub} + "/api/models/";
  const std::string_view owner = owner_of(name);
  if (!owner.empty()) url += percent_encode(owner) + "/";
  url += percent_encode(base_name_of(name));
  append_expand(url, fields, '?');
  return url;
}

std::optional<std::string> model_name_in(std::string_view hub, std::string_view url) {
  // Hosts compare without case, so only what follows them is compared as text.
  const auto hub_parts = split_url(hub);
  const auto parts = split_url(url);
  if (!hub_parts || !parts || origin_of(hub) != origin_of(url)) return std::nullopt;
  const std::string prefix = std::string{hub_parts->rest} + "/api/models/";
  std::string_view path = parts->rest.substr(0, parts->rest.find_first_of("?#"));
  if (path.substr(0, prefix.size()) != prefix) return std::nullopt;
  std::string name = percent_decode_lenient(path.substr(prefix.size()));
  if (!valid_repository_id(name)) return std::nullopt;
  return name;
}

std::optional<std::size_t> refused_expand(const HttpResponse& response, std::string_view url) {
  if (response.status != 400) return std::nullopt;
  std::string words{response.body};
  if (const auto header = response.header("X-Error-Message")) words.append(" ").append(*header);
  static constexpr std::string_view kMark = "expand[";
  if (const auto open = words.find(kMark); open != std::string::npos) {
    std::size_t index = 0;
    const char* const end = words.data() + words.size();
    const auto [stop, error] = std::from_chars(words.data() + open + kMark.size(), end, index);
    if (error == std::errc{} && stop != end && *stop == ']') return index;
  }
  if (words.find("expand") == std::string::npos) return std::nullopt;
  // JSON inside JSON escapes its quotes.
  std::erase(words, '\\');
  const bool lists_good_ones = words.find("expected one of") != std::string::npos;
  std::size_t index = 0;
  for (auto dropped = drop_expand(url, 0); dropped; dropped = drop_expand(url, ++index)) {
    const bool quoted = words.find('"' + dropped->field + '"') != std::string::npos;
    if (quoted != lists_good_ones) return index;
  }
  return std::nullopt;
}

std::optional<DroppedField> drop_expand(std::string_view url, std::size_t index) {
  const auto query = url.find('?');
  if (query == std::string_view::npos) return std::nullopt;
  DroppedField dropped{std::string{url.substr(0, query)}, {}};
  std::string_view rest = url.substr(query + 1);
  char separator = '?';
  std::size_t seen = 0;
  bool found = false;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    const std::string key = percent_decode_lenient(pair.substr(0, equals));
    if ((key == "expand" || key == "expand[]") && seen++ == index) {
      dropped.field = percent_decode_lenient(pair.substr(std::min(equals + 1, pair.size())));
      found = true;
      continue;
    }
    dropped.url += separator;
    dropped.url += pair;
    separator = '&';
  }
  if (!found) return std::nullopt;
  return dropped;
}

std::string with_short_urls(std::string_view text) {
  constexpr std::size_t kMaxQuery = 60;
  std::string out;
  while (true) {
    const auto url = std::min(text.find("http://"), text.find("https://"));
    if (url == std::string_view::npos) break;
    const auto end = std::min(text.find_first_of(" \t\n\"'<>", url), text.size());
    const auto query = std::min(text.find('?', url), end);
    const bool cut = end - query > kMaxQuery;
    out += text.substr(0, cut ? query : end);
    if (cut) {
      out += "?…";
      // A comma or the like behind the address is the sentence's.
      if (text[end - 1] == ',' || text[end - 1] == ';' || text[end - 1] == ':')
        out += text[end - 1];
    }
    text.remove_prefix(end);
  }
  return out + std::string{text};
}

}  // namespace stemma
