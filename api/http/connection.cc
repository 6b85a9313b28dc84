#include "api/http/connection.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

namespace stemma {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kMaxHeadBytes = 32 * 1024;
constexpr std::size_t kWriteBytes = 256 * 1024;
constexpr int kSendBuffer = 256 * 1024;
// After the last answer, to let the client read it before what it still sends resets the
// connection.
constexpr milliseconds kLinger{1000};
// Files that the process needs besides its connections: snapshots, ledger, log.
constexpr std::size_t kOtherFiles = 128;

/// How many connections the process may hold: as many as asked for, or what the system's limit of
/// open files leaves, which is raised as far as it goes.
std::size_t connections_allowed(std::size_t wanted) {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return wanted;
  const rlim_t needed = static_cast<rlim_t>(wanted + kOtherFiles);
  if (files.rlim_cur < needed) {
    files.rlim_cur = std::min(files.rlim_max, needed);
    ::setrlimit(RLIMIT_NOFILE, &files);
    ::getrlimit(RLIMIT_NOFILE, &files);
  }
  const auto most = static_cast<std::size_t>(files.rlim_cur);
  return std::min(wanted, most > 2 * kOtherFiles ? most - kOtherFiles : most / 2);
}

}  // namespace

Connection::Connection(tcp::socket socket, Connections& all)
    : socket_{std::move(socket)}, all_{all} {
  error_code ignored;
  const auto remote = socket_.remote_endpoint(ignored);
  if (!ignored) peer_ = remote.address().to_string();
  socket_.set_option(tcp::no_delay{true}, ignored);
  // What a client does not read waits in the system's buffer, which would grow to megabytes each.
  socket_.set_option(tcp::socket::send_buffer_size{kSendBuffer}, ignored);
  all_.add(*this);
}

Connection::~Connection() { all_.remove(*this); }

void Connection::start() { await_head(all_.limits().first_byte); }

void Connection::close(Close which) {
  asio::post(socket_.get_executor(), [self = shared_from_this(), which] {
    if (which == Close::if_late) {
      const auto due = std::min(self->deadline_.load(), self->last_.load());
      if (due > Clock::now().time_since_epoch().count()) return;
    }
    if (which == Close::if_waiting && !self->waits_for_request_) return;
    if (which == Close::if_idle && !self->idle_) {
      // In the middle of something: it goes on until the grace is over.
      self->deadline_ = std::min(self->deadline_.load(), self->last_.load());
      return;
    }
    self->shut();
  });
}

void Connection::shut() noexcept {
  // Closing ends the operation that is under way with an error, and that the connection.
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
}

void Connection::await_head(milliseconds patience) {
  waits_for_request_ = true;
  seen_ = 0;
  set_deadline(received_.empty() ? patience : all_.limits().head);
  read();
}

void Connection::read() {
  // Some clients end a body with a line break that belongs to nothing.
  if (seen_ == 0)
    received_.erase(0, std::min(received_.find_first_not_of("\r\n"), received_.size()));
  const std::size_t length = head_length(received_, seen_);
  const bool too_long = length == std::string::npos && received_.size() > kMaxHeadBytes;
  if (length != std::string::npos || too_long)
    return answer(std::min(length, received_.size()), too_long);
  seen_ = received_.size();
  idle_ = received_.empty();
  if (idle_ && all_.stopping()) return shut();
  socket_.async_read_some(asio::buffer(piece_),
                          [self = shared_from_this()](error_code error, std::size_t size) {
                            if (error) return;
                            if (self->received_.empty())
                              self->set_deadline(self->all_.limits().head);
                            self->received_.append(self->piece_.data(), size);
                            self->read();
                          });
}

