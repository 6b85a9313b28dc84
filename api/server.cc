#include "api/server.h"

#include <fmt/format.h>
#include <httplib.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <thread>

#include "api/problem.h"

namespace stemma {
namespace {

// The library listens with a backlog of 5: a burst of new connections would be refused or wait for
// a retry of a second.
constexpr int kBacklog = 1024;
constexpr std::size_t kLargestPayload = 64 * 1024;  // nothing here reads a body
constexpr std::size_t kRequestsAConnection = 100000;
constexpr int kKeepAliveSeconds = 5;  // an idle connection holds a thread for as long
constexpr int kReadSeconds = 5;
constexpr int kWriteSeconds = 30;

/// Gives access to the listening socket, which the library keeps to its heirs.
class ListeningServer final : public httplib::Server {
 public:
  void lengthen_backlog() noexcept { ::listen(svr_sock_, kBacklog); }

  /// The library's own stop() does nothing before it listens, so one that comes early would be
  /// lost.
  void close_listener() noexcept {
    const socket_t socket = svr_sock_.exchange(INVALID_SOCKET);
    if (socket == INVALID_SOCKET) return;
    ::shutdown(socket, SHUT_RDWR);
    ::close(socket);
  }
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
      char byte = 0;
      while (::read(ends_[0], &byte, 1) < 0 && errno == EINTR) {
      }
      if (byte != 0) server.stop();
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
  explicit Impl(ApiContext& api) : context{api} {}

  void install() {
    // Everything is answered here, before the library's own routing with its regular expressions.
    http.set_pre_routing_handler(
        [this](const httplib::Request& request, httplib::Response& response) {
          Request ours = to_request(request);
          // Answers come compressed, with an ETag for that coding: the library must neither
          // compress them again nor cut ranges out of them. It looks at its own request for both,
          // which is not const there.
          auto& theirs = const_cast<httplib::Request&>(request);
          theirs.headers.erase("Accept-Encoding");
          theirs.headers.erase("Range");
          theirs.ranges.clear();
          // A method that may carry a body goes on, so that the library reads the body off the
          // connection.
          if (ours.method != "GET" && ours.method != "HEAD" && ours.method != "OPTIONS") {
            return httplib::Server::HandlerResponse::Unhandled;
          }
          to_response(handle(ours, context), response);
          return httplib::Server::HandlerResponse::Handled;
        });
    const httplib::Server::HandlerWithResponse on_error = [this](const httplib::Request& request,
                                                                 httplib::Response& response) {
      if (!response.body.empty()) return httplib::Server::HandlerResponse::Unhandled;
      const bool routed = response.status == 400 || response.status == 404;
      if (routed && !request.method.empty() && request.method != "GET" &&
          request.method != "HEAD") {
        to_response(handle(to_request(request), context), response);
      } else {
        to_response(problem(response.status, "the request could not be read"), response);
      }
      return httplib::Server::HandlerResponse::Handled;
    };
    http.set_error_handler(on_error);
    http.set_post_routing_handler([](const httplib::Request&, httplib::Response& response) {
      response.headers.erase("Accept-Ranges");
      // These have no body and must not tell the length of one that a GET would get.
      if (response.status == 304 || response.status == 204)
        response.headers.erase("Content-Length");
    });
  }

  ApiContext& context;
  ListeningServer http;
  std::string url;
};

Server::Server(const ListenAddress& address, ApiContext& context, std::size_t threads)
    : impl_{std::make_unique<Impl>(context)} {
  ListeningServer& http = impl_->http;
  http.new_task_queue = [threads] { return new httplib::ThreadPool(threads); };
  http.set_socket_options(set_socket_options);
  http.set_tcp_nodelay(true);
  http.set_keep_alive_max_count(kRequestsAConnection);
  http.set_keep_alive_timeout(kKeepAliveSeconds);
  http.set_read_timeout(kReadSeconds);
  http.set_write_timeout(kWriteSeconds);
  http.set_payload_max_length(kLargestPayload);
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

void Server::stop() noexcept { impl_->http.close_listener(); }

}  // namespace stemma
