#include "api/http/server.h"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <thread>
#include <vector>

#include "api/http/connection.h"
#include "api/http/signal_watch.h"
#include "schema/error.h"

namespace stemma {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int kBacklog = 1024;
constexpr std::chrono::milliseconds kCheckDeadlines{50};
constexpr std::chrono::milliseconds kAcceptRetry{100};

}  // namespace

struct Server::Impl {
  Impl(RequestHandlers handlers, const ServerLimits& given)
      : limits{given},
        log{std::move(handlers.log)},
        exchange{std::move(handlers.answer), std::move(handlers.refuse)},
        connections{exchange, given} {}

  void bind(const ListenAddress& address, const std::string& shown) {
    error_code failed;
    tcp::resolver resolver{io};
    const auto found = resolver.resolve(address.host, std::to_string(address.port),
                                        tcp::resolver::passive, failed);
    for (const auto& entry : found) {
      failed = try_to_listen(entry.endpoint());
      if (!failed) return;
    }
    throw Error{ErrorKind::unavailable,
                fmt::format("cannot listen on {}:{}: {}", shown, address.port, failed.message())};
  }

  void accept() {
    acceptor.async_accept(asio::make_strand(io), [this](error_code error, tcp::socket socket) {
      if (connections.stopping() || !acceptor.is_open()) return;
      if (error) {
        // Out of files or memory, most likely: again a little later, when some are free.
        retry.expires_after(kAcceptRetry);
        retry.async_wait([this](error_code ended) {
          if (!ended) accept();
        });
        return;
      }
      if (connections.make_room()) {
        const auto executor = socket.get_executor();
        auto connection = std::make_shared<Connection>(std::move(socket), connections);
        asio::post(executor, [connection] { connection->start(); });
      }  // else closed at once: all are being answered
      accept();
    });
  }

  void watch_deadlines() {
    tick.expires_after(kCheckDeadlines);
    tick.async_wait([this](error_code ended) {
      if (ended) return;
      connections.close_late();
      if (!connections.stopping() || !connections.none()) watch_deadlines();
    });
  }

  void stop() {
    error_code ignored;
    acceptor.close(ignored);
    retry.cancel();
    connections.stop();
  }

  /// Handles what happens until the server has stopped, as one of several threads.
  void run() {
    while (true) {
      try {
        io.run();
        return;
      } catch (const std::exception& error) {
        // It cost the connection that it happened to; memory ran out, most likely.
        if (log) log(std::string{"a connection was given up: "} + error.what());
      }
    }
  }

  const ServerLimits limits;
  std::function<void(const std::string&)> log;
  HttpExchange exchange;
  Connections connections;
  asio::io_context io;
  // On one strand: accepting, its retry, and stopping touch the same things.
  asio::strand<asio::io_context::executor_type> listening{asio::make_strand(io)};
  tcp::acceptor acceptor{listening};
  asio::steady_timer retry{listening};
  asio::steady_timer tick{listening};
  std::string url;

 private:
  error_code try_to_listen(const tcp::endpoint& endpoint) {
    error_code failed;
    acceptor.open(endpoint.protocol(), failed);
    // Not SO_REUSEPORT, with which two servers share a port without a word.
    if (!failed) acceptor.set_option(tcp::acceptor::reuse_address{true}, failed);
    if (!failed) acceptor.bind(endpoint, failed);
    if (!failed) acceptor.listen(kBacklog, failed);
    if (failed) {
      error_code ignored;
      acceptor.close(ignored);
    }
    return failed;
  }
};

Server::Server(const ListenAddress& address, RequestHandlers handlers, const ServerLimits& limits)
    : impl_{std::make_unique<Impl>(std::move(handlers), limits)} {
  const bool ipv6 = address.host.find(':') != std::string::npos;
  const std::string shown = ipv6 ? '[' + address.host + ']' : address.host;
  impl_->bind(address, shown);
  impl_->url = fmt::format("http://{}:{}", shown, impl_->acceptor.local_endpoint().port());
}

Server::~Server() { stop(); }

const std::string& Server::url() const noexcept { return impl_->url; }

void Server::run() {
  asio::post(impl_->listening, [impl = impl_.get()] {
    impl->accept();
    impl->watch_deadlines();
  });
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < impl_->limits.threads; ++i)
    others.emplace_back([impl = impl_.get()] { impl->run(); });
  impl_->run();
}

void Server::run_until_signal() {
  const SignalWatch watch{[this] { stop(); }};
  run();
}

void Server::stop() noexcept {
  try {
    asio::post(impl_->listening, [impl = impl_.get()] { impl->stop(); });
  } catch (const std::exception&) {
    impl_->io.stop();  // no memory to do it in order
  }
}

}  // namespace stemma
