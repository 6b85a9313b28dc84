#include "graph/walk.h"

#include <algorithm>
#include <bit>

namespace stemma {
namespace {

/// One bit a node.
class NodeSet {
 public:
  explicit NodeSet(NodeId nodes) : words_((std::size_t{nodes} + 63) / 64) {}

  /// True when `node` was not in the set before.
  bool insert(NodeId node) noexcept {
    std::uint64_t& word = words_[node / 64];
    const std::uint64_t bit = std::uint64_t{1} << (node % 64);
    const bool fresh = (word & bit) == 0;
    word |= bit;
    return fresh;
  }

  /// Calls `visit` for each node, ascending, and empties the set.
  template <class Visit>
  void drain(Visit&& visit) {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (std::uint64_t word = words_[i]; word != 0; word &= word - 1) {
        visit(static_cast<NodeId>(i * 64 + static_cast<unsigned>(std::countr_zero(word))));
      }
      words_[i] = 0;
    }
  }

 private:
  std::vector<std::uint64_t> words_;
};

/// Puts distinct nodes in ascending order. A level of a big family holds a large part of all nodes;
/// for one like that, setting and reading bits beats sorting by far.
void sort_nodes(std::vector<NodeId>& nodes, NodeId node_count) {
  if (std::is_sorted(nodes.begin(), nodes.end())) return;
  if (nodes.size() < node_count / 512) {
    std::sort(nodes.begin(), nodes.end());
    return;
  }
  NodeSet set{node_count};
  for (const NodeId node : nodes) set.insert(node);
  auto next = nodes.begin();
  set.drain([&next](NodeId node) { *next++ = node; });
}

/// Breadth first, level by level. `each_neighbour(node, reach)` calls `reach(neighbour, edge)` for
/// every edge to follow. A level is expanded in ascending order, so the first edge that reaches a
/// node is the one that starts at the smallest: that is the whole rule for ties.
template <class EachNeighbour>
std::vector<Reached> walk(const SnapshotView& snapshot, std::span<const NodeId> sources,
                          EachNeighbour&& each_neighbour) {
  std::vector<Reached> reached;
  NodeSet seen{snapshot.node_count()};
  std::vector<NodeId> level;
  for (const NodeId source : sources) {
    if (seen.insert(source)) level.push_back(source);
  }
  for (std::uint32_t depth = 1; !level.empty(); ++depth) {
    sort_nodes(level, snapshot.node_count());
    const std::size_t first = reached.size();
    for (const NodeId node : level) {
      each_neighbour(node, [&](NodeId neighbour, EdgeId edge) {
        if (seen.insert(neighbour)) reached.push_back({neighbour, depth, node, edge});
      });
    }
    level.clear();
    for (std::size_t i = first; i < reached.size(); ++i) level.push_back(reached[i].node);
  }
  return reached;
}

}  // namespace

std::vector<Reached> descendants_of(const SnapshotView& snapshot, std::span<const NodeId> sources) {
  return walk(snapshot, sources, [&snapshot](NodeId node, auto&& reach) {
    for (std::uint32_t i = snapshot.child_begin[node]; i < snapshot.child_begin[node + 1]; ++i) {
      reach(snapshot.child[i], snapshot.child_edge[i]);
    }
  });
}

std::vector<Reached> ancestors_of(const SnapshotView& snapshot, std::span<const NodeId> sources) {
  return walk(snapshot, sources, [&snapshot](NodeId node, auto&& reach) {
    for (EdgeId edge = snapshot.parent_begin[node]; edge < snapshot.parent_begin[node + 1];
         ++edge) {
      reach(snapshot.parent[edge], edge);
    }
  });
}

}  // namespace stemma
