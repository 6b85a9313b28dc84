#include "crawler/rate_limiter.h"

#include <string>

#include "tests/support/catch.h"

namespace stemma {
namespace {

using namespace std::chrono_literals;
using Clock = RateLimiter::Clock;

struct FakeClock {
  Clock::time_point now{1000s};
  RateLimiter::Now reader() {
    return [this] { return now; };
  }
};

TEST_CASE("RateLimit headers are read", "[crawler][rate]") {
  const auto [text, remaining, reset] = GENERATE(table<std::string, int, int>({
      {R"("api";r=499;t=295)", 499, 295},
      {R"("api" ; r = 0 ; t = 1)", 0, 1},
      {R"("api";t=7;r=3)", 3, 7},
      {R"("api";r=5;t=10, "pages";r=0;t=10)", 5, 10},
      {R"("api";r=99794;t=241)", 99794, 241},
      {R"("api";r=1;t=99999999999)", 1, 86400},
      {"r=1;t=2", 1, 2},
  }));
  CAPTURE(text);
  const auto limit = parse_rate_limit(text);
  REQUIRE(limit);
  CHECK(limit->remaining == remaining);
  CHECK(limit->reset_in.count() == reset);
}

TEST_CASE("what is no RateLimit header is none", "[crawler][rate]") {
  const std::string text = GENERATE(as<std::string>{}, "", "\"api\"", "\"api\";r=1",
                                    "\"api\";r=-1;t=2", "\"api\";r=x;t=2", "\"api\";r=1.5;t=2",
                                    "\"api\";r=;t=2", ";;;", "\"api\";r=99999999999999999999;t=1");
  CAPTURE(text);
  CHECK_FALSE(parse_rate_limit(text));
}

TEST_CASE("RateLimit-Policy headers are read", "[crawler][rate]") {
  CHECK(parse_rate_policy(R"("fixed window";"api";q=500;w=300)") == RatePolicy{500, 300s});
  CHECK(parse_rate_policy(R"("api";w=60;q=1)") == RatePolicy{1, 60s});
  CHECK_FALSE(parse_rate_policy(R"("api";q=0;w=300)"));
  CHECK_FALSE(parse_rate_policy(R"("api";q=10;w=0)"));
  CHECK_FALSE(parse_rate_policy(R"("api";q=10)"));
  CHECK_FALSE(parse_rate_policy(""));
}

TEST_CASE("before the first answer nothing waits", "[crawler][rate]") {
  FakeClock clock;
  RateLimiter limiter{0.8, clock.reader()};
  CHECK(limiter.wait() == 0s);
  limiter.sent();
  CHECK(limiter.wait() == 0s);
  CHECK_FALSE(limiter.remaining());
}

TEST_CASE("requests are spread evenly at the pace", "[crawler][rate]") {
  FakeClock clock;
  RateLimiter limiter{0.8, clock.reader()};
  limiter.sent();
  limiter.observe(RateLimit{499, 300s}, RatePolicy{500, 300s});
  CHECK(limiter.wait() == 750ms);
  clock.now += 500ms;
  CHECK(limiter.wait() == 250ms);
  clock.now += 10s;
  CHECK(limiter.wait() == 0s);
  limiter.sent();
  CHECK(limiter.wait() == 750ms);
}

TEST_CASE("a quota too large to matter costs no wait", "[crawler][rate]") {
  FakeClock clock;
  RateLimiter limiter{0.8, clock.reader()};
  limiter.sent();
  limiter.observe(RateLimit{999999, 300s}, RatePolicy{1000000, 300s});
  CHECK(limiter.wait() == 0s);
}

TEST_CASE("nothing goes while the window is spent", "[crawler][rate]") {
  FakeClock clock;
  RateLimiter limiter{1.0, clock.reader()};
  limiter.sent();
  limiter.observe(RateLimit{0, 100s}, RatePolicy{500, 300s});
  CHECK(limiter.wait() == 101s);
  clock.now += 100s;
  CHECK(limiter.wait() == 1s);
  clock.now += 1s;
  CHECK(limiter.wait() == 0s);
  limiter.sent();
  limiter.observe(RateLimit{499, 300s}, std::nullopt);
  CHECK(limiter.wait() == 600ms);
  SECTION("an answer without the header keeps what was known") {
    limiter.observe(RateLimit{0, 10s}, std::nullopt);
    limiter.observe(std::nullopt, std::nullopt);
    CHECK(limiter.wait() == 11s);
    CHECK(limiter.remaining() == 0);
  }
}

TEST_CASE("a quota of 50 a window is never passed", "[crawler][rate]") {
  FakeClock clock;
  RateLimiter limiter{1.0, clock.reader()};
  constexpr auto kWindow = 30s;
  auto window_end = clock.now + 10s;  // begun before we came
  int left = 20;
  for (int i = 0; i < 1000; ++i) {
    clock.now += limiter.wait();
    while (clock.now >= window_end) {
      window_end += kWindow;
      left = 50;
    }
    REQUIRE(left > 0);
    --left;
    limiter.sent();
    limiter.observe(
        RateLimit{left, std::chrono::floor<std::chrono::seconds>(window_end - clock.now)},
        RatePolicy{50, kWindow});
    clock.now += 20ms;
  }
}

}  // namespace
}  // namespace stemma
