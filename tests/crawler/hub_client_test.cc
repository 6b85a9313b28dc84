#include "crawler/hub_client.h"

#include <deque>
#include <functional>
#include <string>
#include <utility>

#include "schema/error.h"
#include "tests/support/catch.h"

namespace stemma {
namespace {

using namespace std::chrono_literals;
const std::string kHub = "https://hub.example";
const std::string kPage = R"([{"_id":"621ffdc036468d709f174330","id":"o/m"}])";
const std::string kDocument = R"({"_id":"621ffdc036468d709f174330","id":"new/name"})";

HttpResponse answer(int status, std::string body, std::vector<HttpHeader> headers = {}) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  response.headers = std::move(headers);
  return response;
}

HttpResponse failure(TransportError error) {
  HttpResponse response;
  response.error = error;
  response.error_text = "connection reset";
  return response;
}

/// Answers from a script, the last line again and again.
class ScriptedHttp final : public HttpClient {
 public:
  explicit ScriptedHttp(std::deque<HttpResponse> script) : script_{std::move(script)} {}
  HttpResponse get(const HttpRequest& request) override {
    requests.push_back(request);
    HttpResponse next = script_.front();
    if (script_.size() > 1) script_.pop_front();
    return next;
  }
  std::vector<HttpRequest> requests;

 private:
  std::deque<HttpResponse> script_;
};

/// A client whose sleeping moves its own clock.
struct Rig {
  explicit Rig(std::deque<HttpResponse> script, const std::string& token = "")
      : http{std::move(script)} {
    HubOptions options;
    options.hub = kHub;
    options.token = token;
    options.jitter_seed = 1;
    client.emplace(
        http, std::move(options), [this](auto wait) { slept += wait; },
        [this] { return RateLimiter::Clock::time_point{} + slept; });
    client->use_fields({"author", "usedStorage", "tags"});
  }
  HubPage page() { return client->fetch_page(client->first_page({})); }

  ScriptedHttp http;
  std::chrono::steady_clock::duration slept{0};
  std::optional<HubClient> client;
};

std::string thrown(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::unavailable);
    return error.what();
  }
  FAIL("nothing was thrown");
  return {};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("a page and its next link", "[crawler][hub]") {
  Rig rig{{answer(200, kPage, {{"link", "</api/models?cursor=x>; rel=\"next\""}})}};
  const HubPage page = rig.page();
  CHECK(page.body == kPage);
  CHECK(page.ids.rows == 1);
  CHECK(page.next == kHub + "/api/models?cursor=x");
  CHECK(rig.client->stats().requests == 1);
  CHECK(rig.slept == 0s);
}

TEST_CASE("what is no page is asked for again", "[crawler][hub]") {
  const HttpResponse bad =
      GENERATE(answer(200, "<html>"), answer(200, kPage.substr(0, 20)), answer(503, ""),
               answer(429, "", {{"Retry-After", "2"}}), failure(TransportError::truncated),
               answer(307, "", {{"Location", "/api/models"}}),
               answer(307, "", {{"Location", "https://evil/"}}),
               answer(200, kPage, {{"Link", "<https://evil.example/>; rel=\"next\""}}));
  Rig rig{{bad, bad, answer(200, kPage)}};
  const HubPage page = rig.page();
  CHECK(page.ids.rows == 1);
  CHECK(page.next.empty());
  CHECK(rig.slept > 1s);
  for (const HttpRequest& request : rig.http.requests) CHECK(contains(request.url, kHub + "/"));
}

TEST_CASE("what stays wrong is given up", "[crawler][hub]") {
  const auto [bad, words, times] = GENERATE(table<HttpResponse, std::string, std::size_t>({
      {answer(200, "<html>"), "JSON array", 8},
      {answer(504, "slow"), "504", 8},
      {failure(TransportError::broken), "connection reset", 8},
      {failure(TransportError::unreachable), "connection reset", 3},
      {failure(TransportError::tls), "connection reset", 1},
      {answer(404, "nothing"), "404", 1},
      {answer(400, "bad cursor"), "bad cursor", 1},
      {answer(401, ""), "anonymous", 1},
      {answer(200, kPage, {{"Link", "<https://evil.example/>; rel=\"next\""}}), "another host", 3},
      {answer(307, "", {{"Location", "https://evil.example/"}}), "redirects", 3},
  }));
  CAPTURE(words);
  Rig rig{{bad}};
  const std::string message = thrown([&] { static_cast<void>(rig.page()); });
  CHECK(contains(message, words));
  CHECK(rig.http.requests.size() == times);
  for (const HttpRequest& request : rig.http.requests) CHECK(contains(request.url, kHub + "/"));
}

TEST_CASE("the budget for waiting ends a run", "[crawler][hub]") {
  Rig rig{{answer(429, "", {{"RateLimit", R"("api";r=0;t=500)"}})}};
  const std::string message = thrown([&] { static_cast<void>(rig.page()); });
  CHECK(contains(message, "gave up"));
  CHECK(rig.http.requests.size() == 2);
  CHECK(rig.slept >= 501s);
}