void Connection::answer(std::size_t head_bytes, bool too_long) {
  waits_for_request_ = false;
  idle_ = false;
  ++answered_;
  const bool may_keep_alive =
      answered_ < all_.limits().requests_a_connection && !all_.stopping() && !too_long;
  // Making an answer is not waiting for the client.
  deadline_ = Clock::time_point::max().time_since_epoch().count();
  reply_ = all_.exchange().reply(std::string_view{received_}.substr(0, head_bytes),
                                 {peer_, may_keep_alive, too_long});
  received_.erase(0, head_bytes);
  out_ = std::move(reply_.bytes);
  written_ = in_piece_ = 0;
  set_deadline(all_.limits().piece);
  write();
}

void Connection::write() {
  if (written_ == out_.size()) return reply_.chunks ? next_piece() : end_reply();
  const std::size_t size = std::min(out_.size() - written_, kWriteBytes);
  socket_.async_write_some(
      asio::buffer(out_.data() + written_, size),
      [self = shared_from_this()](error_code error, std::size_t taken) {
        if (error) return;
        self->written_ += taken;
        self->in_piece_ += taken;
        if (self->in_piece_ >= kWriteBytes || self->written_ == self->out_.size()) {
          self->in_piece_ = 0;
          self->set_deadline(self->all_.limits().piece);
        }
        self->write();
      });
}

void Connection::next_piece() {
  std::string piece;
  bool more = true;
  try {
    while (more && piece.empty()) more = reply_.chunks(piece);
  } catch (const std::exception&) {
    return shut();  // the client misses the last line and the end of the body
  }
  out_.clear();
  if (!reply_.chunked) {
    out_ = std::move(piece);
  } else if (!piece.empty()) {
    out_ = fmt::format("{:x}\r\n", piece.size());
    out_ += piece;
    out_ += "\r\n";
  }
  if (!more) {
    if (reply_.chunked) out_ += "0\r\n\r\n";
    reply_.chunks = nullptr;
  }
  written_ = 0;
  write();
}

void Connection::end_reply() {
  out_ = {};
  if (reply_.keep_alive && !all_.stopping()) return await_head(all_.limits().idle);
  linger();
}

void Connection::linger() {
  error_code failed;
  socket_.shutdown(tcp::socket::shutdown_send, failed);
  if (failed) return shut();
  waits_for_request_ = true;  // nothing more is owed to it
  idle_ = true;
  set_deadline(kLinger);
  if (all_.stopping()) return shut();
  discard();
}

void Connection::discard() {
  socket_.async_read_some(asio::buffer(piece_),
                          [self = shared_from_this()](error_code error, std::size_t) {
                            if (!error) self->discard();
                          });
}

Connections::Connections(const HttpExchange& exchange, const ServerLimits& limits)
    : exchange_{exchange}, limits_{limits}, most_{connections_allowed(limits.connections)} {}

bool Connections::make_room() {
  std::shared_ptr<Connection> oldest;
  {
    const std::lock_guard guard{mutex_};
    if (open_.size() < most_) return true;
    Connection* first = nullptr;
    for (Connection* connection : open_) {
      if (!connection->waits_for_request()) continue;
      if (first == nullptr || connection->deadline() < first->deadline()) first = connection;
    }
    if (first == nullptr) return false;
    oldest = first->weak_from_this().lock();
  }
  if (oldest == nullptr) return true;  // it ends just now
  oldest->close(Connection::Close::if_waiting);
  return true;
}

void Connections::close_late() {
  const auto now = Clock::now();
  for (const auto& connection : held()) {
    if (connection->deadline() <= now) connection->close(Connection::Close::if_late);
  }
}

void Connections::stop() {
  stopping_ = true;
  const auto last = Clock::now() + limits_.grace;
  for (const auto& connection : held()) {
    connection->cap_deadline(last);
    connection->close(Connection::Close::if_idle);
  }
}

std::vector<std::shared_ptr<Connection>> Connections::held() const {
  std::vector<std::shared_ptr<Connection>> all;
  const std::lock_guard guard{mutex_};
  all.reserve(open_.size());
  for (Connection* connection : open_) {
    if (auto one = connection->weak_from_this().lock()) all.push_back(std::move(one));
  }
  return all;
}

}  // namespace stemma
