#include "crawler/backfill.h"

#include "schema/error.h"
#include "schema/snapshot_origin.h"
#include "tests/support/catch.h"

namespace stemma {
namespace {

WeeklySnapshot week(const char* date) {
  return {.date = *parse_utc(date), .path = date, .bytes = 1, .sha256 = {}};
}
PublishedSnapshot published(SnapshotNumber number, const char* date, std::string source) {
  PublishedSnapshot one;
  one.number = number;
  one.observed_at = *parse_utc(date);
  one.source = std::move(source);
  return one;
}
std::vector<std::string> dates(const std::vector<WeeklySnapshot>& snapshots) {
  std::vector<std::string> texts;
  for (const WeeklySnapshot& one : snapshots) texts.push_back(one.path);
  return texts;
}
using Dates = std::vector<std::string>;

TEST_CASE("a month is its first weekly snapshot", "[crawler][backfill]") {
  const std::vector<WeeklySnapshot> all{week("2024-06-27"), week("2024-07-04"), week("2024-07-11"),
                                        week("2024-09-05"), week("2024-09-12")};
  const auto chosen = [&](const char* from, const char* to, BackfillStep step) {
    return dates(choose_snapshots(all, from == nullptr ? kUnknownTime : *parse_utc(from),
                                  to == nullptr ? kUnknownTime : *parse_utc(to), step));
  };
  CHECK(chosen(nullptr, nullptr, BackfillStep::month) ==
        Dates{"2024-06-27", "2024-07-04", "2024-09-05"});
  CHECK(chosen(nullptr, nullptr, BackfillStep::week).size() == 5);
  CHECK(chosen("2024-07-05", "2024-09-12", BackfillStep::month) ==
        Dates{"2024-07-11", "2024-09-05"});
  CHECK(chosen("2024-07-04", "2024-07-04", BackfillStep::week) == Dates{"2024-07-04"});
  CHECK(chosen("2025-01-01", nullptr, BackfillStep::week).empty());
}

TEST_CASE("history is written forwards", "[crawler][backfill]") {
  const std::vector<WeeklySnapshot> chosen{week("2024-07-04"), week("2024-07-11"),
                                           week("2024-07-18")};
  CHECK(dates(plan_backfill(chosen, {}).rest) == Dates{"2024-07-04", "2024-07-11", "2024-07-18"});
  const std::string own = backfill_source("lab/weekly", *parse_utc("2024-07-11"));
  CHECK(own == "backfill of lab/weekly, 2024-07-11");
  CHECK(backfilled_from(own) == "lab/weekly");
  CHECK(backfilled_from("https://huggingface.co").empty());
  const std::vector<PublishedSnapshot> begun{published(1, "2024-07-11", own)};
  const BackfillPlan plan = plan_backfill(chosen, begun);
  CHECK(plan.there == 1);
  CHECK(dates(plan.passed_over) == Dates{"2024-07-04"});
  CHECK(dates(plan.rest) == Dates{"2024-07-18"});
  // Older than all of it is no obstacle; a crawl that is later is one.
  const std::vector<PublishedSnapshot> older{published(1, "2024-01-01", "old.ndjson")};
  CHECK(plan_backfill(chosen, older).rest.size() == 3);
  const std::vector<PublishedSnapshot> crawled{published(1, "2024-07-12", "https://hub")};
  CHECK_THROWS_AS(plan_backfill(chosen, crawled), Error);
}

}  // namespace
}  // namespace stemma
