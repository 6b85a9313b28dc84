#include "crawler/retry.h"

#include <string>

#include "tests/support/catch.h"

namespace stemma {
namespace {

using namespace std::chrono_literals;
using Action = RetryDecision::Action;

HttpResponse answer(int status, std::vector<HttpHeader> headers = {}) {
  HttpResponse response;
  response.status = status;
  response.headers = std::move(headers);
  return response;
}

HttpResponse failure(TransportError error) {
  HttpResponse response;
  response.error = error;
  return response;
}

TEST_CASE("backoff doubles, is capped and is spread by the jitter", "[crawler][retry]") {
  const auto [attempt, plain] = GENERATE(table<int, int>(
      {{1, 1}, {2, 2}, {3, 4}, {4, 8}, {5, 16}, {6, 32}, {7, 60}, {8, 60}, {1000, 60}}));
  CHECK(backoff(attempt, 0.5, RetryPolicy{}) == std::chrono::seconds{plain});
  CHECK(backoff(attempt, 0.0, RetryPolicy{}) == std::chrono::milliseconds{plain * 750});
  CHECK(backoff(attempt, 1.0, RetryPolicy{}) == std::chrono::milliseconds{plain * 1250});
}

TEST_CASE("answers that may heal are asked for again", "[crawler][retry]") {
  const int status = GENERATE(408, 429, 500, 502, 503, 504);
  CAPTURE(status);
  CHECK(decide_retry(answer(status), 1, 0.5, {}) == RetryDecision{Action::retry, 1s});
  CHECK(decide_retry(answer(status), 3, 0.5, {}) == RetryDecision{Action::retry, 4s});
  CHECK(decide_retry(answer(status), 8, 0.5, {}).action == Action::give_up);
}

TEST_CASE("other answers stand", "[crawler][retry]") {
  const int status = GENERATE(200, 204, 304, 307, 400, 401, 403, 404, 405, 410, 501);
  CAPTURE(status);
  CHECK(decide_retry(answer(status, {{"Retry-After", "5"}}), 1, 0.5, {}).action == Action::accept);
}

TEST_CASE("failures of the network", "[crawler][retry]") {
  const auto [error, action] = GENERATE(table<TransportError, Action>({
      {TransportError::unreachable, Action::retry},
      {TransportError::timeout, Action::retry},
      {TransportError::truncated, Action::retry},
      {TransportError::broken, Action::retry},
      {TransportError::too_large, Action::fatal},
      {TransportError::tls, Action::fatal},
      {TransportError::bad_request, Action::fatal},
  }));
  CHECK(decide_retry(failure(error), 1, 0.5, {}).action == action);
}

TEST_CASE("three kinds of 429", "[crawler][retry]") {
  const HttpHeader spent{"ratelimit", R"("api";r=0;t=120)"};
  const HttpHeader other{"RateLimit", R"("api";r=99794;t=241)"};
  const HttpHeader after{"retry-after", "7"};
  CHECK(decide_retry(answer(429, {spent, after}), 1, 0.9, {}).after == 121s);
  CHECK(decide_retry(answer(429, {other, after}), 1, 0.9, {}).after == 8s);
  CHECK(decide_retry(answer(429, {other}), 2, 0.5, {}).after == 2s);
  CHECK(decide_retry(answer(429, {{"Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"}}), 1, 0.5, {})
            .after == 1s);
  CHECK(decide_retry(answer(429, {{"Retry-After", "-3"}}), 1, 0.5, {}).after == 1s);
  CHECK(decide_retry(answer(503, {after}), 1, 0.5, {}).after == 8s);
}

TEST_CASE("unusable answers are asked for again as often", "[crawler][retry]") {
  CHECK(decide_unusable(1, 0.5, {}) == RetryDecision{Action::retry, 1s});
  CHECK(decide_unusable(8, 0.5, {}).action == Action::give_up);
}

TEST_CASE("a date to wait for counts from the answer's own clock", "[crawler][retry]") {
  HttpResponse response;
  response.status = 429;
  response.headers = {{"date", "Wed, 21 Oct 2026 07:28:00 GMT"},
                      {"retry-after", "Wed, 21 Oct 2026 07:28:09 GMT"}};
  CHECK(decide_retry(response, 1, 0.5, {}).after == 10s);
  response.headers[1].value =
      "Wed, 21 Oct 2026 07:27:00 GMT";  // past: at once, and the second on top
  CHECK(decide_retry(response, 1, 0.5, {}).after == 1s);
  response.headers[1].value = "soon";
  CHECK(decide_retry(response, 1, 0.5, {}).after == 1s);  // the backoff
  response.headers.erase(response.headers.begin());
  response.headers[0].value = "Wed, 21 Oct 2026 07:28:09 GMT";
  CHECK(decide_retry(response, 2, 0.5, {}).after == 2s);
}

}  // namespace
}  // namespace stemma
