#include "crawler/crawl.h"

#include <unistd.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "crawler/curl_http_client.h"
#include "crawler/document_parse.h"
#include "crawler/folder_source.h"
#include "crawler/hub_client.h"
#include "crawler/ingest.h"
#include "crawler/missing_parents.h"
#include "index/crawl_ledger.h"
#include "index/data_dir.h"
#include "index/model_store.h"
#include "index/snapshot_file.h"
#include "schema/error.h"
#include "tests/support/catch.h"
#include "tests/support/fake_hub.h"

namespace stemma {
namespace {

using test::FakeAnswer;
using test::FakeHub;
using test::FakeModel;
using test::FakeRequest;

class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "stemma-crawl-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) FAIL("no temporary directory");
    path_ = name;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  [[nodiscard]] std::filesystem::path data() const { return path_ / "data"; }

 private:
  std::filesystem::path path_;
};

std::string id_of(int number) {
  std::string digits = std::to_string(100000 + number);
  return "621ffdc036468d709f" + digits;
}

FakeModel model(int number, const std::string& name, const std::string& parent = "") {
  std::string fields = R"("createdAt":"2026-01-02T03:04:05.000Z","downloads":)" +
                       std::to_string(number) + R"(,"likes":1,"tags":["gguf")";
  if (!parent.empty()) fields += R"(,"base_model:finetune:)" + parent + "\"";
  return {id_of(number), name, fields + "]"};
}

/// 40 models in two families; `acme/base` descends from models that the listing of `tiny` lacks.
std::vector<FakeModel> small_hub() {
  std::vector<FakeModel> models{model(1, "root/first"), model(2, "acme/base", "root/first"),
                                model(3, "acme/tiny", "old/base")};
  for (int i = 4; i <= 40; ++i) {
    const std::string name = "user" + std::to_string(i % 5) + "/tiny-" + std::to_string(i);
    models.push_back(model(i, name, i % 3 == 0 ? "acme/tiny" : i % 3 == 1 ? "lost/model" : ""));
  }
  return models;
}

struct TestOptions : CrawlOptions {
  std::string hub;
};

TestOptions options_for(const FakeHub& hub) {
  TestOptions options;
  options.hub = hub.url();
  options.observed_at = 1'800'000'000;
  return options;
}

/// Stands for a process that is killed before its `left`-th request is answered.
class DyingHttp final : public HttpClient {
 public:
  explicit DyingHttp(int left) : left_{left} {}
  HttpResponse get(const HttpRequest& request) override {
    if (left_-- == 0) throw std::runtime_error{"killed"};
    return curl_.get(request);
  }

 private:
  int left_;
  CurlHttpClient curl_;
};

PublishReport crawl_with(HttpClient& http, const TempDir& dir, const TestOptions& options) {
  HubOptions hub;
  hub.hub = options.hub;
  HubClient source{http, std::move(hub), [](auto) {}};
  return crawl(dir.data(), options, source, {});
}

PublishReport crawl_once(const TempDir& dir, const TestOptions& options) {
  CurlHttpClient http;
  return crawl_with(http, dir, options);
}

