#include "api/server.h"

#include <fmt/format.h>
#include <httplib.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <thread>

#include "api/problem.h"

namespace stemma {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// The library listens with a backlog of 5: a burst of new connections would be refused or wait for
// a retry of a second.
constexpr int kBacklog = 1024;
constexpr std::size_t kLongestHead = 32 * 1024;
constexpr std::size_t kPiece = 256 * 1024;
// After the last answer, to let the client read it before what it still sends resets the
// connection.
constexpr milliseconds kLinger{1000};
constexpr int kHardStop = 5000;  // milliseconds from a signal to the end of the process, at most

/// Rung once, heard by everyone who waits at its descriptor. Thread-safe.
class StopBell {
 public:
  StopBell() : descriptor_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
    if (descriptor_ < 0) throw Error{ErrorKind::unavailable, "cannot make an eventfd"};
  }
  ~StopBell() { ::close(descriptor_); }
  StopBell(const StopBell&) = delete;
  StopBell& operator=(const StopBell&) = delete;

  void ring() noexcept {
    Clock::rep never = 0;
    rung_at_.compare_exchange_strong(never, Clock::now().time_since_epoch().count());
    const std::uint64_t one = 1;
    if (::write(descriptor_, &one, sizeof one) < 0) {
      // It counts already.
    }
  }
  [[nodiscard]] bool rung() const noexcept { return rung_at_ != 0; }
  [[nodiscard]] Clock::time_point rung_at() const noexcept {
    return Clock::time_point{Clock::duration{rung_at_}};
  }
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

 private:
  int descriptor_;
  std::atomic<Clock::rep> rung_at_{0};
};

/// One client. Everything that waits for it has an end, which is why it is not left to the library:
/// there, each byte that comes gives a slow sender the whole time again. To the library a request
/// ends with its head; nothing here reads a body.
class Connection final : public httplib::Stream {
 public:
  Connection(socket_t socket, const ServerLimits& limits, const StopBell& bell)
      : socket_{socket}, limits_{limits}, bell_{bell} {}
  ~Connection() override {
    ::shutdown(socket_, SHUT_RDWR);
    ::close(socket_);
  }

  /// Reads the head of the next request; what came with it stays for the one after. False where
  /// none comes in time.
  bool read_head(milliseconds first_byte) {
    received_.erase(0, head_);
    head_ = at_ = 0;
    std::size_t seen = 0;
    auto deadline = Clock::now() + (received_.empty() ? first_byte : limits_.head);
    while (true) {
      // Some clients end a body with a line break that belongs to nothing.
      received_.erase(0, std::min(received_.find_first_not_of("\r\n"), received_.size()));
      const std::size_t length = head_length(received_, seen);
      too_long_ = length == std::string::npos && received_.size() > kLongestHead;
      if (length != std::string::npos || too_long_) {
        head_ = std::min(length, received_.size());
        encode_questions();
        return true;
      }
      seen = received_.size();
      char piece[4096];
      const ssize_t size = ::recv(socket_, piece, sizeof piece, MSG_DONTWAIT);
      if (size > 0) {
        if (received_.empty()) deadline = Clock::now() + limits_.head;
        received_.append(piece, static_cast<std::size_t>(size));
        continue;
      }
      if (size < 0 && errno == EINTR) continue;
      if (size < 0 && errno == EAGAIN && wait(POLLIN, deadline, received_.empty())) continue;
      return false;
    }
  }
  [[nodiscard]] bool too_long() const noexcept { return too_long_; }

  /// Set by what handles a request: whether another may follow.
  bool keep_alive = false;

  /// Ends what is sent, and takes what still comes: unread, it would make the system reset the
  /// connection under the client that reads the answer.
  void linger() noexcept {
    ::shutdown(socket_, SHUT_WR);
    const auto deadline = Clock::now() + kLinger;
    char piece[4096];
    while (true) {
      const ssize_t size = ::recv(socket_, piece, sizeof piece, MSG_DONTWAIT);
      if (size == 0 || Clock::now() > deadline) return;
      if (size < 0 && (errno != EAGAIN || !wait(POLLIN, deadline, true))) return;
    }
  }

