#pragma once

#include <cstdint>
#include <optional>

#include "api/chunk_source.h"
#include "api/query/params.h"
#include "index/snapshot_set.h"

namespace stemma {

/// Which changes are asked for.
struct ChangesRange {
  SnapshotNumber since = 0;            ///< What is known already; 0 for nothing.
  SnapshotNumber to = 0;               ///< Up to this one.
  std::optional<std::uint64_t> after;  ///< Of the first snapshot, only lines beyond this `seq`.
};
/// Takes `since`, which must be there, and `seq`. Throws ParamError; Error{not_found} for a
/// snapshot after `newest`.
[[nodiscard]] ChangesRange read_changes_range(ParamReader& reader, SnapshotNumber newest);

/// All changes of the range as NDJSON, snapshot by snapshot: each begins with a line of kind
/// `snapshot` (seq 0) that tells what every row shares; a last line closes the stream. One
/// snapshot's changes are held at a time. `snapshots` must outlive the result.
[[nodiscard]] ChunkSource change_lines(SnapshotSource& snapshots, const ChangesRange& range);

}  // namespace stemma
