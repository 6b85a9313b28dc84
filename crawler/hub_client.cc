#include "crawler/hub_client.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "schema/error.h"

namespace stemma {
namespace {

constexpr int kMaxHops = 2;
/// A link that leads away is the hub's configuration more often than an accident.
constexpr int kLinkAttempts = 3;
/// One name is not worth more.
constexpr int kLookupAttempts = 5;

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// The first words of an answer, made printable, for a message.
std::string words_of(const HttpResponse& response) {
  std::string words;
  if (const auto message = response.header("X-Error-Message")) {
    words = *message;
  } else {
    words = response.body.substr(0, 200);
  }
  words.resize(std::min<std::size_t>(words.size(), 200));
  std::replace_if(
      words.begin(), words.end(),
      [](char c) {
        return static_cast<unsigned char>(c) < ' ' || static_cast<unsigned char>(c) > '~';
      },
      ' ');
  return words.empty() ? "" : ": " + words;
}

std::string describe(const HttpResponse& response) {
  if (!response.arrived()) return response.error_text.empty() ? "no answer" : response.error_text;
  return "HTTP status " + std::to_string(response.status) + words_of(response);
}

}  // namespace

HubClient::HubClient(HttpClient& http, HubOptions options, Sleep sleep, RateLimiter::Now now)
    : http_{http},
      options_{std::move(options)},
      sleep_{sleep ? std::move(sleep)
                   : [](std::chrono::steady_clock::duration d) { std::this_thread::sleep_for(d); }},
      limiter_{options_.pace, std::move(now)},
      random_{options_.jitter_seed} {
  options_.hub = normal_hub(options_.hub);
  origin_ = *origin_of(options_.hub);
  const auto odd = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; };
  if (std::any_of(options_.token.begin(), options_.token.end(), odd)) {
    throw Error{ErrorKind::usage, "the hub token holds blanks or control characters"};
  }
}

std::string HubClient::first_page(const ScopeTerm& term) const {
  return listing_url(options_.hub, term, fields_, options_.page_rows);
}

SourceStats HubClient::stats() const {
  SourceStats stats = stats_;
  stats.quota_left = limiter_.remaining();
  if (const auto policy = limiter_.policy()) stats.quota = policy->quota;
  return stats;
}

std::string HubClient::redacted(std::string text) const {
  text = with_short_urls(text);
  if (options_.token.empty()) return text;
  for (auto at = text.find(options_.token); at != std::string::npos;
       at = text.find(options_.token, at)) {
    text.replace(at, options_.token.size(), "***");
  }
  return text;
}

void HubClient::fail(const std::string& text) const {
  throw Error{ErrorKind::unavailable, redacted(text)};
}

double HubClient::jitter() { return std::uniform_real_distribution<double>{0.0, 1.0}(random_); }

HttpResponse HubClient::send(const std::string& url) {
  if (const auto wait = limiter_.wait(); wait > wait.zero()) sleep_(wait);
  HttpRequest request{url, {{"Accept", "application/json"}}};
  if (!options_.token.empty() && origin_of(url) == origin_) {
    request.headers.push_back({"Authorization", "Bearer " + options_.token});
  }
  limiter_.sent();
  ++stats_.requests;
  HttpResponse response = http_.get(request);
  stats_.bytes += static_cast<std::int64_t>(response.wire_bytes);
  if (!response.arrived()) return response;
  answered_ = true;
  const auto limit = response.header("RateLimit");
  const auto policy = response.header("RateLimit-Policy");
  limiter_.observe(limit ? parse_rate_limit(*limit) : std::nullopt,
                   policy ? parse_rate_policy(*policy) : std::nullopt);
  return response;
}

void HubClient::wait_for_retry(const std::string& url, std::chrono::milliseconds after,
                               const std::string& why) {
  if (waited_ + after > options_.retry.budget) {
    fail("gave up on " + url + " after waiting " +
         std::to_string(std::chrono::duration_cast<std::chrono::seconds>(waited_).count()) +
         " s for it to heal: " + why);
  }
  waited_ += after;
  ++stats_.retries;
  sleep_(after);
}

HttpResponse HubClient::ask(const std::string& url, Attempts& attempts) {
  while (true) {
    HttpResponse response = send(url);
    ++attempts.sent;
    RetryPolicy policy = options_.retry;
    if (!answered_ && response.error == TransportError::unreachable) {
      policy.attempts = std::min(policy.attempts, policy.attempts_unreachable);
    }
    const RetryDecision decision = decide_retry(response, attempts.sent, jitter(), policy);
    switch (decision.action) {
      case RetryDecision::Action::accept:
        return response;
      case RetryDecision::Action::retry:
        wait_for_retry(url, decision.after, describe(response));
        break;
      case RetryDecision::Action::give_up:
        fail("no usable answer from " + url + " after " + std::to_string(attempts.sent) +
             " attempts: " + describe(response));
      case RetryDecision::Action::fatal:
        fail("cannot ask " + url + ": " + describe(response));
    }
  }
}

void HubClient::again(const std::string& url, Attempts& attempts, const std::string& unusable,
                      int most) {
  RetryPolicy policy = options_.retry;
  policy.attempts = std::min(policy.attempts, most);
  const RetryDecision decision = decide_unusable(attempts.sent, jitter(), policy);
  if (decision.action != RetryDecision::Action::retry) {
    fail("no usable answer from " + url + " after " + std::to_string(attempts.sent) +
         " attempts: " + unusable);
  }
  wait_for_retry(url, decision.after, unusable);
}