  bool is_readable() const override { return at_ < head_; }
  bool is_writable() const override { return true; }
  ssize_t read(char* to, std::size_t size) override {
    const std::size_t given = std::min(size, head_ - at_);
    std::memcpy(to, received_.data() + at_, given);
    at_ += given;
    return static_cast<ssize_t>(given);
  }
  ssize_t write(const char* bytes, std::size_t size) override {
    size = std::min(size, kPiece);  // the library comes again with the rest
    const auto deadline = Clock::now() + limits_.piece;
    for (std::size_t sent = 0; sent < size;) {
      const ssize_t more = ::send(socket_, bytes + sent, size - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (more >= 0) {
        sent += static_cast<std::size_t>(more);
      } else if (errno != EINTR && (errno != EAGAIN || !wait(POLLOUT, deadline, false))) {
        return -1;
      }
    }
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}  // nobody asks here
  void get_local_ip_and_port(std::string&, int&) const override {}
  /// The library asks only to refuse numbers that are too large for select(), which is not used.
  socket_t socket() const override { return INVALID_SOCKET; }

 private:
  /// The library takes a second question mark for an error; in a query it is a letter like others.
  void encode_questions() {
    const auto first = received_.find('?');
    if (first > received_.find('\n')) return;
    for (auto at = received_.find_first_of("?\n", first + 1); at < head_ && received_[at] == '?';
         at = received_.find_first_of("?\n", at)) {
      received_.replace(at, 1, "%3F");
      head_ += 2;
    }
  }

  /// Waits until the socket is ready. False when the time is over; also when the server stops, at
  /// once where `idle`, else after the grace.
  bool wait(short events, Clock::time_point deadline, bool idle) const noexcept {
    while (true) {
      const bool stopping = bell_.rung();
      if (stopping && idle) return false;
      if (stopping) deadline = std::min(deadline, bell_.rung_at() + limits_.grace);
      pollfd waited[] = {{socket_, events, 0}, {bell_.descriptor(), POLLIN, 0}};
      const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now()).count();
      const int ready =
          ::poll(waited, stopping ? 1 : 2, static_cast<int>(std::max<decltype(left)>(left, 0)));
      if (ready < 0 && errno == EINTR) continue;
      if (ready <= 0) return false;
      if (waited[0].revents != 0) return true;
    }
  }

  const socket_t socket_;
  const ServerLimits& limits_;
  const StopBell& bell_;
  std::string received_;
  std::size_t head_ = 0;  ///< The length of the request's head, at the beginning of `received_`.
  std::size_t at_ = 0;    ///< How much of it the library has read.
  bool too_long_ = false;
};

/// The connection that this thread serves: the library's handlers are not told.
thread_local Connection* serving = nullptr;

/// The library's pool, and how many connections wait for a thread of it.
class Pool final : public httplib::TaskQueue {
 public:
  Pool(std::size_t threads, std::atomic<std::size_t>& waiting)
      : waiting_{waiting}, threads_{threads} {}
  void enqueue(std::function<void()> job) override {
    ++waiting_;
    threads_.enqueue([this, job = std::move(job)] {
      --waiting_;
      job();
    });
  }
  void shutdown() override { threads_.shutdown(); }

 private:
  std::atomic<std::size_t>& waiting_;
  httplib::ThreadPool threads_;
};

/// The library's server with connections of our own.
class ListeningServer final : public httplib::Server {
 public:
  explicit ListeningServer(const ServerLimits& limits) : limits_{limits} {
    new_task_queue = [this] { return new Pool{limits_.threads, waiting_}; };
  }

  void lengthen_backlog() noexcept { ::listen(svr_sock_, kBacklog); }

  /// The library's own stop() does nothing before it listens, so one that comes early would be
  /// lost.
  void stop_all() noexcept {
    bell_.ring();
    const socket_t socket = svr_sock_.exchange(INVALID_SOCKET);
    if (socket == INVALID_SOCKET) return;
    ::shutdown(socket, SHUT_RDWR);
    ::close(socket);
  }

