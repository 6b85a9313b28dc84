#include "crawler/http_environment.h"

#include <map>

#include "tests/support/catch.h"

namespace stemma {
namespace {

using Variables = std::map<std::string, std::string>;

Environment environment_of(const Variables& variables) {
  return [variables](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string{} : found->second;
  };
}

std::string proxy_to(const std::string& url, const Variables& variables) {
  return proxy_variable(*origin_of(url), environment_of(variables));
}

TEST_CASE("the variable that names a proxy", "[crawler][environment]") {
  CHECK(proxy_to("http://h", {}).empty());
  CHECK(proxy_to("http://h", {{"http_proxy", "p"}, {"all_proxy", "q"}}) == "http_proxy");
  CHECK(proxy_to("http://h", {{"http_proxy", ""}, {"all_proxy", "q"}}) == "all_proxy");
  CHECK(proxy_to("http://h", {{"ALL_PROXY", "q"}}) == "ALL_PROXY");
  CHECK(proxy_to("http://h", {{"HTTP_PROXY", "p"}, {"https_proxy", "q"}}).empty());
  CHECK(proxy_to("https://h", {{"http_proxy", "p"}}).empty());
  CHECK(proxy_to("https://h", {{"HTTPS_PROXY", "p"}, {"all_proxy", "q"}}) == "HTTPS_PROXY");
}

TEST_CASE("hosts that need no proxy", "[crawler][environment]") {
  const auto direct = [](const std::string& host, const std::string& list) {
    return proxy_to("http://" + host, {{"http_proxy", "p"}, {"no_proxy", list}}).empty();
  };
  CHECK(direct("hub.example", "*"));
  CHECK_FALSE(direct("hub.example", "*, other"));
  CHECK(direct("hub.example", "other,hub.example"));
  CHECK(direct("Hub.Example.", "other .EXAMPLE."));
  CHECK(direct("hub.example:81", "example"));
  CHECK_FALSE(direct("hub.example", "ub.example"));
  CHECK_FALSE(direct("hub.example", "a.hub.example"));
  CHECK_FALSE(direct("hub.example", ", .,"));
  CHECK(direct("127.0.0.1:80", "127.0.0.1"));
  CHECK(direct("127.0.0.1", "x, 127.0.0.0/8"));
  CHECK_FALSE(direct("128.0.0.1", "127.0.0.0/8"));
  CHECK(direct("10.1.255.1", "10.1.128.0/17"));
  CHECK_FALSE(direct("10.1.127.1", "10.1.128.0/17"));
  CHECK_FALSE(direct("10.1.127.1", "10.1.128.0/33,10.1.128.0/x,10.1.127.1/,.1"));
  CHECK(direct("[::1]:80", "::1"));
  CHECK(direct("[fe80::2]", "fe80::/10"));
  CHECK_FALSE(direct("[::1]", "::2,0.0.0.1"));
  CHECK(proxy_to("http://h", {{"http_proxy", "p"}, {"NO_PROXY", "h"}}).empty());
  // The name in lower case is the one that counts.
  CHECK(proxy_to("http://h", {{"http_proxy", "p"}, {"no_proxy", "x"}, {"NO_PROXY", "h"}}) ==
        "http_proxy");
}

}  // namespace
}  // namespace stemma
