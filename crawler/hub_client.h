#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crawler/http_client.h"
#include "crawler/hub_url.h"
#include "crawler/page_source.h"
#include "crawler/rate_limiter.h"
#include "crawler/retry.h"

namespace stemma {

struct HubOptions {
  std::string hub;    ///< As normal_hub gives it.
  std::string token;  ///< Empty: anonymous. Sent to the hub's own origin only; never in a message.
  double pace = 0.8;  ///< Share of the quota to use.
  RetryPolicy retry;
  int page_rows = 1000;  ///< Models a page to ask for; the Hub gives at most 1,000.
  std::uint64_t jitter_seed = std::random_device{}();
};

/// Talks to a hub: paces, retries, follows links and redirects on the hub's own origin and nowhere
/// else. A refused token, a hub that stays down and an answer that stays unusable are
/// Error{unavailable}; messages name the URL and never the token. One thread.
class HubClient final : public PageSource {
 public:
  using Sleep = std::function<void(std::chrono::steady_clock::duration)>;

  /// `http` must outlive the client. `sleep` and `now` are parameters so that tests own the time.
  HubClient(HttpClient& http, HubOptions options, Sleep sleep = {},
            RateLimiter::Now now = RateLimiter::Clock::now);

  [[nodiscard]] std::string name() const override { return options_.hub; }
  void use_fields(std::vector<std::string> fields) override { fields_ = std::move(fields); }
  [[nodiscard]] const std::vector<std::string>& fields() const noexcept override { return fields_; }
  [[nodiscard]] std::size_t page_rows() const override {
    return static_cast<std::size_t>(options_.page_rows);
  }
  [[nodiscard]] std::string first_page(const ScopeTerm& term) const override;
  /// Fetches a page of a listing. A field that the hub refuses is left out from then on.
  [[nodiscard]] HubPage fetch_page(const std::string& url) override;
  /// One page of one row, from the end of the listing.
  [[nodiscard]] std::optional<HubId> newest(const ScopeTerm& term) override;
  /// Asks for one model by name, following at most two redirects.
  [[nodiscard]] LookupAnswer lookup_model(std::string_view name) override;
  /// One page of one row.
  void prove_access() override;
  [[nodiscard]] SourceStats stats() const override;

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
  /// One try at a name, from its URL through its redirects. Of an unclear answer `senseless` says
  /// whether asking again may help.
  [[nodiscard]] LookupAnswer follow_lookup(std::string url, bool& senseless);
  void wait_for_retry(const std::string& url, std::chrono::milliseconds after,
                      const std::string& why);
  /// Leaves out the field that `response` refuses; the URL without it, or nullopt when it refuses
  /// none.
  [[nodiscard]] std::optional<std::string> without_refused(const std::string& url,
                                                           const HttpResponse& response);
  [[nodiscard]] double jitter();
  /// `text` without the token, should the hub have put it there.
  [[nodiscard]] std::string redacted(std::string text) const;
  [[noreturn]] void fail(const std::string& text) const;

  HttpClient& http_;
  HubOptions options_;
  Origin origin_;
  Sleep sleep_;
  RateLimiter limiter_;
  SourceStats stats_;
  std::vector<std::string> fields_ = default_fields();  ///< Asked for with `expand`.
  bool answered_ = false;                               ///< The hub has answered at least once.
  std::chrono::milliseconds waited_{0};  ///< For retries, since the last usable answer.
  std::mt19937_64 random_;
};

}  // namespace stemma
