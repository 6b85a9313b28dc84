#include "index/publish.h"

#include <algorithm>
#include <random>

#include "crawler/document_parse.h"
#include "schema/error.h"
#include "tests/support/catch.h"
#include "tests/support/store_fixture.h"

using namespace stemma;
using namespace stemma::test;

namespace {

using Lines = std::vector<std::string>;

std::string all_bytes(const SnapshotView& view) {
  std::string bytes;
  for_each_section(view, [&](const char*, const auto& array) {
    bytes.append(reinterpret_cast<const char*>(array.data()), array.size() * sizeof(array[0]));
  });
  return bytes;
}

std::string error_of(const std::function<void()>& action, ErrorKind kind) {
  try {
    action();
  } catch (const Error& error) {
    CHECK(error.kind() == kind);
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("the order of documents and files does not matter", "[index][publish]") {
  Lines documents;
  for (int i = 1; i <= 60; ++i) {
    documents.push_back(doc(i, "owner" + std::to_string(i % 7) + "/Model-" + std::to_string(i),
                            R"("tags":["base_model:owner)" + std::to_string((i + 1) % 7) +
                                "/model-" + std::to_string(i / 2) + R"(","base_model:Ghost/X)" +
                                std::to_string(i % 3) + R"(","license:mit"],"downloads":)" +
                                std::to_string(i * 3)));
  }
  // The same `_id` twice: the later change wins, and where that is equal too, one of the two,
  // always the same.
  documents.push_back(doc(5, "owner5/renamed", R"("lastModified":"2026-01-01T00:00:00.000Z")"));
  documents.push_back(doc(5, "owner5/later", R"("lastModified":"2026-01-02T00:00:00.000Z")"));
  documents.push_back(doc(6, "owner6/x", R"("likes":1)"));
  documents.push_back(doc(6, "owner6/y", R"("likes":2)"));
  std::string first;
  std::mt19937 random{1};
  for (int round = 0; round < 4; ++round) {
    StoreFixture store;
    store.import(documents, "2026-02-01", true);
    CHECK(find_exact(*store.current(), "owner5/later"));
    CHECK(store.current()->total().models == 60);
    if (round == 0) first = all_bytes(*store.current());
    CHECK(all_bytes(*store.current()) == first);
    std::shuffle(documents.begin(), documents.end(), random);
  }
}

TEST_CASE("importing the same again changes the snapshot's number and nothing else",
          "[index][publish]") {
  StoreFixture store;
  const Lines documents{doc(1, "a/base", R"("downloads":5,"tags":["license:mit"])"),
                        doc(2, "b/child", R"("tags":["base_model:a/base"])")};
  store.import(documents, "2026-01-01", true);
  CHECK(store.import(documents, "2026-01-01", true).already);
  const auto report = store.import(documents, "2026-01-02", true);
  CHECK(report.snapshot == 2);
  CHECK(report.added == 0);
  CHECK(report.changed == 0);
  CHECK(edges(*store.at(1)) == edges(*store.at(2)));
  CHECK(nodes(*store.at(1)) == nodes(*store.at(2)));
}

TEST_CASE("counts that move do not make a new version of a model", "[index][publish]") {
  StoreFixture store;
  store.import({doc(1, "a/x", R"("downloads":5,"likes":2,"trendingScore":0.5,"tags":["x"])")},
               "2026-01-01");
  const auto report = store.import(
      {doc(1, "a/x", R"("downloads":6,"likes":3,"trendingScore":0.7,"tags":["x"])")}, "2026-01-02");
  CHECK(report.changed == 0);
  CHECK(store.current()->downloads[0] == 6);
  CHECK(store.at(1)->downloads[0] == 5);
  CHECK(store.import({doc(1, "a/x", R"("downloads":6,"likes":3,"tags":["y"])")}, "2026-01-03")
            .changed == 1);
}

TEST_CASE("an observation before the last one is refused and changes nothing", "[index][publish]") {
  StoreFixture store;
  store.import({doc(1, "a/one")}, "2026-01-02");
  const std::string words =
      error_of([&] { store.import({doc(2, "a/two")}, "2026-01-01"); }, ErrorKind::usage);
  CHECK(words.find("2026-01-01") != std::string::npos);
  CHECK(store.current()->total().number == 1);
  CHECK(store.import({doc(2, "a/two")}, "2026-01-02").snapshot == 2);
}

