#include "crawler/rate_limiter.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "schema/text.h"

namespace stemma {
namespace {

constexpr std::int64_t kLongestSeconds = 24 * 60 * 60;

/// The value of parameter `name` in one list item such as `"api";r=499;t=295`.
std::optional<std::int64_t> parameter(std::string_view item, char name) {
  while (!item.empty()) {
    const auto end = std::min(item.find(';'), item.size());
    std::string_view part = trim(item.substr(0, end));
    item.remove_prefix(std::min(end + 1, item.size()));
    if (part.empty() || part.front() != name) continue;
    part = trim(part.substr(1));
    if (part.empty() || part.front() != '=') continue;
    part = trim(part.substr(1));
    std::int64_t value = 0;
    const auto [stop, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc{} || stop != part.data() + part.size() || value < 0) return std::nullopt;
    return value;
  }
  return std::nullopt;
}

std::string_view first_item(std::string_view header) { return header.substr(0, header.find(',')); }

}  // namespace

std::optional<RateLimit> parse_rate_limit(std::string_view header) noexcept {
  const auto item = first_item(header);
  const auto remaining = parameter(item, 'r');
  const auto reset = parameter(item, 't');
  if (!remaining || !reset) return std::nullopt;
  return RateLimit{*remaining, std::chrono::seconds{std::min(*reset, kLongestSeconds)}};
}

std::optional<RatePolicy> parse_rate_policy(std::string_view header) noexcept {
  const auto item = first_item(header);
  const auto quota = parameter(item, 'q');
  const auto window = parameter(item, 'w');
  if (!quota || !window || *quota == 0 || *window == 0) return std::nullopt;
  return RatePolicy{*quota, std::chrono::seconds{std::min(*window, kLongestSeconds)}};
}

RateLimiter::RateLimiter(double pace, Now now)
    : pace_{std::clamp(pace, 0.001, 1.0)}, now_{std::move(now)} {}

RateLimiter::Clock::duration RateLimiter::spacing() const noexcept {
  if (!policy_) return Clock::duration::zero();
  const std::chrono::duration<double> between{static_cast<double>(policy_->window.count()) /
                                              (pace_ * static_cast<double>(policy_->quota))};
  if (between < std::chrono::milliseconds{1}) return Clock::duration::zero();
  return std::chrono::duration_cast<Clock::duration>(between);
}

RateLimiter::Clock::duration RateLimiter::wait() const {
  const Clock::time_point now = now_();
  Clock::time_point go = now;
  if (last_sent_) go = std::max(go, *last_sent_ + spacing());
  if (held_until_) go = std::max(go, *held_until_);
  return go - now;
}

void RateLimiter::sent() { last_sent_ = now_(); }

void RateLimiter::observe(const std::optional<RateLimit>& limit,
                          const std::optional<RatePolicy>& policy) {
  if (policy) policy_ = policy;
  if (!limit) return;
  remaining_ = limit->remaining;
  held_until_.reset();
  // The hub cuts t to whole seconds, so the window ends somewhere within the second after it.
  if (limit->remaining == 0) held_until_ = now_() + limit->reset_in + std::chrono::seconds{1};
}

}  // namespace stemma
