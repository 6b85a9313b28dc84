#include "crawler/curl_http_client.h"

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <new>
#include <string_view>
#include <utility>

#include "crawler/http_environment.h"
#include "crawler/hub_url.h"
#include "schema/error.h"
#include "schema/text.h"

namespace stemma {
namespace {

struct CloseEasy {
  void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

/// curl's process-wide state. Never torn down: other threads may still use the library at exit.
CURLcode initialise_curl() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  return code;
}

/// Where the callbacks put what arrives.
struct Sink {
  HttpResponse* response;
  std::size_t max_body_bytes;
  CURL* handle;
  BodySink* body;
  bool too_large = false;
};

// Exceptions must not cross curl's C frames; a short count makes curl end the transfer.
std::size_t take_body(char* data, std::size_t /*one*/, std::size_t size, void* user) noexcept {
  auto& sink = *static_cast<Sink*>(user);
  if (sink.body != nullptr) {
    long status = 0;
    curl_easy_getinfo(sink.handle, CURLINFO_RESPONSE_CODE, &status);
    if (status == 200 || status == 206)
      return sink.body->take(static_cast<int>(status), {data, size}) ? size : 0;
  }
  if (size > sink.max_body_bytes - sink.response->body.size()) {
    sink.too_large = true;
    return 0;
  }
  try {
    sink.response->body.append(data, size);
  } catch (...) {
    sink.too_large = true;
    return 0;
  }
  return size;
}

std::size_t take_header(char* data, std::size_t /*one*/, std::size_t size, void* user) noexcept {
  auto& sink = *static_cast<Sink*>(user);
  const std::string_view line = trim({data, size});
  try {
    if (line.substr(0, 5) == "HTTP/") {
      sink.response->headers.clear();  // an interim answer (100, 103) came before this one
    } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
      sink.response->headers.push_back(
          {std::string{trim(line.substr(0, colon))}, std::string{trim(line.substr(colon + 1))}});
    }
  } catch (...) {
    return 0;
  }
  return size;
}

/// Watches for the first byte; curl calls it about once a second, and more often while bytes come.
struct FirstByte {
  std::chrono::steady_clock::time_point begun;
  std::chrono::milliseconds patience;
  const HttpResponse* response;
  bool late = false;
};

int watch(void* user, curl_off_t /*to_come*/, curl_off_t come, curl_off_t /*to_go*/,
          curl_off_t /*gone*/) noexcept {
  auto& first = *static_cast<FirstByte*>(user);
  if (come > 0 || !first.response->headers.empty()) return 0;
  first.late = std::chrono::steady_clock::now() - first.begun > first.patience;
  return first.late ? 1 : 0;
}

/// Whether whoever stands between could read what is sent to `url`, and is there by a variable.
bool proxied_in_the_clear(const std::string& url) {
  const auto origin = origin_of(url);
  return !origin ||
         (origin->scheme == "http" && !proxy_variable(*origin, process_environment).empty());
}

TransportError classify(CURLcode code, const Sink& sink) {
  if (sink.too_large) return TransportError::too_large;
  switch (code) {
    case CURLE_OK:
      return TransportError::none;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
      return TransportError::unreachable;
    case CURLE_OPERATION_TIMEDOUT:
      return TransportError::timeout;
    case CURLE_PARTIAL_FILE:
      return TransportError::truncated;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return TransportError::tls;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      return TransportError::bad_request;
    default:
      return TransportError::broken;
  }
}

}  // namespace

struct CurlHttpClient::Impl {
  CurlOptions options;
  std::unique_ptr<CURL, CloseEasy> handle;
};

CurlHttpClient::CurlHttpClient(CurlOptions options)
    : impl_{std::make_unique<Impl>(Impl{std::move(options), nullptr})} {
  if (const CURLcode code = initialise_curl(); code != CURLE_OK) {
    throw Error{ErrorKind::unavailable,
                std::string{"cannot set up libcurl: "} + curl_easy_strerror(code)};
  }
  impl_->handle.reset(curl_easy_init());
  if (!impl_->handle) throw Error{ErrorKind::unavailable, "cannot set up libcurl: no handle"};
  CURL* const curl = impl_->handle.get();
  const CurlOptions& set = impl_->options;
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!set.ca_file.empty()) {
    // The system's directory of certificates would be trusted beside the file.
    curl_easy_setopt(curl, CURLOPT_CAINFO, set.ca_file.c_str());
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
    curl_easy_setopt(curl, CURLOPT_PROXY_CAINFO, set.ca_file.c_str());
    curl_easy_setopt(curl, CURLOPT_PROXY_CAPATH, nullptr);
  }
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(curl, CURLOPT_USERAGENT, set.user_agent.c_str());
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(set.connect_timeout.count()));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(set.total_timeout.count()));
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, set.stall_bytes_per_second);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(set.stall_timeout.count()));
  curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, 256L * 1024L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &take_body);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &take_header);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &watch);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
}

CurlHttpClient::~CurlHttpClient() = default;

HttpResponse CurlHttpClient::get(const HttpRequest& request) {
  HttpResponse response;
  CURL* const curl = impl_->handle.get();
  Sink sink{&response, impl_->options.max_body_bytes, curl, request.sink};
  HeaderList headers;
  bool secret = false;
  for (const HttpHeader& header : request.headers) {
    if (equal_folded(header.name, "Authorization")) {
      if (proxied_in_the_clear(request.url)) continue;
      secret = true;
    }
    curl_slist* const longer =
        curl_slist_append(headers.get(), (header.name + ": " + header.value).c_str());
    if (longer == nullptr) throw std::bad_alloc{};
    static_cast<void>(headers.release());
    headers.reset(longer);
  }
  std::array<char, CURL_ERROR_SIZE> words{};
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  // A part of a file is only a part of it as it lies there.
  curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, request.sink != nullptr ? nullptr : "");
  curl_easy_setopt(
      curl, CURLOPT_TIMEOUT_MS,
      request.sink != nullptr ? 0L : static_cast<long>(impl_->options.total_timeout.count()));
  // curl reads the variables by itself. Should it see a proxy where we see none, it must not send
  // the secret there: without encryption no proxy is used then.
  const bool direct = secret && equal_folded(request.url.substr(0, 5), "http:");
  curl_easy_setopt(curl, CURLOPT_PROXY, direct ? "" : nullptr);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &sink);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &sink);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words.data());
  FirstByte first{std::chrono::steady_clock::now(),
                  impl_->options.connect_timeout + impl_->options.first_byte_timeout, &response};
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &first);
  const CURLcode code = curl_easy_perform(curl);
  // The handle outlives what these point at.
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, nullptr);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, nullptr);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, nullptr);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, nullptr);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, nullptr);

  curl_off_t received = 0;
  if (curl_easy_getinfo(curl, CURLINFO_SIZE_DOWNLOAD_T, &received) == CURLE_OK && received > 0) {
    response.wire_bytes = static_cast<std::uint64_t>(received);
  }
  response.error = first.late ? TransportError::timeout : classify(code, sink);
  if (response.error != TransportError::none) {
    if (sink.too_large) {
      response.error_text =
          "the body is larger than " + std::to_string(impl_->options.max_body_bytes) + " bytes";
    } else if (first.late) {
      response.error_text = "no byte of an answer came in time";
    } else {
      response.error_text = words[0] != '\0' ? words.data() : curl_easy_strerror(code);
    }
    response.body.clear();
    response.headers.clear();
    return response;
  }
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  return response;
}

}  // namespace stemma
