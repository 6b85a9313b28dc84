#pragma once

#include <filesystem>
#include <memory>

#include "schema/snapshot_sections.h"

namespace stemma {

/// A snapshot that a reader holds: stays valid as long as the handle lives, whatever is published
/// or pruned meanwhile.
using SnapshotHandle = std::shared_ptr<const SnapshotView>;

/// Writes `columns` beside `path` and renames it into place, so that a reader never sees half of
/// one. Synced to disk before the rename. Throws Error{storage} naming the file.
void write_snapshot_file(const SnapshotColumns& columns, const std::filesystem::path& path);

/// Maps a snapshot file for reading. Checks magic, version, byte order, size and the section table,
/// and with `verify` every checksum and the sections' consistency. Throws Error{corrupt} or
/// Error{storage} naming the file.
[[nodiscard]] SnapshotHandle open_snapshot_file(const std::filesystem::path& path,
                                                bool verify = true);

/// From then on the process ends with exit code 1 and a line that says why, not by SIGBUS, where a
/// mapped snapshot file is cut under it. For programs, at their start.
void explain_lost_bytes() noexcept;

}  // namespace stemma