std::optional<std::string> HubClient::without_refused(const std::string& url,
                                                      const HttpResponse& response) {
  const auto index = refused_expand(response, url);
  if (!index) return std::nullopt;
  auto dropped = drop_expand(url, *index);
  if (!dropped) return std::nullopt;
  std::erase(fields_, dropped->field);
  return std::move(dropped->url);
}

HubPage HubClient::fetch_page(const std::string& first) {
  std::string url = first;
  Attempts attempts;
  int hops = 0;
  while (true) {
    HttpResponse response = ask(url, attempts);
    if (response.status == 400) {
      // Ends: every round takes one field away.
      if (auto shorter = without_refused(url, response)) {
        url = std::move(*shorter);
        attempts = {};
        continue;
      }
    }
    if (response.status == 401 || response.status == 403) {
      const std::string who = options_.token.empty()
                                  ? "the hub refuses anonymous requests"
                                  : "the hub refuses the token (HF_TOKEN): revoked or mistyped?";
      fail(who + " for " + url + ", " + describe(response));
    }
    if (is_redirect(response.status)) {
      const auto location = response.header("Location");
      const auto target = location ? resolve_link(url, *location) : std::nullopt;
      if (target && *target != url && hops < kMaxHops) {
        ++hops;
        url = *target;
        continue;
      }
      const std::string where = location ? std::string{*location} : "nowhere";
      again(url, attempts, "the listing redirects to " + where, kLinkAttempts);
      continue;
    }
    if (response.status != 200) {
      throw PageRefused{ErrorKind::unavailable,
                        redacted("the hub refuses " + url + ", " + describe(response))};
    }
    PageIds ids = scan_page_ids(response.body);
    if (!ids.ok()) {
      again(url, attempts, "the page is " + ids.error, options_.retry.attempts);
      continue;
    }
    std::string next;
    if (const auto link = next_link(response.headers)) {
      const auto target = resolve_link(url, *link);
      if (!target) {
        again(url, attempts, "the link to the next page leads to another host: " + *link,
              kLinkAttempts);
        continue;
      }
      if (*target == url) {
        again(url, attempts, "the link to the next page leads to the page itself", kLinkAttempts);
        continue;
      }
      next = *target;
    }
    waited_ = {};
    return {std::move(response.body), ids, std::move(next)};
  }
}

LookupAnswer HubClient::lookup_model(std::string_view name) {
  const std::string first = model_url(options_.hub, name, fields_);
  std::string reason;
  // An answer that makes no sense is asked for again from the start: the next may. A refusal is an
  // answer.
  for (int attempt = 1; attempt <= kLookupAttempts; ++attempt) {
    bool senseless = true;
    LookupAnswer answer = follow_lookup(first, senseless);
    if (answer.result != LookupAnswer::Result::unclear) {
      waited_ = {};
      return answer;
    }
    reason = std::move(answer.reason);
    if (!senseless) break;
    if (attempt < kLookupAttempts) {
      wait_for_retry(first, backoff(attempt, jitter(), options_.retry), reason);
    }
  }
  waited_ = {};
  LookupAnswer unclear;
  unclear.reason = redacted(std::move(reason));
  return unclear;
}

LookupAnswer HubClient::follow_lookup(std::string url, bool& senseless) {
  Attempts attempts;
  int hops = 0;
  const auto unclear = [](std::string why) {
    LookupAnswer answer;
    answer.reason = std::move(why);
    return answer;
  };
  while (true) {
    HttpResponse response = ask(url, attempts);
    if (response.status == 400) {
      if (auto shorter = without_refused(url, response)) {
        url = std::move(*shorter);
        attempts = {};
        continue;
      }
    }
    const auto code = response.header("X-Error-Code");
    // There, but not for everybody.
    if (response.status == 401 && code == "GatedRepo") {
      senseless = false;
      return unclear(describe(response));
    }
    if (response.status == 401 && !options_.token.empty()) {
      fail("the hub refuses the token (HF_TOKEN): revoked or mistyped? It was asked for " + url +
           ", " + describe(response));
    }
    if (response.status == 401 || response.status == 404) {
      LookupAnswer answer;
      answer.result = LookupAnswer::Result::absent;
      answer.reason = describe(response);
      return answer;
    }
    if (is_redirect(response.status)) {
      const auto location = response.header("Location");
      const auto target = location ? resolve_link(url, *location) : std::nullopt;
      if (!target) return unclear("redirected away from the hub");
      if (*target == url || ++hops > kMaxHops) return unclear("redirected too often");
      if (!model_name_in(options_.hub, *target)) return unclear("redirected to no model");
      url = *target;
      attempts = {};
      continue;
    }
    if (response.status != 200) {
      senseless = false;
      return unclear(describe(response));
    }
    auto document = scan_document(response.body);
    if (!document) return unclear("the answer is no model document");
    LookupAnswer answer;
    answer.result = LookupAnswer::Result::found;
    answer.body = std::move(response.body);
    answer.document = std::move(*document);
    answer.redirected = hops > 0;
    return answer;
  }
}

std::optional<HubId> HubClient::newest(const ScopeTerm& term) {
  const HubPage page = fetch_page(listing_url(options_.hub, term, {}, 1, ListingOrder::descending));
  if (page.ids.readable == 0) return std::nullopt;
  return page.ids.first;
}

void HubClient::prove_access() {
  static_cast<void>(fetch_page(listing_url(options_.hub, ScopeTerm{}, {}, 1)));
}

}  // namespace stemma
