#include "api/http/http_exchange.h"

#include <httplib.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace stemma {
namespace {

/// A request's head for the library to read, and what it writes. Marked neither `override` nor
/// otherwise: which of these the library's Stream declares differs between versions (0.11 asks
/// is_writable(), 0.18 and later wait_readable(), wait_writable() and duration()).
class HeadStream final : public httplib::Stream {
 public:
  HeadStream(std::string head, std::string& written) : head_{std::move(head)}, written_{written} {}

  bool is_readable() const { return at_ < head_.size(); }
  bool wait_readable() const { return at_ < head_.size(); }
  bool is_writable() const { return true; }
  bool wait_writable() const { return true; }
  bool is_peer_alive() const { return true; }
  time_t duration() const { return 0; }
  ssize_t read(char* to, size_t size) {
    const std::size_t given = std::min(size, head_.size() - at_);
    std::memcpy(to, head_.data() + at_, given);
    at_ += given;
    return static_cast<ssize_t>(given);
  }
  ssize_t write(const char* bytes, size_t size) {
    written_.append(bytes, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string&, int&) const {}  // nobody asks here
  void get_local_ip_and_port(std::string&, int&) const {}
  /// The library asks only to refuse numbers that are too large for select(), which is not used.
  socket_t socket() const { return INVALID_SOCKET; }

 private:
  std::string head_;
  std::size_t at_ = 0;
  std::string& written_;
};

template <class>
inline constexpr bool kNever = false;

/// Opens the library's one function that is needed and not public. A template, so that only the
/// branch is compiled whose parameters this version of the library takes.
template <class Library>
class Opened : public Library {
 public:
  bool process(httplib::Stream& stream, bool close, bool& closed,
               const std::function<void(httplib::Request&)>& prepare) {
    const std::string nowhere;
    if constexpr (requires { this->process_request(stream, close, closed, prepare); }) {
      return this->process_request(stream, close, closed, prepare);  // 0.11 to 0.17
    } else if constexpr (requires {
                           this->process_request(stream, nowhere, 0, nowhere, 0, close, closed,
                                                 prepare);
                         }) {
      return this->process_request(stream, nowhere, 0, nowhere, 0, close, closed, prepare);
    } else {
      static_assert(kNever<Library>,
                    "this version of cpp-httplib takes other arguments in Server::process_request: "
                    "a stream, whether to close, whether it was closed, and a function that gets "
                    "the request before it is handled are needed; add its form here");
    }
  }
};

/// The library takes a second question mark for an error; in a query it is a letter like others.
std::string encode_questions(std::string_view bytes) {
  std::string head{bytes};
  const auto first = head.find('?');
  if (first > head.find('\n')) return head;
  for (auto at = head.find_first_of("?\n", first + 1); at < head.size() && head[at] == '?';
       at = head.find_first_of("?\n", at)) {
    head.replace(at, 1, "%3F");
  }
  return head;
}

/// The method of a head where it is one that the library does not know and takes for no request at
/// all; empty of all others. Methods are tokens, and more of them are registered than it knows.
std::string_view unknown_method(std::string_view head) {
  constexpr std::string_view kKnown[] = {"GET",     "HEAD",    "POST",  "PUT",  "DELETE",
                                         "CONNECT", "OPTIONS", "TRACE", "PATCH"};
  constexpr std::size_t kMaxMethodBytes = 32;
  const std::string_view method = head.substr(0, head.find(' '));
  if (method.empty() || method.size() > kMaxMethodBytes) return {};
  for (const char c : method) {
    if (c < 'A' || c > 'Z') return {};
  }
  for (const std::string_view known : kKnown) {
    if (method == known) return {};
  }
  return method;
}

Request to_request(const httplib::Request& theirs) {
  Request request;
  request.method = theirs.method;
  request.target = theirs.target;
  request.headers.assign(theirs.headers.begin(), theirs.headers.end());
  return request;
}

/// One request on its way through the library, whose handlers are told nothing of it: they find it
/// here.
struct UnderWay {
  const HttpExchange::Circumstances& circumstances;
  std::optional<std::string_view> fault;
  int fault_status = 400;
  std::string_view method;  ///< Where the library does not know it: it is told another.
  Reply& reply;
};
thread_local UnderWay* under_way = nullptr;

void take(Response&& ours, httplib::Response& theirs) {
  theirs.status = ours.status;
  for (auto& [name, value] : ours.headers) theirs.set_header(name, value);
  theirs.body = std::move(ours.body);
  under_way->reply.chunks = std::move(ours.chunks);
}

}  // namespace

struct HttpExchange::Impl {
  Impl(Handle handle, Refuse refuse) : handle_{std::move(handle)}, refuse_{std::move(refuse)} {
    // Everything is answered here, before the library's own routing with its regular expressions
    // and before it would read a body.
    library.set_pre_routing_handler(
        [this](const httplib::Request& request, httplib::Response& response) {
          if (under_way->fault) {
            take(refuse_(under_way->fault_status, *under_way->fault), response);
            return httplib::Server::HandlerResponse::Handled;
          }
          Request ours = to_request(request);
          ours.peer = under_way->circumstances.peer;
          if (!under_way->method.empty()) ours.method = std::string{under_way->method};
          // Answers come compressed, with an ETag for that coding: the library must neither
          // compress them again nor cut ranges out of them. It looks at its own request for both,
          // which is not const there.
          auto& theirs = const_cast<httplib::Request&>(request);
          theirs.headers.erase("Accept-Encoding");
          theirs.headers.erase("Range");
          theirs.ranges.clear();
          under_way->reply.chunked = request.version != "HTTP/1.0";
          take(handle_(ours), response);
          return httplib::Server::HandlerResponse::Handled;
        });
    // What the library refuses before it asks.
    const httplib::Server::HandlerWithResponse on_error = [this](const httplib::Request&,
                                                                 httplib::Response& response) {
      if (!response.body.empty()) return httplib::Server::HandlerResponse::Unhandled;
      if (under_way->circumstances.too_long && response.status == 400) response.status = 431;
      const std::string_view detail =
          under_way->fault         ? *under_way->fault
          : response.status == 414 ? "the request's first line is too long"
          : response.status == 416 ? "the Range header cannot be read"
          : response.status == 431 ? "the request's headers are too long"
                                   : "this is no request of HTTP/1.1 that can be read";
      take(refuse_(response.status, detail), response);
      return httplib::Server::HandlerResponse::Handled;
    };
    library.set_error_handler(on_error);
    library.set_post_routing_handler(
        [](const httplib::Request& request, httplib::Response& response) {
          Reply& reply = under_way->reply;
          response.headers.erase("Accept-Ranges");
          // Told to close, the library says so in every answer.
          if (reply.chunks && !reply.chunked) reply.keep_alive = false;
          if (reply.keep_alive) response.headers.erase("Connection");
          if (reply.keep_alive && request.version == "HTTP/1.0")
            response.set_header("Connection", "keep-alive");
          // These have no body and must not tell the length of one that a GET would get.
          if (response.status == 304 || response.status == 204 || reply.chunks)
            response.headers.erase("Content-Length");
          if (reply.chunks && reply.chunked) response.set_header("Transfer-Encoding", "chunked");
          if (request.method == "HEAD") reply.chunks = nullptr;
        });
  }

