#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "schema/snapshot_sections.h"

namespace stemma {

/// Which edges a question is asked over.
struct EdgeChoice {
  /// With the inferred edges whose rule has at least this confidence; without any where empty.
  std::optional<float> inferred_from;
  bool curated = true;  ///< With the edges that rest on curated claims alone.

  [[nodiscard]] bool is_default() const noexcept { return !inferred_from && curated; }
  friend bool operator==(const EdgeChoice&, const EdgeChoice&) = default;
};

/// Whether all claims of an edge are curated ones.
[[nodiscard]] bool is_curated_only(const SnapshotView& snapshot, EdgeId edge) noexcept;

/// Edges of live models that rest on curated claims alone.
struct CuratedEdges {
  std::uint64_t edges = 0;
  std::array<std::uint64_t, 5> by_relation{};  ///< By the value of Relation.
};
/// Cost: a look at every edge.
[[nodiscard]] CuratedEdges count_curated_only(const SnapshotView& snapshot);

/// A snapshot with other edges than its own, so that every question can be asked of them: joined by
/// inferred ones, or without those that rest on curated claims alone. Nodes, names and totals are
/// the snapshot's own. Each inferred edge has one claim of source `inferred`, whose `note` is its
/// InferenceRule and whose words are told by `explain` (graph/infer.h); its `text` means nothing.
/// Without curated edges there are no curated claims either, and relations are those of the rest.
class AugmentedSnapshot {
 public:
  /// `base` must outlive it. Linear in nodes, edges and claims.
  AugmentedSnapshot(const SnapshotView& base, const EdgeChoice& choice);
  AugmentedSnapshot(const AugmentedSnapshot&) = delete;
  AugmentedSnapshot& operator=(const AugmentedSnapshot&) = delete;

  [[nodiscard]] const SnapshotView& view() const noexcept { return view_; }

 private:
  std::vector<std::uint32_t> parent_begin_, claim_begin_, child_begin_;
  std::vector<NodeId> parent_, child_;
  std::vector<Relation> relation_;
  std::vector<float> confidence_;
  std::vector<StoredClaim> claims_;
  std::vector<EdgeId> child_edge_;
  SnapshotView view_;
};

/// The child end of an edge. Logarithmic in the nodes.
[[nodiscard]] NodeId child_of(const SnapshotView& snapshot, EdgeId edge);

}  // namespace stemma
