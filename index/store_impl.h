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

  rocks::Handle rocks;
};

}  // namespace stemma
