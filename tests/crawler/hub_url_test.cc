#include "crawler/hub_url.h"

#include <string>

#include "schema/error.h"
#include "schema/percent.h"
#include "tests/support/catch.h"

namespace stemma {
namespace {

using Kind = ScopeTerm::Kind;
const std::string kPage = "https://hub.example/api/models?limit=1000";

TEST_CASE("origins", "[crawler][url]") {
  CHECK(origin_of("https://Hub.Example/x?y") == Origin{"https", "hub.example", 443});
  CHECK(origin_of("HTTP://hub.example:8080") == Origin{"http", "hub.example", 8080});
  CHECK(origin_of("http://[::1]:81/") == Origin{"http", "[::1]", 81});
  CHECK(origin_of("http://[::1]/") == Origin{"http", "[::1]", 80});
  const std::string bad =
      GENERATE(as<std::string>{}, "", "hub.example", "ftp://hub.example/", "https://",
               "https://user@hub.example/", "https://hub.example:0/", "https://hub.example:99999/",
               "https://hub.example:8x/", "https://hub.example/a b", "https://hub.example\\@evil/",
               "/api/models");
  CAPTURE(bad);
  CHECK_FALSE(origin_of(bad));
}

TEST_CASE("links are followed on the same origin only", "[crawler][url]") {
  const auto [link, target] = GENERATE(table<std::string, std::string>({
      {"https://hub.example/api/models?cursor=a", "https://hub.example/api/models?cursor=a"},
      {"https://HUB.example:443/b", "https://HUB.example:443/b"},
      {"/api/models?cursor=a", "https://hub.example/api/models?cursor=a"},
      {"?cursor=a", "https://hub.example/api/models?cursor=a"},
      {"models?cursor=a", "https://hub.example/api/models?cursor=a"},
      {"//hub.example/x", "https://hub.example/x"},
      {"https://evil.example/api/models", ""},
      {"http://hub.example/api/models", ""},
      {"https://hub.example:444/", ""},
      {"//evil.example/x", ""},
      {"https://hub.example@evil.example/", ""},
      {"https://hub.example.evil.example/", ""},
      {"file:///etc/passwd", ""},
      {"javascript:alert(1)", ""},
      {"/a\r\nHost: evil", ""},
      {"/\\evil.example", ""},
      {"", ""},
  }));
  CAPTURE(link);
  CHECK(resolve_link(kPage, link).value_or("") == target);
}

TEST_CASE("the Link header's next relation", "[crawler][url]") {
  const auto [header, target] = GENERATE(table<std::string, std::string>({
      {"<https://h/a?b=c,d;e>; rel=\"next\"", "https://h/a?b=c,d;e"},
      {"<https://h/a>; rel=next", "https://h/a"},
      {"<https://h/p>; rel=\"prev\", <https://h/n>; rel=\"next\"", "https://h/n"},
      {"<https://h/n>; title=\"a, b; rel=prev\"; REL=\"last NEXT\"", "https://h/n"},
      {"<https://h/p>; rel=\"prev\"", ""},
      {"<https://h/p>", ""},
      {"<https://h/p", ""},
      {"https://h/p; rel=next", ""},
      {"", ""},
  }));
  CAPTURE(header);
  const std::vector<HttpHeader> headers{{"content-type", "x"}, {"lInK", header}};
  CHECK(next_link(headers).value_or("") == target);
}

TEST_CASE("scopes", "[crawler][url]") {
  CHECK(parse_scope("all") == std::vector<ScopeTerm>{{}});
  CHECK(parse_scope("") == std::vector<ScopeTerm>{{}});
  CHECK(parse_scope("search:qwen, author:deepseek-ai,search:qwen") ==
        std::vector<ScopeTerm>{{Kind::search, "qwen"}, {Kind::author, "deepseek-ai"}});
  CHECK(scope_text(parse_scope(" search:qwen , author:x")) == "search:qwen,author:x");
  CHECK(scope_text(parse_scope("all")).empty());
  CHECK(parse_scope("search:a:b")[0].value == "a:b");
  const std::string bad = GENERATE(as<std::string>{}, "qwen", "search:", "search:qwen,", ",",
                                   "all,search:x", "owner:x", "search: ,author:x");
  CAPTURE(bad);
  try {
    static_cast<void>(parse_scope(bad));
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
  }
}

TEST_CASE("the addresses of a walk", "[crawler][url]") {
  const std::vector<std::string> fields{"author", "model-index"};
  CHECK(listing_url("https://h", {}, fields) ==
        "https://h/api/"
        "models?limit=1000&sort=createdAt&direction=1&expand=author&expand=model-index");
  CHECK(listing_url("https://h", {Kind::search, "a&b c"}, {}) ==
        "https://h/api/models?limit=1000&sort=createdAt&direction=1&search=a%26b%20c");
  CHECK(listing_url("https://h", {Kind::author, "Qwen"}, {}, 10) ==
        "https://h/api/models?limit=10&sort=createdAt&direction=1&author=Qwen");
  CHECK(model_url("https://h", "a/b", fields) ==
        "https://h/api/models/a/b?expand=author&expand=model-index");
  CHECK(model_url("https://h", "gpt2", {}) == "https://h/api/models/gpt2");
  CHECK(model_url("https://h", "a/b?c#d", {}) == "https://h/api/models/a/b%3Fc%23d");
  CHECK(default_fields().size() == 15);
  CHECK(normal_hub(" https://Hub.example/ ") == "https://Hub.example");
  CHECK_THROWS_AS(normal_hub("hub.example"), Error);
  CHECK_THROWS_AS(normal_hub("https://hub.example/?q"), Error);
}

TEST_CASE("a hub's address holds no secrets", "[crawler][url]") {
  const std::string hub = GENERATE(
      as<std::string>{}, "http://me:pa55word@h", "https://pa55word@h:80/", "http://me:1/pa55word@h",
      "me:pa55word@h", "http://h/?token=pa55word", "http://h/#pa55word");
  CAPTURE(hub);
  try {
    static_cast<void>(normal_hub(hub));
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    const std::string message = error.what();
    CHECK(message.find("pa55word") == std::string::npos);
    CHECK((message.find("HF_TOKEN") != std::string::npos) == (hub.find('@') != std::string::npos));
  }
}

TEST_CASE("the model that an address names", "[crawler][url]") {
  CHECK(model_name_in("https://h", "https://H/api/models/a/b?expand=x") == "a/b");
  CHECK(model_name_in("https://h", "https://h/api/models/gpt2") == "gpt2");
  CHECK(model_name_in("http://h/prefix", "http://h/prefix/api/models/a/b") == "a/b");
  CHECK_FALSE(model_name_in("https://h", "https://h/login"));
  CHECK_FALSE(model_name_in("https://h", "https://h/api/models/"));
  CHECK_FALSE(model_name_in("https://h", "https://h/api/models/a/b/commits"));
  CHECK_FALSE(model_name_in("https://h", "https://evil/api/models/a/b"));
}

TEST_CASE("refused fields are found and left out", "[crawler][url]") {
  const std::string kAsked = "https://h/a?limit=1&expand=author&expand=usedStorage&expand=tags";
  HttpResponse refusal;
  refusal.status = 400;
  refusal.body = R"({"error":"Invalid option: expected one of \"author\"|\"sha\" at expand[1]"})";
  CHECK(refused_expand(refusal, kAsked) == 1U);
  refusal.body = R"({"error":"Invalid cursor"})";
  CHECK_FALSE(refused_expand(refusal, kAsked));
  refusal.headers.push_back({"x-error-message", "bad value at expand[12]"});
  CHECK(refused_expand(refusal, kAsked) == 12U);
  // Without a place: what the list of good values lacks, or what is quoted.
  refusal.headers.clear();
  refusal.body = R"({"error":"expand: expected one of \"author\"|\"tags\"|\"sha\""})";
  CHECK(refused_expand(refusal, kAsked) == 1U);
  refusal.body = R"({"error":"Unknown expand value \"tags\""})";
  CHECK(refused_expand(refusal, kAsked) == 2U);
  refusal.body = R"({"error":"expand is not allowed here"})";
  CHECK_FALSE(refused_expand(refusal, kAsked));
  refusal.status = 404;
  CHECK_FALSE(refused_expand(refusal, kAsked));

  const auto dropped = drop_expand("https://h/a?limit=1&expand=x&expand%5B%5D=y&cursor=c", 1);
  REQUIRE(dropped);
  CHECK(dropped->url == "https://h/a?limit=1&expand=x&cursor=c");
  CHECK(dropped->field == "y");
  CHECK(drop_expand("https://h/a?expand=x", 0)->url == "https://h/a");
  CHECK_FALSE(drop_expand("https://h/a?expand=x", 1));
  CHECK_FALSE(drop_expand("https://h/a", 0));
}

