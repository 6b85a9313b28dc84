#include "index/snapshot_set.h"

#include <atomic>
#include <fstream>
#include <thread>

#include "schema/error.h"
#include "tests/support/catch.h"
#include "tests/support/store_fixture.h"

using namespace stemma;
using namespace stemma::test;

TEST_CASE("a reader sees a new snapshot without being restarted", "[index][serve]") {
  StoreFixture store;
  store.import({doc(1, "a/one")}, "2026-01-01");
  SnapshotSet set{DataDir::open(store.data())};
  const SnapshotHandle first = set.current();
  CHECK(first->total().number == 1);
  store.import({doc(1, "a/one"), doc(2, "a/two")}, "2026-01-02");
  std::this_thread::sleep_for(std::chrono::milliseconds{150});
  CHECK(set.current()->total().number == 2);
  CHECK(set.at(1)->total().models == 1);
  CHECK(first->total().models == 1);
}

TEST_CASE("readers go on while snapshots are published", "[index][serve]") {
  StoreFixture store;
  store.import({doc(1, "a/one")}, "2026-01-01");
  SnapshotSet set{DataDir::open(store.data())};
  std::atomic<bool> stop{false};
  std::atomic<int> failures{0};
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        try {
          const SnapshotHandle handle = set.current();
          if (handle->node_count() != handle->total().number) ++failures;
        } catch (const std::exception&) {
          ++failures;
        }
      }
    });
  }
  std::vector<std::string> documents{doc(1, "a/one")};
  for (int i = 2; i <= 6; ++i) {
    documents.push_back(doc(i, "a/m" + std::to_string(i)));
    store.import(documents, "2026-01-0" + std::to_string(i));
  }
  stop = true;
  readers.clear();
  CHECK(failures == 0);
}

TEST_CASE("a directory in which nothing was published says so", "[index][serve]") {
  const TempDir dir;
  SnapshotSet set{DataDir::open_or_create(dir / "data")};
  try {
    (void)set.current();
    FAIL("answered");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::unavailable);
  }
  CHECK_THROWS_AS(set.at(1), Error);
}

TEST_CASE("a damaged or missing snapshot file is answered from the store", "[index][serve]") {
  StoreFixture store;
  store.import({doc(1, "a/one"), doc(2, "a/two")}, "2026-01-01");
  const auto file = DataDir::open(store.data()).snapshot(1);
  SECTION("damaged") { std::ofstream{file} << "not a snapshot"; }
  SECTION("missing") { std::filesystem::remove(file); }
  CHECK(store.current()->total().models == 2);
  CHECK(nodes(*store.at(1)) == std::vector<std::string>{"a/one:live", "a/two:live"});
}
