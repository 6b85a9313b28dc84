#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "api/http/listen_address.h"
#include "api/http/request_handlers.h"

namespace stemma {

/// How much of the server one client can take. A connection that waits holds a file and a few KiB,
/// no thread.
struct ServerLimits {
  std::size_t threads =
      8;  ///< How many answers are made at once. More only get in each other's way.
  std::size_t connections = 16384;  ///< At once; fewer where the system allows fewer open files.
                                    ///< Beyond that the one that is silent for longest is closed.
  std::size_t requests_a_connection = 1000;
  std::chrono::milliseconds first_byte{10000};  ///< From the beginning of a connection.
  std::chrono::milliseconds idle{30000};        ///< From an answer to the next request.
  std::chrono::milliseconds head{10000};        ///< From a request's first byte to its last.
  std::chrono::milliseconds piece{30000};       ///< To take 256 KiB of an answer.
  std::chrono::milliseconds grace{3000};        ///< To take the rest once the server stops.
};

/// The HTTP server. Snapshots that are published while it runs are answered from with the next
/// request.
class Server {
 public:
  /// Binds; connections queue from here on. Throws Error{unavailable} naming the address where it
  /// is taken or not ours. What `handlers` refer to must outlive the server.
  Server(const ListenAddress& address, RequestHandlers handlers, const ServerLimits& limits = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// `http://127.0.0.1:8080`, with the port that was really taken.
  [[nodiscard]] const std::string& url() const noexcept;

  /// Answers until stop() is called. Requests that were begun are finished, within the limits'
  /// grace; streams are cut, which the client sees by their missing last line.
  void run();
  /// run(), and stop() on SIGINT or SIGTERM. A second signal ends the process at once with code 1,
  /// as do five seconds in which the server has not come to its end. One call at a time in a
  /// process.
  void run_until_signal();
  /// From any thread, also before run().
  void stop() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stemma
