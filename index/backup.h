#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "index/data_dir.h"

namespace stemma {

struct BackupOptions {
  /// Take copies even where a file could be shared with the original by a hard link. Shared files
  /// cost nothing, and are lost with the disk that both lie on.
  bool copy = false;
  /// Told what is being done.
  std::function<void(const std::string&)> progress;
};

struct BackupReport {
  SnapshotNumber newest = 0;  ///< 0 where nothing was published yet.
  std::uint64_t linked = 0;   ///< Files.
  std::uint64_t copied = 0;
  std::uint64_t bytes_copied = 0;
};

/// Writes a consistent copy of a data directory to `target`, a data directory like any other, while
/// others read and write the original: files that never change are shared by hard links where both
/// lie on one file system, and copied where not; SQLite files are copied by SQLite's own backup.
/// What was published when it began is in it. It is made in `target.new`, checked as `stemma
/// verify` does, and takes the place of `target` when all is well; an earlier copy there stays
/// until then, and what a killed backup left is made anew. Throws Error{usage} where `target` is
/// something else or lies in the data directory, Error{storage}, Error{corrupt} that says what the
/// check found, Error{unavailable} where the store changed too often meanwhile.
BackupReport backup(const DataDir& data, const std::filesystem::path& target,
                    const BackupOptions& options);

/// The way back: the same from a copy to `target`, which must not exist or be empty.
BackupReport restore(const std::filesystem::path& copy, const std::filesystem::path& target,
                     const BackupOptions& options);

}  // namespace stemma
