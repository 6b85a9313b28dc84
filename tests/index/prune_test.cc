#include "index/prune.h"

#include "index/rocks.h"
#include "index/store_impl.h"
#include "tests/support/catch.h"
#include "tests/support/store_fixture.h"

using namespace stemma;
using stemma::test::doc;
using stemma::test::StoreFixture;

namespace {

std::size_t packs(const ModelStore& store) {
  std::size_t count = 0;
  const auto scan = store.impl().rocks.scan(rocks::Family::documents);
  for (scan->SeekToFirst(); scan->Valid(); scan->Next()) ++count;
  return count;
}

}  // namespace

TEST_CASE("pruning takes files and raw documents, never an answer", "[index][prune]") {
  StoreFixture store;
  for (int night = 1; night <= 5; ++night) {
    const std::string likes = "\"tags\":[\"night-" + std::to_string(night) + "\"]";
    store.import({doc(1, "a/changes", likes), doc(2, "a/stays")},
                 "2026-01-0" + std::to_string(night), true);
  }
  const std::vector<std::string> before = stemma::test::edges(*store.at(2));
  const DataDir data = DataDir::open(store.data());
  {
    const WriteLock lock{data, "prune"};
    ModelStore models{data.store(), ModelStore::Mode::read_write};
    CHECK(packs(models) == 5);
    const PruneReport report = prune(data, models, 2);
    CHECK(report.snapshot_files == 3);
    // Night 1 holds the document that never changed, 4 and 5 are kept.
    CHECK(report.document_packs == 2);
    CHECK(packs(models) == 3);
    CHECK(report.bytes > 0);
    CHECK(prune(data, models, 2).document_packs == 0);
    CHECK(prune(data, models, 9).snapshot_files == 0);
  }
  CHECK(data.published() == std::vector<SnapshotNumber>{4, 5});
  CHECK(data.pruned_up_to() == 3);
  SnapshotSet snapshots{data};
  CHECK(snapshots.pruned(3));
  CHECK_FALSE(snapshots.pruned(4));
  CHECK(stemma::test::edges(*store.at(2)) == before);  // from the store
  CHECK(store.at(2)->total().observed_at == parse_utc("2026-01-02"));
  // Life goes on.
  CHECK(store.import({doc(3, "a/new")}, "2026-01-06").snapshot == 6);
}