  Handle handle_;
  Refuse refuse_;
  // The library's function is not const; it changes nothing of the server.
  mutable Opened<httplib::Server> library;
};

HttpExchange::HttpExchange(Handle handle, Refuse refuse)
    : impl_{std::make_unique<Impl>(std::move(handle), std::move(refuse))} {}
HttpExchange::~HttpExchange() = default;

Reply HttpExchange::reply(std::string_view head, const Circumstances& circumstances) const {
  Reply reply;
  UnderWay request{circumstances, std::nullopt, 400, unknown_method(head), reply};
  if (!circumstances.too_long) request.fault = head_fault(head);
  const auto prepare = [&](httplib::Request& theirs) {
    const HeaderList headers(theirs.headers.begin(), theirs.headers.end());
    const std::string connection = theirs.get_header_value("Connection");
    // A body is not read, so nobody knows where the next request would begin.
    reply.keep_alive = circumstances.may_keep_alive && !request.fault && !announces_body(headers) &&
                       !has_token(connection, "close") &&
                       (theirs.version != "HTTP/1.0" || has_token(connection, "keep-alive"));
    theirs.headers.erase("Expect");  // no body is waited for
  };
  under_way = &request;
  std::string readable = encode_questions(head);
  // Any that has to be refused does, and none has a body that would be waited for.
  if (!request.method.empty()) readable.replace(0, request.method.size(), "PUT");
  HeadStream stream{std::move(readable), reply.bytes};
  bool closed = false;
  bool answered = impl_->library.process(stream, true, closed, prepare);
  if (reply.bytes.empty()) {
    // Newer versions give a line that is too long up without a word: a request that can be read
    // carries the refusal through.
    const bool first_line = head.find('\n') == std::string_view::npos;
    request.fault_status = !circumstances.too_long ? 400 : first_line ? 414 : 431;
    request.fault = !circumstances.too_long ? "this is no request of HTTP/1.1 that can be read"
                    : first_line            ? "the request's first line is too long"
                                            : "the request's headers are too long";
    HeadStream stand_in{"GET / HTTP/1.1\r\nHost: -\r\n\r\n", reply.bytes};
    answered = impl_->library.process(stand_in, true, closed, prepare);
  }
  under_way = nullptr;
  reply.keep_alive = reply.keep_alive && answered;
  return reply;
}

}  // namespace stemma
