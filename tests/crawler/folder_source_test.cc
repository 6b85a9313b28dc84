#include "crawler/folder_source.h"

#include <fstream>

#include "crawler/crawl.h"
#include "crawler/ingest.h"
#include "index/snapshot_set.h"
#include "schema/error.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace stemma {
namespace {

std::string doc(int number, const std::string& name, const std::string& rest = "") {
  return R"({"_id":"621ffdc036468d709f)" + std::to_string(100000 + number) + R"(","id":")" + name +
         "\"" + (rest.empty() ? "" : "," + rest) + "}";
}

void write(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream{path} << text;
}

TEST_CASE("a folder of documents is a hub", "[crawler][folder]") {
  test::TempDir dir;
  write(dir / "hub/a.ndjson", doc(9, "o/nine") + "\n" + doc(2, "o/two", R"("likes":1)") + "\n");
  write(dir / "hub/b/one.json", doc(1, "Qwen/one", R"("tags":["base_model:o/two"])"));
  write(dir / "hub/c.json", "[" + doc(5, "o/five") + ",\n" + doc(2, "o/two", R"("likes":7)") + "]");
  write(dir / "hub/readme.txt", "not a document");
  FolderSource source{dir / "hub", 2};

  SECTION("in pages, in order of _id, the last of each") {
    const HubPage first = source.fetch_page(source.first_page({}));
    CHECK(first.ids.rows == 2);
    CHECK(first.ids.ascending);
    CHECK(first.body.find("\"likes\":7") != std::string::npos);
    const HubPage second = source.fetch_page(first.next);
    CHECK(second.ids.rows == 2);
    CHECK(second.next.empty());
    CHECK(first.ids.last < second.ids.first);
    CHECK(source.newest({}) == second.ids.last);
  }
  SECTION("in part") {
    const HubPage part = source.fetch_page(source.first_page({ScopeTerm::Kind::search, "QWEN"}));
    CHECK(part.ids.rows == 1);
    CHECK(source.fetch_page(source.first_page({ScopeTerm::Kind::author, "o"})).ids.rows == 2);
    const HubPage down = source.fetch_page(source.first_page({ScopeTerm::Kind::since, ""}));
    CHECK(down.ids.descending);
    CHECK(down.ids.first == *source.newest({}));
  }
  SECTION("by name") {
    CHECK(source.lookup_model("O/Nine").document.name == "o/nine");
    CHECK(source.lookup_model("o/none").result == LookupAnswer::Result::absent);
  }
  SECTION("crawled, it is what an import of its files is") {
    CrawlOptions options;
    options.observed_at = 1'800'000'000;
    const PublishReport report = crawl(dir / "crawled", options, source, {});
    CHECK(report.totals.models == 4);
    CHECK(report.totals.edges == 1);
  }
}

TEST_CASE("what is no document is counted, not lost", "[crawler][folder]") {
  test::TempDir dir;
  write(dir / "hub/a.ndjson", doc(1, "o/one") + "\nnonsense\n{\"a\":1},{\"b\":2}\n" +
                                  R"({"_id":"621ffdc036468d709f100002"})" + "\n");
  FolderSource source{dir / "hub"};
  CrawlOptions options;
  options.observed_at = 1'800'000'000;
  const PublishReport report = crawl(dir / "data", options, source, {});
  CHECK(report.totals.models == 1);
  CHECK(report.rejected == 3);
}

TEST_CASE("what is no folder of documents is refused", "[crawler][folder]") {
  test::TempDir dir;
  CHECK_THROWS_AS(FolderSource{dir / "none"}, Error);
  std::filesystem::create_directories(dir / "empty");
  CHECK_THROWS_AS(FolderSource{dir / "empty"}, Error);
  CHECK(FolderSource::folder_of("https://huggingface.co") == std::nullopt);
  CHECK(FolderSource::folder_of("file:///a%20b") == std::filesystem::path{"/a b"});
  CHECK(FolderSource::folder_of(dir.path().string()) == dir.path());
}

}  // namespace
}  // namespace stemma