TEST_CASE("a spent window is waited for once", "[crawler][hub]") {
  Rig rig{{answer(429, "", {{"RateLimit", R"("api";r=0;t=9)"}}), answer(200, kPage)}};
  CHECK(rig.page().ids.rows == 1);
  CHECK(rig.slept == 10s);
}

TEST_CASE("a refused field is left out from then on", "[crawler][hub]") {
  Rig rig{{answer(400, R"({"error":"Invalid option: expected one of \"author\" at expand[1]"})"),
           answer(200, kPage)}};
  CHECK(rig.page().ids.rows == 1);
  CHECK(rig.client->fields() == std::vector<std::string>{"author", "tags"});
  REQUIRE(rig.http.requests.size() == 2);
  CHECK(contains(rig.http.requests[0].url, "expand=usedStorage"));
  CHECK_FALSE(contains(rig.http.requests[1].url, "usedStorage"));
  CHECK(contains(rig.http.requests[1].url, "expand=author&expand=tags"));
}

TEST_CASE("a hub that refuses every field ends the walk", "[crawler][hub]") {
  Rig rig{{answer(400, "at expand[0]")}};
  thrown([&] { static_cast<void>(rig.page()); });
  CHECK(rig.http.requests.size() == 4);
}

TEST_CASE("the token goes to the hub, and nowhere into words", "[crawler][hub]") {
  Rig rig{{answer(401, "bad token")}, "hf_secret"};
  const std::string message = thrown([&] { static_cast<void>(rig.page()); });
  CHECK(contains(message, "HF_TOKEN"));
  CHECK_FALSE(contains(message, "hf_secret"));
  REQUIRE(rig.http.requests.size() == 1);
  bool sent = false;
  for (const HttpHeader& header : rig.http.requests[0].headers) {
    sent = sent || (header.name == "Authorization" && header.value == "Bearer hf_secret");
  }
  CHECK(sent);
  // Even where a caller hands in another address, the token stays.
  Rig elsewhere{{answer(200, kPage)}, "hf_secret"};
  static_cast<void>(elsewhere.client->fetch_page("https://evil.example/api/models"));
  for (const HttpHeader& header : elsewhere.http.requests[0].headers) {
    CHECK(header.name != "Authorization");
  }
}

TEST_CASE("names are looked up", "[crawler][hub]") {
  SECTION("found") {
    Rig rig{{answer(200, kDocument)}};
    const LookupAnswer model = rig.client->lookup_model("new/name");
    REQUIRE(model.result == LookupAnswer::Result::found);
    CHECK_FALSE(model.redirected);
    CHECK(model.document.name == "new/name");
    CHECK(rig.http.requests[0].url ==
          kHub + "/api/models/new/name?expand=author&expand=usedStorage&expand=tags");
  }
  SECTION("redirected") {
    Rig rig{{answer(307, "", {{"location", "/api/models/new/name?expand=author"}}),
             answer(200, kDocument)}};
    const LookupAnswer model = rig.client->lookup_model("old");
    REQUIRE(model.result == LookupAnswer::Result::found);
    CHECK(model.redirected);
    CHECK(rig.http.requests[1].url == kHub + "/api/models/new/name?expand=author");
  }
  SECTION("a chain of three redirects is too long") {
    Rig rig{{answer(307, "", {{"location", "/api/models/b"}}),
             answer(307, "", {{"location", "/api/models/c"}}),
             answer(307, "", {{"location", "/api/models/d"}})}};
    CHECK(rig.client->lookup_model("a").result == LookupAnswer::Result::unclear);
  }
  SECTION("a redirect that leads astray once is no answer") {
    Rig rig{{answer(307, "", {{"Location", "https://evil.example/"}}), answer(200, kDocument)}};
    CHECK(rig.client->lookup_model("a/b").result == LookupAnswer::Result::found);
  }
  SECTION("redirects that lead elsewhere are not followed") {
    const std::string where = GENERATE(as<std::string>{}, "https://evil.example/api/models/a/b",
                                       "/login", "/api/models/a/b/commits", "");
    Rig rig{{answer(307, "", {{"Location", where}})}, "hf_secret"};
    CHECK(rig.client->lookup_model("a/b").result == LookupAnswer::Result::unclear);
    CHECK(rig.http.requests.size() == 5);
    for (const HttpRequest& request : rig.http.requests) CHECK(contains(request.url, kHub + "/"));
  }
  SECTION("a gated repository is there") {
    Rig rig{{answer(401, "Access to model a/b is restricted.", {{"x-error-code", "GatedRepo"}})},
            "hf_secret"};
    CHECK(rig.client->lookup_model("a/b").result == LookupAnswer::Result::unclear);
  }
  SECTION("absent") {
    CHECK(Rig{{answer(401, "")}}.client->lookup_model("a/b").result ==
          LookupAnswer::Result::absent);
    CHECK(Rig{{answer(404, "")}}.client->lookup_model("a/b").result ==
          LookupAnswer::Result::absent);
    CHECK(Rig{{answer(404, "")}, "hf_x"}.client->lookup_model("a/b").result ==
          LookupAnswer::Result::absent);
  }
  SECTION("a refused token says nothing of the model") {
    Rig rig{{answer(401, "")}, "hf_secret"};
    const std::string message = thrown([&] { static_cast<void>(rig.client->lookup_model("a/b")); });
    CHECK_FALSE(contains(message, "hf_secret"));
  }
  SECTION("other refusals are unclear") {
    const int status = GENERATE(400, 403, 410);
    CHECK(Rig{{answer(status, "")}}.client->lookup_model("a/b").result ==
          LookupAnswer::Result::unclear);
  }
  SECTION("an answer that is no model is asked for again, not for long") {
    Rig rig{{answer(200, "<html>")}};
    CHECK(rig.client->lookup_model("a/b").result == LookupAnswer::Result::unclear);
    CHECK(rig.http.requests.size() == 5);
    Rig healed{{answer(200, kDocument.substr(0, 60)), answer(200, kDocument)}};
    CHECK(healed.client->lookup_model("a/b").result == LookupAnswer::Result::found);
  }
}

