#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "graph/augment.h"
#include "graph/family.h"
#include "graph/lint.h"
#include "graph/search.h"
#include "graph/walk.h"
#include "index/snapshot_file.h"

namespace stemma {

/// A ghost whose name is the base name of one much-used live model alone, so that what claims it
/// most likely means that model.
struct GhostNamesake {
  NodeId ghost = kNoNode;
  std::uint64_t descendants = 0;  ///< Live.
};

/// A snapshot with what is costly to compute and the same for everyone who asks about it: computed
/// when first asked for, then kept. Thread-safe.
class SnapshotFacts {
 public:
  SnapshotFacts(SnapshotHandle snapshot, const FamilySet& families, const EdgeChoice& choice = {});

  /// Computes all of it that is the same for everyone, the quick parts first, so that nobody waits
  /// for it later. Cost: some seconds at five million models. Others may ask meanwhile: they wait
  /// for the part that they ask for. Ends between two parts once `stop` is requested.
  void prepare(const std::stop_token& stop);

  [[nodiscard]] const SnapshotView& snapshot() const noexcept { return *snapshot_; }
  [[nodiscard]] const SnapshotHandle& handle() const noexcept { return snapshot_; }
  /// With the series that were found among the roots of this snapshot.
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
  /// Derivatives of a family by the day of their creation (its first second), ascending;
  /// kUnknownTime first. Live ones, or with gone ones too.
  using Days = std::vector<std::pair<UnixSeconds, std::uint64_t>>;
  [[nodiscard]] const Days& created_by_day(const FamilyDefinition& family);
  [[nodiscard]] const Days& ever_created_by_day(const FamilyDefinition& family);
  /// The nodes with these numbers in the store; kNoNode where there is none. Cost, the first time:
  /// a look at all nodes.
  [[nodiscard]] std::vector<NodeId> nodes_of_ordinals(std::span<const std::uint32_t> ordinals);
  /// How many live models descend from `node`.
  [[nodiscard]] std::uint64_t live_descendants(NodeId node);
  /// The names, prepared for search_names().
  [[nodiscard]] const SearchIndex& search_index();

  /// nullopt for what is not live, has fewer than 10 children and 10,000 downloads, shares its base
  /// name with another such model, or has no such ghost with descendants. The ghost is one without
  /// an owner. Cost, the first time for a model that has one: a look at all names.
  [[nodiscard]] std::optional<GhostNamesake> ghost_namesake(NodeId model);

  /// Whether some of these nodes end an edge that rests on curated claims alone: what is counted of
  /// them may then be less without such edges. Cost: a look at each node.
  [[nodiscard]] bool touches_curated(std::span<const Reached> reached);
  /// Of the derivatives of a family, those that are none without such edges.
  [[nodiscard]] std::uint64_t curated_only(const FamilyDefinition& family);
  /// Of the live descendants of a node, those that are none without such edges.
  [[nodiscard]] std::uint64_t curated_only(NodeId node);
  [[nodiscard]] const CuratedEdges& curated_edges();
  /// The same snapshot without such edges; itself where it has none.
  [[nodiscard]] SnapshotFacts& without_curated();

 private:
  struct Downstream {
    std::uint64_t live = 0;
    bool curated = false;  ///< touches_curated() of all that descends.
  };
  [[nodiscard]] Downstream downstream(NodeId node);
  struct CreatedDays {
    Days live, ever;
  };
  [[nodiscard]] const CreatedDays& created_days(const FamilyDefinition& family);
  [[nodiscard]] const std::vector<NodeId>& curated_ends();

  const SnapshotHandle base_;
  const EdgeChoice choice_;
  const SnapshotHandle snapshot_;
  const FamilySet families_;
  std::mutex
      mutex_;  // guards all below; held while a family is computed, so that it is computed once
  std::optional<std::vector<bool>> bursts_;
  std::map<std::string, FamilySummary> summaries_;
  std::map<std::string, FractionalSummary> fractional_;
  std::optional<std::uint64_t> in_no_family_;
  std::optional<std::vector<NodeId>> curated_ends_;
  std::map<std::string, std::uint64_t> curated_only_;
  std::optional<CuratedEdges> curated_edges_;
  std::unique_ptr<SnapshotFacts> without_curated_;
  std::map<std::string, CreatedDays> created_days_;
  std::vector<NodeId> nodes_of_ordinals_;
  // What takes longest has a flag of its own: who asks for the rest need not wait for it.
  std::once_flag shared_, linted_, indexed_;
  std::optional<FractionalShares> shares_;   // set under shared_
  std::vector<LintItem> lint_;               // set under linted_
  std::optional<SearchIndex> search_index_;  // set under indexed_
  std::mutex counts_mutex_;
  std::unordered_map<NodeId, Downstream> downstream_;  // guarded by counts_mutex_
  std::unordered_map<NodeId, bool> only_bearers_;      // guarded by counts_mutex_
};

/// A snapshot with the chosen edges; keeps the snapshot itself.
[[nodiscard]] SnapshotHandle with_edges(const SnapshotHandle& snapshot, const EdgeChoice& choice);

/// The facts of the few snapshots that were asked about last. Thread-safe.
class FactsCache {
 public:
  explicit FactsCache(const FamilySet& families) : families_{families} {}
  [[nodiscard]] std::shared_ptr<SnapshotFacts> of(const SnapshotHandle& snapshot,
                                                  EdgeChoice choice = {});

 private:
  static constexpr std::size_t kKept = 4;
  /// Made outside of the lock: over other edges it takes seconds.
  struct Slot {
    std::once_flag made;
    std::optional<SnapshotFacts> facts;
  };
  struct Entry {
    SnapshotHandle snapshot;
    EdgeChoice choice;
    std::shared_ptr<Slot> slot;
  };
  const FamilySet& families_;
  std::mutex mutex_;
  std::vector<Entry> entries_;  // guarded by mutex_; the one used last is last
};

}  // namespace stemma
