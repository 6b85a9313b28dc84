#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace stemma {

/// What `RateLimit: "api";r=499;t=295` says: requests left, and the time until the window begins
/// anew.
struct RateLimit {
  std::int64_t remaining = 0;
  std::chrono::seconds reset_in{0};

  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

/// What `RateLimit-Policy: "fixed window";"api";q=500;w=300` says: requests a window, and its
/// length.
struct RatePolicy {
  std::int64_t quota = 0;
  std::chrono::seconds window{0};

  friend bool operator==(const RatePolicy&, const RatePolicy&) = default;
};

/// Pure. nullopt where a part is missing or no number; of several buckets the first counts. Numbers
/// beyond a day of waiting are cut to a day.
[[nodiscard]] std::optional<RateLimit> parse_rate_limit(std::string_view header) noexcept;
/// Pure. nullopt also where quota or window is zero.
[[nodiscard]] std::optional<RatePolicy> parse_rate_policy(std::string_view header) noexcept;

/// Spaces requests so that a crawl stays inside the hub's fixed-window quota: evenly at `pace` of
/// it, and not at all while the window is spent. What the quota is comes from the hub's own
/// answers, so before the first there is no wait. Never sleeps itself. One thread.
class RateLimiter {
 public:
  using Clock = std::chrono::steady_clock;
  using Now = std::function<Clock::time_point()>;

  /// `pace` is a share of the quota in (0, 1]. `now` is a parameter so that tests own the clock.
  explicit RateLimiter(double pace, Now now = Clock::now);

  /// How long the caller must wait before its next request; zero means go.
  [[nodiscard]] Clock::duration wait() const;
  /// The caller sends a request now.
  void sent();
  /// Adopts what an answer's headers said; a missing one leaves what was known.
  void observe(const std::optional<RateLimit>& limit, const std::optional<RatePolicy>& policy);

  /// Requests left in this window by the last answer; nullopt before the hub told.
  [[nodiscard]] std::optional<std::int64_t> remaining() const noexcept { return remaining_; }
  [[nodiscard]] std::optional<RatePolicy> policy() const noexcept { return policy_; }
  /// The time between two requests that the pace comes to; zero where it would be below a
  /// millisecond.
  [[nodiscard]] Clock::duration spacing() const noexcept;

 private:
  double pace_;
  Now now_;
  std::optional<RatePolicy> policy_;
  std::optional<std::int64_t> remaining_;
  std::optional<Clock::time_point> last_sent_;
  std::optional<Clock::time_point> held_until_;
};

}  // namespace stemma
