#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "crawler/page_source.h"
#include "index/publish.h"

namespace stemma {

struct CrawlOptions {
  std::string scope = "all";  ///< "all", or "search:TEXT,author:NAME,..."
  /// Set: walks only models that are newer than this time or `_id` (24 hex digits); empty text:
  /// than what the last complete walk, or the last walk of new models, knew.
  std::optional<std::string> since;
  UnixSeconds observed_at =
      kUnknownTime;  ///< kUnknownTime: the clock. A resumed crawl keeps its own.
  /// After a walk of everything asks for the names of ghosts, and for models that were missing. A
  /// crawl of a part always asks for the parents that it lacks.
  bool resolve = false;
  std::int64_t max_requests = 0;          ///< Of the listing, retries included; 0: no limit.
  std::int64_t max_lookups = 1000;        ///< Names of ghosts to ask for in one crawl.
  std::int64_t max_confirmations = 1000;  ///< Missing models to ask for in one crawl.
  /// How long an answer that a name leads nowhere is believed; in seconds.
  std::int64_t lookup_valid = std::int64_t{30} * 24 * 60 * 60;
  double shrink_limit = kShrinkLimit;  ///< Share of the models that may be missing.
  bool accept_shrink = false;
  bool restart = false;  ///< Gives up an unfinished crawl instead of resuming it.
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
  std::int64_t expected = 0;               ///< Rows of the last complete walk; 0: not known.
  std::optional<std::int64_t> quota_left;  ///< Requests left in the hub's window.
  std::optional<std::int64_t> quota;
};
using CrawlProgressFn = std::function<void(const CrawlProgress&)>;

/// Walks a source's listing in the order of `_id`, stores each page before the ledger moves on,
/// asks for the parents that are missing, and publishes a snapshot. Resumes an unfinished crawl of
/// the same source and scope by itself. Whatever fails, what was stored stays, the ledger says why,
/// and the next call goes on from there. A walk that is refused as too small (ShrinkRefused) is
/// held: with `accept_shrink` the next call publishes it, without it walks anew. Throws
/// Error{usage} for a bad scope, for an unfinished crawl of something else, and for an observation
/// time before the last published one; Error{unavailable} when the source, or the directory's lock,
/// is out of reach.
PublishReport crawl(const std::filesystem::path& data, const CrawlOptions& options,
                    PageSource& source, const CrawlProgressFn& progress);

}  // namespace stemma
