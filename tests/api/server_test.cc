#include "api/http/server.h"
#include "api/endpoints/router.h"

#include <arpa/inet.h>
#include <httplib.h>
#include <sys/wait.h>

#include <chrono>
#include <thread>

#include "tests/api/api_fixture.h"
#include "tests/api/unzip.h"
#include "tests/support/catch.h"

namespace stemma {
namespace {

TEST_CASE("addresses to listen on", "[api][server]") {
  const auto [text, host, port] = GENERATE(table<std::string, std::string, int>({
      {"127.0.0.1:8080", "127.0.0.1", 8080},
      {"localhost:0", "localhost", 0},
      {"[::1]:443", "::1", 443},
      {":8080", "0.0.0.0", 8080},
      {"9000", "127.0.0.1", 9000},
  }));
  const ListenAddress address = parse_listen_address(text);
  CHECK(address.host == host);
  CHECK(address.port == port);
}

TEST_CASE("what is no address is refused", "[api][server]") {
  const std::string text = GENERATE("", "localhost", "localhost:", "a:65536", "a:-1", "a:80x",
                                    "::1:80", "[::1]", "[]:80");
  CAPTURE(text);
  CHECK_THROWS_AS(parse_listen_address(text), Error);
}

/// A server on a free port for as long as a test lasts.
struct RunningServer : ApiFixture {
  explicit RunningServer(ServerLimits with = {.threads = 4}) : limits{with} {}
  ~RunningServer() {
    server.stop();
    runner.join();
  }
  [[nodiscard]] httplib::Client client() const {
    httplib::Client made{server.url()};
    made.set_read_timeout(10);
    made.set_decompress(false);
    // Newer versions of the client ask for gzip by themselves.
    made.set_default_headers({{"Accept-Encoding", "identity"}});
    return made;
  }