TEST_CASE("what cannot be a hub or a token is refused", "[crawler][hub]") {
  ScriptedHttp http{{answer(200, "[]")}};
  CHECK_THROWS_AS((HubClient{http, HubOptions{"hub.example", "", 0.8, {}, 1000, 1}}), Error);
  CHECK_THROWS_AS((HubClient{http, HubOptions{kHub, "a\r\nb", 0.8, {}, 1000, 1}}), Error);
}

// Bodies and headers as they were recorded on the Hub in 2025 and 2026.
TEST_CASE("recorded answers of the Hub are understood", "[crawler][hub]") {
  SECTION("a page") {
    const std::string page =
        R"([{"_id":"688b451a53e70a07b0669a7c","id":"unsloth/Qwen3-Coder-30B-A3B-Instruct-GGUF",
"baseModels":{"relation":"quantized","models":[{"_id":"688b1597e5e83e19d1b3238a","id":"Qwen/Qwen3-Coder-30B-A3B-Instruct"}]},
"downloads":9061265,"createdAt":"2025-07-31T10:27:38.000Z"},
{"_id":"6a84f2a4e3b80a40c641b592","id":"ornith-ai/Ornith-1.5-9B-GGUF","downloads":5059834,"createdAt":"2026-08-19T00:02:44.000Z"}])";
    Rig rig{{answer(200, page,
                    {{"link",
                      "<https://hub.example/api/models?sort=createdAt&direction=-1&limit=50&cursor="
                      "eyJfaWQiOnsiJGx0IjoiNmEwZTMxNDFmMjdlNGU0NGU5OTlhMjhhIn19>; rel=\"next\""},
                     {"ratelimit", "\"api\";r=499;t=295"},
                     {"ratelimit-policy", "\"fixed window\";\"api\";q=500;w=300"}})}};
    const HubPage read = rig.page();
    CHECK(read.ids.rows == 2);
    CHECK(read.ids.ascending);
    CHECK(contains(read.next, "cursor=eyJfaWQi"));
    CHECK(rig.client->stats().quota == 500);
    CHECK(rig.client->stats().quota_left == 499);
  }
  SECTION("a model that moved") {
    Rig rig{{answer(307, "",
                    {{"location", "/api/models/meta-llama/Llama-3.1-8B"},
                     {"ratelimit", "\"api\";r=488;t=223"}}),
             answer(200, R"({"_id":"66944f1fe0c5c2e493a804f5","id":"meta-llama/Llama-3.1-8B"})")}};
    const LookupAnswer answered = rig.client->lookup_model("meta-llama/Meta-Llama-3.1-8B");
    CHECK(answered.result == LookupAnswer::Result::found);
    CHECK(answered.document.name == "meta-llama/Llama-3.1-8B");
  }
  SECTION("one that is missing, without a token") {
    Rig rig{{answer(401, R"({"error":"Invalid username or password."})",
                    {{"x-error-message", "Invalid username or password."}})}};
    CHECK(rig.client->lookup_model("a/b").result == LookupAnswer::Result::absent);
  }
  SECTION("a token that is wrong") {
    Rig rig{{answer(401, R"({"error":"Invalid credentials in Authorization header"})")},
            "hf_secret"};
    CHECK(contains(thrown([&] { static_cast<void>(rig.page()); }), "HF_TOKEN"));
  }
  SECTION("another limiter than the window's") {
    Rig rig{{answer(429, "You have exceeded the rate limit for repository creation (300 per day).",
                    {{"ratelimit", "\"api\";r=99794;t=241"}}),
             answer(200, kPage)}};
    static_cast<void>(rig.page());
    CHECK(rig.slept < 5s);
  }
  SECTION("a field that is not for listings") {
    Rig rig{
        {answer(
             400,
             R"({"error":"Invalid option: expected one of \"author\"|\"safetensors\" at expand[1]"})"),
         answer(200, kPage)}};
    static_cast<void>(rig.page());
    CHECK(rig.client->fields() == std::vector<std::string>{"author", "tags"});
  }
}

}  // namespace
}  // namespace stemma
