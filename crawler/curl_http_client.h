#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "crawler/http_client.h"

namespace stemma {

struct CurlOptions {
  std::string user_agent = "stemma/0.1.0 (model lineage crawler)";
  std::chrono::milliseconds connect_timeout = std::chrono::seconds{20};
  /// From the request to the first byte of the answer.
  std::chrono::milliseconds first_byte_timeout = std::chrono::seconds{60};
  /// The longest that a body may trickle below `stall_bytes_per_second`.
  std::chrono::seconds stall_timeout{60};
  long stall_bytes_per_second = 200;
  std::chrono::milliseconds total_timeout = std::chrono::minutes{10};
  /// Certificates to trust, in PEM, and no others; empty: the system's.
  std::string ca_file;
  std::size_t max_body_bytes = std::size_t{256} << 20U;  ///< Decoded.
};

/// HttpClient over libcurl: one handle that keeps its connection open, compressed transfer,
/// certificates always verified, http and https only, redirects handed to the caller. Proxies are
/// those of the environment; where the connection is not encrypted, a proxy never gets the header
/// Authorization: the request goes there without it. One thread.
class CurlHttpClient final : public HttpClient {
 public:
  /// Throws Error{unavailable} when libcurl cannot be set up.
  explicit CurlHttpClient(CurlOptions options = {});
  ~CurlHttpClient() override;
  CurlHttpClient(const CurlHttpClient&) = delete;
  CurlHttpClient& operator=(const CurlHttpClient&) = delete;

  [[nodiscard]] HttpResponse get(const HttpRequest& request) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stemma
