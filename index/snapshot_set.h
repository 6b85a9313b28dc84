#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "index/data_dir.h"
#include "index/snapshot_file.h"

namespace stemma {

/// Where answers get their snapshot from. Thread-safe.
class SnapshotSource {
 public:
  virtual ~SnapshotSource() = default;
  /// The newest published snapshot. Throws Error{unavailable} when none was published yet.
  [[nodiscard]] virtual SnapshotHandle current() = 0;
  /// Snapshot `number`. Throws Error{not_found} when it was never published.
  [[nodiscard]] virtual SnapshotHandle at(SnapshotNumber number) = 0;
  /// Whether its file was pruned: it can be had, but not quickly, so pages of it end.
  [[nodiscard]] virtual bool pruned(SnapshotNumber number) = 0;
  /// How many files of snapshots were found that cannot be used.
  [[nodiscard]] virtual std::uint64_t damaged_files() const { return 0; }
};

/// The published snapshots of a data directory. Sees a new one within a tenth of a second, without
/// a restart; keeps a few open. Never takes the store's lock: a snapshot whose file is missing is
/// built again from a read-only view of the store, which takes as long as publishing it did.
class SnapshotSet final : public SnapshotSource {
 public:
  /// `warn` is told once of each snapshot whose file cannot be used, from any thread.
  explicit SnapshotSet(DataDir data, std::function<void(const std::string&)> warn = {})
      : data_{std::move(data)}, warn_{std::move(warn)} {}
  [[nodiscard]] SnapshotHandle current() override;
  [[nodiscard]] SnapshotHandle at(SnapshotNumber number) override;
  [[nodiscard]] bool pruned(SnapshotNumber number) override;

  /// For servers: looks for a newer snapshot, tells `prepare` of it, and only then lets current()
  /// answer with it. The newest at the first call is current already. From that call on current()
  /// looks for nothing itself: call this again and again, from one thread. What `prepare` throws is
  /// warned of, and the snapshot is taken up all the same. Nothing happens while none is published.
  void take_up(const std::function<void(const SnapshotHandle&)>& prepare);

  /// How many snapshot files were found that cannot be used.
  [[nodiscard]] std::uint64_t damaged_files() const override;

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] SnapshotHandle open_or_rebuild(SnapshotNumber number);
  [[nodiscard]] SnapshotHandle rebuild(SnapshotNumber number);
  /// The newest snapshot that there is; mutex_ is held.
  [[nodiscard]] SnapshotNumber look_for_newest();
  [[nodiscard]] SnapshotNumber newest_in_store() const;
  /// Whether the snapshot's file can be used or the store knows the snapshot. A stray file is told.
  [[nodiscard]] bool is_published(SnapshotNumber number);
  void report_damaged(SnapshotNumber number, const std::string& message);
  void keep(SnapshotNumber number, const SnapshotHandle& handle);

  DataDir data_;
  std::function<void(const std::string&)> warn_;
  mutable std::mutex mutex_;
  std::mutex rebuilding_;      ///< One rebuild at a time; readers of others go on.
  SnapshotNumber newest_ = 0;  ///< Guarded by mutex_, as is the next.
  Clock::time_point checked_{};
  bool attended_ = false;        ///< take_up() was called. Guarded by mutex_.
  SnapshotNumber taken_up_ = 0;  ///< The last that take_up() told of. Of its thread.
  std::map<SnapshotNumber, SnapshotHandle> open_;  ///< Guarded by mutex_.
  std::set<SnapshotNumber> damaged_;               ///< Guarded by mutex_.
};

}  // namespace stemma
