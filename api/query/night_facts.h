#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "api/query/alarms.h"
#include "api/query/snapshot_facts.h"
#include "graph/night_changes.h"
#include "index/snapshot_set.h"

namespace stemma {

/// What one snapshot brought, against the one before. Immutable.
struct NightFacts {
  SnapshotHandle after;
  /// The snapshot before; nullptr for the first, and where the one before was pruned: then nothing
  /// is known of changes.
  SnapshotHandle before;
  NightChanges changes;
};

/// The nights that were asked about last, computed once each. Thread-safe. Cost of a new one: a
/// look at all nodes and edges of both snapshots.
class NightFactsCache {
 public:
  [[nodiscard]] std::shared_ptr<const NightFacts> of(SnapshotSource& snapshots,
                                                     const SnapshotHandle& after);
  /// find_alarms() of the view's snapshot; `facts` must be those of it.
  [[nodiscard]] std::shared_ptr<const std::vector<Alarm>> alarms(AdoptionView& view,
                                                                 SnapshotFacts& facts);

 private:
  static constexpr std::size_t kKept = 3;
  struct Alarms {
    SnapshotHandle snapshot;
    std::shared_ptr<const std::vector<Alarm>> alarms;
  };
  std::mutex mutex_;  // held while a night is computed, so that it is computed once
  std::vector<std::shared_ptr<const NightFacts>> nights_;  // guarded by mutex_; the last used last
  std::vector<Alarms> alarms_;                             // guarded by mutex_
};

}  // namespace stemma
