#pragma once

#include <filesystem>

#include "api/export/dump.h"
#include "index/snapshot_set.h"

namespace stemma {

/// Writes what happened from snapshot `since` to that of `facts` instead of the whole:
/// `changes.ndjson`, and a manifest that is the one of the whole dump but for its files, and that
/// says `since`. Throws Error{not_found} where `since` is no earlier snapshot, Error{storage}.
DumpReport write_changes_dump(SnapshotFacts& facts, SnapshotSource& snapshots, SnapshotNumber since,
                              const DumpRequest& request);

/// Brings a dump forward: `dump` holds models and edges of snapshot n of everything, as csv, ndjson
/// or both, compressed or not; `changes` is what write_changes_dump wrote since n. What comes to
/// `out` is, to the byte, what a dump of the later snapshot would be. Memory: the files of one
/// format, uncompressed, and an index of their rows. Throws Error{usage} where the two do not
/// belong together, Error{corrupt} for a file that is not what its manifest says, Error{storage}.
DumpReport apply_changes(const std::filesystem::path& dump, const std::filesystem::path& changes,
                         const std::filesystem::path& out);

}  // namespace stemma
