#include "api/web/pages.h"

#include "api/gzip.h"
#include "api/web/ancestry_drawing.h"
#include "api/web/assets.h"
#include "api/web/html.h"
#include "tests/api/adoption_fixture.h"
#include "tests/api/api_fixture.h"
#include "tests/support/catch.h"

namespace stemma {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Scripts and styles come from this server's own files, none stands in the page.
bool is_strict(std::string body) {
  const std::string client = "<script src=\"/assets/client.";
  if (const auto at = body.find(client); at != std::string::npos) body.erase(at, client.size());
  return !contains(body, "<script") && !contains(body, "style=") && !contains(body, "<style");
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
  CHECK(is_strict(response.body));
  CHECK_FALSE(contains(response.body, "http://"));
  // Nothing is fetched from elsewhere; a link may lead there.
  std::string body = response.body;
  const std::string hub = "<a href=\"https://";
  for (auto at = body.find(hub); at != std::string::npos; at = body.find(hub))
    body.erase(at, hub.size());
  CHECK_FALSE(contains(body, "https://"));
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
    CHECK(is_strict(response.body));
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
  CHECK(contains(body, "<b>4</b> <span>derivatives</span>"));
  CHECK(contains(body,
                 "<a href=\"/families/qwen?relation=finetune#members\">finetune</a></th><td "
                 "class=\"n\"><a class=\"q\" tabindex=\"-1\" href=\"/v1/families/qwen\" "
                 "title=\"The query that "
                 "gives this\">2</a></td>"));
}

TEST_CASE("what a visitor types comes back as text", "[api][pages]") {
  ApiFixture api;
  const std::string body = api.get("/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").body;
  CHECK(is_strict(body));
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
  CHECK(api.get("/docs/layout.html").status == 404);
  CHECK(api.get("/docs/nothing.js").status == 404);
  const Response page = api.get("/docs");
  CHECK(page.body.find("/v1/models/{id}/descendants") != std::string::npos);
  CHECK(page.body.find("http://") == std::string::npos);  // asks nobody else
  CHECK(page.body.find("https://") == std::string::npos);
}

TEST_CASE("styles and scripts are kept for ever under a name of what they hold", "[api][pages]") {
  ApiFixture api;
  const std::string& path = asset_path("style.css");
  CHECK(contains(api.get("/").body, path));
  const Response style = api.get(path);
  CHECK(style.header("Content-Type") == "text/css; charset=utf-8");
  CHECK(style.header("Cache-Control") == "public, max-age=31536000, immutable");
  CHECK(api.get("/assets/style.0123456789abcdef.css").status == 404);
  CHECK(api.get("/assets/style.css").status == 404);
  CHECK(api.get(asset_path("layout.html")).status == 404);
}

TEST_CASE("an older snapshot is one control away, and links stay within it", "[api][pages]") {
  AdoptionFixture api;
  publish_small_hub(api);
  const std::string newest = api.get("/families/qwen?by=author").body;
  CHECK(contains(newest, "Snapshot 2, 2026-11-02"));
  CHECK(contains(newest, "<a href=\"/families/qwen?by=author&amp;as_of=1\">The one before</a>"));
  CHECK(contains(newest, "href=\"/models/a/chat\""));
  const std::string older = api.get("/families/qwen?as_of=1").body;
  CHECK(contains(older, "Snapshot 1, 2026-11-01"));
  CHECK(contains(older, "href=\"/models/a/chat?as_of=1\""));
  CHECK(contains(older, "href=\"/v1/families/qwen?as_of=1\""));
  CHECK(contains(older, "<a href=\"/families/qwen\">The newest</a>"));
  CHECK(contains(older, "<input type=\"hidden\" name=\"as_of\" value=\"1\">"));
  CHECK_FALSE(contains(older, asset_path("style.css") + "?"));
  CHECK(api.get("/?as_of=7").status == 404);
  CHECK(contains(api.get("/models/a/chat?as_of=2026-11-01").body, "as_of=2026-11-01"));
}

TEST_CASE("a family's members are filtered, sorted, paged, and taken along", "[api][pages]") {
  AdoptionFixture api;
  publish_small_hub(api);
  const auto body = [&](const std::string& query) {
    return api.get("/families/qwen" + query).body;
  };
  CHECK(contains(body(""), "1 to 4 of 4."));
  const std::string finetunes = body("?relation=finetune&author=&name=&page=1");
  CHECK(contains(finetunes, "1 to 1 of 1."));
  CHECK(contains(finetunes, "<option value=\"finetune\" selected>"));
  CHECK(contains(finetunes, "/families/qwen/members.csv?relation=finetune\""));
  CHECK(contains(finetunes, "/v1/families/qwen/models?relation=finetune\""));
  CHECK(contains(finetunes, "title=\"Remove this filter\""));
  CHECK(contains(body("?name=GGUF"), "1 to 1 of 1."));
  CHECK(contains(body("?name=nobody"), "No model is left by these filters"));
  CHECK(contains(body("?min_downloads=100"), "1 to 2 of 2."));
  CHECK(contains(body("?sort=id"), "sort=id&amp;order=asc") == false);
  CHECK(contains(body("?sort=id&order=asc"), "Model ▲"));
  CHECK(api.get("/families/qwen?relation=cousin").status == 400);
  CHECK(api.get("/families/qwen?page=0").status == 400);
  const Response csv = api.get("/families/qwen/members.csv?name=chat&sort=id&order=asc");
  CHECK(csv.header("Content-Type") == "text/csv; charset=utf-8");
  CHECK(csv.body.rfind("id,state,role,depth,relation,via,", 0) == 0);
  CHECK(contains(csv.body, "\na/chat,live,derivative,1,finetune,Qwen/Qwen2-7B,50,"));
  CHECK(contains(csv.body, "\nb/chat-gguf,"));
  CHECK_FALSE(contains(csv.body, "c/lora"));
}

TEST_CASE("a model's page draws its ancestry and tells what each edge rests on", "[api][pages]") {
  AdoptionFixture api;
  publish_small_hub(api);
  const std::string body = api.get("/models/b/chat-gguf").body;
  CHECK(contains(body, "<svg class=\"ancestry\""));
  CHECK(contains(body, "<a class=\"node\" href=\"/models/Qwen/Qwen2-7B\">"));
  CHECK(contains(body, "<a class=\"edge r-quantized\" href=\"#edge-"));
  CHECK(contains(body, "a/chat → b/chat-gguf"));
  CHECK(contains(body, ">tag</td>"));
  CHECK(contains(body, "Licences along the way"));
  CHECK(contains(body, "href=\"https://huggingface.co/b/chat-gguf\""));
  CHECK(contains(body, "href=\"/models/b/chat-gguf?as_of=2\""));
  CHECK(contains(api.get("/models/e/orphan").body, "<a class=\"node ghost\""));
  const std::string base = api.get("/models/Qwen/Qwen2-7B").body;
  CHECK(contains(base, "data-api=\"/v1/models/Qwen/Qwen2-7B\""));
  CHECK(contains(base, "Were it withdrawn"));
  CHECK(contains(base, "No parent is declared."));
}

TEST_CASE("long names are drawn whole", "[api][pages]") {
  CHECK(name_lines("short/name", 24) == std::vector<std::string>{"short/name"});
  CHECK(name_lines("some-owner/a-rather-long-name-of-a-model", 24) ==
        std::vector<std::string>{"some-owner/a-rather-", "long-name-of-a-model"});
  CHECK(name_lines("abcdefghij", 4) == std::vector<std::string>{"abcd", "efgh", "ij"});
  // Never within a character.
  for (const std::string& line : name_lines("ééééé", 3)) CHECK(line.size() == 2);
}

TEST_CASE("what a night brought", "[api][pages]") {
  AdoptionFixture api;
  publish_small_hub(api);
  CHECK(contains(api.get("/?as_of=1").body, "This is the first snapshot"));
  api.night({test::doc(1, "Qwen/Qwen2-7B", R"("tags":["license:mit"])"),
             test::doc(2, "a/talk", R"("tags":["license:mit","base_model:adapter:Qwen/Qwen2-7B"])"),
             test::doc(9, "n/new", R"("tags":["base_model:merge:a/talk"])")},
            "2026-11-03");
  const auto body = [&](const std::string& target) { return api.get(target).body; };
  const std::string home = body("/");
  CHECK(contains(home, "<a href=\"/changes?kind=model_added\"><b>1</b> new models</a>"));
  CHECK(contains(home, "<b>1</b> renamed"));
  CHECK(contains(body("/changes"), "href=\"/models/n/new\""));
  const std::string renamed = body("/changes?kind=model_renamed");
  CHECK(contains(renamed, ">a/talk</a>"));
  CHECK(contains(renamed, ">a/chat</td>"));
  CHECK(contains(body("/changes?kind=license_changed"), ">apache-2.0</td>"));
  const std::string retyped = body("/changes?kind=edge_retyped");
  CHECK(contains(retyped, "r-finetune"));
  CHECK(contains(retyped, "r-adapter"));
  CHECK(contains(body("/changes?page=9"), "There is no such page"));
  CHECK(contains(body("/changes?as_of=2&kind=model_gone"), "None of this kind in that night"));
  CHECK(api.get("/changes?kind=weather").status == 400);
}

TEST_CASE("quality tells findings with their fixes, coverage, and how fresh it is",
          "[api][pages]") {
  AdoptionFixture api;
  publish_small_hub(api);
  const std::string all = api.get("/quality").body;
  CHECK(contains(all, "<a href=\"/quality?kind=ghost_parent#lint\">ghost_parent</a>"));
  CHECK(contains(all, "Declare a parent"));
  CHECK(contains(all, "<a href=\"/?as_of=2\">2</a>"));
  const std::string ghosts = api.get("/quality?kind=ghost_parent").body;
  CHECK(contains(ghosts, "<a href=\"/models/e/orphan\">e/orphan</a>"));
  CHECK(api.get("/quality?kind=nonsense").status == 400);
}

TEST_CASE("models side by side, by date or by days since their release", "[api][pages]") {
  AdoptionFixture api;
  publish_small_hub(api);
  const auto body = [&](const std::string& query) { return api.get("/compare" + query).body; };
  const std::string own = body("?models=Qwen/Qwen2-7B,b/chat-gguf");
  CHECK(contains(own, "Models side by side"));
  CHECK(contains(own, ">1,000</td>"));
  CHECK(contains(own, ">700</td>"));
  // What descends from it has 50 and 700 downloads, and three models.
  CHECK(contains(body("?models=Qwen/Qwen2-7B&scope=descendants"), ">750</td>"));
  CHECK(contains(body("?models=Qwen/Qwen2-7B&metric=derivatives"), ">3</td>"));
  // Created on 2024-06-01, seen on 2026-11-01 and the day after.
  const std::string aged = body("?models=Qwen/Qwen2-7B&align=release");
  CHECK(contains(aged, ">day 883</td>"));
  CHECK(contains(aged, "data-days=\"1\""));
  CHECK(contains(body("?families=qwen,deepseek&align=release"), ">day 884</td>"));
  CHECK(contains(body("?models=no/where"), "no/where"));
  CHECK(api.get("/compare?models=a/chat&families=qwen").status == 400);
  CHECK(api.get("/compare?models=a/chat&metric=new_derivatives").status == 400);
  CHECK(api.get("/embed/compare.svg?models=a/chat").status == 200);
}

TEST_CASE("charts for frames, files of them, and badges", "[api][pages]") {
  AdoptionFixture api;
  publish_small_hub(api);
  const Response frame = api.get("/embed/families/qwen?by=license&metric=downloads");
  CHECK(frame.status == 200);
  CHECK(contains(std::string{frame.header("Content-Security-Policy")}, "frame-ancestors *"));
  CHECK(contains(std::string{api.get("/").header("Content-Security-Policy")},
                 "frame-ancestors 'none'"));
  CHECK(frame.header("Cache-Control") == "public, max-age=3600");
  CHECK(is_strict(frame.body));
  CHECK(contains(frame.body, "href=\"/families/qwen?by=license&amp;metric=downloads\""));
  const Response svg = api.get("/embed/compare.svg?families=qwen,deepseek");
  CHECK(svg.header("Content-Type") == "image/svg+xml");
  CHECK(contains(svg.body, "xmlns=\"http://www.w3.org/2000/svg\""));
  CHECK(contains(svg.body, ">DeepSeek<"));
  const Response csv = api.get("/embed/families/qwen.csv?by=relation&metric=downloads");
  CHECK(csv.header("Content-Type") == "text/csv; charset=utf-8");
  CHECK(contains(csv.body, "2026-11-02T00:00:00Z,quantized,700\n"));
  CHECK(api.get("/embed/families/qwne").status == 404);
  CHECK(api.get("/embed/other").status == 404);
  CHECK(contains(api.get("/embed/compare.svg").body, ">DeepSeek<"));  // all of them
  const Response badge = api.get("/badges/qwen.svg");
  CHECK(badge.header("Content-Type") == "image/svg+xml");
  CHECK(badge.header("Cache-Control") == "public, max-age=3600");
  CHECK(contains(badge.body, "derivatives: 3"));
  CHECK(contains(api.get("/badges/b/chat-gguf.svg?metric=downloads").body,
                 "downloads, 30 days: 700"));
  CHECK(api.get("/badges/qwen").status == 404);
  CHECK(api.get("/badges/no/such.svg").status == 404);
}

}  // namespace
}  // namespace stemma
