#include "graph/night_changes.h"

#include <algorithm>

#include "schema/model_name.h"

namespace stemma {
namespace {

/// Nodes by their number in the store; kNoNode where there is no such model.
std::vector<NodeId> by_ordinal(const SnapshotView& snapshot) {
  std::vector<NodeId> nodes;
  for (NodeId node = 0; node < snapshot.node_count(); ++node) {
    const std::uint32_t ordinal = snapshot.ordinal[node];
    if (ordinal == kNoOrdinal) continue;
    if (ordinal >= nodes.size()) nodes.resize(ordinal + std::size_t{1}, kNoNode);
    nodes[ordinal] = node;
  }
  return nodes;
}

class Comparer {
 public:
  Comparer(const SnapshotView& before, const SnapshotView& after)
      : before_{before}, after_{after}, old_nodes_{by_ordinal(before)} {}

  NightChanges run() {
    std::vector<bool> kept(before_.edge_count());
    for (NodeId node = 0; node < after_.node_count(); ++node) {
      if (after_.state[node] == NodeState::ghost) continue;
      const NodeId old = old_of(node);
      compare_models(old, node);
      if (after_.live(node)) compare_edges(old, node, kept);
    }
    for (NodeId node = 0; node < before_.node_count(); ++node) {
      if (!before_.live(node)) continue;
      for (EdgeId edge = before_.parent_begin[node]; edge < before_.parent_begin[node + 1];
           ++edge) {
        if (!kept[edge]) changes_.edges_removed.push_back(edge);
      }
    }
    return std::move(changes_);
  }

 private:
  [[nodiscard]] NodeId old_of(NodeId node) const {
    const std::uint32_t ordinal = after_.ordinal[node];
    return ordinal < old_nodes_.size() ? old_nodes_[ordinal] : kNoNode;
  }

  void compare_models(NodeId old, NodeId node) {
    if (old == kNoNode) {
      // One that came and went between the two was never live in either.
      if (after_.live(node)) changes_.models_added.push_back(node);
      return;
    }
    if (before_.live(old) != after_.live(node))
      (after_.live(node) ? changes_.models_back : changes_.models_gone).push_back(node);
    if (before_.name(old) != after_.name(node)) changes_.models_renamed.push_back({old, node});
    if (before_.terms[before_.license[old]] != after_.terms[after_.license[node]])
      changes_.licenses_changed.push_back({old, node});
  }

  [[nodiscard]] bool same_node(NodeId old, NodeId now) const {
    const std::uint32_t ordinal = after_.ordinal[now];
    if (ordinal != kNoOrdinal) return before_.ordinal[old] == ordinal;
    return before_.state[old] == NodeState::ghost &&
           (before_.name(old) == after_.name(now) ||
            fold_case(before_.name(old)) == fold_case(after_.name(now)));
  }

  void compare_edges(NodeId old, NodeId node, std::vector<bool>& kept) {
    const bool was_there = old != kNoNode && before_.live(old);
    for (EdgeId edge = after_.parent_begin[node]; edge < after_.parent_begin[node + 1]; ++edge) {
      bool found = false;
      if (was_there) {
        for (EdgeId e = before_.parent_begin[old]; e < before_.parent_begin[old + 1]; ++e) {
          if (kept[e] || !same_node(before_.parent[e], after_.parent[edge])) continue;
          found = kept[e] = true;
          if (before_.relation[e] != after_.relation[edge])
            changes_.edges_retyped.push_back({e, edge});
          break;
        }
      }
      if (!found) changes_.edges_added.push_back(edge);
    }
  }

  const SnapshotView& before_;
  const SnapshotView& after_;
  const std::vector<NodeId> old_nodes_;
  NightChanges changes_;
};

}  // namespace

NightChanges night_changes(const SnapshotView& before, const SnapshotView& after) {
  return Comparer{before, after}.run();
}

}  // namespace stemma
