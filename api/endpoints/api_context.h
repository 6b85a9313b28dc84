#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "api/endpoints/metrics.h"
#include "api/http/address_set.h"
#include "api/query/night_facts.h"
#include "api/query/queries.h"
#include "api/query/snapshot_facts.h"
#include "index/adoption_source.h"
#include "index/snapshot_set.h"

namespace stemma {

/// What requests are answered from. Thread-safe; `snapshots` and `families` must outlive it.
struct ApiContext {
  ApiContext(SnapshotSource& source, const FamilySet& definitions);

  SnapshotSource& snapshots;
  const FamilySet& families;
  /// Where curves and leaderboards come from; nullptr where there are none. Must outlive it.
  AdoptionSource* adoption = nullptr;
  /// Called from many threads, as is the next; empty where there is no ledger.
  UnreadFieldsReader troubles;
  /// The newest runs and nights, for those who watch.
  std::function<CrawlHistory()> history;
  /// Told what went wrong behind every 5xx: the client is not told paths and library messages.
  std::function<void(const std::string&)> log;
  /// Whose `X-Forwarded-Host` and `X-Forwarded-Proto` are believed: nobody's, unless told.
  AddressSet trusted_proxies;
  FactsCache facts;
  NightFactsCache nights;
  Metrics metrics;
  const std::uint64_t families_hash;  ///< Of the definitions: other families, other answers.
};

}  // namespace stemma
