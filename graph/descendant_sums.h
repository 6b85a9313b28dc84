#pragma once

#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "graph/rollup.h"

namespace stemma {

/// Sums over the live models that descend from each node that has children. Immutable; const is
/// thread-safe.
class DescendantSums {
 public:
  DescendantSums() = default;
  /// `slot` has the place of each node's sums, kNone where it has no children.
  DescendantSums(std::vector<std::uint32_t> slot, std::vector<NodeId> nodes,
                 std::vector<AdoptionSums> sums)
      : slot_{std::move(slot)}, nodes_{std::move(nodes)}, sums_{std::move(sums)} {}

  static constexpr std::uint32_t kNone = UINT32_MAX;
  /// nullptr of a node without children.
  [[nodiscard]] const AdoptionSums* find(NodeId node) const {
    return slot_[node] == kNone ? nullptr : &sums_[slot_[node]];
  }
  /// Those that have sums, in no order.
  [[nodiscard]] std::span<const NodeId> nodes() const noexcept { return nodes_; }

 private:
  std::vector<std::uint32_t> slot_;
  std::vector<NodeId> nodes_;
  std::vector<AdoptionSums> sums_;
};

/// `own(node)` are the sums of one live model. Each descendant counts once, however many paths lead
/// to it, and no model is its own descendant. Cost: linear where nothing has several parents; else
/// one look for each node and each ancestor of it that has more than one child.
[[nodiscard]] DescendantSums descendant_sums(const SnapshotView& snapshot,
                                             const std::function<AdoptionSums(NodeId)>& own);

}  // namespace stemma
