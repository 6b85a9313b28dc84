#pragma once

#include <vector>

#include "schema/snapshot_sections.h"

namespace stemma {

/// A snapshot whose edges are joined by inferred ones, so that every question can be asked of both.
/// Nodes, names and totals are the snapshot's own: totals still count what is declared. Each
/// inferred edge has one claim of source `inferred`, whose `reserved` is its InferenceRule and
/// whose words are told by `explain` (graph/infer.h); its `text` means nothing.
class AugmentedSnapshot {
 public:
  /// Takes the inferred edges whose rule has at least this confidence. `base` must outlive it.
  /// Linear in nodes, edges and claims.
  AugmentedSnapshot(const SnapshotView& base, float min_confidence);
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