TEST_CASE("a complete walk that shrank by more than 2 % is not published unasked",
          "[index][publish]") {
  StoreFixture store;
  Lines documents;
  for (int i = 1; i <= 100; ++i) documents.push_back(doc(i, "a/m" + std::to_string(i)));
  store.import(documents, "2026-01-01", true, false);
  documents.resize(97);
  const std::string words =
      error_of([&] { store.import(documents, "2026-01-02", true, false); }, ErrorKind::unavailable);
  CHECK(words.find("--accept-shrink") != std::string::npos);
  CHECK(store.current()->total().number == 1);
  CHECK(store.import(documents, "2026-01-02", true, true).snapshot == 2);
  documents.resize(96);  // 1.03 % fewer than the last
  CHECK(store.import(documents, "2026-01-03", true, false).snapshot == 3);
}

TEST_CASE("bad documents cost themselves alone and are told by line and field",
          "[index][publish]") {
  StoreFixture store;
  const auto report = store.import(
      {doc(1, "a/good"), R"({"id":"a/no-id"})", R"({"_id":"zz","id":"a/b"})", "not json",
       doc(2, "a/bad", R"("tags":7)"), doc(3, "a/utf8", "\"tags\":[\"\xff\xfe\"]"), R"([1,2])",
       doc(4, "spaced name"), doc(5, "a/fine", R"("likes":null)"),
       doc(6, "a/when", R"("createdAt":"yesterday")"), doc(7, "a/many", R"("downloads":"many")"),
       doc(8, "a/two") + "{}"},
      "2026-01-01");
  CHECK(report.totals.models == 2);
  CHECK(report.rejected == 10);
  CrawlLedger ledger{store.data(), CrawlLedger::Mode::read_only};
  const auto rejected = ledger.troubles(1, 100).rejected;
  REQUIRE(rejected.size() == 10);
  CHECK(rejected[0].where == "documents.ndjson:2");
  CHECK(rejected[0].field == "_id");
  CHECK(rejected[3].field == "tags");
  CHECK(rejected[3].where == "documents.ndjson:5");
}

TEST_CASE("a file without documents is refused and nothing is published", "[index][publish]") {
  StoreFixture store;
  const std::string words = error_of(
      [&] {
        store.import({"hello", "world"}, "2026-01-01");
      },
      ErrorKind::storage);
  CHECK(words.find("documents.ndjson") != std::string::npos);
  CHECK(words.find("NDJSON") != std::string::npos);
  CHECK(DataDir::open(store.data()).published().empty());
  error_of([&] { store.import({}, "2026-01-01"); }, ErrorKind::storage);
}

TEST_CASE("arrays, and the same documents one a line, are the same import", "[index][publish]") {
  const Lines documents{doc(1, "a/x", R"("tags":["a,b","]","\"["])"), doc(2, "a/y"),
                        doc(3, "a/z", R"("tags":["base_model:a/x"])")};
  StoreFixture lines, array;
  lines.import(documents, "2026-01-01");
  array.import({"[" + documents[0] + ",\n " + documents[1], " ," + documents[2] + "]"},
               "2026-01-01");
  CHECK(all_bytes(*lines.current()) == all_bytes(*array.current()));
}

TEST_CASE("generated documents mark every snapshot from then on", "[index][publish]") {
  StoreFixture store;
  store.import({doc(1, "a/x")}, "2026-01-01");
  CHECK(store.current()->total().generated == 0);
  store.import({doc(2, "a/y", R"("generated":"stemma-genhub")")}, "2026-01-02");
  CHECK(store.current()->total().generated == 1);
  store.import({doc(1, "a/x")}, "2026-01-03");
  CHECK(store.current()->total().generated == 1);
}

TEST_CASE("a snapshot whose file was never written is mended by the next writer",
          "[index][publish]") {
  StoreFixture store;
  store.import({doc(1, "a/one")}, "2026-01-01");
  const DataDir data = DataDir::open(store.data());
  std::filesystem::remove(data.snapshot(1));
  store.import({doc(2, "a/two")}, "2026-01-02");
  CHECK(data.published() == std::vector<SnapshotNumber>{1, 2});
}
