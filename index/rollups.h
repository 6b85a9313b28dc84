#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "graph/family.h"
#include "index/data_dir.h"
#include "index/model_store.h"
#include "index/rollup_store.h"

namespace stemma {

// The files `rollups/G.sqlite` of a data directory. A file is made anew beside the one in use,
// under the next number, and is in use once it has caught up with the store; older ones are then
// removed.

/// How far a roll-up is.
struct RollupProgress {
  SnapshotNumber done = 0;
  SnapshotNumber last = 0;
};

struct RollupOptions {
  bool anew = false;  ///< Also what is there already.
  /// Asked between two snapshots; what is done stays, and the next call goes on there.
  const std::atomic<bool>* stop = nullptr;
  std::function<void(const RollupProgress&)> progress;
};

struct RollupReport {
  SnapshotNumber rolled_up = 0;  ///< How many snapshots.
  SnapshotNumber newest = 0;     ///< The newest that is rolled up.
  bool stopped = false;
  /// Why all was made anew, as a clause: "the families were defined otherwise"; empty where it was
  /// only gone on with.
  std::string anew_because;
};

/// Brings the roll-ups up to the newest snapshot of the store. Where there is no file, or it cannot
/// be used, or it was made with other families, all snapshots are rolled up: the result is the same
/// as had each been when it was published. The caller holds the WriteLock. Cost: for each snapshot
/// that is missing, opening or deriving it, and seconds at millions of models.
RollupReport update_rollups(const DataDir& data, ModelStore& store, const FamilySet& families,
                            const RollupOptions& options);

/// The definitions as the roll-ups know them; labels make no difference.
[[nodiscard]] std::string definitions_hash(const FamilySet& families);

/// Throws Error{unavailable} where the roll-ups were made with other definitions: what they say of
/// a family would be of another one of that name.
void require_same_families(RollupStore& rollups, const FamilySet& families);

/// The file in use, for reading. Throws Error{unavailable} where there is none, saying what to do.
[[nodiscard]] RollupStore open_rollups(const DataDir& data);

}  // namespace stemma
