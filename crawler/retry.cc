#include "crawler/retry.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "crawler/rate_limiter.h"

namespace stemma {
namespace {

std::optional<std::int64_t> http_date(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  std::tm parts{};
  const std::string whole{*text};
  const char* const end = strptime(whole.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return static_cast<std::int64_t>(timegm(&parts));
}

std::optional<std::chrono::seconds> retry_after(const HttpResponse& response) {
  const auto text = response.header("Retry-After");
  if (!text) return std::nullopt;
  std::int64_t seconds = 0;
  const auto [stop, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (error != std::errc{} || stop != text->data() + text->size()) {
    const auto until = http_date(text);
    const auto now = http_date(response.header("Date"));
    if (!until || !now) return std::nullopt;
    seconds = std::max<std::int64_t>(0, *until - *now);
  }
  if (seconds < 0) return std::nullopt;
  return std::chrono::seconds{std::min<std::int64_t>(seconds, 24 * 60 * 60)};
}

bool may_heal(const HttpResponse& response) {
  if (!response.arrived()) {
    return response.error != TransportError::too_large && response.error != TransportError::tls &&
           response.error != TransportError::bad_request;
  }
  switch (response.status) {
    case 408:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::chrono::milliseconds backoff(int attempt, double jitter, const RetryPolicy& policy) noexcept {
  const double plain = std::min(
      std::ldexp(static_cast<double>(policy.first_backoff.count()), std::clamp(attempt - 1, 0, 30)),
      static_cast<double>(std::chrono::milliseconds{policy.longest_backoff}.count()));
  const double spread = 0.75 + 0.5 * std::clamp(jitter, 0.0, 1.0);
  return std::chrono::milliseconds{std::llround(plain * spread)};
}

RetryDecision decide_unusable(int attempt, double jitter, const RetryPolicy& policy) {
  if (attempt >= policy.attempts) return {RetryDecision::Action::give_up, {}};
  return {RetryDecision::Action::retry, backoff(attempt, jitter, policy)};
}

RetryDecision decide_retry(const HttpResponse& response, int attempt, double jitter,
                           const RetryPolicy& policy) {
  if (!may_heal(response)) {
    return {response.arrived() ? RetryDecision::Action::accept : RetryDecision::Action::fatal, {}};
  }
  if (attempt >= policy.attempts) return {RetryDecision::Action::give_up, {}};
  if (response.status == 429) {
    const auto header = response.header("RateLimit");
    const auto limit = header ? parse_rate_limit(*header) : std::nullopt;
    if (limit && limit->remaining == 0) {
      return {RetryDecision::Action::retry, limit->reset_in + std::chrono::seconds{1}};
    }
  }
  if (response.status == 429 || response.status == 503) {
    if (const auto named = retry_after(response)) {
      return {RetryDecision::Action::retry, *named + std::chrono::seconds{1}};
    }
  }
  return {RetryDecision::Action::retry, backoff(attempt, jitter, policy)};
}

}  // namespace stemma
