#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/model_name.h"

namespace stemma {

struct HttpHeader {
  std::string name;
  std::string value;
};

/// What kept an answer from arriving whole. `none`: it arrived, whatever its status.
enum class TransportError : std::uint8_t {
  none,
  unreachable,  ///< The host's name or port did not answer: nothing was sent.
  timeout,      ///< Connecting, waiting or a stalled body took too long.
  truncated,    ///< The connection ended before the body did.
  broken,       ///< Any other failure of the connection or the protocol.
  too_large,    ///< The body passed the client's limit; asking again cannot help.
  tls,          ///< The certificate was refused; asking again cannot help.
  bad_request,  ///< The URL or the request could not be used at all.
};

/// Takes the body of an answer as it arrives, for what is too large to be held.
class BodySink {
 public:
  virtual ~BodySink() = default;
  /// One piece of the body of an answer with status 200 or 206. False ends the transfer. Must not
  /// throw.
  virtual bool take(int status, std::string_view piece) noexcept = 0;
};

/// One GET. Plain value.
struct HttpRequest {
  std::string url;
  std::vector<HttpHeader> headers;
  /// Where set, the body of a 200 or a 206 goes there, as it was sent, without limit of size or
  /// time as long as it does not stall; `body` is empty then.
  BodySink* sink = nullptr;
};

/// The answer to one request: either `error` or a status with its headers and whole, decoded body.
struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;
  std::string body;
  std::uint64_t wire_bytes = 0;  ///< Of the body as it was sent, compressed or not.
  TransportError error = TransportError::none;
  std::string error_text;  ///< What the library said, for people.

  /// The first header of that name, in any case.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept {
    const auto found =
        std::find_if(headers.begin(), headers.end(),
                     [name](const HttpHeader& header) { return equal_folded(header.name, name); });
    if (found == headers.end()) return std::nullopt;
    return found->value;
  }
  [[nodiscard]] bool arrived() const noexcept { return error == TransportError::none; }
};

/// Sends requests: the seam at which tests put a scripted hub. Redirects are never followed. One
/// thread.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// Blocks until the answer is whole or has failed. Failures of the network are answers, not
  /// exceptions.
  [[nodiscard]] virtual HttpResponse get(const HttpRequest& request) = 0;
};

}  // namespace stemma
