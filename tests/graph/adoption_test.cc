#include "graph/adoption.h"

#include <cmath>
#include <optional>
#include <random>
#include <string>

#include "tests/support/catch.h"

using namespace stemma;

namespace {

constexpr UnixSeconds kDay = adoption::kDay;
constexpr UnixSeconds kStart = 1'700'000'000;
constexpr UnixSeconds kLongAgo = kStart - 400 * kDay;

CountPoint on(double day, std::int64_t all_time, std::int64_t downloads = 1'000'000,
              bool usable = true) {
  return {kStart + static_cast<UnixSeconds>(day * static_cast<double>(kDay)),
          usable,
          {.downloads = downloads, .downloads_all_time = all_time, .likes = 0}};
}

/// One a day from day 0, each `step` more than the one before.
std::vector<CountPoint> steady(int days, std::int64_t step) {
  std::vector<CountPoint> points;
  for (int day = 0; day < days; ++day) points.push_back(on(day, 1000 + day * step));
  return points;
}

DerivedPoint last_of(const std::vector<CountPoint>& points, UnixSeconds created_at = kLongAgo) {
  return derive_points(points, created_at).back();
}

bool near(double a, double b) { return std::abs(a - b) < 1e-9; }

/// The definition of downloads_7d, read slowly: every observation is looked at for each.
std::int64_t slow_week(const std::vector<CountPoint>& points, std::size_t t,
                       UnixSeconds created_at) {
  const auto counted = [&](std::size_t i) {
    return points[i].usable && points[i].counts.downloads_all_time != kUnknownCount;
  };
  if (!counted(t)) return kUnknownCount;
  std::optional<std::size_t> r;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (counted(i) && points[i].at <= points[t].at - 7 * kDay &&
        points[i].at >= points[t].at - 17 * kDay)
      r = i;
  }
  const Counts& now = points[t].counts;
  if (!r) {
    if (created_at < points[t].at - 7 * kDay) return kUnknownCount;
    return now.downloads == kUnknownCount ? now.downloads_all_time
                                          : std::min(now.downloads, now.downloads_all_time);
  }
  std::int64_t before = points[*r].counts.downloads_all_time;
  for (std::size_t i = *r + 1; i <= t; ++i) {
    if (!counted(i)) continue;
    if (points[i].counts.downloads_all_time < before) return kUnknownCount;
    before = points[i].counts.downloads_all_time;
  }
  const auto seconds = static_cast<long double>(points[t].at - points[*r].at);
  const auto moved =
      static_cast<long double>(now.downloads_all_time - points[*r].counts.downloads_all_time);
  const auto week = static_cast<std::int64_t>(std::floor(moved * 7 * kDay / seconds + 0.5L));
  return now.downloads == kUnknownCount ? week : std::min(week, now.downloads);
}

}  // namespace

