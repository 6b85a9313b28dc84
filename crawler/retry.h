#pragma once

#include <chrono>
#include <cstdint>

#include "crawler/http_client.h"

namespace stemma {

struct RetryPolicy {
  int attempts = 8;              ///< How often one request is sent at most.
  int attempts_unreachable = 3;  ///< The same before the hub has answered at all: is there one?
  std::chrono::milliseconds first_backoff{1000};
  std::chrono::seconds longest_backoff{60};
  std::chrono::seconds budget{15 * 60};  ///< Of waiting between two good answers, in all.
};

/// What to do after an answer.
struct RetryDecision {
  enum class Action : std::uint8_t {
    accept,  ///< Nothing to retry: a success, a redirect, or a refusal that is an answer (400, 401,
             ///< 403, 404 ...).
    retry,   ///< Ask again after `after`.
    give_up,  ///< It might heal, but it was tried often enough.
    fatal,    ///< Asking again cannot help.
  };
  Action action = Action::accept;
  std::chrono::milliseconds after{0};

  friend bool operator==(const RetryDecision&, const RetryDecision&) = default;
};

/// The wait before attempt `attempt` + 1 where the hub says nothing of its own: `first_backoff`
/// times 1, 2, 4, 8 ..., at most `longest_backoff`, spread by `jitter` in [0, 1) over three
/// quarters to five quarters of that. `attempt` counts from 1.
[[nodiscard]] std::chrono::milliseconds backoff(int attempt, double jitter,
                                                const RetryPolicy& policy) noexcept;

/// Decides on an answer to the `attempt`-th sending (from 1) of one request. Pure.
/// A 429 comes in three kinds: the window is spent (r = 0), so wait until it begins anew; the hub
/// names a wait (Retry-After, in seconds or as a date, which is compared with the answer's own
/// Date); or another limiter without a word, so back off.
[[nodiscard]] RetryDecision decide_retry(const HttpResponse& response, int attempt, double jitter,
                                         const RetryPolicy& policy);

/// The same for an answer that arrived but is not what was asked for: cut short, HTML, no JSON.
[[nodiscard]] RetryDecision decide_unusable(int attempt, double jitter, const RetryPolicy& policy);

}  // namespace stemma
