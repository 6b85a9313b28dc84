#include "graph/edge_order.h"

#include <numeric>

namespace stemma {

void order_by_parent(std::span<const NodeId> parent, std::span<const NodeId> child_of_edge,
                     NodeId nodes, std::vector<std::uint32_t>& child_begin,
                     std::vector<NodeId>& child, std::vector<EdgeId>& child_edge) {
  // A counting sort keeps children ascending, as edges ascend by child.
  const std::size_t edges = parent.size();
  child_begin.assign(nodes + std::size_t{1}, 0);
  for (const NodeId node : parent) ++child_begin[node + std::size_t{1}];
  std::partial_sum(child_begin.begin(), child_begin.end(), child_begin.begin());
  child.resize(edges);
  child_edge.resize(edges);
  std::vector<std::uint32_t> next(child_begin.begin(), child_begin.end() - 1);
  for (EdgeId edge = 0; edge < edges; ++edge) {
    const std::uint32_t slot = next[parent[edge]]++;
    child[slot] = child_of_edge[edge];
    child_edge[slot] = edge;
  }
}

}  // namespace stemma