TEST_CASE("downloads of seven days", "[graph][adoption]") {
  SECTION("a reference exactly seven days before") {
    CHECK(last_of(steady(8, 10)).downloads_7d == 70);
  }
  SECTION("six days are too few") { CHECK(last_of(steady(7, 10)).downloads_7d == kUnknownCount); }
  SECTION("a missed night is scaled by the exact distance") {
    CHECK(last_of({on(0, 0), on(8, 800)}).downloads_7d == 700);
    CHECK(last_of({on(0, 0), on(7.5, 100)}).downloads_7d == 93);   // 93.33
    CHECK(last_of({on(0, 0), on(14, 101)}).downloads_7d == 51);    // 50.5: half up
    CHECK(last_of({on(0, 0), on(17, 1700)}).downloads_7d == 700);  // as old as a reference may be
    CHECK(last_of({on(0, 0), on(17.01, 1700)}).downloads_7d == kUnknownCount);
  }
  SECTION("never more than the rolling 30 days, where those are known") {
    CHECK(last_of({on(0, 0), on(7, 900, 500)}).downloads_7d == 500);
    CHECK(last_of({on(0, 0), on(7, 900, kUnknownCount)}).downloads_7d == 900);
  }
  SECTION("a recount between makes it unknown, one before does not") {
    CHECK(last_of({on(0, 100), on(3, 90), on(7, 150)}).downloads_7d == kUnknownCount);
    CHECK(last_of({on(0, 100), on(7, 90)}).downloads_7d == kUnknownCount);
    CHECK(last_of({on(-1, 200), on(0, 100), on(7, 150)}).downloads_7d == 50);
  }
  SECTION("what is not usable is no reference, and has nothing derived") {
    std::vector<CountPoint> points{on(0, 0), on(1, 5, 1000, false), on(8, 800)};
    CHECK(last_of(points).downloads_7d == 700);
    points[2].usable = false;
    CHECK(last_of(points).downloads_7d == kUnknownCount);
    CHECK(std::isnan(last_of(points).spike_share));
    CHECK_FALSE(last_of(points).recount);
  }
  SECTION("a fall at an unusable snapshot is no recount") {
    const auto derived = derive_points(
        std::vector<CountPoint>{on(0, 100), on(3, 50, 1000, false), on(7, 170)}, kLongAgo);
    CHECK(derived[2].downloads_7d == 70);
    CHECK_FALSE(derived[2].recount);
  }
  SECTION("a model younger than a week has what it was downloaded since") {
    CHECK(last_of({on(0, 40, 30)}, kStart - kDay).downloads_7d == 30);
    CHECK(last_of({on(0, 40, kUnknownCount)}, kStart - kDay).downloads_7d == 40);
    CHECK(last_of({on(0, 40, 30)}, kStart - 7 * kDay).downloads_7d == 30);
    CHECK(last_of({on(0, 40, 30)}, kStart - 7 * kDay - 1).downloads_7d == kUnknownCount);
    CHECK(last_of({on(0, 40, 30)}, kUnknownTime).downloads_7d == kUnknownCount);
    CHECK(last_of({on(0, kUnknownCount, 30)}, kStart).downloads_7d == kUnknownCount);
  }
  SECTION("before all-time counts existed nothing is known") {
    CHECK(last_of({on(0, kUnknownCount), on(7, kUnknownCount)}).downloads_7d == kUnknownCount);
    CHECK(last_of({on(0, kUnknownCount), on(7, 100)}).downloads_7d == kUnknownCount);
  }
  SECTION("the largest counts do not overflow") {
    CHECK(scaled_to_week(kMaxCount, 7 * kDay, kUnknownCount) == kMaxCount);
    CHECK(scaled_to_week(-5, kDay, 10) == 0);
  }
}

TEST_CASE("growth is relative to the three weeks before", "[graph][adoption]") {
  std::vector<CountPoint> points = steady(29, 100);  // 700 a week, the last on day 28
  CHECK(near(last_of(points).growth, 0));
  CHECK(near(last_of(points).growth_mean, 700));
  points.back().counts.downloads_all_time += 700;  // twice as many in the last week
  CHECK(near(last_of(points).growth, 1));
  SECTION("with a week fewer it is unknown") {
    points.erase(points.begin());
    CHECK(std::isnan(last_of(points).growth));
  }
  SECTION("on less than a hundred it is unknown") {
    CHECK(std::isnan(last_of(steady(29, 14)).growth));  // 98 a week
    CHECK(near(last_of(steady(29, 15)).growth, 0));
  }
}

TEST_CASE("the largest step's share of a week", "[graph][adoption]") {
  CHECK(near(last_of(steady(8, 10)).spike_share, 1.0 / 7));
  CHECK(near(last_of({on(0, 0), on(1, 10), on(2, 90), on(3, 100)}).spike_share, 0.8));
  CHECK(std::isnan(last_of({on(0, 0), on(1, 10), on(2, 90)}).spike_share));  // two steps
  CHECK(std::isnan(last_of({on(0, 5), on(1, 5), on(2, 5), on(3, 5)}).spike_share));
  // Neighbours, not days: what lies between two usable ones is one step.
  CHECK(last_of({on(0, 0), on(1, 10), on(2, 77, 9, false), on(3, 30), on(4, 40)}).spike_share ==
        0.5);
}

TEST_CASE("flags of single observations", "[graph][adoption]") {
  SECTION("gap: later than one and a half times the usual distance") {
    auto points = steady(5, 1);
    points.push_back(on(5.5, 2000));
    CHECK_FALSE(last_of(points).gap);
    points.back() = on(5.6, 2000);
    CHECK(last_of(points).gap);
    points.push_back(on(6.6, 2001));
    CHECK_FALSE(last_of(points).gap);
    CHECK_FALSE(last_of({on(0, 0), on(9, 1)}).gap);  // nothing is usual yet
  }
  SECTION("recount: lower than at the usable one before") {
    CHECK(last_of({on(0, 10), on(1, 9)}).recount);
    CHECK_FALSE(last_of({on(0, 10), on(1, 10)}).recount);
    CHECK(last_of({on(0, 10), on(1, 5, 9, false), on(2, 9)}).recount);
  }
  SECTION("stale: the all-time count has stood for 31 days, the rolling one has not gone to 0") {
    CHECK(last_of({on(0, 10), on(31, 10, 3)}).stale);
    CHECK_FALSE(last_of({on(0, 10), on(30, 10, 3)}).stale);
    CHECK_FALSE(last_of({on(0, 10), on(31, 10, 0)}).stale);
    CHECK_FALSE(last_of({on(0, 10), on(31, 11, 3)}).stale);
    CHECK_FALSE(last_of({on(0, 9), on(20, 10), on(31, 10, 3)}).stale);
  }
}

