#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>

#include "index/snapshot_file.h"

namespace stemma {

/// Where answers get their snapshot from. Thread-safe.
class SnapshotSource {
 public:
  virtual ~SnapshotSource() = default;
  /// The newest published snapshot. Throws Error{unavailable} when none was published yet.
  [[nodiscard]] virtual SnapshotHandle current() = 0;
  /// Snapshot `number`. Throws Error{not_found} when it was never published, Error{pruned} when it cannot be had any more.
  [[nodiscard]] virtual SnapshotHandle at(SnapshotNumber number) = 0;
};

/// The published snapshots of a data directory. Sees a new one as soon as it is there, without a restart; keeps a
/// few open. Never takes the store's lock: a snapshot whose file is missing is built again from a read-only view
/// of the store.
class SnapshotSet final : public SnapshotSource {
 public:
  /// Throws Error{not_found} when `data` is no data directory, Error{corrupt} when it is of a newer version.
  explicit SnapshotSet(std::filesystem::path data);
  [[nodiscard]] SnapshotHandle current() override;
  [[nodiscard]] SnapshotHandle at(SnapshotNumber number) override;

 private:
  std::filesystem::path data_;
  std::mutex mutex_;
  std::map<SnapshotNumber, SnapshotHandle> open_;  ///< Guarded by mutex_.
};

}  // namespace stemma
