#include "index/verify.h"

#include <filesystem>
#include <fstream>

#include "index/derive.h"
#include "index/model_store.h"
#include "tests/support/catch.h"
#include "tests/support/store_fixture.h"

using namespace stemma;
using namespace stemma::test;

namespace {

using Lines = std::vector<std::string>;

struct TwoSnapshots : StoreFixture {
  TwoSnapshots() {
    import({doc(1, "a/base"), doc(2, "b/x", R"("tags":["base_model:a/base"])"),
            doc(3, "b/bad", R"("cardData":{"base_model":["C:\\x","b/bad"]})")},
           "2026-01-01", true);
    import({doc(1, "a/base"), doc(2, "b/x", R"("tags":["base_model:b/bad"])")}, "2026-01-02");
  }
};

VerifyReport check(const StoreFixture& store, bool all = false) {
  return verify(DataDir::open(store.data()), all, [](const auto&) {});
}

bool mentions(const VerifyReport& report, const std::string& what) {
  return std::any_of(report.problems.begin(), report.problems.end(),
                     [&](const auto& problem) { return problem.find(what) != std::string::npos; });
}

void flip_byte(const std::filesystem::path& path, std::streamoff from_end) {
  std::fstream file{path, std::ios::binary | std::ios::in | std::ios::out};
  file.seekg(-from_end, std::ios::end);
  const char byte = static_cast<char>(file.get());
  file.seekp(-from_end, std::ios::end);
  file.put(static_cast<char>(byte ^ 1));
}

}  // namespace

TEST_CASE("a whole store is found whole, claim by claim", "[index][verify]") {
  const TwoSnapshots store;
  const VerifyReport report = check(store, true);
  CHECK(report.problems == Lines{});
  REQUIRE(report.snapshots.size() == 2);
  const SnapshotTotals& total = report.snapshots[0].totals;
  CHECK(total.claims_observed == 3);
  CHECK(total.claims_kept == 1);
  CHECK(total.claims_rejected == 1);
  CHECK(total.claims_self == 1);
  CHECK(report.snapshots[0].derived);
  CHECK(report.snapshots[1].file);
}

TEST_CASE("what is damaged is said", "[index][verify]") {
  const TwoSnapshots store;
  const DataDir data = DataDir::open(store.data());
  SECTION("a snapshot's file") {
    flip_byte(data.snapshot(1), 40);
    CHECK(mentions(check(store), "damaged"));
  }
  SECTION("a snapshot's file that is not there") {
    std::filesystem::remove(data.snapshot(1));
    CHECK(mentions(check(store), "snapshot 1: its file is missing"));
  }
  SECTION("a snapshot's file that is another's") {
    std::filesystem::copy_file(data.snapshot(1), data.snapshot(2),
                               std::filesystem::copy_options::overwrite_existing);
    CHECK(mentions(check(store), "is not what the store gives"));
  }
  SECTION("the store") {
    bool hit = false;
    for (const auto& entry : std::filesystem::directory_iterator{data.store()}) {
      if (entry.path().extension() != ".sst") continue;
      std::fstream file{entry.path(), std::ios::binary | std::ios::in | std::ios::out};
      file.seekp(10);
      file.write("XXXX", 4);
      hit = true;
    }
    REQUIRE(hit);
    CHECK_FALSE(check(store).ok());
  }
}

TEST_CASE("numbers that do not add up are said", "[index][verify]") {
  const TwoSnapshots store;
  const ModelStore models{DataDir::open(store.data()).store(), ModelStore::Mode::read_only};
  const SnapshotColumns whole = derive_snapshot(models, 1);
  CHECK(find_disagreements(view_of(whole)).empty());
  const auto broken = [&](auto&& damage) {
    SnapshotColumns columns = whole;
    damage(columns);
    return find_disagreements(view_of(columns)).size();
  };
  CHECK(broken([](auto& c) { ++c.totals[0].claims_observed; }) == 1);
  CHECK(broken([](auto& c) { ++c.totals[0].claims_kept; }) == 1);
  CHECK(broken([](auto& c) { c.dropped.pop_back(); }) == 2);  // of its kind, and of all
  CHECK(broken([](auto& c) { ++c.totals[0].models; }) == 1);
  CHECK(broken([](auto& c) { c.relation[0] = Relation::merge; }) == 2);
  CHECK(broken([](auto& c) { c.child_edge[0] = 0, c.child[0] = 0; }) == 1);
}

TEST_CASE("a byte anywhere in a file of the store is covered", "[index][verify]") {
  const TwoSnapshots store;
  const DataDir data = DataDir::open(store.data());
  CHECK(check(store).files_partly_covered == 0);
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator{data.store()}) {
    if (entry.path().extension() == ".sst") files.push_back(entry.path());
  }
  REQUIRE_FALSE(files.empty());
  // The checksums of blocks leave out what lies between them: the footer's padding, for example.
  for (const std::streamoff from_end : {9, 20, 30, 40, 50}) {
    flip_byte(files.front(), from_end);
    CAPTURE(from_end);
    CHECK_FALSE(check(store).ok());
    flip_byte(files.front(), from_end);
  }
  CHECK(check(store).ok());
}
