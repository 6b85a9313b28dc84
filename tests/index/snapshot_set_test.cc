#include "index/snapshot_set.h"

#include <sys/stat.h>

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

TEST_CASE("a new snapshot is prepared before it is current", "[index][serve]") {
  StoreFixture store;
  store.import({doc(1, "a/one")}, "2026-01-01");
  std::vector<std::string> warnings;
  SnapshotSet set{DataDir::open(store.data()), [&](const auto& text) { warnings.push_back(text); }};
  std::vector<std::pair<SnapshotNumber, SnapshotNumber>> prepared;  // and what was current then
  const auto prepare = [&](const SnapshotHandle& snapshot) {
    prepared.emplace_back(snapshot->total().number, set.current()->total().number);
  };
  set.take_up(prepare);
  set.take_up(prepare);
  CHECK(prepared == std::vector{std::pair<SnapshotNumber, SnapshotNumber>{1, 1}});

  store.import({doc(1, "a/one"), doc(2, "a/two")}, "2026-01-02");
  std::this_thread::sleep_for(std::chrono::milliseconds{150});
  CHECK(set.current()->total().number == 1);
  set.take_up(prepare);
  CHECK(prepared.back() == std::pair<SnapshotNumber, SnapshotNumber>{2, 1});
  CHECK(set.current()->total().number == 2);

  store.import({doc(1, "a/one"), doc(3, "a/three")}, "2026-01-03");
  set.take_up([](const SnapshotHandle&) { throw std::runtime_error{"no memory"}; });
  CHECK(set.current()->total().number == 3);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0] == "snapshot 3 could not be prepared: no memory");
}

TEST_CASE("a server takes up the first snapshot when it comes", "[index][serve]") {
  StoreFixture store;
  SnapshotSet set{DataDir::open_or_create(store.data())};
  int told = 0;
  const auto prepare = [&](const SnapshotHandle&) { ++told; };
  set.take_up(prepare);
  CHECK_THROWS_WITH(set.current(), holds("nothing is published yet"));
  store.import({doc(1, "a/one")}, "2026-01-01");
  CHECK(set.current()->total().number == 1);
  set.take_up(prepare);
  set.take_up(prepare);
  CHECK(told == 1);
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

TEST_CASE("a stray file hides no snapshot and is told once", "[index][serve]") {
  StoreFixture store;
  store.import({doc(1, "a/one"), doc(2, "a/two")}, "2026-01-01");
  const DataDir data = DataDir::open(store.data());
  SECTION("empty") { std::ofstream{data.snapshot(2)}; }
  SECTION("garbage") { std::ofstream{data.snapshot(7)} << std::string(5000, 'x'); }
  SECTION("a pipe") { REQUIRE(::mkfifo(data.snapshot(2).c_str(), 0600) == 0); }
  std::vector<std::string> told;
  SnapshotSet set{data, [&](const std::string& message) { told.push_back(message); }};
  for (int i = 0; i < 3; ++i) {
    CHECK(set.current()->total().number == 1);
    std::this_thread::sleep_for(std::chrono::milliseconds{110});
  }
  CHECK(told.size() <= 1);  // a pipe is not even looked at
  CHECK(set.damaged_files() == told.size());
}

TEST_CASE("a damaged file is told once and mended by the next publish", "[index][serve]") {
  StoreFixture store;
  store.import({doc(1, "a/one"), doc(2, "a/two")}, "2026-01-01");
  const DataDir data = DataDir::open(store.data());
  {
    std::fstream file{data.snapshot(1), std::ios::binary | std::ios::in | std::ios::out};
    file.seekp(-40, std::ios::end);
    file.put('\x7f');
  }
  std::vector<std::string> told;
  SnapshotSet set{data, [&](const std::string& message) { told.push_back(message); }};
  CHECK(set.current()->total().models == 2);
  CHECK(set.at(1)->total().models == 2);
  REQUIRE(told.size() == 1);
  CHECK_THAT(told.front(), holds("1.stemma"));
  CHECK(set.damaged_files() == 1);
  store.import({doc(3, "a/three")}, "2026-01-02");
  CHECK_NOTHROW(open_snapshot_file(data.snapshot(1)));
}