  ServerLimits limits;
  Server server{{"127.0.0.1", 0}, handlers_of(context), limits};
  std::thread runner{[this] { server.run(); }};
};

TEST_CASE("the server answers over one connection", "[api][server]") {
  RunningServer running;
  auto client = running.client();
  client.set_keep_alive(true);
  for (int i = 0; i < 20; ++i) {  // more than the library's own limit of a connection
    const auto got = client.Get("/v1/models/Qwen%2FQwen2-7B");
    REQUIRE(got);
    CHECK(got->status == 200);
    CHECK(got->body == running.get("/v1/models/Qwen/Qwen2-7B").body);
    CHECK(got->get_header_value("X-Snapshot") == "9");
    CHECK(got->get_header_value("Connection") != "close");
  }
}

TEST_CASE("the server tells the length for HEAD and keeps the body back", "[api][server]") {
  RunningServer running;
  auto client = running.client();
  const auto got = client.Head("/v1/stats");
  REQUIRE(got);
  CHECK(got->status == 200);
  CHECK(got->body.empty());
  CHECK(got->get_header_value("Content-Length") ==
        std::to_string(running.get("/v1/stats").body.size()));
}

TEST_CASE("methods that change something are refused", "[api][server]") {
  RunningServer running;
  auto client = running.client();
  client.set_keep_alive(true);
  const auto posted = client.Post("/v1/stats", std::string(1000, 'x'), "text/plain");
  REQUIRE(posted);
  CHECK(posted->status == 405);
  CHECK(posted->get_header_value("Allow") == "GET, HEAD, OPTIONS");
  CHECK(posted->get_header_value("Content-Type") == "application/problem+json");
  const auto after = client.Get("/healthz");
  REQUIRE(after);
  CHECK(after->status == 200);
  CHECK(client.Delete("/v1/stats")->status == 405);
}

TEST_CASE("an answer is compressed once", "[api][server]") {
  RunningServer running;
  auto client = running.client();
  const std::string target = GENERATE("/v1/stats", "/", "/v1/models/Qwen/Qwen2-7B/descendants");
  const auto plain = client.Get(target);
  const auto zipped = client.Get(target, {{"Accept-Encoding", "gzip, br"}});
  REQUIRE(plain);
  REQUIRE(zipped);
  CHECK(zipped->get_header_value_count("Content-Encoding") == 1);
  CHECK(zipped->get_header_value("Content-Encoding") == "gzip");
  CHECK(unzip(zipped->body) == plain->body);
  const auto lines = client.Get("/v1/models/Qwen/Qwen2-7B/descendants",
                                {{"Accept-Encoding", "gzip"}, {"Accept", "application/x-ndjson"}});
  REQUIRE(lines);
  CHECK(unzip(lines->body).find("{\"end\":true,\"rows\":4}") != std::string::npos);
}

TEST_CASE("a 304 has no length and a range is not cut out", "[api][server]") {
  RunningServer running;
  auto client = running.client();
  const auto whole = client.Get("/v1/stats", {{"Range", "bytes=0-3"}});
  REQUIRE(whole);
  CHECK(whole->status == 200);
  CHECK(whole->body.size() > 4);
  const auto again = client.Get("/v1/stats", {{"If-None-Match", whole->get_header_value("ETag")}});
  REQUIRE(again);
  CHECK(again->status == 304);
  CHECK_FALSE(again->has_header("Content-Length"));
}

using Clock = std::chrono::steady_clock;

/// A client that says exactly what it is told to.
class RawClient {
 public:
  explicit RawClient(const std::string& url, int receive_buffer = 0)
      : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
    if (receive_buffer > 0) {
      ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    const timeval patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool send(std::string_view text) {
    return ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(text.size());
  }
  std::string read_some() {
    char piece[4096];
    const ssize_t size = ::recv(socket_, piece, sizeof piece, 0);
    return size > 0 ? std::string(piece, static_cast<std::size_t>(size)) : std::string{};
  }
  /// Everything until the server closes the connection.
  std::string read_all() {
    std::string all;
    for (std::string piece = read_some(); !piece.empty(); piece = read_some()) all += piece;
    return all;
  }

 private:
  int socket_;
};

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

TEST_CASE("requests that come together are all answered", "[api][server]") {
  RunningServer running;
  RawClient client{running.server.url()};
  client.send(
      "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /nothing HTTP/1.1\r\nHost: a\r\n\r\n"
      "GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n");
  const std::string answers = client.read_all();
  CHECK(count_of(answers, "HTTP/1.1 200 OK") == 2);
  CHECK(count_of(answers, "HTTP/1.1 404") == 1);
  CHECK(count_of(answers, "Connection: close") == 1);
}

TEST_CASE("a question mark in a query is a letter", "[api][server]") {
  RunningServer running;
  RawClient client{running.server.url()};
  client.send(
      "GET /v1/search?q=qwen2??&limit=5&as_of=9#? HTTP/1.1\r\nReferer: /a?b?c\r\nHost: a\r\n\r\n"
      "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  CHECK(count_of(client.read_all(), "HTTP/1.1 200 OK") == 2);
}

TEST_CASE("a connection is closed after its share of requests, and says so", "[api][server]") {
  RunningServer running{{.threads = 2, .requests_a_connection = 3}};
  RawClient client{running.server.url()};
  for (int i = 0; i < 5; ++i) client.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string answers = client.read_all();
  CHECK(count_of(answers, "HTTP/1.1 200 OK") == 3);
  CHECK(count_of(answers, "Connection: close") == 1);
  CHECK(answers.rfind("Connection: close") > answers.rfind("HTTP/1.1 200 OK"));
}

TEST_CASE("idle and dripping connections hold up nobody", "[api][server]") {
  using namespace std::chrono_literals;
  const bool drips = GENERATE(false, true);
  RunningServer running{{.threads = 1, .first_byte = 300ms, .idle = 300ms, .head = 600ms}};
  RawClient slow{running.server.url()};
  if (drips) slow.send("GET / HTTP/1.1\r\n");
  const auto begin = Clock::now();
  std::atomic<bool> answered{false};
  std::thread dripper{[&] {
    for (int i = 0; drips && !answered && i < 100; ++i) {
      std::this_thread::sleep_for(50ms);
      if (!slow.send("A: b\r\n")) break;
    }
  }};
  const auto got = running.client().Get("/healthz");
  answered = true;
  dripper.join();
  REQUIRE(got);
  CHECK(got->status == 200);
  CHECK(seconds_since(begin) < 3);
}

TEST_CASE("clients that are waited for hold no thread", "[api][server]") {
  ApiFixture api;
  std::string drawing;
  for (int i = 0; i < 50000; ++i) drawing += "gpt2 -finetune-> c/m" + std::to_string(i) + "\n";
  api.source.publish(lineage_of(drawing));
  Server server{{"127.0.0.1", 0}, handlers_of(api.context), {.threads = 1}};
  std::thread runner{[&] { server.run(); }};
  std::vector<std::unique_ptr<RawClient>> bad;
  for (int i = 0; i < 30; ++i) {
    bad.push_back(std::make_unique<RawClient>(server.url()));  // says nothing
    bad.push_back(std::make_unique<RawClient>(server.url()));
    bad.back()->send("GET / HTTP/1.1\r\nHo");  // half a head
    bad.push_back(std::make_unique<RawClient>(server.url(), 4096));
    bad.back()->send(  // never reads its stream
        "GET /v1/models/gpt2/descendants HTTP/1.1\r\nHost: a\r\n"
        "Accept: application/x-ndjson\r\n\r\n");
  }
  httplib::Client good{server.url()};
  good.set_read_timeout(60);
  std::vector<int> statuses;
  for (const char* target : {"/healthz", "/v1/models/gpt2"}) {
    const auto got = good.Get(target);
    statuses.push_back(got ? got->status : 0);
  }
  server.stop();
  bad.clear();
  runner.join();
  CHECK(statuses == std::vector<int>{200, 200});
}

TEST_CASE("beyond its connections a server closes the one that was silent for longest",
          "[api][server]") {
  RunningServer running{{.threads = 2, .connections = 8}};
  std::vector<std::unique_ptr<RawClient>> silent;
  for (int i = 0; i < 20; ++i) {
    silent.push_back(std::make_unique<RawClient>(running.server.url()));
    silent.back()->send("GET / HTTP/1.1\r\n");
  }
  const auto got = running.client().Get("/healthz");
  REQUIRE(got);
  CHECK(got->status == 200);
  CHECK(silent.front()->read_all().empty());  // closed, while later ones are waited for
  silent.back()->send("Host: a\r\nConnection: close\r\n\r\n");
  CHECK(silent.back()->read_all().rfind("HTTP/1.1 200", 0) == 0);
}

TEST_CASE("a client of HTTP/1.0 gets a stream without chunks", "[api][server]") {
  RunningServer running;
  RawClient client{running.server.url()};
  client.send(
      "GET /v1/models/Qwen/Qwen2-7B/descendants HTTP/1.0\r\n"
      "Accept: application/x-ndjson\r\n\r\n");
  const std::string answer = client.read_all();
  CHECK(answer.find("Transfer-Encoding") == std::string::npos);
  const std::string last = "{\"end\":true,\"rows\":4}\n";
  REQUIRE(answer.size() > last.size());
  CHECK(answer.substr(answer.size() - last.size()) == last);
}

TEST_CASE("an ambiguous head ends the connection", "[api][server]") {
  RunningServer running;
  const std::string head = GENERATE("Content-Length : 30\r\n", "A: b\r\n c\r\n", "Host: b\r\n");
  CAPTURE(head);
  RawClient client{running.server.url()};
  client.send("GET /healthz HTTP/1.1\r\nHost: a\r\n" + head +
              "\r\nGET /readyz HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string answer = client.read_all();
  CHECK(answer.rfind("HTTP/1.1 400", 0) == 0);
  CHECK(count_of(answer, "HTTP/1.1") == 1);
  CHECK(count_of(answer, "Connection: close") == 1);
  CHECK(count_of(answer, "Content-Type: application/problem+json") == 1);
}

TEST_CASE("a body is never waited for and never read as a request", "[api][server]") {
  RunningServer running;
  const auto [head, body, status] = GENERATE(table<std::string, std::string, std::string>({
      {"POST /v1/stats HTTP/1.1\r\nHost: a\r\nConnection: close\r\n", "", "405"},
      {"QUERY /v1/stats HTTP/1.1\r\nHost: a\r\nConnection: close\r\n", "", "405"},
      {"PUT /v1/stats HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n", "", "405"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n", "", "405"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n", "abc", "405"},
      {"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n",
       "GET /readyz HTTP/1.1\r\nA: b\r\n\r\n", "200"},
      {"GET /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n",
       "5\r\nabcde\r\n0\r\n\r\n", "200"},
  }));
  CAPTURE(head);
  const auto begin = Clock::now();
  RawClient client{running.server.url()};
  client.send(head + "\r\n" + body);
  const std::string answer = client.read_all();
  CHECK(answer.rfind("HTTP/1.1 " + status, 0) == 0);
  CHECK(count_of(answer, "HTTP/1.1") == 1);
  CHECK(count_of(answer, "Connection: close") == 1);
  CHECK(seconds_since(begin) < 3);
}

TEST_CASE("a POST without a body is refused at once and the connection kept", "[api][server]") {
  RunningServer running;
  RawClient client{running.server.url()};
  const auto begin = Clock::now();
  client.send(
      "POST / HTTP/1.1\r\nHost: a\r\n\r\n"
      "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const std::string answers = client.read_all();
  CHECK(count_of(answers, "HTTP/1.1 405") == 1);
  CHECK(count_of(answers, "HTTP/1.1 200") == 1);
  CHECK(seconds_since(begin) < 3);
}

TEST_CASE("what cannot be read gets a problem like any other", "[api][server]") {
  RunningServer running;
  std::string many;
  for (int i = 0; i < 1000; ++i)
    many += "Header-" + std::to_string(i) + ": " + std::string(60, 'x') + "\r\n";
  const auto [bytes, status] = GENERATE_COPY(table<std::string, std::string>({
      {"GET\r\n", "400"},
      {"\x16\x03\x01\x02", "400"},
      {"GET / HTTP/1.1\n\n", "400"},
      {"fetch / HTTP/1.1\r\n\r\n", "400"},
      {"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n\r\n", "414"},
      {"GET /" + std::string(40000, 'a'), "414"},
      {"GET / HTTP/1.1\r\n" + many, "431"},
      {"GET / HTTP/1.1\r\nRange: bytes=x\r\n\r\n", "416"},
  }));
  CAPTURE(bytes.substr(0, 30));
  RawClient client{running.server.url()};
  client.send(bytes);
  const std::string answer = client.read_all();
  CHECK(answer.rfind("HTTP/1.1 " + status, 0) == 0);
  CHECK(count_of(answer, "Content-Type: application/problem+json") == 1);
  CHECK(count_of(answer, "Access-Control-Allow-Origin: *") == 1);
  CHECK(count_of(answer, "X-Snapshot: 9") == 1);
  CHECK(count_of(answer, "Connection: close") == 1);
}

/// A server in a process of its own, told to stop while a client does not read its stream.
struct SlowReader {
  explicit SlowReader(int signals) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ApiFixture api;
      std::string drawing;
      for (int i = 0; i < 50000; ++i) drawing += "gpt2 -finetune-> c/m" + std::to_string(i) + "\n";
      api.source.publish(lineage_of(drawing));
      Server server{{"127.0.0.1", 0}, handlers_of(api.context), {.threads = 2}};
      const std::string url = server.url() + "\n";
      (void)!::write(ends[1], url.data(), url.size());
      server.run_until_signal();
      ::_exit(0);
    }
    char url[100] = {};
    REQUIRE(::read(ends[0], url, sizeof url - 1) > 0);
    RawClient client{url, 4096};
    client.send(
        "GET /v1/models/gpt2/descendants HTTP/1.1\r\nHost: a\r\n"
        "Accept: application/x-ndjson\r\n\r\n");
    CHECK(client.read_some().rfind("HTTP/1.1 200", 0) == 0);
    std::this_thread::sleep_for(std::chrono::milliseconds{500});  // all buffers are full
    for (int i = 0; i < signals; ++i) {
      ::kill(child, SIGTERM);
      std::this_thread::sleep_for(std::chrono::milliseconds{200});
    }
    ::waitpid(child, &status, 0);
    ::close(ends[0]);
    ::close(ends[1]);
  }
  int status = -1;
};

TEST_CASE("a slow reader does not keep the server from its end", "[api][server]") {
  const SlowReader once{1};
  CHECK(WIFEXITED(once.status));
  CHECK(WEXITSTATUS(once.status) == 0);
  // 0 and not 1: it came to its end before the server's own limit, which would have ended it.
}

TEST_CASE("a second signal ends the process at once", "[api][server]") {
  const SlowReader twice{2};
  CHECK(WIFEXITED(twice.status));
  CHECK(WEXITSTATUS(twice.status) == 1);
  // 1 and not 0: it did not wait for the reader's grace, after which it ends well, as above.
}

TEST_CASE("a port in use is named", "[api][server]") {
  RunningServer running;
  const std::string url = running.server.url();
  const int port = std::stoi(url.substr(url.rfind(':') + 1));
  try {
    const Server second{{"127.0.0.1", port}, handlers_of(running.context)};
    FAIL("two servers on one port");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::unavailable);
    CHECK(std::string{error.what()}.find("127.0.0.1:" + std::to_string(port)) != std::string::npos);
  }
}

TEST_CASE("a server that was stopped before it ran does not run", "[api][server]") {
  ApiFixture api;
  Server server{{"127.0.0.1", 0}, handlers_of(api.context), {.threads = 1}};
  server.stop();
  server.run();
  SUCCEED("returned");
}

TEST_CASE("SIGTERM ends the server", "[api][server]") {
  ApiFixture api;
  Server server{{"127.0.0.1", 0}, handlers_of(api.context), {.threads = 1}};
  std::thread sender{[url = server.url()] {
    httplib::Client client{url};
    (void)client.Get("/healthz");  // answered: the server runs, its handlers are in place
    ::kill(::getpid(), SIGTERM);
  }};
  server.run_until_signal();
  sender.join();
  SUCCEED("returned");
}

}  // namespace
}  // namespace stemma