std::string snapshot_bytes(const TempDir& dir, SnapshotNumber number) {
  std::ifstream file{DataDir::open(dir.data()).snapshot(number), std::ios::binary};
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

Run last_run(const TempDir& dir) {
  CrawlLedger ledger{dir.data(), CrawlLedger::Mode::read_only};
  const auto runs = ledger.runs(1);
  REQUIRE(runs.size() == 1);
  return runs[0];
}

std::size_t lookups(const FakeHub& hub) {
  std::size_t count = 0;
  for (const FakeRequest& request : hub.requests()) {
    if (request.path.rfind("/api/models/", 0) == 0) ++count;
  }
  return count;
}

ErrorKind refused(const TempDir& dir, const TestOptions& options) {
  try {
    crawl_once(dir, options);
  } catch (const Error& error) {
    return error.kind();
  }
  FAIL("nothing was refused");
  return ErrorKind::corrupt;
}

TEST_CASE("a whole hub becomes a snapshot", "[crawler][crawl]") {
  FakeHub hub{small_hub(), 7};
  TempDir dir;
  const PublishReport report = crawl_once(dir, options_for(hub));
  CHECK(report.snapshot == 1);
  CHECK(report.documents == 40);
  CHECK(report.totals.models == 40);
  CHECK(report.totals.partial == 0);
  CHECK(report.totals.ghosts == 2);
  CHECK(hub.requests().size() == 6);
  const Run run = last_run(dir);
  CHECK(run.state == "done");
  CHECK(run.pages == 6);
  CHECK(run.requests == 6);
  CHECK(run.snapshot == 1);
  CHECK(run.bytes > 0);

  // A second crawl of the same hub changes nothing but the snapshot's number.
  TestOptions next = options_for(hub);
  next.observed_at += 86400;
  const PublishReport again = crawl_once(dir, next);
  CHECK(again.snapshot == 2);
  CHECK(again.added == 0);
  CHECK(again.changed == 0);
  CHECK(again.totals.edges == report.totals.edges);
  CHECK(refused(dir, options_for(hub)) == ErrorKind::usage);
}

TEST_CASE("a crawl killed anywhere ends as an undisturbed one", "[crawler][crawl]") {
  const bool resolve = GENERATE(false, true);
  FakeHub hub{small_hub(), 7};
  hub.alias("old/base", "acme/base");
  TestOptions options = options_for(hub);
  options.resolve = resolve;
  TempDir whole;
  const PublishReport undisturbed = crawl_once(whole, options);
  const std::string expected = snapshot_bytes(whole, 1);
  const int requests = static_cast<int>(hub.requests().size());
  CHECK(undisturbed.totals.ghosts == (resolve ? 1U : 2U));

  for (int killed = 0; killed < requests; ++killed) {
    CAPTURE(killed);
    TempDir dir;
    DyingHttp dying{killed};
    CHECK_THROWS(crawl_with(dying, dir, options));
    CHECK(last_run(dir).ended == "killed");
    CHECK(DataDir::open(dir.data()).published().empty());
    const auto before = hub.requests().size();
    CHECK(crawl_once(dir, options).snapshot == 1);
    CHECK(snapshot_bytes(dir, 1) == expected);
    CHECK(hub.requests().size() - before <= static_cast<std::size_t>(requests - killed + 2));
  }
}

TEST_CASE("a part of the hub is closed upward", "[crawler][crawl]") {
  FakeHub hub{small_hub(), 7};
  hub.alias("old/base", "acme/base");
  TestOptions options = options_for(hub);
  options.scope = "search:tiny,author:user1";
  TempDir dir;
  const PublishReport report = crawl_once(dir, options);
  CHECK(report.totals.partial == 1);
  CHECK(report.totals.models == 40);  // 38 in the scope, and two above them
  CHECK(report.totals.ghosts == 1);
  CHECK(lookups(hub) == 4);  // lost/model, old/base and its redirect, root/first
  ModelStore store{DataDir::open(dir.data()).store(), ModelStore::Mode::read_only};
  REQUIRE(store.lookup("old/base"));
  CHECK(store.lookup("old/base")->result == Lookup::Result::redirected);
  CHECK(store.lookup("old/base")->target == "acme/base");
  CHECK(store.lookup("old/base")->target_id.hex() == id_of(2));
  REQUIRE(store.lookup("lost/model"));
  CHECK(store.lookup("lost/model")->result == Lookup::Result::absent);
  CHECK(last_run(dir).scope == "search:tiny,author:user1");
}

TEST_CASE("what was asked for lately is not asked for again", "[crawler][crawl]") {
  FakeHub hub{small_hub(), 7};
  hub.alias("old/base", "acme/base");
  TestOptions options = options_for(hub);
  options.resolve = true;
  TempDir dir;
  crawl_once(dir, options);
  CHECK(lookups(hub) == 3);
  options.observed_at += 86400;
  CHECK(crawl_once(dir, options).totals.ghosts == 1);
  CHECK(lookups(hub) == 3);
  options.observed_at += 31 * 86400;
  crawl_once(dir, options);
  CHECK(lookups(hub) == 6);
}

TEST_CASE("at most so many requests and names", "[crawler][crawl]") {
  FakeHub hub{small_hub(), 7};
  TempDir dir;
  TestOptions options = options_for(hub);
  SECTION("of everything") {
    options.max_requests = 3;
    const PublishReport report = crawl_once(dir, options);
    CHECK(report.totals.partial == 1);
    CHECK(report.documents == 21);
    CHECK(last_run(dir).scope == "all (first 3 pages)");
    CHECK(last_run(dir).ended.find("limit of 3 requests") != std::string::npos);
    // What follows is complete again.
    options.max_requests = 0;
    options.observed_at += 60;
    CHECK(crawl_once(dir, options).totals.partial == 0);
  }
  SECTION("of a part, by turns") {
    options.scope = "search:tiny,author:user1";
    options.max_requests = 3;
    options.max_lookups = 1;
    crawl_once(dir, options);
    std::size_t authors = 0;
    for (const FakeRequest& request : hub.requests())
      authors += request.param("author").empty() ? 0U : 1U;
    CHECK(authors == 1);
    CHECK(lookups(hub) == 1);
    CHECK(hub.requests().size() == 5);  // and one to prove that the hub still lets us in
  }
}

TEST_CASE("an unfinished crawl of something else stands in the way", "[crawler][crawl]") {
  FakeHub hub{small_hub(), 7};
  TempDir dir;
  TestOptions options = options_for(hub);
  DyingHttp dying{2};
  CHECK_THROWS(crawl_with(dying, dir, options));
  TestOptions other = options;
  other.scope = "search:tiny";
  CHECK(refused(dir, other) == ErrorKind::usage);
  other.restart = true;
  CHECK(crawl_once(dir, other).snapshot == 1);
  CrawlLedger ledger{dir.data(), CrawlLedger::Mode::read_only};
  CHECK(ledger.runs(2)[1].state == "abandoned");
}

TEST_CASE("pages that are out of order are never stored", "[crawler][crawl]") {
  const std::string bad = "[{\"_id\":\"" + id_of(2) + "\",\"id\":\"a/b\"},{\"_id\":\"" + id_of(1) +
                          "\",\"id\":\"a/c\"}]";
  int left = GENERATE(1, 3, 1000);
  CAPTURE(left);
  const bool persistent = left > 4;
  FakeHub hub{small_hub(), 7, [&](const FakeRequest& request) -> std::optional<FakeAnswer> {
                if (request.param("cursor").empty() || left-- <= 0) return std::nullopt;
                FakeAnswer answer;
                answer.body = bad;
                return answer;
              }};
  TempDir dir;
  if (persistent) {
    CHECK(refused(dir, options_for(hub)) == ErrorKind::unavailable);
    CHECK(DataDir::open(dir.data()).published().empty());
    CHECK(last_run(dir).state == "walking");
    left = 0;
  }
  CHECK(crawl_once(dir, options_for(hub)).totals.models == 40);
}

TEST_CASE("a page that claims the end once is looked at twice", "[crawler][crawl]") {
  int left = 1;
  FakeHub hub{small_hub(), 7, [&](const FakeRequest& request) -> std::optional<FakeAnswer> {
                if (request.param("cursor") != id_of(14) || left-- <= 0) return std::nullopt;
                FakeAnswer answer;
                answer.body = "[]";
                return answer;
              }};
  TempDir dir;
  CHECK(crawl_once(dir, options_for(hub)).totals.models == 40);
}

TEST_CASE("a field that the hub refuses is unknown, not absent", "[crawler][crawl]") {
  FakeHub hub{small_hub(), 7, [](const FakeRequest& request) -> std::optional<FakeAnswer> {
                std::size_t at = 0;
                std::string query = request.target;
                for (std::size_t from = query.find("expand="); from != std::string::npos;
                     from = query.find("expand=", from + 1), ++at) {
                  if (query.compare(from, 21, "expand=downloadsAllTi") != 0) continue;
                  FakeAnswer answer;
                  answer.status = 400;
                  answer.body =
                      R"({"error":"Invalid option at expand[)" + std::to_string(at) + "]\"}";
                  return answer;
                }
                return std::nullopt;
              }};
  TempDir dir;
  CHECK(crawl_once(dir, options_for(hub)).totals.models == 40);
  CHECK(last_run(dir).fields.find("downloadsAllTime") == std::string::npos);
  ModelStore store{DataDir::open(dir.data()).store(), ModelStore::Mode::read_only};
  CHECK((store.snapshots().back().asked & kDownloadsAllTime) == 0);
  CHECK((store.snapshots().back().asked & kDownloads) != 0);
}

