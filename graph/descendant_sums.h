#pragma once

#include <functional>
#include <unordered_map>

#include "graph/rollup.h"

namespace stemma {

/// Sums over the live models that descend from each node that has children.
using DescendantSums = std::unordered_map<NodeId, AdoptionSums>;

/// `own(node)` are the sums of one live model. Each descendant counts once, however many paths lead
/// to it, and no model is its own descendant. Cost: linear where nothing has several parents; else
/// one look for each node and each ancestor of it that has more than one child.
[[nodiscard]] DescendantSums descendant_sums(const SnapshotView& snapshot,
                                             const std::function<AdoptionSums(NodeId)>& own);

}  // namespace stemma
