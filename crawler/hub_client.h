#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "crawler/http_client.h"
#include "crawler/hub_url.h"
#include "crawler/page_scan.h"
#include "crawler/rate_limiter.h"
#include "crawler/retry.h"

namespace stemma {

struct HubOptions {
  std::string hub;    ///< As normal_hub gives it.
  std::string token;  ///< Empty: anonymous. Sent to the hub's own origin only; never in a message.
  double pace = 0.8;  ///< Share of the quota to use.
  RetryPolicy retry;
  std::vector<std::string> fields = default_fields();  ///< Asked for with `expand`.
  std::uint64_t jitter_seed = std::random_device{}();
};

/// A page of a listing.
struct HubPage {
  std::string body;  ///< A whole JSON array.
  PageIds ids;
  std::string next_url;  ///< Absolute, on the hub's origin; empty on the last page.
};

/// What became of asking for one name.
struct LookupAnswer {
  enum class Result : std::uint8_t {
    found,
    absent,   ///< Deleted, private, or never there.
    unclear,  ///< Neither: the hub refuses to tell, or leads in circles. `reason` says why.
  };
  Result result = Result::unclear;
  std::string body;         ///< found: the document.
  DocumentIds document;     ///< found: what it is.
  bool redirected = false;  ///< found: under another address than was asked for.
  std::string reason;
};

/// What a client has done so far.
struct HubStats {
  std::int64_t requests = 0;  ///< All that were sent: retries and redirects too.
  std::int64_t retries = 0;
  std::int64_t bytes = 0;  ///< As received, compressed.
};

/// Talks to a hub: paces, retries, follows links and redirects on the hub's own origin and nowhere
/// else. A refused token, a hub that stays down and an answer that stays unusable are
/// Error{unavailable}; messages name the URL and never the token. One thread.
class HubClient {
 public:
  using Sleep = std::function<void(std::chrono::steady_clock::duration)>;

  /// `http` must outlive the client. `sleep` and `now` are parameters so that tests own the time.
  HubClient(HttpClient& http, HubOptions options, Sleep sleep = {},
            RateLimiter::Now now = RateLimiter::Clock::now);

  [[nodiscard]] std::string first_url(const ScopeTerm& term) const;

  /// Fetches a page of a listing. A field that the hub refuses is left out from then on.
  [[nodiscard]] HubPage fetch_page(const std::string& url);

  /// Asks for one model by name, following at most two redirects.
  [[nodiscard]] LookupAnswer lookup_model(std::string_view name);

  /// The fields that the hub has not refused.
  [[nodiscard]] const std::vector<std::string>& fields() const noexcept { return options_.fields; }
  [[nodiscard]] const HubStats& stats() const noexcept { return stats_; }
  [[nodiscard]] const RateLimiter& limiter() const noexcept { return limiter_; }

 private:
  /// One request's attempts, retries of unusable answers included.
  struct Attempts {
    int sent = 0;
  };
  [[nodiscard]] HttpResponse send(const std::string& url);
  /// Sends until an answer arrived that asking again would not change. Throws Error{unavailable}.
  [[nodiscard]] HttpResponse ask(const std::string& url, Attempts& attempts);
  /// Before asking again because the answer was `unusable` though it arrived. Throws
  /// Error{unavailable} after `most`.
  void again(const std::string& url, Attempts& attempts, const std::string& unusable, int most);
  void wait_for_retry(const std::string& url, std::chrono::milliseconds after,
                      const std::string& why);
  /// Leaves out the field that `response` refuses; the URL without it, or nullopt when it refuses
  /// none.
  [[nodiscard]] std::optional<std::string> without_refused(const std::string& url,
                                                           const HttpResponse& response);
  [[nodiscard]] double jitter();

  HttpClient& http_;
  HubOptions options_;
  Origin origin_;
  Sleep sleep_;
  RateLimiter limiter_;
  HubStats stats_;
  bool answered_ = false;                ///< The hub has answered at least once.
  std::chrono::milliseconds waited_{0};  ///< For retries, since the last usable answer.
  std::mt19937_64 random_;
};

}  // namespace stemma
