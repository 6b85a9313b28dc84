#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "api/endpoints/metrics.h"
#include "api/http/address_set.h"
#include "api/http/request.h"
#include "api/http/request_handlers.h"
#include "api/query/queries.h"
#include "api/query/snapshot_facts.h"
#include "index/snapshot_set.h"

namespace stemma {

/// What requests are answered from. Thread-safe; `snapshots` and `families` must outlive it.
struct ApiContext {
  ApiContext(SnapshotSource& source, const FamilySet& definitions);

  SnapshotSource& snapshots;
  const FamilySet& families;
  /// Called from many threads, as is the next; empty where there is no ledger.
  TroublesReader troubles;
  /// The newest runs and nights, for those who watch.
  std::function<CrawlHistory()> history;
  /// Told what went wrong behind every 5xx: the client is not told paths and library messages.
  std::function<void(const std::string&)> log;
  /// Whose `X-Forwarded-Host` and `X-Forwarded-Proto` are believed: nobody's, unless told.
  AddressSet trusted_proxies;
  FactsCache facts;
  Metrics metrics;
  const std::uint64_t families_hash;  ///< Of the definitions: other families, other answers.
};

/// Answers one request: the whole of the HTTP behaviour, without a socket. Never throws.
/// Thread-safe. For HEAD the body is that of GET; the server keeps it back.
[[nodiscard]] Response handle(const Request& request, ApiContext& context);

/// The answer to what could not be read as a request, with what every answer has. Never throws.
/// Thread-safe.
[[nodiscard]] Response refuse(int status, std::string_view detail, ApiContext& context);

/// These two for a server; `context` must outlive it.
[[nodiscard]] RequestHandlers handlers_of(ApiContext& context);

}  // namespace stemma
