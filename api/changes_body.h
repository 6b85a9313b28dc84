#pragma once

#include "api/request.h"
#include "index/snapshot_set.h"

namespace stemma {

/// All changes after snapshot `since` up to `to`, as NDJSON, snapshot by snapshot: each begins with
/// a line of kind `snapshot` (seq 0) that tells what every row shares; a last line closes the
/// stream. Records up to `skip` of the first snapshot are left out. One snapshot's changes are held
/// at a time. `since` 0 begins with nothing. `snapshots` must outlive the result.
[[nodiscard]] ChunkSource change_lines(SnapshotSource& snapshots, SnapshotNumber since,
                                       SnapshotNumber to, std::optional<std::uint64_t> skip);

}  // namespace stemma
