#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "crawler/http_client.h"
#include "crawler/hub_client.h"
#include "index/publish.h"

namespace stemma {

struct CrawlOptions {
  std::string hub;            ///< `https://host[:port]`
  std::string token;          ///< Empty: anonymous. Never stored, never in a message.
  std::string scope = "all";  ///< "all", or "search:TEXT,author:NAME,..."
  UnixSeconds observed_at =
      kUnknownTime;  ///< kUnknownTime: the clock. A resumed crawl keeps its own.
  bool resolve =
      false;  ///< Asks for the names of ghosts after a crawl of everything; a part always does.
  std::int64_t max_requests = 0;    ///< Of the listing, retries included; 0: no limit.
  std::int64_t max_lookups = 1000;  ///< Names asked for one by one.
  double pace = 0.8;                ///< Share of the hub's quota to use.
  bool accept_shrink = false;
  bool restart = false;  ///< Gives up an unfinished crawl instead of resuming it.
  RetryPolicy retry;
  HubClient::Sleep sleep;  ///< Empty: really sleeps.
};

/// How far a crawl is.
struct CrawlProgress {
  std::string step;  ///< "walking", "resolving", "publishing"
  std::int64_t pages = 0;
  std::int64_t documents = 0;  ///< Rows seen while walking, documents while publishing.
  std::int64_t requests = 0;
  std::int64_t retries = 0;
  std::int64_t bytes = 0;
  std::int64_t lookups = 0;                ///< Names asked for.
  std::int64_t lookups_left = 0;           ///< Names still to ask for in this round.
  std::optional<std::int64_t> quota_left;  ///< Requests left in the hub's window.
  std::optional<std::int64_t> quota;
};
using CrawlProgressFn = std::function<void(const CrawlProgress&)>;

/// Walks a hub's listing in the order of `_id`, stores each page before the ledger moves on, asks
/// for the parents that are missing, and publishes a snapshot. Resumes an unfinished crawl of the
/// same hub and scope by itself. Whatever fails, what was stored stays, the ledger says why, and
/// the next call goes on from there. Throws Error{usage} for a bad scope or hub, for an unfinished
/// crawl of something else, and for an observation time before the last published one;
/// Error{unavailable} when the hub, or the directory's lock, is out of reach.
PublishReport crawl(const std::filesystem::path& data, const CrawlOptions& options,
                    HttpClient& http, const CrawlProgressFn& progress);

}  // namespace stemma
