#include "api/server.h"

#include <httplib.h>

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
  ~RunningServer() {
    server.stop();
    runner.join();
  }
  [[nodiscard]] httplib::Client client() const {
    httplib::Client made{server.url()};
    made.set_read_timeout(10);
    made.set_decompress(false);
    return made;
  }

  Server server{{"127.0.0.1", 0}, context, 4};
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

TEST_CASE("methods that change something are refused, their bodies read", "[api][server]") {
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

TEST_CASE("a port in use is named", "[api][server]") {
  RunningServer running;
  const std::string url = running.server.url();
  const int port = std::stoi(url.substr(url.rfind(':') + 1));
  try {
    const Server second{{"127.0.0.1", port}, running.context};
    FAIL("two servers on one port");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::unavailable);
    CHECK(std::string{error.what()}.find("127.0.0.1:" + std::to_string(port)) != std::string::npos);
  }
}

TEST_CASE("a server that was stopped before it ran does not run", "[api][server]") {
  ApiFixture api;
  Server server{{"127.0.0.1", 0}, api.context, 1};
  server.stop();
  server.run();
  SUCCEED("returned");
}

TEST_CASE("SIGTERM ends the server", "[api][server]") {
  ApiFixture api;
  Server server{{"127.0.0.1", 0}, api.context, 1};
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
