#pragma once

#include <string>
#include <string_view>

#include "api/http/request.h"

namespace stemma {

// What a client asks for in its headers.

inline constexpr std::string_view kCsvType = "text/csv; charset=utf-8";
inline constexpr std::string_view kSvgType = "image/svg+xml";
inline constexpr std::string_view kJsonType = "application/json";
inline constexpr std::string_view kNdjsonType = "application/x-ndjson";
inline constexpr std::string_view kHtmlType = "text/html; charset=utf-8";

/// How much a client that sends this Accept wants `type`, which must be one of those that it names
/// itself; 0 for not at all. With `wildcards`, the most specific range that holds it decides.
[[nodiscard]] double accept_quality(std::string_view accept, std::string_view type,
                                    bool wildcards = false);

/// NDJSON is for those who ask for it by name and want it no less than JSON.
[[nodiscard]] bool wants_lines(std::string_view accept);

/// Whether an Accept-Encoding header allows gzip: named or by `*`, and not with q=0.
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding);

/// Whether an If-None-Match holds the tag; it compares weakly.
[[nodiscard]] bool matches_etag(std::string_view if_none_match, std::string_view etag);

/// `https://example.org`: what the client calls this server. Anybody can send `X-Forwarded-*`, so
/// they count only where `forwarded`: the request came from a proxy that the operator named.
[[nodiscard]] std::string base_url(const Request& request, bool forwarded);

}  // namespace stemma