 private:
  bool process_and_close_socket(socket_t socket) override {
    Connection connection{socket, limits_, bell_};
    serving = &connection;
    // A client that says nothing is waited for less long while others wait for its thread.
    const auto patience = [this](std::size_t count) {
      if (count > 1) return limits_.idle;
      return waiting_ == 0 ? limits_.first_byte : std::min(limits_.first_byte, limits_.idle);
    };
    for (std::size_t count = 1; connection.read_head(patience(count)); ++count) {
      connection.keep_alive = false;
      bool asked_to_close = false;
      const auto prepare = [&](httplib::Request& request) {
        const HeaderList headers(request.headers.begin(), request.headers.end());
        // A body is not read, so nobody knows where the next request would begin. While others
        // wait for a thread, one answer a connection is all there is.
        connection.keep_alive = !asked_to_close && !announces_body(headers) &&
                                count < limits_.requests_a_connection && waiting_ == 0 &&
                                !bell_.rung() &&
                                !has_token(request.get_header_value("Connection"), "close");
        request.headers.erase("Expect");  // no body is waited for
      };
      // Told to close, the library says so in every answer; `keep_alive` takes it back.
      const bool answered = process_request(connection, true, asked_to_close, prepare);
      if (answered && connection.keep_alive) continue;
      connection.linger();
      break;
    }
    serving = nullptr;
    return true;
  }

  const ServerLimits limits_;
  StopBell bell_;
  std::atomic<std::size_t> waiting_{0};
};

/// The library's default is SO_REUSEPORT, with which two servers share a port without a word.
void set_socket_options(socket_t socket) {
  const int yes = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
}

Request to_request(const httplib::Request& theirs) {
  Request request;
  request.method = theirs.method;
  request.target = theirs.target;
  request.headers.assign(theirs.headers.begin(), theirs.headers.end());
  return request;
}

void to_response(Response&& ours, httplib::Response& theirs) {
  theirs.status = ours.status;
  const std::string type{ours.header("Content-Type")};
  for (auto& [name, value] : ours.headers) theirs.set_header(name, value);
  if (!ours.chunks) {
    theirs.body = std::move(ours.body);
    return;
  }
  theirs.headers.erase("Content-Type");  // setting the provider sets it again
  theirs.set_chunked_content_provider(
      type, [chunks = std::move(ours.chunks)](std::size_t, httplib::DataSink& sink) {
        std::string piece;
        try {
          if (!chunks(piece)) {
            sink.done();
            return true;
          }
        } catch (const std::exception&) {
          return false;  // the connection is cut: the client misses the last line
        }
        return piece.empty() || sink.write(piece.data(), piece.size());
      });
}

// -- signals: a handler may do next to nothing, so it writes a byte to a pipe that a thread waits
// at.

std::atomic<int> signal_pipe{-1};

void on_signal(int) {
  const int saved = errno;
  const char byte = 1;
  if (::write(signal_pipe.load(), &byte, 1) < 0) {
    // The pipe is full: a byte is there already.
  }
  errno = saved;
}

class SignalWatch {
 public:
  explicit SignalWatch(Server& server) {
    if (::pipe(ends_) != 0) throw Error{ErrorKind::unavailable, "cannot make a pipe for signals"};
    signal_pipe = ends_[1];
    struct sigaction action {};
    action.sa_handler = on_signal;
    ::sigaction(SIGINT, &action, &old_int_);
    ::sigaction(SIGTERM, &action, &old_term_);
    watcher_ = std::thread{[this, &server] {
      if (await(-1) != Came::signal) return;
      server.stop();
      // A client may hold the end up, or a query that takes its time; whoever sends a signal should
      // not have to send SIGKILL. Nothing here needs to be put away: the server only reads.
      if (await(kHardStop) != Came::end) ::_exit(1);
    }};
  }
  ~SignalWatch() {
    ::sigaction(SIGINT, &old_int_, nullptr);
    ::sigaction(SIGTERM, &old_term_, nullptr);
    signal_pipe = -1;
    ::close(ends_[1]);  // the watcher reads the end of the pipe
    watcher_.join();
    ::close(ends_[0]);
  }
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  enum class Came { signal, end, nothing };
  /// Waits for a signal, or for the end of the watch.
  [[nodiscard]] Came await(int timeout) const noexcept {
    pollfd waited{ends_[0], POLLIN, 0};
    int ready = 0;
    while ((ready = ::poll(&waited, 1, timeout)) < 0 && errno == EINTR) {
    }
    if (ready == 0) return Came::nothing;
    char byte = 0;
    return ::read(ends_[0], &byte, 1) == 1 ? Came::signal : Came::end;
  }

