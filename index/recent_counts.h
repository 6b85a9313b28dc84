#pragma once

#include <span>
#include <vector>

#include "graph/adoption.h"
#include "graph/rollup.h"
#include "index/model_store.h"

namespace stemma {

/// A snapshot of the past, and whether it may be compared with.
struct PastSnapshot {
  SnapshotNumber number = 0;
  UnixSeconds observed_at = 0;
  bool usable = true;
};

/// What the counts of one snapshot come to.
struct SnapshotCounts {
  CounterMoves moves;  ///< Of the large models, from the snapshot before; nothing for the first.
  SnapshotFlags flags;
  DerivedCounts derived;  ///< All unknown where the snapshot is not usable.
};

/// Derives them for `snapshot`, which is one of `store`, from what was observed up to then. `past`
/// are the snapshots before it, ascending. Reads each block's changes back to the last observation
/// that decides, most often 31 days, not the whole history. Runs on two threads.
[[nodiscard]] SnapshotCounts derive_counts(const ModelStore& store, const SnapshotView& snapshot,
                                           std::span<const PastSnapshot> past);

/// What the walk of one snapshot observed, one entry a node.
struct NightObservations {
  std::vector<bool> seen;      ///< Whether the walk saw it; false for ghosts.
  std::vector<Counts> counts;  ///< As it told them; kUnknownCount where it did not.
};

/// Of `snapshot`, which is one of `store`. Cost: the newest change of each block.
[[nodiscard]] NightObservations observe_night(const ModelStore& store,
                                              const SnapshotView& snapshot);

}  // namespace stemma
