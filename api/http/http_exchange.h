#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "api/chunk_source.h"
#include "api/http/request.h"

namespace stemma {

/// What to send for one request.
struct Reply {
  std::string bytes;   ///< Status line and headers; the body, too, unless it is streamed.
  ChunkSource chunks;  ///< The rest of a streamed body, not framed yet; empty where there is none.
  bool chunked =
      true;  ///< Whether `chunks` are sent in chunked coding, or end with the connection.
  bool keep_alive = false;  ///< Whether another request may follow on the connection.
};

/// Turns the head of a request into the bytes of its answer, without a socket: cpp-httplib reads
/// the head and writes that of the answer, the rest is ours. The only file that knows cpp-httplib,
/// of which it needs `Server::process_request` and `Stream`; both have changed between versions,
/// and compiling says so where they change again.
///
/// Bodies of requests are never read. Thread-safe.
class HttpExchange {
 public:
  /// Answers a request that could be read.
  using Handle = std::function<Response(const Request&)>;
  /// Answers what could not.
  using Refuse = std::function<Response(int status, std::string_view detail)>;

  HttpExchange(Handle handle, Refuse refuse);
  ~HttpExchange();

  struct Circumstances {
    std::string peer;            ///< The client's address, as text; see Request::peer.
    bool may_keep_alive = true;  ///< Whether the connection may live on.
    bool too_long = false;       ///< The head was cut off at the longest that is read.
  };
  /// `head` is all bytes of one request up to and with its blank line, or what was read of it.
  [[nodiscard]] Reply reply(std::string_view head, const Circumstances& circumstances) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stemma
