#pragma once

#include <array>
#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "api/http/http_exchange.h"
#include "api/http/server.h"

namespace stemma {

class Connections;

/// One client. Whatever waits for it (for a head, for room to write to) waits in the io_context and
/// holds no thread; a thread is held only while an answer is made. Every wait has an end: the
/// deadline, which `Connections` looks after.
///
/// All handlers run on the connection's strand, so only what is atomic is shared.
class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::ip::tcp::socket socket, Connections& all);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start();

  /// When it is closed unless something happens before. From any thread.
  [[nodiscard]] std::chrono::steady_clock::time_point deadline() const noexcept {
    return std::chrono::steady_clock::time_point{
        std::chrono::steady_clock::duration{deadline_.load()}};
  }
  /// Whether it waits for a request of which not a byte has come, or not all. From any thread.
  [[nodiscard]] bool waits_for_request() const noexcept { return waits_for_request_; }
  [[nodiscard]] bool idle() const noexcept { return idle_; }
  /// Ends it if `which` still holds on its strand. From any thread.
  enum class Close { if_late, if_waiting, if_idle };
  void close(Close which);
  /// Nothing may take longer than until then. From any thread.
  void cap_deadline(std::chrono::steady_clock::time_point last) noexcept {
    last_ = last.time_since_epoch().count();
  }

 private:
  void set_deadline(std::chrono::milliseconds from_now) noexcept {
    deadline_ = std::min((std::chrono::steady_clock::now() + from_now).time_since_epoch().count(),
                         last_.load());
  }
  void await_head(std::chrono::milliseconds patience);
  void read();
  void answer(std::size_t head_bytes, bool too_long);
  void write();
  void next_piece();
  void end_reply();
  void linger();
  void discard();
  void shut() noexcept;

  boost::asio::ip::tcp::socket socket_;
  Connections& all_;
  std::string peer_;
  std::array<char, 4096> piece_;
  std::string received_;
  std::size_t seen_ = 0;  ///< How much of `received_` was searched for the end of a head.
  Reply reply_;
  std::string out_;           ///< What is being written.
  std::size_t written_ = 0;   ///< How much of `out_` the system has taken.
  std::size_t in_piece_ = 0;  ///< How much of it since the deadline was set.
  std::size_t answered_ = 0;
  std::atomic<std::chrono::steady_clock::rep> deadline_{
      std::chrono::steady_clock::time_point::max().time_since_epoch().count()};
  std::atomic<std::chrono::steady_clock::rep> last_{
      std::chrono::steady_clock::time_point::max().time_since_epoch().count()};
  std::atomic<bool> waits_for_request_{true};
  std::atomic<bool> idle_{true};
};

/// All that the connections share, and the list of them. Thread-safe.
class Connections {
 public:
  Connections(const HttpExchange& exchange, const ServerLimits& limits);

  [[nodiscard]] const HttpExchange& exchange() const noexcept { return exchange_; }
  [[nodiscard]] const ServerLimits& limits() const noexcept { return limits_; }
  [[nodiscard]] bool stopping() const noexcept { return stopping_; }

  void add(Connection& connection) {
    const std::lock_guard guard{mutex_};
    open_.insert(&connection);
  }
  void remove(Connection& connection) {
    const std::lock_guard guard{mutex_};
    open_.erase(&connection);
  }
  [[nodiscard]] bool none() const {
    const std::lock_guard guard{mutex_};
    return open_.empty();
  }

  /// Room for one more: where there is none, the connection that has been silent for longest makes
  /// some, so that clients which hold connections and ask nothing keep nobody out. False where all
  /// are being answered.
  [[nodiscard]] bool make_room();
  /// Closes those whose deadline is over.
  void close_late();
  /// Closes those that wait, and gives the others the grace.
  void stop();

 private:
  [[nodiscard]] std::vector<std::shared_ptr<Connection>> held() const;

  const HttpExchange& exchange_;
  const ServerLimits limits_;
  const std::size_t most_;
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  std::unordered_set<Connection*> open_;  ///< Guarded by mutex_.
};

}  // namespace stemma
