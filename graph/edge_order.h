#pragma once

#include <span>
#include <vector>

#include "schema/snapshot_sections.h"

namespace stemma {

/// The same edges by parent: `parent[e]` and `child_of_edge[e]` are the ends of edge e, ascending
/// by child. Children of one parent come out ascending. Linear.
void order_by_parent(std::span<const NodeId> parent, std::span<const NodeId> child_of_edge,
                     NodeId nodes, std::vector<std::uint32_t>& child_begin,
                     std::vector<NodeId>& child, std::vector<EdgeId>& child_edge);

}  // namespace stemma
