#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "index/data_dir.h"
#include "schema/snapshot_sections.h"

namespace stemma {

/// What was checked, and everything that is wrong; nothing is changed.
struct VerifyReport {
  struct Snapshot {
    SnapshotTotals totals;
    bool file = false;     ///< Its file is there and was checked; false for a pruned one.
    bool derived = false;  ///< Built again from the store and compared.
  };
  std::vector<Snapshot> snapshots;
  std::uint64_t versions = 0;              ///< Of models, decoded.
  std::uint64_t documents = 0;             ///< Packs of raw documents, unpacked.
  std::uint64_t files_partly_covered = 0;  ///< Of the store: see rocks::Handle::verify_checksums.
  std::vector<std::string> problems;       ///< In sentences; empty when all is well.

  [[nodiscard]] bool ok() const noexcept { return problems.empty(); }
};

/// Checks a data directory against itself:
///  - the store: RocksDB's checksums of every file, every value can be decoded, snapshots are
///    numbered without gaps and observed in order;
///  - the ledger: SQLite's own check;
///  - store, ledger and snapshot files know of the same snapshots;
///  - each snapshot: the checksums of its file; edges both ways are the same edges; counts are what
///    there is to be counted; every edge has a claim; of live models, claims kept + rejected + on
///    themselves = observed;
///  - the newest snapshot, or with `all` every one (also those whose file was pruned), built again
///    from the store is the file, byte for byte.
/// Runs beside anything else. Throws Error only where nothing can be checked at all. `progress` is
/// told what is being done. Cost: reads everything once, and builds a snapshot, or all.
[[nodiscard]] VerifyReport verify(const DataDir& data, bool all,
                                  const std::function<void(const std::string&)>& progress);

/// The claims of a snapshot counted anew, and its edges against its totals: what of it does not
/// agree, in sentences. For snapshots that find_inconsistency has passed.
[[nodiscard]] std::vector<std::string> find_disagreements(const SnapshotView& snapshot);

}  // namespace stemma
