#include "crawler/night.h"

#include <string>
#include <vector>

#include "index/crawl_ledger.h"
#include "schema/error.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace stemma {
namespace {

TEST_CASE("which night is gone on with", "[crawler][night]") {
  const std::int64_t hour = 3600;
  CHECK(resumes_night("failed", 1000, 1000 + 19 * hour));
  CHECK(resumes_night("running", 1000, 1000));
  CHECK_FALSE(resumes_night("done", 1000, 1001));
  CHECK_FALSE(resumes_night("failed", 1000, 1000 + 20 * hour));
  CHECK_FALSE(resumes_night("failed", 1000, 999));  // a clock that was set back
}

TEST_CASE("a night runs its steps once each, and goes on where it failed", "[crawler][night]") {
  test::TempDir dir;
  const DataDir data = DataDir::open_or_create(dir / "data");
  std::vector<std::string> ran;
  bool broken = true;
  const std::vector<NightStep> steps{{"crawl",
                                      [&] {
                                        ran.push_back("crawl");
                                        return std::string{"walked"};
                                      },
                                      {}},
                                     {"dumps", {}, "none were asked for"},
                                     {"prune",
                                      [&]() -> std::string {
                                        ran.push_back("prune");
                                        if (broken)
                                          throw Error{ErrorKind::storage, "the disk is full"};
                                        return "tidy";
                                      },
                                      {}}};
  const auto nights = [&] {
    return CrawlLedger{data.path(), CrawlLedger::Mode::read_only}.nights(5);
  };
  try {
    run_night(data, steps, [](const std::string&) {});
    FAIL("a step that fails ends the night");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::storage);
    CHECK(std::string{error.what()} == "the night stopped in its step prune: the disk is full");
  }
  REQUIRE(nights().size() == 1);
  CHECK(nights()[0].state == "failed");
  REQUIRE(nights()[0].steps.size() == 3);
  CHECK(nights()[0].steps[0].state == "done");
  CHECK(nights()[0].steps[1].state == "skipped");
  CHECK(nights()[0].steps[2].detail == "the disk is full");

  broken = false;
  run_night(data, steps, [](const std::string&) {});
  CHECK(ran == std::vector<std::string>{"crawl", "prune", "prune"});
  REQUIRE(nights().size() == 1);
  CHECK(nights()[0].state == "done");

  run_night(data, steps, [](const std::string&) {});
  CHECK(ran.size() == 5);
  CHECK(nights().size() == 2);
}

TEST_CASE("nights never overlap", "[crawler][night]") {
  test::TempDir dir;
  const DataDir data = DataDir::open_or_create(dir / "data");
  const std::vector<NightStep> inner{};
  const std::vector<NightStep> outer{
      {"crawl",
       [&] {
         CHECK_THROWS_AS(run_night(data, inner, [](const std::string&) {}), Error);
         // The store is free for the step itself.
         const WriteLock lock{data, "a step"};
         return std::string{"alone"};
       },
       {}}};
  run_night(data, outer, [](const std::string&) {});
}

TEST_CASE("a crawl that published before its night could note it is not repeated",
          "[crawler][night]") {
  test::TempDir dir;
  const DataDir data = DataDir::open_or_create(dir / "data");
  CrawlLedger ledger{data.path(), CrawlLedger::Mode::read_write};
  CHECK(published_this_night(ledger) == 0);
  Night night{.started_at = 1000, .state = "running"};
  ledger.add_night(night);
  Run run{.kind = "crawl", .started_at = 900, .finished_at = 1000, .state = "done", .snapshot = 4};
  ledger.add_run(run);
  CHECK(published_this_night(ledger) == 0);  // of the night before
  run.started_at = 1000;
  run.finished_at = 4600;
  run.snapshot = 5;
  run.state = "publishing";
  ledger.add_run(run);
  CHECK(published_this_night(ledger) == 0);
  run.state = "done";
  ledger.update_run(run);
  CHECK(published_this_night(ledger) == 5);
  run.scope = "search:qwen";
  ledger.update_run(run);
  CHECK(published_this_night(ledger) == 0);
}

}  // namespace
}  // namespace stemma
