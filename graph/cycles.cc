#include "graph/cycles.h"

#include <boost/graph/strong_components.hpp>
#include <vector>

#include "graph/lineage_graph_bgl.h"

namespace stemma {

std::uint64_t count_cycles(const SnapshotView& snapshot) {
  if (snapshot.node_count() == 0) return 0;
  std::vector<NodeId> component(snapshot.node_count());
  const boost::typed_identity_property_map<NodeId> index;
  const LineageGraph graph{snapshot};
  const NodeId components =
      boost::strong_components(graph, boost::make_iterator_property_map(component.begin(), index),
                               boost::vertex_index_map(index));
  std::vector<std::uint32_t> size(components);
  std::vector<bool> has_live(components);
  for (NodeId node = 0; node < snapshot.node_count(); ++node) {
    ++size[component[node]];
    if (snapshot.live(node)) has_live[component[node]] = true;
  }
  std::uint64_t cycles = 0;
  for (NodeId c = 0; c < components; ++c) cycles += size[c] > 1 && has_live[c] ? 1 : 0;
  return cycles;
}

}  // namespace stemma
