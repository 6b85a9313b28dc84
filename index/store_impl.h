#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "index/curated.h"
#include "index/model_store.h"
#include "index/rocks.h"
#include "schema/error.h"

namespace stemma {

/// What publishing and deriving see of the store beyond its public face.
struct ModelStore::Impl {
  Impl(const std::filesystem::path& path, bool read_only) : rocks{path, read_only} {}

  [[nodiscard]] Error damaged(const std::string& what) const {
    return Error{
        ErrorKind::corrupt,
        what + " in the store " + rocks.name() +
            " is damaged or of a newer version: restore a backup, or import again elsewhere"};
  }

  /// What was entered by hand, from the snapshot on that each stands with; up to `newest`,
  /// ascending.
  [[nodiscard]] std::vector<std::pair<SnapshotNumber, Curated>> curated_states(
      SnapshotNumber newest) const;

  /// The newest snapshot up to which the family `seen` holds presence by block; 0 where it holds
  /// none: the store is older than that.
  [[nodiscard]] SnapshotNumber presence_covers() const;
  /// Which ordinals the walk of `snapshot` saw; nobody before the first.
  [[nodiscard]] std::vector<bool> seen_by(SnapshotNumber snapshot) const;

  rocks::Handle rocks;
};

/// Keys and values of presence by block for the snapshots after `covered` up to `newest`, in the
/// order of the snapshots.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> presence_rows(
    const ModelStore::Impl& impl, SnapshotNumber covered, SnapshotNumber newest);

}  // namespace stemma
