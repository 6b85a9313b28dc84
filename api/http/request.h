#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/chunk_source.h"
#include "api/param.h"

namespace stemma {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// An HTTP request as a plain value: nothing here knows a socket.
struct Request {
  std::string method = "GET";
  std::string target = "/";  ///< Path and query as they were sent, percent-encoded.
  HeaderList headers;
  std::string peer;  ///< The address that the connection came from, as text; empty: not known.

  /// The first header of that name in any case; empty when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
};

/// Whether a body follows the head of a request with these headers.
[[nodiscard]] bool announces_body(const HeaderList& headers) noexcept;

/// Whether a comma-separated header holds this word, in any case.
[[nodiscard]] bool has_token(std::string_view header, std::string_view token) noexcept;

/// How many of `bytes` are the head of a request, blank line included; npos when it is not all
/// there. What can become no request ends at once: there is nothing to wait for. `seen` bytes were
/// looked at before.
[[nodiscard]] std::size_t head_length(std::string_view bytes, std::size_t seen = 0) noexcept;

/// What makes a head ambiguous, so that a proxy and this server could read two different requests
/// from it, and RFC 9112 asks for a 400: white space before the colon of a header, a folded header
/// line, a line without a colon, a name that is no token, control characters, two Host headers.
/// nullopt where there is nothing of the kind; the request line is not looked at.
[[nodiscard]] std::optional<std::string_view> head_fault(std::string_view head) noexcept;

/// An answer: either `body` or, where it is long, `chunks`. For HEAD the body is there and the
/// server keeps it back.
struct Response {
  int status = 200;
  HeaderList headers;
  std::string body;
  ChunkSource chunks;

  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
  void set_header(std::string_view name, std::string value);  ///< Replaces one of the same name.
};

/// A request's target taken apart. Path segments are decoded one by one, so that a `%2F` inside one
/// is told from a slash.
struct Target {
  std::string raw_path;
  std::string raw_query;              ///< Without the question mark.
  std::vector<std::string> segments;  ///< Without the leading empty one.
  ParamList params;
};

/// Takes the absolute form (`http://host/path`), too. nullopt for a target that does not begin with
/// a slash then or has a broken percent escape, zero bytes
/// included.
[[nodiscard]] std::optional<Target> parse_target(std::string_view target);

}  // namespace stemma
