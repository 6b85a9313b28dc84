#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "api/metrics.h"
#include "api/queries.h"
#include "api/request.h"
#include "api/snapshot_facts.h"
#include "index/snapshot_set.h"

namespace stemma {

/// What requests are answered from. Thread-safe; `snapshots` and `families` must outlive it.
struct ApiContext {
  /// `rejected` is called from many threads; leave it out where there is no ledger.
  ApiContext(SnapshotSource& source, const FamilySet& definitions,
             RejectedReader rejected_reader = {});

  SnapshotSource& snapshots;
  const FamilySet& families;
  RejectedReader rejected;
  /// Told what went wrong behind every 5xx: the client is not told paths and library messages.
  std::function<void(const std::string&)> log;
  FactsCache facts;
  Metrics metrics;
  const std::uint64_t families_hash;  ///< Of the definitions: other families, other answers.
};

/// Answers one request: the whole of the HTTP behaviour, without a socket. Never throws.
/// Thread-safe. For HEAD the body is that of GET; the server keeps it back.
[[nodiscard]] Response handle(const Request& request, ApiContext& context);

}  // namespace stemma