  int ends_[2] = {-1, -1};
  struct sigaction old_int_ {};
  struct sigaction old_term_ {};
  std::thread watcher_;
};

}  // namespace

ListenAddress parse_listen_address(std::string_view text) {
  const auto refuse = [&] {
    return Error{
        ErrorKind::usage,
        fmt::format("'{}' is no address to listen on: write HOST:PORT, [IPV6]:PORT or PORT", text)};
  };
  ListenAddress address;
  std::string_view port = text;
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    address.host = "127.0.0.1";
  } else {
    std::string_view host = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (!host.empty() && host.front() == '[') {
      if (host.size() < 3 || host.back() != ']') throw refuse();
      host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
      throw refuse();  // an IPv6 address without brackets: where does the port begin?
    }
    address.host = host.empty() ? "0.0.0.0" : std::string{host};
  }
  const auto [end, failure] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (failure != std::errc{} || end != port.data() + port.size() || address.port < 0 ||
      address.port > 65535) {
    throw refuse();
  }
  return address;
}

struct Server::Impl {
  Impl(ApiContext& api, const ServerLimits& limits) : context{api}, http{limits} {}

  void install() {
    // Everything is answered here, before the library's own routing with its regular expressions
    // and before it would read a body.
    http.set_pre_routing_handler(
        [this](const httplib::Request& request, httplib::Response& response) {
          const Request ours = to_request(request);
          // Answers come compressed, with an ETag for that coding: the library must neither
          // compress them again nor cut ranges out of them. It looks at its own request for both,
          // which is not const there.
          auto& theirs = const_cast<httplib::Request&>(request);
          theirs.headers.erase("Accept-Encoding");
          theirs.headers.erase("Range");
          theirs.ranges.clear();
          to_response(handle(ours, context), response);
          return httplib::Server::HandlerResponse::Handled;
        });
    // What the library refuses before it asks.
    const httplib::Server::HandlerWithResponse on_error = [this](const httplib::Request&,
                                                                 httplib::Response& response) {
      if (!response.body.empty()) return httplib::Server::HandlerResponse::Unhandled;
      if (serving->too_long() && response.status == 400) response.status = 431;
      const std::string_view detail =
          response.status == 414   ? "the request's first line is too long"
          : response.status == 416 ? "the Range header cannot be read"
          : response.status == 431 ? "the request's headers are too long"
                                   : "this is no request of HTTP/1.1 that can be read";
      to_response(refuse(response.status, detail, context), response);
      return httplib::Server::HandlerResponse::Handled;
    };
    http.set_error_handler(on_error);
    http.set_post_routing_handler([](const httplib::Request&, httplib::Response& response) {
      response.headers.erase("Accept-Ranges");
      if (serving->keep_alive) response.headers.erase("Connection");
      // These have no body and must not tell the length of one that a GET would get.
      if (response.status == 304 || response.status == 204)
        response.headers.erase("Content-Length");
    });
  }

  ApiContext& context;
  ListeningServer http;
  std::string url;
};

Server::Server(const ListenAddress& address, ApiContext& context, const ServerLimits& limits)
    : impl_{std::make_unique<Impl>(context, limits)} {
  ListeningServer& http = impl_->http;
  http.set_socket_options(set_socket_options);
  http.set_tcp_nodelay(true);
  impl_->install();

  const bool ipv6 = address.host.find(':') != std::string::npos;
  const std::string shown = ipv6 ? '[' + address.host + ']' : address.host;
  errno = 0;
  int port = address.port;
  if (port == 0) {
    port = http.bind_to_any_port(address.host);
  } else if (!http.bind_to_port(address.host, port)) {
    port = -1;
  }
  if (port < 0) {
    const int reason = errno;
    throw Error{ErrorKind::unavailable,
                fmt::format("cannot listen on {}:{}: {}", shown, address.port,
                            reason != 0 ? std::strerror(reason) : "the address is not known here")};
  }
  http.lengthen_backlog();
  impl_->url = fmt::format("http://{}:{}", shown, port);
}

Server::~Server() { stop(); }

const std::string& Server::url() const noexcept { return impl_->url; }

void Server::run() { impl_->http.listen_after_bind(); }

void Server::run_until_signal() {
  const SignalWatch watch{*this};
  run();
}

void Server::stop() noexcept { impl_->http.stop_all(); }

}  // namespace stemma
