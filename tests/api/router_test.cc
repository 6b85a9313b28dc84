#include "api/endpoints/router.h"
#include "api/chunk_source.h"

#include <algorithm>
#include <cmath>

#include "graph/lookup.h"
#include "tests/api/api_fixture.h"
#include "tests/api/json_support.h"
#include "tests/api/unzip.h"
#include "tests/support/catch.h"

namespace stemma {
namespace {

using Names = std::vector<std::string>;

std::string read_all(const ChunkSource& chunks) {
  std::string text;
  for (std::string piece; chunks(piece); piece.clear()) text += piece;
  return text;
}

/// The path and query of an absolute URL.
std::string target_of(const std::string& url) {
  return url.substr(url.find('/', url.find("//") + 2));
}

TEST_CASE("a model is told in the contract's shape", "[api][router]") {
  ApiFixture api;
  const Response response = api.get("/v1/models/Qwen/Qwen2-7B");
  REQUIRE(response.status == 200);
  CHECK(response.header("Content-Type") == "application/json");
  const auto body = parse_json(response.body);
  CHECK(keys(body) == Names{"id",
                            "hub_id",
                            "author",
                            "state",
                            "snapshot",
                            "created_at",
                            "last_modified",
                            "first_seen",
                            "last_seen",
                            "downloads",
                            "downloads_all_time",
                            "likes",
                            "license",
                            "pipeline_tag",
                            "library_name",
                            "gated",
                            "parameters",
                            "aliases",
                            "families",
                            "counts"});
  CHECK(same(at(body, "id"), "Qwen/Qwen2-7B"));
  CHECK(same(at(body, "hub_id"), "000000000000000000000001"));
  CHECK(same(at(body, "state"), "live"));
  CHECK(same(at(body, "snapshot"), 9));
  CHECK(same(at(body, "created_at"), "2024-06-01T00:00:00Z"));
  CHECK(same(at(body, "last_seen"), "2026-11-01T00:00:00Z"));
  CHECK(same(at(body, "downloads"), 1000));
  CHECK(at(body, "downloads_all_time").IsNull());
  CHECK(same(at(body, "license"), "apache-2.0"));
  CHECK(at(body, "gated").IsNull());
  REQUIRE(at(body, "aliases").Size() == 1);
  CHECK(same(at(body, "aliases")[0], "Qwen/Old-Name"));
  REQUIRE(at(body, "families").Size() == 2);
  CHECK(same(at(body, "families")[1], "qwen2"));
  const auto& counts = at(body, "counts");
  CHECK(same(at(counts, "children"), 2));  // the third one is gone
  CHECK(same(at(counts, "descendants"), 4));
  CHECK(same(at(at(counts, "by_relation"), "finetune"), 1));
  CHECK(same(at(at(counts, "by_relation"), "adapter"), 1));
  CHECK(same(at(at(counts, "by_relation"), "merge"), 0));
}

TEST_CASE("a ghost has a name, a state and children, and else nothing", "[api][router]") {
  ApiFixture api;
  const auto body = parse_json(api.get("/v1/models/x/lost").body);
  CHECK(same(at(body, "state"), "ghost"));
  for (const char* unknown : {"hub_id", "created_at", "first_seen", "last_seen", "downloads",
                              "license", "gated", "parameters"}) {
    CAPTURE(unknown);
    CHECK(at(body, unknown).IsNull());
  }
  CHECK(same(at(at(body, "counts"), "children"), 1));
}

TEST_CASE("names of models in paths", "[api][router]") {
  ApiFixture api;
  const auto [target, id] = GENERATE(table<std::string, std::string>({
      {"/v1/models/Qwen/Qwen2-7B", "Qwen/Qwen2-7B"},
      {"/v1/models/Qwen%2FQwen2-7B", "Qwen/Qwen2-7B"},
      {"/v1/models/Qwen%2fQwen2-7B?as_of=9", "Qwen/Qwen2-7B"},
      {"/v1/models/gpt2", "gpt2"},
  }));
  CAPTURE(target);
  CHECK(same(at(parse_json(api.get(target).body), "id"), id.c_str()));
}

TEST_CASE("sub-resources of models with and without owner", "[api][router]") {
  ApiFixture api;
  const auto [target, model] = GENERATE(table<std::string, std::string>({
      {"/v1/models/Qwen/Qwen2-7B/children", "Qwen/Qwen2-7B"},
      {"/v1/models/Qwen%2FQwen2-7B/descendants", "Qwen/Qwen2-7B"},
      {"/v1/models/gpt2/children", "gpt2"},
      {"/v1/models/gpt2/ancestors", "gpt2"},
  }));
  CAPTURE(target);
  CHECK(same(at(parse_json(api.get(target).body), "model"), model.c_str()));
}

TEST_CASE("another case or an old name leads to the canonical one", "[api][router]") {
  ApiFixture api;
  const auto [target, location] = GENERATE(table<std::string, std::string>({
      {"/v1/models/qwen/qwen2-7b", "/v1/models/Qwen/Qwen2-7B"},
      {"/v1/models/Qwen/Old-Name", "/v1/models/Qwen/Qwen2-7B"},
      {"/v1/models/qwen%2Fold-name/descendants?limit=2&sort=id",
       "/v1/models/Qwen/Qwen2-7B/descendants?limit=2&sort=id"},
      {"/v1/models/GPT2/children", "/v1/models/gpt2/children"},
      {"/v1/families/QWEN2/models?limit=1", "/v1/families/qwen2/models?limit=1"},
      {"/v1/families/Qwen", "/v1/families/qwen"},
  }));
  CAPTURE(target);
  const Response response = api.get(target);
  CHECK(response.status == 308);
  CHECK(response.header("Location") == location);
}

TEST_CASE("a name that ends like a sub-resource keeps its slash encoded", "[api][router]") {
  ApiFixture api;
  api.source.publish(
      lineage_of("xss/children -finetune-> a/b\nxss/children -finetune-> a/c\n"
                 "xss -finetune-> a/d\nxss/Old -alias-> xss/children\n"));
  CHECK(same(at(parse_json(api.get("/v1/models/xss%2Fchildren").body), "id"), "xss/children"));
  CHECK(same(at(parse_json(api.get("/v1/models/xss/children").body), "model"), "xss"));
  CHECK(api.get("/v1/models/XSS%2FChildren").header("Location") == "/v1/models/xss%2Fchildren");
  CHECK(api.get("/v1/models/xss/old/descendants?limit=1").header("Location") ==
        "/v1/models/xss%2Fchildren/descendants?limit=1");
  const auto body = parse_json(api.get("/v1/models/xss%2Fchildren/children?limit=1").body);
  const std::string next = target_of(at(body, "next").GetString());
  CHECK(next.rfind("/v1/models/xss%2Fchildren/children?", 0) == 0);
  CHECK(ids(parse_json(api.get(next).body)) == Names{"a/c"});
  CHECK(api.get("/models/xss/children").body.find("href=\"/v1/models/xss%2Fchildren\"") !=
        std::string::npos);
}

TEST_CASE("the absolute form of a target is taken", "[api][router]") {
  ApiFixture api;
  CHECK(same(at(parse_json(api.get("HTTP://example.org:80/v1/models/gpt2?as_of=9").body), "id"),
             "gpt2"));
  CHECK(api.get("http://example.org").status == 200);
  CHECK(api.get("https://example.org?q=a").status == 400);  // q is no parameter of the home page
  CHECK(api.get("ftp://example.org/").status == 400);
}

TEST_CASE("what is not permanent is not told to be kept", "[api][router]") {
  ApiFixture api;
  CHECK(api.get("/v1/models/qwen/old-name").header("Cache-Control") == "no-cache");
}

TEST_CASE("costly questions are refused by the name of their parameter", "[api][router]") {
  ApiFixture api;
  std::string many = "a";
  for (int i = 0; i < 100; ++i) many += ",b" + std::to_string(i);
  const auto [target, parameter] = GENERATE_COPY(table<std::string, std::string>({
      {"/v1/search?q=a+b+c+d+e+f+g+h+i", "q"},
      {"/v1/search?q=" + std::string(201, 'a'), "q"},
      {"/search?q=" + std::string(201, 'a'), "q"},
      {"/v1/models/gpt2/descendants?author=" + many, "author"},
  }));
  CAPTURE(target);
  const Response response = api.get(target);
  CHECK(response.status == 400);
  CHECK(same(at(parse_json(response.body), "parameter"), parameter.c_str()));
}

TEST_CASE("what no resource understands is refused everywhere", "[api][router]") {
  ApiFixture api;
  const std::string target = GENERATE("/", "/search?q=a&", "/models/gpt2", "/families/qwen",
                                      "/healthz", "/readyz", "/metrics");
  CAPTURE(target);
  CHECK(api.get(target).status == 200);
  const std::string with = target + (target.find('?') == std::string::npos ? "?" : "") + "x=1";
  CHECK(api.get(with).status == 400);
  CHECK(same(at(parse_json(api.get(with).body), "parameter"), "x"));
  CHECK(api.get(with, {{"Accept", "text/html"}}).header("Content-Type") ==
        "text/html; charset=utf-8");
  CHECK(api.get("/search?q=a&q=b").status == 400);
  CHECK(api.get("/search?q=").status == 200);
}

TEST_CASE("errors are problems that say what was wrong", "[api][router]") {
  ApiFixture api;
  const auto [target, status, parameter] = GENERATE(table<std::string, int, std::string>({
      {"/v1/models/no/such", 404, ""},
      {"/v1/models/no/such/children", 404, ""},
      {"/v1/models/Qwen/Qwen2-7B/adoption", 503, ""},
      {"/v1/models/a/b/c/d", 404, ""},
      {"/v1/models", 404, ""},
      {"/v1/models/", 404, ""},
      {"/v1/families/nobody", 404, ""},
      {"/v1/nothing", 404, ""},
      {"/nothing", 404, ""},
      {"/v1", 404, ""},
      {"/v1/stats?as_of=77", 404, ""},
      {"/%zz", 400, ""},
      {"/v1/stats?colour=red", 400, "colour"},
      {"/v1/stats?limit=5", 400, "limit"},
      {"/v1/stats?as_of=x", 400, "as_of"},
      {"/v1/models/gpt2/children?limit=0", 400, "limit"},
      {"/v1/models/gpt2/children?depth=2", 400, "depth"},
      {"/v1/models/gpt2/parents?sort=id", 400, "sort"},
      {"/v1/models/gpt2/descendants?relation=uncle", 400, "relation"},
      {"/v1/models/gpt2/descendants?cursor=AAAA", 400, "cursor"},
      {"/v1/families?policy=fair", 400, "policy"},
      {"/v1/families/qwen?policy=fair", 400, "policy"},
      {"/v1/families/qwen2?policy=fractional", 400, "policy"},
      {"/v1/stats?include_inferred=true", 400, "include_inferred"},
      {"/v1/families?include_inferred=maybe", 400, "include_inferred"},
      {"/v1/search", 400, "q"},
      {"/v1/search?q=", 400, "q"},
      {"/v1/snapshots?as_of=9", 400, "as_of"},
  }));
  CAPTURE(target);
  const Response response = api.get(target);
  CHECK(response.status == status);
  CHECK(response.header("Content-Type") == "application/problem+json");
  CHECK(response.header("X-Snapshot") == "9");
  const auto body = parse_json(response.body);
  CHECK(same(at(body, "status"), status));
  CHECK(same(at(body, "type"), "about:blank"));
  CHECK(std::string{at(body, "title").GetString()}.size() > 3);
  CHECK(std::string{at(body, "detail").GetString()}.size() > 3);
  CHECK(body.HasMember("parameter") == !parameter.empty());
  if (!parameter.empty()) CHECK(same(at(body, "parameter"), parameter.c_str()));
}

TEST_CASE("only GET, HEAD and OPTIONS are answered", "[api][router]") {
  ApiFixture api;
  const std::string method = GENERATE("POST", "PUT", "DELETE", "PATCH");
  const Response response = api.get("/v1/stats", {}, method);
  CHECK(response.status == 405);
  CHECK(response.header("Allow") == "GET, HEAD, OPTIONS");
  CHECK(api.get("/v1/stats", {}, "HEAD").body == api.get("/v1/stats").body);
  const Response options = api.get("/v1/stats", {{"Origin", "https://a.example"}}, "OPTIONS");
  CHECK(options.status == 204);
  CHECK(options.header("Access-Control-Allow-Methods") == "GET, HEAD, OPTIONS");
  CHECK(options.header("Access-Control-Allow-Origin") == "*");
}

TEST_CASE("parents carry their claims, ghosts too", "[api][router]") {
  ApiFixture api;
  const auto body = parse_json(api.get("/v1/models/a/chat/parents").body);
  CHECK(keys(body) == Names{"model", "snapshot", "total", "curated_only", "items", "next"});
  CHECK(same(at(body, "total"), 2));
  CHECK(ids(body) == Names{"Qwen/Qwen2-7B", "x/lost"});
  CHECK(at(body, "next").IsNull());
  const auto& ghost = at(body, "items")[1];
  CHECK(keys(ghost) ==
        Names{"id", "state", "relation", "confidence", "claims", "downloads", "children"});
  CHECK(same(at(ghost, "state"), "ghost"));
  CHECK(same(at(ghost, "relation"), "finetune"));
  CHECK(at(ghost, "downloads").IsNull());
  REQUIRE(at(ghost, "claims").Size() == 1);
  const auto& claim = at(ghost, "claims")[0];
  CHECK(keys(claim) == Names{"source", "text", "relation", "first_seen", "last_seen"});
  CHECK(same(at(claim, "source"), "tag"));
  CHECK(same(at(claim, "text"), "x/lost"));
  CHECK(same(at(claim, "last_seen"), "2026-11-01T00:00:00Z"));
}

TEST_CASE("children are live, by downloads, gone ones on request", "[api][router]") {
  ApiFixture api;
  CHECK(ids(parse_json(api.get("/v1/models/Qwen/Qwen2-7B/children").body)) ==
        Names{"a/chat", "c/lora"});
  const auto gone = parse_json(api.get("/v1/models/Qwen/Qwen2-7B/children?include_gone=true").body);
  CHECK(ids(gone) == Names{"a/chat", "c/lora", "d/withdrawn"});
  CHECK(same(at(at(gone, "items")[2], "state"), "gone"));
  CHECK(ids(parse_json(api.get("/v1/models/Qwen/Qwen2-7B/children?relation=adapter").body)) ==
        Names{"c/lora"});
}

TEST_CASE("descendants are told with depth, last edge and sums", "[api][router]") {
  ApiFixture api;
  const auto body = parse_json(api.get("/v1/models/Qwen/Qwen2-7B/descendants").body);
  CHECK(keys(body) == Names{"model", "snapshot", "total", "total_downloads", "downloads_unknown",
                            "curated_only", "items", "next"});
  CHECK(same(at(body, "total"), 4));
  CHECK(same(at(body, "total_downloads"), 750));
  CHECK(same(at(body, "downloads_unknown"), 2));
  CHECK(ids(body) == Names{"b/chat-gguf", "a/chat", "c/lora", "e/orphan"});
  const auto& first = at(body, "items")[0];
  CHECK(keys(first) == Names{"id", "state", "depth", "relation", "via", "downloads", "likes",
                             "created_at", "author", "license", "pipeline_tag"});
  CHECK(same(at(first, "depth"), 2));
  CHECK(same(at(first, "relation"), "quantized"));
  CHECK(same(at(first, "via"), "a/chat"));
  CHECK(at(first, "license").IsNull());
  CHECK(ids(parse_json(
            api.get("/v1/models/Qwen/Qwen2-7B/descendants?depth=1&sort=id&order=desc").body)) ==
        Names{"c/lora", "a/chat"});
}

TEST_CASE("ancestors list ghosts and gone models", "[api][router]") {
  ApiFixture api;
  CHECK(ids(parse_json(api.get("/v1/models/b/chat-gguf/ancestors?sort=id&order=asc").body)) ==
        Names{"Qwen/Qwen2-7B", "a/chat", "x/lost"});
  CHECK(ids(parse_json(api.get("/v1/models/e/orphan/ancestors").body)) ==
        Names{"Qwen/Qwen2-7B", "d/withdrawn"});
}

TEST_CASE("families under both policies", "[api][router]") {
  ApiFixture api;
  const auto any = parse_json(api.get("/v1/families").body);
  CHECK(keys(any) == Names{"snapshot", "policy", "items", "other", "total"});
  CHECK(same(at(any, "policy"), "any"));
  REQUIRE(at(any, "items").Size() == 2);  // a series is not among them
  const auto& qwen = at(any, "items")[0];
  CHECK(keys(qwen) == Names{"name", "label", "official", "derivatives", "models", "curated_only",
                            "downloads", "downloads_unknown"});
  CHECK(same(at(qwen, "official"), 1));
  CHECK(same(at(qwen, "derivatives"), 4));
  CHECK(same(at(qwen, "models"), 5));
  CHECK(same(at(any, "other"), 2));
  CHECK(same(at(any, "total"), 7));

  const auto shares = parse_json(api.get("/v1/families?policy=fractional").body);
  CHECK(same(at(shares, "policy"), "fractional"));
  // a/chat and b/chat-gguf are half the ghost's.
  CHECK(std::abs(at(at(shares, "items")[0], "models").GetDouble() - 4.0) < 1e-9);
  CHECK(std::abs(at(shares, "other").GetDouble() - 3.0) < 1e-9);
}

TEST_CASE("a family in numbers", "[api][router]") {
  ApiFixture api;
  const auto body = parse_json(api.get("/v1/families/qwen").body);
  CHECK(keys(body) == Names{"name",
                            "label",
                            "snapshot",
                            "policy",
                            "official",
                            "derivatives",
                            "derivatives_direct",
                            "derivatives_burst_adjusted",
                            "curated_only",
                            "burst_rule",
                            "downloads",
                            "downloads_unknown",
                            "downloads_all_time",
                            "downloads_all_time_unknown",
                            "by_relation",
                            "by_depth",
                            "by_license",
                            "by_author",
                            "by_pipeline_tag",
                            "others",
                            "series"});
  CHECK(at(body, "others").ObjectEmpty());
  const auto cut = parse_json(api.get("/v1/families/qwen?top=1").body);
  CHECK(keys(at(cut, "by_author")) == Names{"a"});
  CHECK(same(at(at(at(cut, "others"), "by_author"), "names"), 3));
  CHECK(same(at(at(at(cut, "others"), "by_author"), "derivatives"), 3));
  CHECK(api.get("/v1/families/qwen?top=0").status == 400);
  CHECK(same(at(body, "derivatives"), 4));
  CHECK(same(at(body, "derivatives_direct"), 2));
  CHECK(same(at(at(body, "downloads"), "official"), 1000));
  CHECK(same(at(at(body, "downloads"), "derivatives"), 750));
  CHECK(at(at(body, "downloads_all_time"), "official").IsNull());
  CHECK(same(at(at(body, "by_relation"), "finetune"), 2));
  CHECK(same(at(at(body, "by_license"), "mit"), 1));
  REQUIRE(at(body, "series").Size() == 1);
  CHECK(same(at(at(body, "series")[0], "name"), "qwen2"));
}

TEST_CASE("a family's models have roles", "[api][router]") {
  ApiFixture api;
  const auto body = parse_json(api.get("/v1/families/qwen/models").body);
  CHECK(same(at(body, "family"), "qwen"));
  CHECK(same(at(body, "total"), 5));
  CHECK(ids(body) == Names{"Qwen/Qwen2-7B", "b/chat-gguf", "a/chat", "c/lora", "e/orphan"});
  const auto& official = at(body, "items")[0];
  CHECK(same(at(official, "role"), "official"));
  CHECK(same(at(official, "depth"), 0));
  CHECK(at(official, "relation").IsNull());
  CHECK(at(official, "via").IsNull());
  CHECK(same(at(at(body, "items")[1], "role"), "derivative"));
  CHECK(
      same(at(parse_json(api.get("/v1/families/qwen/models?relation=adapter").body), "total"), 1));
}

TEST_CASE("search finds families and models", "[api][router]") {
  ApiFixture api;
  const auto body = parse_json(api.get("/v1/search?q=qwen2").body);
  const auto& items = at(body, "items");
  REQUIRE(items.Size() == 2);
  CHECK(same(at(items[0], "name"), "qwen2"));
  CHECK(same(at(items[0], "kind"), "family"));
  CHECK(same(at(items[0], "descendants"), 4));
  CHECK(same(at(items[1], "id"), "Qwen/Qwen2-7B"));
  CHECK(same(at(items[1], "kind"), "model"));
  CHECK(same(at(items[1], "downloads"), 1000));
  CHECK(same(at(items[1], "descendants"), 4));
  CHECK(at(parse_json(api.get("/v1/search?q=qwen2&limit=1").body), "items").Size() == 1);
}

TEST_CASE("a family by its name without a version, a model by its whole name", "[api][router]") {
  ApiFixture api;
  const auto first = [&api](const std::string& text) {
    const auto body = parse_json(api.get("/v1/search?q=" + text).body);
    const auto& item = at(body, "items")[0];
    return std::string{(item.HasMember("id") ? at(item, "id") : at(item, "name")).GetString()};
  };
  CHECK(first("qwen9") == "qwen");
  CHECK(first("Qwen+9.5") == "qwen");
  CHECK(first("QWEN+2") == "qwen2");
  CHECK(first("qwen/qwen2-7b") == "Qwen/Qwen2-7B");
  CHECK(first("qwen2+7b") == "Qwen/Qwen2-7B");
}

TEST_CASE("a family with a typo does not stand before a well-known model", "[api][router]") {
  ApiFixture api;
  api.source.publish(lineage_of("Qwen/Qwen2-7B\nacme/owen-large downloads=100000\nb/gwen\n"));
  const auto kind = [&api](const std::string& text) {
    const auto body = parse_json(api.get("/v1/search?q=" + text).body);
    return std::string{at(at(body, "items")[0], "kind").GetString()};
  };
  CHECK(kind("owen") == "model");
  CHECK(kind("gwen") == "family");
}

TEST_CASE("search finds families with a typo, too", "[api][router]") {
  ApiFixture api;
  const auto [text, family] = GENERATE(table<std::string, std::string>(
      {{"quen", "qwen"}, {"QWEM", "qwen"}, {"qven2", "qwen2"}, {"+qwen2+", "qwen2"}}));
  CAPTURE(text);
  const auto body = parse_json(api.get("/v1/search?q=" + text).body);
  REQUIRE(at(body, "items").Size() > 0);
  CHECK(same(at(at(body, "items")[0], "name"), family.c_str()));
  CHECK(api.get("/search?q=" + text).body.find("/families/" + family) != std::string::npos);
}

TEST_CASE("stats tell totals and the documents that were refused", "[api][router]") {
  ApiFixture api;
  SnapshotNumber asked = 0;
  api.context.troubles = [&](SnapshotNumber number, std::size_t limit) {
    asked = number;
    CHECK(limit == 20);
    return UnreadFields{{{"hub.ndjson:17", "_id", "missing", "{"}}, {{"_id", 1}, {"cardData", 2}}};
  };
  const auto body = parse_json(api.get("/v1/stats").body);
  CHECK(keys(body) == Names{"snapshot", "observed_at", "partial", "models", "gone", "ghosts",
                            "edges", "by_relation", "curated_only", "curated_only_by_relation",
                            "declaring", "multi_parent", "self_references", "cycles", "claims",
                            "rejected_documents", "rejected", "unread_fields"});
  CHECK(same(at(at(body, "unread_fields"), "cardData"), 2));
  CHECK(asked == 9);
  CHECK(at(body, "partial").IsFalse());
  CHECK(same(at(body, "models"), 7));
  CHECK(same(at(body, "gone"), 1));
  CHECK(same(at(body, "ghosts"), 1));
  CHECK(same(at(body, "multi_parent"), 1));
  CHECK(keys(at(body, "claims")) == Names{"observed", "kept", "rejected", "self"});
  REQUIRE(at(body, "rejected").Size() == 1);
  CHECK(keys(at(body, "rejected")[0]) == Names{"where", "field", "reason"});
  CHECK(same(at(at(body, "rejected")[0], "where"), "hub.ndjson:17"));
}

TEST_CASE("snapshots are a list", "[api][router]") {
  ApiFixture api;
  const auto body = parse_json(api.get("/v1/snapshots").body);
  REQUIRE(body.IsArray());
  REQUIRE(body.Size() == 1);
  CHECK(keys(body[0]) == Names{"snapshot", "observed_at", "models", "edges", "partial"});
  CHECK(same(at(body[0], "snapshot"), 9));
}

TEST_CASE("pages of a list never shift", "[api][router]") {
  ApiFixture api;
  const HeaderList headers{{"Host", "stemma.example:8080"}};
  Response response =
      api.get("/v1/models/Qwen/Qwen2-7B/descendants?limit=3&sort=id&order=asc", headers);
  auto body = parse_json(response.body);
  CHECK(ids(body) == Names{"a/chat", "b/chat-gguf", "c/lora"});
  const std::string next = at(body, "next").GetString();
  CHECK(next.rfind("http://stemma.example:8080/v1/models/Qwen/Qwen2-7B/descendants?", 0) == 0);
  CHECK(response.header("Link") == "<" + next + ">; rel=\"next\"");

  // A new snapshot in between changes nothing for those who began before it.
  SnapshotColumns later = lineage_of("Qwen/Qwen2-7B -finetune-> a/first");
  later.totals[0].number = 10;
  api.source.publish(std::move(later));
  response = api.get(target_of(next), headers);
  CHECK(response.header("X-Snapshot") == "9");
  CHECK(response.header("Link").empty());
  body = parse_json(response.body);
  CHECK(ids(body) == Names{"e/orphan"});
  CHECK(same(at(body, "total"), 4));
  CHECK(at(body, "next").IsNull());
  CHECK(same(at(parse_json(api.get("/v1/stats").body), "snapshot"), 10));
  CHECK(same(at(parse_json(api.get("/v1/stats?as_of=9").body), "models"), 7));

  api.source.prune(9);
  CHECK(api.get(target_of(next)).status == 410);
  // By its number it can still be had, page after page.
  const auto again =
      parse_json(api.get("/v1/models/Qwen/Qwen2-7B/descendants?limit=3&as_of=9").body);
  CHECK(api.get(target_of(at(again, "next").GetString())).status == 200);
}

TEST_CASE("a cursor belongs to its query", "[api][router]") {
  ApiFixture api;
  const auto body = parse_json(api.get("/v1/models/Qwen/Qwen2-7B/descendants?limit=1").body);
  const std::string next = at(body, "next").GetString();
  const std::string cursor = next.substr(next.find("cursor="));
  CHECK(api.get("/v1/models/Qwen/Qwen2-7B/descendants?limit=2&" + cursor).status == 200);
  for (const std::string other :
       {"/v1/models/Qwen/Qwen2-7B/descendants?sort=id&", "/v1/models/Qwen/Qwen2-7B/children?",
        "/v1/models/a/chat/descendants?", "/v1/models/Qwen/Qwen2-7B/descendants?as_of=8&"}) {
    const Response response = api.get(other + cursor);
    CAPTURE(other);
    CHECK(response.status == 400);
    CHECK(same(at(parse_json(response.body), "parameter"), "cursor"));
  }
}

TEST_CASE("next is the URL that the client used", "[api][router]") {
  ApiFixture api;
  api.context.trusted_proxies = AddressSet::parse("127.0.0.1,10.0.0.0/8");
  const HeaderList proxied{
      {"Host", "internal:1"}, {"X-Forwarded-Proto", "https"}, {"X-Forwarded-Host", "a.example"}};
  struct Case {
    HeaderList headers;
    std::string peer;
    std::string begin;
    bool varies;
  };
  const std::vector<Case> cases{
      {{{"Host", "a.example"}}, "192.0.2.1", "http://a.example/v1/", false},
      {proxied, "127.0.0.1", "https://a.example/v1/", true},
      {proxied, "::ffff:10.1.2.3", "https://a.example/v1/", true},
      // Whoever is not told to be a proxy could poison a cache with a host of its own.
      {proxied, "192.0.2.1", "http://internal:1/v1/", false},
      {proxied, "", "http://internal:1/v1/", false},
      {{{"Host", "evil\"><script>"}}, "127.0.0.1", "http://localhost/v1/", true},
      {{}, "192.0.2.1", "http://localhost/v1/", false},
  };
  for (const Case& one : cases) {
    const Response answer =
        handle({"GET", "/v1/models/Qwen/Qwen2-7B/descendants?limit=1", one.headers, one.peer},
               api.context);
    const auto body = parse_json(answer.body);
    CAPTURE(one.peer, one.begin);
    CHECK(std::string{at(body, "next").GetString()}.rfind(one.begin, 0) == 0);
    CHECK((answer.header("Vary").find("X-Forwarded-Host") != std::string_view::npos) == one.varies);
  }
}

TEST_CASE("as_of takes a date or time", "[api][router]") {
  ApiFixture api;
  auto earlier = lineage_of("Qwen/Qwen2-7B -finetune-> a/chat\n");
  earlier.totals[0].number = 8;
  earlier.totals[0].observed_at = parse_utc("2026-01-01T02:00:00Z").value();
  earlier.history = {{.number = 8, .partial = 0, .observed_at = earlier.totals[0].observed_at}};
  api.source.publish(earlier);
  auto newest = test_lineage();
  newest.totals[0].observed_at = parse_utc("2026-01-02T02:00:00Z").value();
  newest.history = {earlier.history[0],
                    {.number = 9, .partial = 0, .observed_at = newest.totals[0].observed_at}};
  api.source.publish(newest);
  const auto [as_of, status, snapshot] = GENERATE(table<std::string, int, std::string>({
      {"8", 200, "8"},
      {"2026-01-01", 200, "8"},
      {"2026-01-02", 200, "9"},
      {"2026-01-02T01:59:59Z", 200, "8"},
      {"2026-01-02T02:00:00Z", 200, "9"},
      {"2030-01-01", 200, "9"},
      {"2025-12-31", 404, ""},
      {"yesterday", 400, ""},
      {"0", 400, ""},
  }));
  CAPTURE(as_of);
  const Response response = api.get("/v1/stats?as_of=" + as_of);
  CHECK(response.status == status);
  if (status == 200) CHECK(response.header("X-Snapshot") == snapshot);
}

TEST_CASE("what hangs on curated parents alone is counted beside, and can be left out",
          "[api][router]") {
  ApiFixture api;
  auto columns = lineage_of(
      "Qwen/Qwen2-7B -finetune-> lab/distilled\nlab/distilled -quantized-> x/gguf\n"
      "Qwen/Qwen2-7B -finetune-> y/tuned\nlab/distilled downloads=5\ny/tuned downloads=7\n");
  const NodeId distilled = *find_exact(view_of(columns), "lab/distilled");
  const std::uint32_t claim = columns.claim_begin[columns.parent_begin[distilled]];
  columns.claims[claim].source = ClaimSource::curated;
  columns.claims[claim].note = 1;
  columns.notes.begin = {0, 8};
  columns.notes.bytes.assign({'i', 't', 's', ' ', 'c', 'a', 'r', 'd'});
  api.source.publish(columns);
  const auto get = [&](const std::string& target) { return parse_json(api.get(target).body); };
  const std::string base = "/v1/models/Qwen/Qwen2-7B";
  const auto all = get(base + "/descendants");
  CHECK(same(at(all, "total"), 3));
  CHECK(same(at(all, "curated_only"), 2));
  const auto declared = get(base + "/descendants?curated=false");
  CHECK(same(at(declared, "total"), 1));
  CHECK(same(at(declared, "curated_only"), 0));
  CHECK(same(at(declared, "total_downloads"), 7));
  CHECK(at(declared, "curated").IsFalse());
  CHECK(same(at(at(get(base), "counts"), "curated_only"), 2));
  const auto parents = get("/v1/models/lab/distilled/parents");
  CHECK(same(at(parents, "curated_only"), 1));
  CHECK(same(at(at(at(parents, "items")[0], "claims")[0], "why"), "its card"));
  CHECK(same(at(get("/v1/models/lab/distilled/parents?curated=false"), "total"), 0));
  CHECK(same(at(get("/v1/families/qwen"), "curated_only"), 2));
  CHECK(same(at(get("/v1/families/qwen?curated=false"), "derivatives"), 1));
  CHECK(same(at(at(get("/v1/families"), "items")[0], "curated_only"), 2));
  CHECK(same(at(get("/v1/models/x/gguf/ancestors"), "curated_only"), 1));
  CHECK(same(at(get(base + "/impact"), "curated_only"), 2));
  const auto impact = get(base + "/impact");
  CHECK(same(at(at(at(impact, "impact"), "carries"), "models"), 3));
  CHECK(same(at(at(at(impact, "impact"), "carries"), "curated_only"), 2));
  CHECK(same(at(at(at(impact, "impact"), "only_source"), "curated_only"), 2));
  CHECK(same(at(at(at(impact, "impact"), "refers"), "curated_only"), 0));
  const auto stats = get("/v1/stats");
  CHECK(same(at(stats, "edges"), 3));
  CHECK(same(at(stats, "curated_only"), 1));
  CHECK(same(at(at(stats, "curated_only_by_relation"), "finetune"), 1));
  CHECK(same(at(at(stats, "curated_only_by_relation"), "quantized"), 0));
  const auto found = get("/v1/search?q=Qwen/Qwen2-7B");
  CHECK(same(at(at(found, "items")[0], "descendants"), 3));
  CHECK(same(at(at(found, "items")[0], "curated_only"), 2));
  CHECK(same(at(at(get("/v1/search?q=qwen"), "items")[0], "curated_only"), 2));
}

TEST_CASE("what could be impacted another way without a curated parent hangs on it",
          "[api][router]") {
  // y/adapter refers to the base by its own word and carries through the curated edge alone.
  ApiFixture api;
  auto columns = lineage_of(
      "Qwen/Qwen2-7B -finetune-> lab/distilled\nlab/distilled -finetune-> y/both\n"
      "Qwen/Qwen2-7B -adapter-> y/both\n");
  const NodeId distilled = *find_exact(view_of(columns), "lab/distilled");
  columns.claims[columns.claim_begin[columns.parent_begin[distilled]]].source =
      ClaimSource::curated;
  api.source.publish(columns);
  const auto sums = parse_json(api.get("/v1/models/Qwen/Qwen2-7B/impact").body);
  CHECK(same(at(at(at(sums, "impact"), "carries"), "models"), 2));
  CHECK(same(at(at(at(sums, "impact"), "carries"), "curated_only"), 2));
  CHECK(same(at(sums, "curated_only"), 1));
}

TEST_CASE("an unknown name is answered with the nearest, to programs and to people",
          "[api][router]") {
  ApiFixture api;
  const auto detail = [&](const std::string& target) {
    const Response response = api.get(target);
    CHECK(response.status == 404);
    return std::string{at(parse_json(response.body), "detail").GetString()};
  };
  CHECK(detail("/v1/models/Qwen/Qwen2-7C").find("did you mean Qwen/Qwen2-7B?") !=
        std::string::npos);
  CHECK(detail("/v1/families/qwem").find("did you mean qwen") != std::string::npos);
  CHECK(detail("/v1/families/zzzzzzzz").find("did you mean") == std::string::npos);
  const Response page = api.get("/models/Qwen/Qwen2-7C", {{"Accept", "text/html"}});
  CHECK(page.status == 404);
  CHECK(page.header("Content-Type") == "text/html; charset=utf-8");
  CHECK(page.body.find("did you mean Qwen/Qwen2-7B?") != std::string::npos);
  CHECK(api.get("/families/qwem", {{"Accept", "text/html"}}).body.find("did you mean qwen") !=
        std::string::npos);
}

TEST_CASE("a stream is the whole answer, closed by its end line", "[api][router]") {
  ApiFixture api;
  const HeaderList headers{{"Accept", "application/x-ndjson"}};
  const Response response =
      api.get("/v1/models/Qwen/Qwen2-7B/descendants?sort=id&order=asc", headers);
  CHECK(response.header("Content-Type") == "application/x-ndjson");
  REQUIRE(response.chunks);
  const std::string text = read_all(response.chunks);
  Names lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    REQUIRE(end != std::string::npos);
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  REQUIRE(lines.size() == 5);
  CHECK(same(at(parse_json(lines[0]), "id"), "a/chat"));
  CHECK(lines[4] == R"({"end":true,"rows":4})");
  // A limit is of pages, and there are none.
  const Response limited =
      api.get("/v1/models/Qwen/Qwen2-7B/descendants?sort=id&order=asc&limit=2", headers);
  CHECK(read_all(limited.chunks) == text);

  const Response zipped =
      api.get("/v1/models/Qwen/Qwen2-7B/descendants?sort=id&order=asc",
              {{"Accept", "application/x-ndjson"}, {"Accept-Encoding", "gzip"}});
  CHECK(unzip(read_all(zipped.chunks)) == text);
}

TEST_CASE("lines are for those who want them no less than JSON", "[api][router]") {
  ApiFixture api;
  const auto [accept, lines] = GENERATE(table<std::string, bool>({
      {"application/x-ndjson", true},
      {"Application/X-NDJSON; q=0.5", true},
      {"application/x-ndjson, */*;q=0.1", true},
      {"application/json;q=0.5, application/x-ndjson", true},
      {"application/x-ndjson;q=0", false},
      {"application/x-ndjson; q=0.0, application/json", false},
      {"application/json, application/x-ndjson;q=0.5", false},
      {"application/*, application/x-ndjson;q=0.5", false},
      {"*/*", false},
      {"application/*", false},
      {"", false},
  }));
  CAPTURE(accept);
  const std::string target =
      GENERATE("/v1/models/gpt2/descendants", "/v1/families?policy=any", "/v1/search?q=qwen2");
  CHECK(api.get(target, {{"Accept", accept}}).header("Content-Type") ==
        (lines ? "application/x-ndjson" : "application/json"));
}

TEST_CASE("families and search come in lines, too", "[api][router]") {
  ApiFixture api;
  const HeaderList headers{{"Accept", "application/x-ndjson"}};
  const std::string families = api.get("/v1/families", headers).body;
  CHECK(families.rfind("{\"name\":\"qwen\",", 0) == 0);
  CHECK(families.find("}\n{\"end\":true,\"rows\":2}\n") != std::string::npos);
  const std::string found = api.get("/v1/search?q=qwen2", headers).body;
  CHECK(found.rfind("{\"name\":\"qwen2\",\"kind\":\"family\",", 0) == 0);
  CHECK(found.find("}\n{\"end\":true,\"rows\":2}\n") != std::string::npos);
}

TEST_CASE("a long stream comes in pieces", "[api][router]") {
  std::string drawing;
  for (int i = 0; i < 1201; ++i) drawing += "gpt2 -finetune-> c/m" + std::to_string(i) + "\n";
  ApiFixture api;
  api.source.publish(lineage_of(drawing));
  const Response response =
      api.get("/v1/models/gpt2/descendants", {{"Accept", "application/x-ndjson"}});
  std::size_t pieces = 0;
  std::string text;
  for (std::string piece; response.chunks(piece); piece.clear(), ++pieces) text += piece;
  CHECK(pieces == 3);
  CHECK(std::count(text.begin(), text.end(), '\n') == 1202);
  CHECK(text.ends_with("{\"end\":true,\"rows\":1201}\n"));
}

TEST_CASE("an ETag names snapshot, query and coding", "[api][router]") {
  ApiFixture api;
  const auto etag = [&](const std::string& target, HeaderList headers = {}) {
    return std::string{api.get(target, std::move(headers)).header("ETag")};
  };
  const std::string first = etag("/v1/families");
  CHECK(first.size() > 10);
  CHECK(first.front() == '"');
  CHECK(etag("/v1/families") == first);
  CHECK(etag("/v1/families?policy=fractional") != first);
  CHECK(etag("/v1/stats") != first);
  CHECK(etag("/v1/families", {{"Accept-Encoding", "gzip"}}) != first);
  const std::string list = "/v1/models/Qwen/Qwen2-7B/descendants";
  CHECK(etag(list) != etag(list, {{"Accept", "application/x-ndjson"}}));
  CHECK(etag(list + "?sort=id&limit=2") == etag(list + "?limit=2&sort=id"));

  for (const std::string& sent : {first, "W/" + first, "\"other\", " + first, std::string{"*"}}) {
    const Response response = api.get("/v1/families", {{"If-None-Match", sent}});
    CAPTURE(sent);
    CHECK(response.status == 304);
    CHECK(response.body.empty());
    CHECK(response.header("ETag") == first);
    CHECK(response.header("Vary") == "Accept, Accept-Encoding");
  }
  CHECK(api.get("/v1/families", {{"If-None-Match", "\"other\""}}).status == 200);

  const FamilySet only_one{{test_families().front()}};
  ApiContext fewer{api.source, only_one};
  CHECK(handle({"GET", "/v1/families", {}}, fewer).header("ETag") != first);
  SnapshotColumns later = test_lineage();
  later.totals[0].number = 10;
  api.source.publish(std::move(later));
  CHECK(api.get("/v1/families", {{"If-None-Match", first}}).status == 200);
}

TEST_CASE("bodies are compressed for those who accept it", "[api][router]") {
  ApiFixture api;
  const Response plain = api.get("/v1/stats");
  const Response zipped = api.get("/v1/stats", {{"accept-encoding", "gzip"}});
  CHECK(plain.header("Content-Encoding").empty());
  CHECK(zipped.header("Content-Encoding") == "gzip");
  CHECK(unzip(zipped.body) == plain.body);
}

TEST_CASE("a partial or generated snapshot says so in every answer", "[api][router]") {
  ApiFixture api;
  SnapshotColumns columns = test_lineage();
  columns.totals[0].partial = 1;
  columns.totals[0].generated = 1;
  const std::string scope = "search:qwen,search:deepseek";
  columns.scope.assign(scope.begin(), scope.end());
  api.source.publish(std::move(columns));
  const std::string target =
      GENERATE("/v1/models/gpt2", "/v1/models/gpt2/children", "/v1/models/gpt2/parents",
               "/v1/models/gpt2/descendants", "/v1/models/gpt2/ancestors", "/v1/families",
               "/v1/families?policy=fractional", "/v1/families/qwen", "/v1/families/qwen/models",
               "/v1/search?q=qwen", "/v1/stats");
  CAPTURE(target);
  const Response response = api.get(target);
  CHECK_FALSE(response.header("X-Snapshot-Partial").empty());
  CHECK(response.header("X-Snapshot-Generated") == "true");
  const auto body = parse_json(response.body);
  CHECK(at(body, "partial").IsTrue());
  CHECK(same(at(body, "scope"), scope.c_str()));
  CHECK(at(body, "generated").IsTrue());
  const Names names = keys(body);
  CHECK(std::count(names.begin(), names.end(), "partial") == 1);
}

TEST_CASE("a whole snapshot says nothing about parts", "[api][router]") {
  ApiFixture api;
  const Response response = api.get("/v1/families");
  CHECK(response.header("X-Snapshot-Partial").empty());
  CHECK_FALSE(parse_json(response.body).HasMember("partial"));
  CHECK_FALSE(parse_json(response.body).HasMember("generated"));
}

TEST_CASE("without a snapshot the server lives but is not ready", "[api][router]") {
  MemorySource empty;
  const FamilySet families{test_families()};
  ApiContext context{empty, families};
  const auto status = [&](const char* target) {
    return handle({"GET", target, {}}, context).status;
  };
  CHECK(status("/healthz") == 200);
  CHECK(status("/readyz") == 503);
  CHECK(status("/v1/stats") == 503);
  CHECK(status("/metrics") == 200);
}

TEST_CASE("metrics count answers by status", "[api][router]") {
  ApiFixture api;
  CHECK(api.get("/readyz").status == 200);
  CHECK(api.get("/healthz").status == 200);
  CHECK(api.get("/v1/nothing").status == 404);
  const std::string text = api.get("/metrics").body;
  CHECK(text.find("stemma_http_requests_total{status=\"200\"} 2\n") != std::string::npos);
  CHECK(text.find("stemma_http_requests_total{status=\"404\"} 1\n") != std::string::npos);
  CHECK(text.find("stemma_snapshot 9\n") != std::string::npos);
  CHECK(text.find("stemma_models 7\n") != std::string::npos);
}

TEST_CASE("a failure behind the answer is logged, not told", "[api][router]") {
  ApiFixture api;
  std::string logged;
  api.context.log = [&](const std::string& line) { logged = line; };
  api.context.troubles = [](SnapshotNumber, std::size_t) -> UnreadFields {
    throw Error{ErrorKind::storage, "cannot read /secret/ledger.sqlite"};
  };
  const Response response = api.get("/v1/stats");
  CHECK(response.status == 500);
  CHECK(response.body.find("secret") == std::string::npos);
  CHECK(logged.find("/secret/ledger.sqlite") != std::string::npos);
}

}  // namespace
}  // namespace stemma
