#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "schema/snapshot_sections.h"

namespace stemma {

/// The one place that knows what lies where in a data directory:
///   FORMAT              the format version, text
///   lock                held (flock) by the one process that writes; says who
///   night.lock          the same for a whole `nightly`
///   store/              RocksDB: the truth
///   ledger.sqlite       SQLite: what we did
///   snapshots/N.stemma  published snapshots: derived
///   rollups/G.sqlite    sums behind curves and leaderboards: derived; the newest G that is
///   complete scratch/            files on their way into the store; whatever is left of a killed
///   process goes with the next one
class DataDir {
 public:
  static constexpr int kFormatVersion = 1;

  /// Opens an existing directory. Throws Error{not_found} when it is none (saying how to make one),
  /// Error{corrupt} when it was written by a newer version (saying what to do).
  [[nodiscard]] static DataDir open(const std::filesystem::path& path);
  /// Opens it, or makes it where there is none. Throws Error{storage} when it may not be written,
  /// and Error{usage} when the path exists, is not empty and is no data directory.
  [[nodiscard]] static DataDir open_or_create(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::filesystem::path store() const { return path_ / "store"; }
  [[nodiscard]] std::filesystem::path ledger() const { return path_ / "ledger.sqlite"; }
  [[nodiscard]] std::filesystem::path snapshots() const { return path_ / "snapshots"; }
  [[nodiscard]] std::filesystem::path snapshot(SnapshotNumber number) const;
  /// What somebody entered by hand, if anything (index/curated.h).
  [[nodiscard]] std::filesystem::path curated() const { return path_ / "curated.toml"; }
  [[nodiscard]] std::filesystem::path rollups() const { return path_ / "rollups"; }
  [[nodiscard]] std::filesystem::path scratch() const { return path_ / "scratch"; }
  /// Snapshots up to this number have had their files pruned; 0 where none has. Kept in
  /// snapshots/PRUNED.
  [[nodiscard]] SnapshotNumber pruned_up_to() const;
  /// Throws Error{storage}.
  void set_pruned_up_to(SnapshotNumber number) const;
  /// Numbers of the snapshot files that are there, ascending.
  [[nodiscard]] std::vector<SnapshotNumber> published() const;

 private:
  explicit DataDir(std::filesystem::path path) : path_{std::move(path)} {}
  std::filesystem::path path_;
};

/// Holds one of the directory's locks until destroyed; the kernel lets go of it when the process
/// dies.
class WriteLock {
 public:
  enum class What {
    store,  ///< Whoever writes the store or the ledger's runs.
    night,  ///< A whole `nightly`, which takes the store's lock for each of its steps.
  };
  /// `purpose` is what others are told: "crawl of https://...". Throws Error{unavailable} saying
  /// who holds it.
  WriteLock(const DataDir& data, const std::string& purpose, What what = What::store);
  ~WriteLock();
  WriteLock(const WriteLock&) = delete;
  WriteLock& operator=(const WriteLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace stemma
