#pragma once

#include <optional>
#include <string>

#include "index/data_dir.h"
#include "index/model_store.h"

namespace stemma {

/// The newest snapshot that each part of a data directory knows; 0 where it knows none, or is not
/// there.
struct NewestKnown {
  SnapshotNumber store = 0;
  SnapshotNumber ledger = 0;
  SnapshotNumber file = 0;  ///< Of the snapshot files that can be used.
};
/// Reads them without writing anything. Throws Error{storage} or Error{corrupt} where a part cannot
/// be read. Cost: opens the store; reads the heads of the snapshot files.
[[nodiscard]] NewestKnown newest_known(const DataDir& data);

/// What is wrong where ledger or files know of a snapshot that the store has lost, and what to do,
/// in sentences; nullopt where they agree. A store that knows more than they do is none: a process
/// that was killed leaves that, and the next writer mends it.
[[nodiscard]] std::optional<std::string> find_lost_snapshot(const DataDir& data,
                                                            const NewestKnown& newest);

/// Opens the store for writing, once ledger and snapshot files agree with it. RocksDB takes a
/// MANIFEST whose end is missing for a shorter one and then deletes the files that it no longer
/// names: publishing over that would make the loss final. Throws Error{corrupt} with what to do;
/// nothing was changed then. The caller holds the WriteLock.
[[nodiscard]] ModelStore open_for_writing(const DataDir& data);

/// Makes the newest snapshot of the store the newest there is: files of later ones are kept as
/// `N.stemma.lost`, and their runs are marked. The caller holds the WriteLock. Returns how many
/// snapshots were given up.
SnapshotNumber forget_lost_snapshots(const DataDir& data);

}  // namespace stemma
