#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "graph/family.h"
#include "graph/lint.h"
#include "index/snapshot_file.h"

namespace stemma {

/// A snapshot with what is costly to compute and the same for everyone who asks about it: computed
/// when first asked for, then kept. Thread-safe. `families` must outlive it.
class SnapshotFacts {
 public:
  SnapshotFacts(SnapshotHandle snapshot, const FamilySet& families)
      : snapshot_{std::move(snapshot)}, families_{families} {}

  [[nodiscard]] const SnapshotView& snapshot() const noexcept { return *snapshot_; }
  [[nodiscard]] const SnapshotHandle& handle() const noexcept { return snapshot_; }
  [[nodiscard]] const FamilySet& families() const noexcept { return families_; }
  [[nodiscard]] SnapshotNumber number() const noexcept { return snapshot_->total().number; }

  /// `family` must be one of families().definitions().
  [[nodiscard]] const FamilySummary& summary(const FamilyDefinition& family);
  [[nodiscard]] const FractionalShares& shares();
  /// Of a top-level family.
  [[nodiscard]] const FractionalSummary& fractional(const FamilyDefinition& family);
  /// Live models that are in no top-level family.
  [[nodiscard]] std::uint64_t in_no_family();
  [[nodiscard]] const std::vector<LintItem>& lint();
  /// How many live models descend from `node`.
  [[nodiscard]] std::uint64_t live_descendants(NodeId node);

 private:
  const SnapshotHandle snapshot_;
  const FamilySet& families_;
  std::mutex
      mutex_;  // guards all below; held while a family is computed, so that it is computed once
  std::optional<std::vector<bool>> bursts_;
  std::map<std::string, FamilySummary> summaries_;
  std::optional<FractionalShares> shares_;
  std::map<std::string, FractionalSummary> fractional_;
  std::optional<std::uint64_t> in_no_family_;
  std::optional<std::vector<LintItem>> lint_;
  std::mutex counts_mutex_;
  std::unordered_map<NodeId, std::uint64_t> descendants_;  // guarded by counts_mutex_
};

/// A snapshot with the inferred edges that are at least that sure; keeps the snapshot itself.
[[nodiscard]] SnapshotHandle with_inferred(const SnapshotHandle& snapshot, float min_confidence);

/// The facts of the few snapshots that were asked about last. Thread-safe.
class FactsCache {
 public:
  explicit FactsCache(const FamilySet& families) : families_{families} {}
  /// With `inferred_from`, of the snapshot with the inferred edges that are at least that sure.
  [[nodiscard]] std::shared_ptr<SnapshotFacts> of(const SnapshotHandle& snapshot,
                                                  std::optional<float> inferred_from = {});

 private:
  static constexpr std::size_t kKept = 4;
  struct Entry {
    SnapshotHandle snapshot;
    unsigned rules;  ///< The inference rules whose edges were added: one bit each.
    std::shared_ptr<SnapshotFacts> facts;
  };
  const FamilySet& families_;
  std::mutex mutex_;
  std::vector<Entry> entries_;  // guarded by mutex_; the one used last is last
};

}  // namespace stemma
