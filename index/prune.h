#pragma once

#include <cstddef>
#include <cstdint>

#include "index/data_dir.h"
#include "index/model_store.h"

namespace stemma {

struct PruneReport {
  std::size_t snapshot_files = 0;  ///< Removed.
  std::size_t document_packs = 0;  ///< Removed; a pack is some 256 KiB of raw documents.
  std::uint64_t bytes = 0;         ///< That those were.
};

/// Removes the files of all but the newest `keep` (at least 1) snapshots, and raw documents that
/// none of those kept shows any more. What is derived is never touched: any snapshot can still be
/// answered from the store, more slowly, and cursors of pruned ones end. Killed anywhere, the next
/// call finishes. The caller holds the directory's WriteLock. Throws Error.
PruneReport prune(const DataDir& data, ModelStore& store, std::size_t keep);

}  // namespace stemma
