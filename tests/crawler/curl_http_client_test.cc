#include "crawler/curl_http_client.h"

#include <cstdlib>
#include <optional>
#include <string>

#include "tests/support/catch.h"
#include "tests/support/fake_hub.h"

namespace stemma {
namespace {

using namespace std::chrono_literals;
using test::FakeAnswer;
using test::FakeHub;
using test::FakeRequest;

std::optional<FakeAnswer> behave(const FakeRequest& request) {
  FakeAnswer answer;
  if (request.path == "/large") {
    answer.body.assign(100000, 'x');
    answer.type = "application/json";  // the server compresses this exact type only
  } else if (request.path == "/cut") {
    answer.body.assign(10000, 'x');
    answer.cut = true;
  } else if (request.path == "/stall") {
    answer.body.assign(10000, 'x');
    answer.stall = true;
  } else if (request.path == "/moved") {
    answer.status = 307;
    answer.headers.emplace("Location", "/large");
  } else if (request.path == "/busy") {
    answer.status = 503;
    answer.headers.emplace("retry-AFTER", "3");
    answer.body = "busy";
  } else {
    return std::nullopt;
  }
  return answer;
}

TEST_CASE("requests over a socket", "[crawler][curl]") {
  FakeHub hub{{{"621ffdc036468d709f174330", "o/m", ""}}, 10, behave};
  CurlHttpClient client;

  const HttpResponse page =
      client.get({hub.url() + "/api/models?limit=10", {{"Authorization", "Bearer t"}}});
  REQUIRE(page.arrived());
  CHECK(page.status == 200);
  CHECK(page.body == R"([{"_id":"621ffdc036468d709f174330","id":"o/m"}])");
  CHECK(page.header("content-type") == "application/json; charset=utf-8");
  CHECK_FALSE(page.header("Link"));
  CHECK(hub.requests()[0].header("User-Agent") == "stemma/0.1.0 (model lineage crawler)");
  CHECK(hub.requests()[0].header("Authorization") == "Bearer t");

  // Compressed on the way, whole when it arrives; what an earlier request carried is forgotten.
  const HttpResponse large = client.get({hub.url() + "/large", {}});
  CHECK(large.body.size() == 100000);
  CHECK(large.wire_bytes > 0);
  CHECK(large.wire_bytes < 10000);
  CHECK(hub.requests()[1].header("Accept-Encoding").find("gzip") != std::string::npos);
  CHECK(hub.requests()[1].header("Authorization").empty());

  const HttpResponse moved = client.get({hub.url() + "/moved", {}});
  CHECK(moved.status == 307);
  CHECK(moved.header("location") == "/large");
  const HttpResponse busy = client.get({hub.url() + "/busy", {}});
  CHECK(busy.status == 503);
  CHECK(busy.header("Retry-After") == "3");
  CHECK(busy.body == "busy");
  CHECK(hub.requests().size() == 4);
}

TEST_CASE("a body that ends early is no body", "[crawler][curl]") {
  FakeHub hub{{}, 10, behave};
  CurlHttpClient client;
  const HttpResponse cut = client.get({hub.url() + "/cut", {}});
  CHECK(cut.error == TransportError::truncated);
  CHECK(cut.body.empty());
  CHECK_FALSE(cut.error_text.empty());
  CHECK(client.get({hub.url() + "/large", {}}).arrived());
}

TEST_CASE("a body that stalls is given up", "[crawler][curl]") {
  FakeHub hub{{}, 10, behave};
  CurlOptions options;
  options.total_timeout = 300ms;
  CurlHttpClient client{options};
  CHECK(client.get({hub.url() + "/stall", {}}).error == TransportError::timeout);
  options = {};
  options.stall_timeout = 1s;
  CurlHttpClient patient{options};
  CHECK(patient.get({hub.url() + "/stall", {}}).error == TransportError::timeout);
}

/// Sets a variable of the environment for as long as it lives.
class Variable {
 public:
  Variable(std::string name, const std::string& value) : name_{std::move(name)} {
    if (const char* before = std::getenv(name_.c_str())) before_ = before;
    ::setenv(name_.c_str(), value.c_str(), 1);
  }
  ~Variable() {
    if (before_) {
      ::setenv(name_.c_str(), before_->c_str(), 1);
    } else {
      ::unsetenv(name_.c_str());
    }
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  std::string name_;
  std::optional<std::string> before_;
};

TEST_CASE("a secret does not go to a proxy in the clear", "[crawler][curl]") {
  FakeHub hub{{}, 10, behave};
  const Variable proxy{"http_proxy", hub.url()};
  const HttpHeader secret{"authorization", "Bearer t"};
  CurlHttpClient client;
  {
    const Variable none{"no_proxy", "elsewhere"};
    CHECK(client.get({hub.url() + "/large", {secret, {"Accept", "x"}}}).arrived());
    REQUIRE(hub.requests().size() == 1);
    CHECK(hub.requests()[0].target == hub.url() + "/large");  // as proxies are asked
    CHECK(hub.requests()[0].header("authorization").empty());
    CHECK(hub.requests()[0].header("Accept") == "x");
  }
  const Variable none{"no_proxy", "127.0.0.1"};
  CHECK(client.get({hub.url() + "/large", {secret}}).arrived());
  CHECK(hub.requests()[1].target == "/large");
  CHECK(hub.requests()[1].header("authorization") == "Bearer t");
}

TEST_CASE("limits and addresses", "[crawler][curl]") {
  FakeHub hub{{}, 10, behave};
  CurlOptions options;
  options.max_body_bytes = 99999;
  CurlHttpClient client{options};
  CHECK(client.get({hub.url() + "/large", {}}).error == TransportError::too_large);
  CHECK(client.get({"http://127.0.0.1:1/", {}}).error == TransportError::unreachable);
  CHECK(client.get({"file:///etc/hostname", {}}).error == TransportError::bad_request);
  CHECK(client.get({"http://", {}}).error == TransportError::bad_request);
  // A server that speaks no TLS is no https server.
  const HttpResponse plain = client.get({"https" + hub.url().substr(4) + "/large", {}});
  CHECK_FALSE(plain.arrived());
}

}  // namespace
}  // namespace stemma