TEST_CASE("flags of snapshots", "[graph][adoption]") {
  const auto moves = [](std::uint64_t large, std::uint64_t stood, std::uint64_t fell) {
    return CounterMoves{.large = large, .stood = stood, .fell = fell};
  };
  CHECK(judge_snapshot(moves(100, 50, 0), kDay, false).stall);
  CHECK_FALSE(judge_snapshot(moves(100, 49, 0), kDay, false).stall);
  CHECK(judge_snapshot(moves(100, 100, 0), 12 * 3600, false).stall);
  CHECK_FALSE(judge_snapshot(moves(100, 100, 0), 12 * 3600 - 1, false).stall);
  CHECK(judge_snapshot(moves(100, 0, 5), kDay, false).rollback);
  CHECK_FALSE(judge_snapshot(moves(100, 0, 4), kDay, false).rollback);
  CHECK(judge_snapshot(moves(49, 49, 49), kDay, false).usable());
  CHECK(judge_snapshot(moves(50, 50, 0), kDay, false).stall);
  CHECK_FALSE(judge_snapshot(moves(100, 0, 0), kDay, true).usable());
  CHECK(judge_snapshot(moves(100, 0, 0), kDay, false).usable());

  CounterMoves counted;
  counted.add(999, 10, 10);              // not large
  counted.add(1000, 10, kUnknownCount);  // not known at both
  counted.add(1000, kUnknownCount, 10);
  counted.add(1000, 10, 10);
  counted.add(1000, 10, 11);
  counted.add(1000, 12, 11);
  CHECK(counted.large == 3);
  CHECK(counted.stood == 1);
  CHECK(counted.fell == 1);
}

TEST_CASE("random series: as a slow reading of the definitions", "[graph][adoption]") {
  std::mt19937 random{7};
  const auto below = [&](int bound) {
    return static_cast<int>(random() % static_cast<unsigned>(bound));
  };
  for (int round = 0; round < 300; ++round) {
    std::vector<CountPoint> points;
    double day = 0;
    std::int64_t all_time = below(1000);
    for (int i = 0; i < 60; ++i) {
      day += below(20) == 0 ? below(12) : 1 + below(3) / 24.0;
      all_time = below(30) == 0 ? all_time / 2 : all_time + below(50);
      points.push_back(on(day, below(15) == 0 ? kUnknownCount : all_time,
                          below(15) == 0 ? kUnknownCount : below(500), below(12) != 0));
    }
    const UnixSeconds created = kStart + below(40) * kDay;
    const auto derived = derive_points(points, created);
    for (std::size_t t = 0; t < points.size(); ++t) {
      CAPTURE(round, t);
      CHECK(derived[t].downloads_7d == slow_week(points, t, created));
    }
    // What comes later changes nothing that was derived before.
    const auto half = derive_points(std::span{points}.first(30), created);
    for (std::size_t t = 0; t < 30; ++t) {
      CHECK(half[t].downloads_7d == derived[t].downloads_7d);
      CHECK(half[t].gap == derived[t].gap);
      CHECK(half[t].recount == derived[t].recount);
      CHECK(half[t].stale == derived[t].stale);
    }
  }
}

TEST_CASE("a stall or a missed night changes no later value of a steady model",
          "[graph][adoption]") {
  const auto whole = derive_points(steady(60, 13), kLongAgo);
  for (std::size_t hit = 1; hit < 50; ++hit) {
    auto stalled = steady(60, 13);
    stalled[hit].usable = false;
    stalled[hit].counts.downloads_all_time = stalled[hit - 1].counts.downloads_all_time;
    const auto with_stall = derive_points(stalled, kLongAgo);
    auto missed = steady(60, 13);
    missed.erase(missed.begin() + static_cast<std::ptrdiff_t>(hit));
    const auto with_miss = derive_points(missed, kLongAgo);
    for (std::size_t t = std::max<std::size_t>(hit + 1, 8); t < 60; ++t) {
      CAPTURE(hit, t);
      CHECK(with_stall[t].downloads_7d == whole[t].downloads_7d);
      if (hit > 0) CHECK(with_miss[t - 1].downloads_7d == whole[t].downloads_7d);
    }
  }
}
