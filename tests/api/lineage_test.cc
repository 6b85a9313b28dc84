#include <sstream>

#include "api/endpoints/router.h"
#include "tests/api/api_fixture.h"
#include "tests/api/json_support.h"
#include "tests/support/catch.h"

namespace stemma {
namespace {

using Names = std::vector<std::string>;

std::vector<std::string> lines_of(const Response& response) {
  std::string text = response.body;
  if (response.chunks) {
    for (std::string piece; response.chunks(piece); piece.clear()) text += piece;
  }
  std::vector<std::string> lines;
  std::istringstream stream{text};
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST_CASE("a path is told ancestor first, whichever way it is asked", "[api][lineage]") {
  ApiFixture api;
  for (const char* target : {"/v1/path?from=Qwen/Qwen2-7B&to=b/chat-gguf",
                             "/v1/path?from=b/chat-gguf&to=qwen/old-name"}) {
    const Response response = api.get(target);
    REQUIRE(response.status == 200);
    const auto body = parse_json(response.body);
    CHECK(keys(body) == Names{"from", "to", "snapshot", "length", "paths", "truncated"});
    CHECK(same(at(body, "length"), 2));
    REQUIRE(at(body, "paths").Size() == 1);
    const auto& path = at(body, "paths")[0];
    REQUIRE(path.Size() == 3);
    CHECK(same(at(path[0], "id"), "Qwen/Qwen2-7B"));
    CHECK(at(path[0], "relation").IsNull());
    CHECK(same(at(path[0], "license"), "apache-2.0"));
    CHECK(same(at(path[1], "relation"), "finetune"));
    CHECK(same(at(path[2], "relation"), "quantized"));
    CHECK(at(path[2], "confidence").GetDouble() > 0.9);
  }
  const Response none = api.get("/v1/path?from=a/chat&to=c/lora");
  CHECK(none.status == 404);
  CHECK(none.body.find("neither of a/chat and c/lora derives from the other") != std::string::npos);
  CHECK(api.get("/v1/path?from=a/chat&to=a/chat").status == 404);
  CHECK(api.get("/v1/path?from=a/chat").status == 400);
  CHECK(api.get("/v1/path?from=a/chat&to=no/such").status == 404);
  CHECK(api.get("/v1/path?from=a/chat&to=c/lora&depth=1").status == 400);
}

TEST_CASE("common ancestors, dominators and impact", "[api][lineage]") {
  ApiFixture api;
  const auto common = parse_json(api.get("/v1/common_ancestors?of=b/chat-gguf&and=c/lora").body);
  REQUIRE(at(common, "items").Size() == 1);
  CHECK(same(at(at(common, "items")[0], "id"), "Qwen/Qwen2-7B"));
  CHECK(at(at(common, "items")[0], "nearest").GetBool());
  CHECK(same(at(at(common, "items")[0], "depths")[0], 2));

  // A ghost is another root above a/chat: only a/chat itself is on every path.
  const auto dominators = parse_json(api.get("/v1/models/b/chat-gguf/dominators").body);
  CHECK(ids(dominators) == Names{"a/chat"});
  CHECK(ids(parse_json(api.get("/v1/models/e/orphan/dominators").body)) ==
        Names{"d/withdrawn", "Qwen/Qwen2-7B"});
  CHECK(at(parse_json(api.get("/v1/models/gpt2/dominators").body), "root").GetBool());

  const auto impact = parse_json(api.get("/v1/models/Qwen/Qwen2-7B/impact?sort=id&order=asc").body);
  CHECK(ids(impact) == Names{"a/chat", "b/chat-gguf", "c/lora", "e/orphan"});
  const auto& sums = at(impact, "impact");
  CHECK(same(at(at(sums, "carries"), "models"), 3));
  CHECK(same(at(at(sums, "carries"), "downloads"), 750));
  CHECK(same(at(at(sums, "refers"), "models"), 1));
  CHECK(same(at(at(sums, "needs"), "models"), 1));
  CHECK(same(at(at(sums, "only_source"), "models"), 2));
  const auto& lora = at(impact, "items")[2];
  CHECK(same(at(lora, "exposure"), "refers"));
  CHECK(at(lora, "needs").GetBool());
  CHECK(ids(parse_json(api.get("/v1/models/Qwen/Qwen2-7B/impact?exposure=refers").body)) ==
        Names{"c/lora"});
  CHECK(api.get("/v1/models/Qwen/Qwen2-7B/impact?exposure=all").status == 400);
  CHECK(api.get("/v1/models/qwen/old-name/impact").header("Location") ==
        "/v1/models/Qwen/Qwen2-7B/impact");
}

TEST_CASE("licences with their proof, and the table", "[api][lineage]") {
  ApiFixture api;
  const auto body = parse_json(api.get("/v1/models/b/chat-gguf/licenses").body);
  CHECK(same(at(body, "verdict"), "undeclared"));
  REQUIRE(at(body, "items").Size() == 3);
  CHECK(same(at(at(body, "items")[0], "id"), "a/chat"));
  CHECK(at(at(body, "items")[1], "path").Size() == 3);
  const auto chat = parse_json(api.get("/v1/models/a/chat/licenses").body);
  CHECK(same(at(chat, "license"), "mit"));
  CHECK(same(at(at(chat, "items")[0], "verdict"), "agrees"));
  CHECK(at(parse_json(api.get("/v1/models/gpt2/licenses").body), "verdict").IsNull());
  CHECK(parse_json(api.get("/v1/licenses").body).Size() > 50);
}

TEST_CASE("lint comes in pages and in lines", "[api][lineage]") {
  ApiFixture api;
  const auto all = parse_json(api.get("/v1/lint").body);
  CHECK(keys(all) == Names{"snapshot", "total", "by_kind", "items", "next"});
  // a/chat was created after its parent; the ghost above it is the one finding.
  REQUIRE(at(all, "total").GetInt() == 1);
  CHECK(same(at(at(all, "items")[0], "kind"), "ghost_parent"));
  CHECK(same(at(at(all, "items")[0], "parent"), "x/lost"));
  CHECK(at(at(all, "items")[0], "fix").IsNull());
  CHECK(same(at(parse_json(api.get("/v1/lint?kind=cycle").body), "total"), 0));
  CHECK(api.get("/v1/lint?kind=typo").status == 400);
  const auto lines = lines_of(api.get("/v1/lint", {{"Accept", "application/x-ndjson"}}));
  REQUIRE(lines.size() == 2);
  CHECK(lines[1] == R"({"end":true,"rows":1})");
}

TEST_CASE("pages of lint never shift", "[api][lineage]") {
  ApiFixture api;
  std::string drawing;
  for (int i = 10; i < 35; ++i)
    drawing += "?lost/n" + std::to_string(i) + " -merge-> a/m" + std::to_string(i) + "\n";
  api.source.publish(lineage_of(drawing));
  std::string target = "/v1/lint?limit=10";
  std::size_t seen = 0;
  for (int page = 0; page < 3; ++page) {
    const Response response = api.get(target);
    const auto body = parse_json(response.body);
    seen += at(body, "items").Size();
    if (at(body, "next").IsNull()) {
      CHECK(page == 2);
      break;
    }
    const std::string next = at(body, "next").GetString();
    CHECK(response.header("Link") == "<" + next + ">; rel=\"next\"");
    target = next.substr(next.find('/', 8));
  }
  CHECK(seen == 25);
}

TEST_CASE("a model's history has its names and claims", "[api][lineage]") {
  ApiFixture api;
  const auto body = parse_json(api.get("/v1/models/Qwen/Qwen2-7B/history").body);
  REQUIRE(at(body, "names").Size() == 2);
  CHECK(same(at(at(body, "names")[0], "name"), "Qwen/Old-Name"));
  CHECK(at(at(body, "names")[1], "until").IsNull());
  const auto chat = parse_json(api.get("/v1/models/a/chat/history").body);
  REQUIRE(at(chat, "claims").Size() >= 2);
  CHECK(at(at(chat, "claims")[0], "current").GetBool());
  CHECK(at(parse_json(api.get("/v1/models/x/lost/history").body), "claims").Empty());
}

TEST_CASE("changes are lines that begin with what all rows share", "[api][lineage]") {
  ApiFixture api;
  SnapshotColumns next = lineage_of(R"(
      Qwen/Qwen2-7B downloads=1000 likes=10 license=mit created=2024-06-01 pipeline_tag=text-generation
      a/chat downloads=50 license=mit created=2024-06-10
      Qwen/Qwen2-7B -adapter-> a/chat )");
  next.totals[0].number = 10;
  api.source.publish(std::move(next));
  const Response response = api.get("/v1/changes?since=9");
  REQUIRE(response.status == 200);
  CHECK(response.header("Content-Type") == "application/x-ndjson");
  const auto lines = lines_of(response);
  REQUIRE(lines.size() > 3);
  CHECK(lines.front().find(R"({"snapshot":10,"seq":0,"kind":"snapshot","observed_at":)") == 0);
  CHECK(lines.back() == R"({"end":true,"rows":)" + std::to_string(lines.size() - 1) + "}");
  const auto has = [&](const std::string& part) {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const auto& line) { return line.find(part) != std::string::npos; });
  };
  CHECK(has(
      R"("kind":"license_changed","hub_id":"000000000000000000000001","id":"Qwen/Qwen2-7B","from":"apache-2.0")"));
  CHECK(has(
      R"("kind":"edge_retyped","parent_id":"Qwen/Qwen2-7B","child_id":"a/chat","relation":"adapter")"));
  CHECK(api.get("/v1/changes?since=9&seq=" + std::to_string(lines.size())).status == 200);
  CHECK(lines_of(api.get("/v1/changes?since=10")) == Names{R"({"end":true,"rows":0})"});
  CHECK(api.get("/v1/changes?since=11").status == 404);
  CHECK(api.get("/v1/changes").status == 400);
  CHECK(api.get("/v1/changes?since=x").status == 400);
  CHECK(api.get("/v1/changes?since=9", {{"If-None-Match", std::string{response.header("ETag")}}})
            .status == 304);
}

}  // namespace
}  // namespace stemma
