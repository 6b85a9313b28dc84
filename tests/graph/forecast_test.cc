#include "graph/forecast.h"

#include <cmath>
#include <random>
#include <vector>

#include "tests/support/catch.h"

using namespace stemma;

namespace {

constexpr UnixSeconds kDay = 86'400;

/// A level with weekends at half of it, and noise of one in ten.
std::vector<NightValue> weekly(int nights, unsigned seed, double noise = 0.1) {
  std::mt19937 random{seed};
  std::vector<NightValue> values;
  for (int night = 0; night < nights; ++night) {
    const double level = night % 7 >= 5 ? 500 : 1000;
    const double part = static_cast<double>(random() % 2001) / 1000 - 1;
    values.push_back({night * kDay, level * (1 + noise * part)});
  }
  return values;
}

}  // namespace

TEST_CASE("a night is expected to be as a week before", "[graph][forecast]") {
  auto nights = weekly(70, 1, 0);
  const auto band = expected_band(nights);
  REQUIRE(band);
  CHECK(band->expected == nights[62].value);
  CHECK(band->low == band->expected);
  CHECK(band->high == band->expected);
  SECTION("what the last night was makes no difference") {
    nights.back().value = 1e9;
    CHECK(expected_band(nights)->expected == band->expected);
  }
  SECTION("too few errors to tell") {
    CHECK_FALSE(expected_band(std::span{nights}.first(28)));
    CHECK(expected_band(std::span{nights}.first(29)));
  }
  SECTION("no night a week before") {
    nights.erase(nights.begin() + 62);
    CHECK_FALSE(expected_band(nights));
  }
  SECTION("nights need not be at the same minute") {
    for (std::size_t i = 0; i < nights.size(); i += 2) nights[i].at += 3 * 3600;
    CHECK(expected_band(nights)->expected == band->expected);
  }
  SECTION("one or none") {
    CHECK_FALSE(expected_band(std::span{nights}.first(1)));
    CHECK_FALSE(expected_band({}));
  }
}

TEST_CASE("four nights of five lie within the band", "[graph][forecast]") {
  int within = 0, nights = 0;
  double wide = 0, plain = 0;
  for (unsigned seed = 1; seed <= 20; ++seed) {
    const auto values = weekly(120, seed);
    for (std::size_t n = 70; n < values.size(); ++n) {
      const auto history = std::span{values}.first(n + 1);
      const auto band = expected_band(history);
      const auto naive = expected_band(history, kDay);
      REQUIRE(band);
      REQUIRE(naive);
      ++nights;
      within += values[n].value >= band->low && values[n].value <= band->high ? 1 : 0;
      wide += band->high - band->low;
      plain += naive->high - naive->low;
    }
  }
  const double coverage = static_cast<double>(within) / nights;
  CHECK(coverage > 0.72);
  CHECK(coverage < 0.88);
  CHECK(wide < plain / 2);  // the week's pattern is worth knowing
}
