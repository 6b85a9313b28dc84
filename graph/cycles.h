#pragma once

#include <cstdint>
#include <vector>

#include "schema/snapshot_sections.h"

namespace stemma {

/// Of each node, the number of the cycle that it is in: of the set of two or more nodes that lead
/// to one another in a circle (strongly connected component); kNoNode for those in none. Linear in
/// nodes and edges.
[[nodiscard]] std::vector<NodeId> cycle_of_nodes(const SnapshotView& snapshot);

/// How many sets of two or more nodes lead to one another in a circle (strongly connected
/// components), counting those with a live model in them. Linear in nodes and edges.
[[nodiscard]] std::uint64_t count_cycles(const SnapshotView& snapshot);

}  // namespace stemma
