#include "api/web/pages.h"

#include "api/gzip.h"
#include "api/web/html.h"
#include "tests/api/adoption_fixture.h"
#include "tests/api/api_fixture.h"
#include "tests/support/catch.h"

namespace stemma {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("every page is whole, strict about scripts and says its snapshot", "[api][pages]") {
  ApiFixture api;
  const std::string target =
      GENERATE("/", "/search?q=chat", "/search", "/models/Qwen/Qwen2-7B", "/models/x/lost",
               "/families/qwen", "/families/other-lab", "/families/qwen?from=&to=&log=1");
  CAPTURE(target);
  const Response response = api.get(target);
  CHECK(response.status == 200);
  CHECK(response.header("Content-Type") == "text/html; charset=utf-8");
  CHECK(contains(std::string{response.header("Content-Security-Policy")}, "default-src 'none'"));
  CHECK(response.body.rfind("<!doctype html>", 0) == 0);
  CHECK(contains(response.body, "</html>"));
  CHECK(contains(response.body, "Snapshot 9 of 2026-11-01T00:00:00Z"));
  CHECK_FALSE(contains(response.body, "<script"));
  CHECK_FALSE(contains(response.body, "http://"));
  CHECK_FALSE(contains(response.body, "https://"));
}

TEST_CASE("pages show what was asked for", "[api][pages]") {
  ApiFixture api;
  CHECK(contains(api.get("/").body, "href=\"/families/qwen\""));
  CHECK(contains(api.get("/search?q=chat").body, "href=\"/models/b/chat-gguf\""));
  const std::string model = api.get("/models/Qwen/Qwen2-7B").body;
  CHECK(contains(model, "4 live models"));
  CHECK(contains(model, "href=\"/models/c/lora\""));
  CHECK(contains(model, "href=\"/v1/models/Qwen/Qwen2-7B\""));
  CHECK(contains(model, "<dt>Also called</dt><dd>Qwen/Old-Name</dd>"));
  CHECK_FALSE(contains(api.get("/models/gpt2").body, "Also called"));
  CHECK(contains(api.get("/models/x/lost").body, "never observed"));
  CHECK(contains(api.get("/families/qwen").body, "href=\"/models/b/chat-gguf\""));
}

TEST_CASE("pages of adoption show what was asked for", "[api][pages]") {
  AdoptionFixture api;
  publish_small_hub(api);
  const auto body = [&](const std::string& target) {
    const Response response = api.get(target);
    INFO(target);
    CHECK(response.status == 200);
    CHECK_FALSE(contains(response.body, "<script"));
    CHECK_FALSE(contains(response.body, "style="));
    return response.body;
  };
  const std::string home = body("/");
  CHECK(contains(home, "New, 7 days"));
  CHECK(contains(home, "<svg class=\"spark\""));
  const std::string family =
      body("/families/qwen?by=author&metric=downloads&interval=week&from=&to=");
  CHECK(contains(family, "<svg class=\"chart\""));
  CHECK(contains(family, "<option value=\"author\" selected>"));
  CHECK(contains(family, "<option value=\"week\" selected>"));
  CHECK(contains(family,
                 "/v1/families/qwen/adoption?metric=downloads&amp;interval=week&amp;by=author"));
  CHECK(contains(family, "<svg class=\"chart phone\""));
  CHECK(contains(family, ">700</td>"));
  CHECK(contains(family, "Derivatives by date of creation"));
  CHECK(contains(body("/families/qwen?share=1&log=1&lines=1"), " %</td>"));
  const std::string model = body("/models/Qwen/Qwen2-7B");
  CHECK(contains(model, "Adoption"));
  CHECK(contains(model, ">9,000</dd>"));
  const std::string compare = body("/compare?families=qwen,deepseek&metric=downloads");
  CHECK(contains(compare, ">DeepSeek</text>"));
  CHECK(contains(compare, ">1,750</td>"));
  CHECK(contains(body("/compare"), "two to six families"));
  const std::string board = body("/leaderboards/downloads?family=qwen");
  CHECK(contains(board, "href=\"/models/b/chat-gguf\""));
  CHECK(contains(board, "aria-current=\"page\">downloads<"));
  CHECK(contains(board, "href=\"/leaderboards/likes?family=qwen\""));
  CHECK(contains(body("/leaderboards/growth"), "Nobody is on this board"));
  CHECK(api.get("/leaderboards/best").status == 404);
  CHECK(api.get("/compare?families=qwne").status == 404);
  CHECK(api.get("/families/qwen?from=soon").status == 400);
  CHECK(
      contains(api.get("/compare?families=%3Cb%3E", {{"Accept", "text/html"}}).body, "&lt;b&gt;"));
}

TEST_CASE("a page in another case or of an alias leads to the canonical one", "[api][pages]") {
  ApiFixture api;
  CHECK(api.get("/models/qwen/qwen2-7b").header("Location") == "/models/Qwen/Qwen2-7B");
  CHECK(api.get("/families/QWEN").header("Location") == "/families/qwen");
}

TEST_CASE("a search that is cut says so", "[api][pages]") {
  ApiFixture api;
  std::string drawing;
  for (int i = 0; i < 50; ++i) drawing += "org/thing-" + std::to_string(i) + "\n";
  api.source.publish(lineage_of(drawing));
  CHECK_FALSE(contains(api.get("/search?q=thing").body, "there are more"));
  api.source.publish(lineage_of(drawing + "org/thing-50\n"));
  const std::string body = api.get("/search?q=thing").body;
  CHECK(contains(body, "The first 50; there are more"));
  CHECK_FALSE(contains(body, "thing-9<"));  // the last by name
}

TEST_CASE("a family's relations are counts of derivatives", "[api][pages]") {
  ApiFixture api;
  const std::string body = api.get("/families/qwen").body;
  const auto derivatives = body.find("<dt>Derivatives</dt><dd>4</dd>");
  const auto relation = body.find("<dt class=\"sub\">of them finetune</dt><dd>2</dd>");
  const auto downloads = body.find("<dt>Downloads of official");
  CHECK(derivatives < relation);
  CHECK(relation < downloads);
  CHECK(downloads != std::string::npos);
}

TEST_CASE("what a visitor types comes back as text", "[api][pages]") {
  ApiFixture api;
  const std::string body = api.get("/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").body;
  CHECK_FALSE(contains(body, "<script"));
  CHECK(contains(body, "&quot;&gt;&lt;script&gt;"));
  CHECK(escape_html("&'<>\"") == "&amp;&#39;&lt;&gt;&quot;");
}

TEST_CASE("a browser gets a page for an error, a program a problem", "[api][pages]") {
  ApiFixture api;
  const Response page = api.get("/models/no/such", {{"Accept", "text/html,*/*"}});
  CHECK(page.status == 404);
  CHECK(page.header("Content-Type") == "text/html; charset=utf-8");
  CHECK(contains(page.body, "no/such"));
  const Response problem = api.get("/models/no/such");
  CHECK(problem.header("Content-Type") == "application/problem+json");
  CHECK(page.header("Vary") == "Accept");
  CHECK(problem.header("Vary") == "Accept");
  CHECK(api.get("/models/no/such", {{"Accept", "text/html;q=0"}}).header("Content-Type") ==
        "application/problem+json");
}

TEST_CASE("partial and generated snapshots are marked on every page", "[api][pages]") {
  ApiFixture api;
  SnapshotColumns columns = test_lineage();
  columns.totals[0].partial = 1;
  columns.totals[0].generated = 1;
  const std::string scope = "search:<qwen>";
  columns.scope.assign(scope.begin(), scope.end());
  api.source.publish(std::move(columns));
  const std::string target =
      GENERATE("/", "/search?q=chat", "/models/Qwen/Qwen2-7B", "/families/qwen");
  const std::string body = api.get(target).body;
  CHECK(contains(body, "Partial snapshot"));
  CHECK(contains(body, "search:&lt;qwen&gt;"));
  CHECK(contains(body, "Generated demo data"));
}

TEST_CASE("files of /docs are sent compressed or not, templates to nobody", "[api][pages]") {
  ApiFixture api;
  const Response plain = api.get("/docs/docs.js");
  CHECK(plain.status == 200);
  CHECK(plain.header("Content-Type") == "text/javascript; charset=utf-8");
  CHECK(plain.body.find("SwaggerUIBundle(") != std::string::npos);
  const Response packed = api.get("/docs/docs.js", {{"Accept-Encoding", "gzip"}});
  CHECK(packed.header("Content-Encoding") == "gzip");
  CHECK(gunzip(packed.body) == plain.body);
  CHECK(packed.header("ETag") != plain.header("ETag"));
  CHECK(api.get("/docs/docs.js", {{"If-None-Match", std::string{plain.header("ETag")}}}).status ==
        304);
  CHECK(api.get("/style.css").header("Content-Type") == "text/css; charset=utf-8");
  CHECK(api.get("/docs/layout.html").status == 404);
  CHECK(api.get("/docs/nothing.js").status == 404);
  const Response page = api.get("/docs");
  CHECK(page.body.find("/v1/models/{id}/descendants") != std::string::npos);
  CHECK(page.body.find("http://") == std::string::npos);  // asks nobody else
  CHECK(page.body.find("https://") == std::string::npos);
}

}  // namespace
}  // namespace stemma