TEST_CASE("bad arguments are refused before anything is touched", "[crawler][crawl]") {
  TempDir dir;
  CurlHttpClient http;
  TestOptions options;
  options.hub = "http://127.0.0.1:1";
  options.scope = "everything";
  CHECK_THROWS_AS(crawl_with(http, dir, options), Error);
  options.scope = "all";
  options.hub = "nonsense";
  CHECK_THROWS_AS(crawl_with(http, dir, options), Error);
  CHECK_FALSE(std::filesystem::exists(dir.data()));
}

TEST_CASE("missing parents, most children first", "[crawler][missing]") {
  DocumentParser parser;
  ParentSurvey survey;
  survey.add(parser.parse_page(
      R"([{"_id":"621ffdc036468d709f100001","id":"a/one","tags":["base_model:lost/X","base_model:finetune:lost/X"]},
          {"_id":"621ffdc036468d709f100002","id":"a/two","tags":["base_model:Lost/x","base_model:A/ONE"]},
          {"_id":"621ffdc036468d709f100003","id":"a/three","tags":["base_model:./local","base_model:gone/b","base_model:gone/.."]},
          {"_id":"621ffdc036468d709f100004","id":"a/four","tags":[],
           "baseModels":{"relation":"merge","models":[{"_id":"621ffdc036468d709f100001","id":"former/name"},
                                                      {"_id":"621ffdc036468d709f1000ff","id":"gone/a"}]}},
          {"_id":"621ffdc036468d709f100004","id":"a/four","tags":["base_model:gone/a"]}])",
      "page 0"));
  CHECK(survey.missing() ==
        std::vector<MissingParent>{{"Lost/x", 2}, {"gone/a", 1}, {"gone/b", 1}});
  survey.add(parser.parse_page(R"({"_id":"621ffdc036468d709f1000ff","id":"renamed/a"})", "lookup"));
  CHECK(survey.missing() == std::vector<MissingParent>{{"Lost/x", 2}, {"gone/b", 1}});
}

}  // namespace
}  // namespace stemma
