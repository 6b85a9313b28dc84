#include "graph/cycles.h"

#include <algorithm>
#include <boost/graph/strong_components.hpp>
#include <vector>

#include "graph/lineage_graph_bgl.h"

namespace stemma {

std::vector<NodeId> cycle_of_nodes(const SnapshotView& snapshot) {
  std::vector<NodeId> component(snapshot.node_count());
  if (component.empty()) return component;
  const boost::typed_identity_property_map<NodeId> index;
  const LineageGraph graph{snapshot};
  const NodeId components =
      boost::strong_components(graph, boost::make_iterator_property_map(component.begin(), index),
                               boost::vertex_index_map(index));
  std::vector<std::uint32_t> size(components);
  for (const NodeId number : component) ++size[number];
  for (NodeId& number : component) {
    if (size[number] < 2) number = kNoNode;
  }
  return component;
}

std::uint64_t count_cycles(const SnapshotView& snapshot) {
  std::vector<NodeId> with_live = cycle_of_nodes(snapshot);
  for (NodeId node = 0; node < snapshot.node_count(); ++node) {
    if (!snapshot.live(node)) with_live[node] = kNoNode;
  }
  std::sort(with_live.begin(), with_live.end());
  const auto last = std::unique(with_live.begin(), with_live.end());
  return static_cast<std::uint64_t>(
      std::count_if(with_live.begin(), last, [](NodeId number) { return number != kNoNode; }));
}

}  // namespace stemma
