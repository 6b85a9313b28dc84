#include "crawler/http_environment.h"

#include <fstream>
#include <map>

#include "schema/error.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

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

TEST_CASE("certificates to trust", "[crawler][environment]") {
  test::TempDir dir;
  std::map<std::string, std::string> files;
  for (const std::string name : {"flag", "bundle", "ssl"}) {
    files[name] = (dir / name).string();
    std::ofstream{files[name]} << "# one\n-----BEGIN CERTIFICATE-----\n";
  }
  const Origin hub = *origin_of("https://h");
  const Variables both{{"CURL_CA_BUNDLE", files["bundle"]}, {"SSL_CERT_FILE", files["ssl"]}};
  CHECK(ca_file(files["flag"], hub, environment_of(both)) == files["flag"]);
  CHECK(ca_file("", hub, environment_of(both)) == files["bundle"]);
  CHECK(ca_file("", hub, environment_of({{"SSL_CERT_FILE", files["ssl"]}})) == files["ssl"]);
  CHECK(ca_file("", hub, environment_of({})).empty());
  CHECK(ca_file("", *origin_of("http://h"), environment_of({{"SSL_CERT_FILE", "none"}})).empty());

  std::ofstream{dir / "empty"};
  std::ofstream{dir / "junk"} << "junk";
  const std::string last = GENERATE(as<std::string>{}, "none", "", "empty", "junk");
  const std::string file = (dir / last).string();
  for (const std::string by : {"--ca-file", "CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
    CAPTURE(file, by);
    try {
      static_cast<void>(ca_file(by == "--ca-file" ? file : "", hub, environment_of({{by, file}})));
      FAIL("accepted");
    } catch (const Error& error) {
      const std::string message = error.what();
      CHECK(error.kind() == ErrorKind::usage);
      CHECK(message.rfind(by + ": ", 0) == 0);
      CHECK(message.find(file) != std::string::npos);
    }
  }
}

}  // namespace
}  // namespace stemma
