#include "index/series.h"

#include "index/model_store.h"
#include "tests/support/catch.h"
#include "tests/support/store_fixture.h"

using namespace stemma;
using namespace stemma::test;

namespace {

std::string counts(std::int64_t downloads, std::int64_t all_time, std::int64_t likes) {
  return R"("downloads":)" + std::to_string(downloads) + R"(,"downloadsAllTime":)" +
         std::to_string(all_time) + R"(,"likes":)" + std::to_string(likes);
}

std::vector<Observation> series_of(const StoreFixture& fixture, int number,
                                   SnapshotNumber up_to = 1000) {
  const ModelStore store{DataDir::open(fixture.data()).store(), ModelStore::Mode::read_only};
  std::string id = std::to_string(number);
  id.insert(0, 24 - id.size(), '0');
  return SeriesReader{store}.read(HubId::parse(id).value(), up_to);
}

constexpr std::int64_t kNone = kUnknownCount;

}  // namespace

TEST_CASE("a model's series is what each walk observed", "[index][series]") {
  StoreFixture fixture;
  fixture.import({doc(1, "a/x", counts(10, 100, 1)), doc(2, "a/y", counts(0, 0, 0))}, "2026-01-01",
                 true);
  // Unchanged; y is not there.
  fixture.import({doc(1, "a/x", counts(10, 100, 1))}, "2026-01-02", true);
  // Falls; y is back, without an all-time count.
  fixture.import({doc(1, "a/x", counts(8, 90, 1)), doc(2, "a/y", R"("downloads":3,"likes":0)")},
                 "2026-01-03", true);
  // Renamed: the same _id, the same series. Its counts cannot be read: it was seen all the same.
  fixture.import({doc(1, "b/z", counts(9, 95, 2)), R"({"_id":"000000000000000000000002","id":7})"},
                 "2026-01-04", true);
  // Only adds: says nothing of y.
  fixture.import({doc(1, "b/z", counts(9, 95, 2)), doc(3, "a/new", counts(1, 1, 0))}, "2026-01-05");

  CHECK(
      series_of(fixture, 1) ==
      std::vector<Observation>{
          {1, {10, 100, 1}}, {2, {10, 100, 1}}, {3, {8, 90, 1}}, {4, {9, 95, 2}}, {5, {9, 95, 2}}});
  CHECK(series_of(fixture, 2) ==
        std::vector<Observation>{{1, {0, 0, 0}}, {3, {3, kNone, 0}}, {4, {kNone, kNone, kNone}}});
  CHECK(series_of(fixture, 3) == std::vector<Observation>{{5, {1, 1, 0}}});
  CHECK(series_of(fixture, 1, 2).size() == 2);
  CHECK(series_of(fixture, 99).empty());
}

TEST_CASE("counts that no walk asked for are unknown, not what they were", "[index][series]") {
  StoreFixture fixture;
  fixture.import({doc(1, "a/x", counts(10, 100, 1))}, "2026-01-01");
  fixture.import({doc(1, "a/x", R"("likes":1)")}, "2026-01-02");
  CHECK(series_of(fixture, 1) ==
        std::vector<Observation>{{1, {10, 100, 1}}, {2, {kNone, kNone, 1}}});
}

TEST_CASE("series over more models than a block holds", "[index][series]") {
  StoreFixture fixture;
  for (int night = 0; night < 4; ++night) {
    std::vector<std::string> documents;
    for (int i = 1; i <= 700; ++i) {
      if ((i + night) % 7 == 0) continue;  // comes and goes
      documents.push_back(doc(i, "a/m" + std::to_string(i), counts(i % 3 * night, i + night, 0)));
    }
    fixture.import(documents, "2026-01-0" + std::to_string(night + 1), true);
  }
  for (int i = 1; i <= 700; i += 13) {
    std::vector<Observation> expected;
    for (int night = 0; night < 4; ++night) {
      if ((i + night) % 7 == 0) continue;
      expected.push_back({static_cast<SnapshotNumber>(night + 1), {i % 3 * night, i + night, 0}});
    }
    CAPTURE(i);
    CHECK(series_of(fixture, i) == expected);
  }
}