TEST_CASE("asked fields as bits and as the ledger writes them", "[crawler][url]") {
  CHECK(field_set(std::vector<std::string>{"author", "downloads", "unheard-of"}) ==
        (kAuthor | kDownloads));
  CHECK(split_fields(join_fields(default_fields())) == default_fields());
  CHECK(split_fields("").empty());
  CHECK((field_set(default_fields()) & (kConfig | kGguf)) == 0);
  CHECK((field_set(default_fields()) & kCountFields) == kCountFields);
}

TEST_CASE("percent encoding", "[crawler][url]") {
  CHECK(percent_encode("a-Z_0.~/%\xC3\xA4") == "a-Z_0.~%2F%25%C3%A4");
  CHECK(percent_decode_lenient("a%2Fb%zz%2") == "a/b%zz%2");
  CHECK(percent_decode_lenient("%41") == "A");
}

TEST_CASE("addresses in messages are short", "[crawler][url]") {
  const std::string query(200, 'x');
  CHECK(with_short_urls("the hub refuses https://h.co/api/models?expand=" + query + ", 401") ==
        "the hub refuses https://h.co/api/models?…, 401");
  CHECK(with_short_urls("http://h.co/a?b=c and https://h.co/d?" + query) ==
        "http://h.co/a?b=c and https://h.co/d?…");
  CHECK(with_short_urls("no address") == "no address");
  CHECK(with_short_urls("") == "");
}

}  // namespace
}  // namespace stemma
