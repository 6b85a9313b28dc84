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

/// How the counts of the large models moved from the snapshot before to `snapshot`, which is one of
/// `store`. Nothing for the first. Cost: two values for each block of 256 models.
[[nodiscard]] CounterMoves counter_moves(const ModelStore& store, const SnapshotView& snapshot);

/// What is derived of each model of `snapshot` from what was observed of it up to then. `past` are
/// the snapshots up to and with this one, ascending. Where the last is not usable all is unknown.
/// Reads each block's changes back to the last observation that decides, most often 31 days, not
/// the whole history.
[[nodiscard]] DerivedCounts derive_counts(const ModelStore& store, const SnapshotView& snapshot,
                                          std::span<const PastSnapshot> past);

}  // namespace stemma
