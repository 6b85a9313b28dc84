#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "api/router.h"

namespace stemma {

/// Where to listen.
struct ListenAddress {
  std::string host;  ///< A name, an IPv4 address, or an IPv6 address without brackets.
  int port = 0;      ///< 0: any that is free.
};
/// Reads `host:port`, `[::1]:port`, `:port` (all addresses) or a port alone (127.0.0.1). Throws
/// Error{usage}.
[[nodiscard]] ListenAddress parse_listen_address(std::string_view text);

/// The HTTP server. Snapshots that are published while it runs are answered from with the next
/// request.
class Server {
 public:
  /// A connection holds a thread for as long as it lives: as many clients are served at once.
  static constexpr std::size_t kThreads = 64;

  /// Binds; connections queue from here on. Throws Error{unavailable} naming the address where it
  /// is taken or not ours. `context` must outlive the server.
  Server(const ListenAddress& address, ApiContext& context, std::size_t threads = kThreads);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// `http://127.0.0.1:8080`, with the port that was really taken.
  [[nodiscard]] const std::string& url() const noexcept;

  /// Answers until stop() is called; requests that were begun are finished.
  void run();
  /// run(), and stop() on SIGINT or SIGTERM. One call at a time in a process.
  void run_until_signal();
  /// From any thread, also before run().
  void stop() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stemma
