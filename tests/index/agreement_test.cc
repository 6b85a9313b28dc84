#include "index/agreement.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "index/crawl_ledger.h"
#include "index/publish.h"
#include "index/verify.h"
#include "schema/error.h"
#include "tests/support/catch.h"
#include "tests/support/store_fixture.h"

using namespace stemma;
using namespace stemma::test;

namespace {

const std::vector<std::string> kDocuments{doc(1, "a/one"), doc(2, "a/two")};

void cut_manifest(const DataDir& data) {
  for (const auto& entry : std::filesystem::directory_iterator{data.store()}) {
    if (entry.path().filename().string().rfind("MANIFEST-", 0) == 0)
      std::filesystem::resize_file(entry.path(), entry.file_size() - 1);
  }
}

std::string failure_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("what a store has lost, by what ledger and files know", "[index][agreement]") {
  const TempDir dir;
  const DataDir data = DataDir::open_or_create(dir / "data");
  struct Case {
    NewestKnown newest;
    bool lost;
  };
  const Case one = GENERATE(Case{{0, 0, 0}, false}, Case{{2, 2, 2}, false}, Case{{2, 1, 1}, false},
                            Case{{2, 0, 0}, false}, Case{{1, 2, 2}, true}, Case{{1, 2, 1}, true},
                            Case{{1, 1, 2}, true}, Case{{0, 0, 1}, true});
  const auto lost = find_lost_snapshot(data, one.newest);
  CHECK(lost.has_value() == one.lost);
  if (lost)
    CHECK_THAT(*lost, holds("has lost snapshot " + std::string{one.newest.store == 0 ? "1" : "2"}));
}

TEST_CASE("a cut MANIFEST is noticed before anything is published over it", "[index][agreement]") {
  StoreFixture store;
  store.import(kDocuments, "2026-01-01");
  store.import({doc(1, "a/one"), doc(2, "a/renamed")}, "2026-01-02");
  const DataDir data = DataDir::open(store.data());
  cut_manifest(data);
  CHECK(newest_known(data).store == 1);

  const VerifyReport report = verify(data, false, [](const auto&) {});
  REQUIRE_FALSE(report.ok());
  CHECK_THAT(report.problems.front(), holds("has lost snapshot 2"));
  CHECK_THAT(failure_of([&] { store.import(kDocuments, "2026-01-03"); }), holds("--forget-lost"));
  CHECK(newest_known(data).store == 1);
  CHECK(store.current()->total().number == 2);  // its file answers still

  CHECK(forget_lost_snapshots(data) == 1);
  CHECK(std::filesystem::exists(data.snapshot(2).string() + ".lost"));
  CHECK(store.import(kDocuments, "2026-01-03").snapshot == 2);
  CHECK(forget_lost_snapshots(data) == 0);
  CHECK(verify(data, true, [](const auto&) {}).problems == std::vector<std::string>{});
}

TEST_CASE("a ledger of another time is a problem", "[index][agreement]") {
  StoreFixture store;
  store.import(kDocuments, "2026-01-01");
  const DataDir data = DataDir::open(store.data());
  std::filesystem::copy_file(data.ledger(), store.dir() / "old.sqlite");
  store.import({doc(3, "a/three")}, "2026-01-02");
  for (const char* beside : {"-wal", "-shm"})
    std::filesystem::remove(data.ledger().string() + beside);
  std::filesystem::rename(store.dir() / "old.sqlite", data.ledger());
  const VerifyReport report = verify(data, false, [](const auto&) {});
  REQUIRE(report.problems.size() == 1);
  CHECK_THAT(report.problems.front(), holds("snapshot 2 was published by run 2"));
}

TEST_CASE("the same documents at the same time are one snapshot", "[index][publish]") {
  StoreFixture store;
  CHECK_FALSE(store.import(kDocuments, "2026-01-01", true).already);
  const PublishReport again = store.import(kDocuments, "2026-01-01", true);
  CHECK(again.already);
  CHECK(again.snapshot == 1);
  CHECK(again.totals.models == 2);
  const auto other = GENERATE(0, 1, 2, 3);
  PublishReport next;
  if (other == 0) next = store.import(kDocuments, "2026-01-02", true);
  if (other == 1) next = store.import(kDocuments, "2026-01-01", false);
  if (other == 2) next = store.import({kDocuments[0]}, "2026-01-01", true);
  if (other == 3)
    next = store.import({kDocuments[0], doc(2, "a/two", R"("downloads":1)")}, "2026-01-01", true);
  CAPTURE(other);
  CHECK_FALSE(next.already);
  CHECK(next.snapshot == 2);
}

TEST_CASE("a file that cannot be written is told apart from a publish that failed",
          "[index][publish]") {
  StoreFixture store;
  store.import(kDocuments, "2026-01-01");
  const DataDir data = DataDir::open(store.data());
  std::filesystem::create_directory(data.snapshot(2));  // in the way of its file
  const std::string told = failure_of([&] { store.import({doc(3, "a/three")}, "2026-01-02"); });
  CHECK_THAT(told, holds("snapshot 2 is published in the store, but its file"));
  CHECK(newest_known(data).store == 2);
  {
    CrawlLedger ledger{data.path(), CrawlLedger::Mode::read_only};
    CHECK(ledger.newest_snapshot() == 2);
    CHECK(ledger.runs(1).front().state == "done");
  }
  CHECK(store.at(2)->total().models == 3);  // derived
  std::filesystem::remove(data.snapshot(2));
  CHECK(store.import({doc(4, "a/four")}, "2026-01-03").snapshot == 3);
  CHECK(open_snapshot_file(data.snapshot(2))->total().models == 3);
}

TEST_CASE("what an observation time may be", "[index][publish]") {
  constexpr UnixSeconds kNow = 1'800'000'000;
  for (const UnixSeconds fine : {kUnknownTime, UnixSeconds{0}, kNow, kNow + kFutureAllowed})
    CHECK_NOTHROW(require_not_future(fine, kNow));
  CHECK_THROWS_AS(require_not_future(kNow + kFutureAllowed + 1, kNow), Error);
}
