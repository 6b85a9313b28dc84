#include "graph/paths.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/dominator_tree.hpp>
#include <boost/graph/strong_components.hpp>
#include <queue>
#include <unordered_map>

#include "graph/walk.h"

namespace stemma {
namespace {

/// A node and everything above it, numbered anew: the node is 0.
class Above {
 public:
  Above(const SnapshotView& view, NodeId node) : view_{view}, nodes_{node}, depths_{0} {
    place_.emplace(node, 0);
    for (const Reached& row : ancestors_of(view, std::span{&node, 1})) {
      place_.emplace(row.node, nodes_.size());
      nodes_.push_back(row.node);
      depths_.push_back(row.depth);
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }
  [[nodiscard]] NodeId node(std::size_t place) const { return nodes_[place]; }
  [[nodiscard]] std::uint32_t depth(std::size_t place) const { return depths_[place]; }
  [[nodiscard]] std::optional<std::size_t> place(NodeId node) const {
    const auto found = place_.find(node);
    return found == place_.end() ? std::nullopt : std::optional{found->second};
  }
  /// Calls `visit(parent's place, child's place, edge)` for every edge among them.
  template <class Visit>
  void each_edge(Visit&& visit) const {
    for (std::size_t child = 0; child < nodes_.size(); ++child) {
      const NodeId node = nodes_[child];
      for (EdgeId e = view_.parent_begin[node]; e < view_.parent_begin[node + std::size_t{1}]; ++e)
        visit(place_.at(view_.parent[e]), child, e);
    }
  }

 private:
  const SnapshotView& view_;
  std::vector<NodeId> nodes_;
  std::vector<std::uint32_t> depths_;
  std::unordered_map<NodeId, std::size_t> place_;
};

using Subgraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS>;

/// Edges as in `above`, and one more vertex, the last, that leads to every root.
Subgraph rooted(const Above& above) {
  const std::size_t count = above.size();
  Subgraph graph{count + 1};
  above.each_edge([&](std::size_t parent, std::size_t child, EdgeId) {
    boost::add_edge(parent, child, graph);
  });
  std::vector<std::size_t> component(count + 1);
  const std::size_t components = boost::strong_components(
      graph,
      boost::make_iterator_property_map(component.begin(), boost::get(boost::vertex_index, graph)));
  std::vector<bool> led_into(components);
  above.each_edge([&](std::size_t parent, std::size_t child, EdgeId) {
    if (component[parent] != component[child]) led_into[component[child]] = true;
  });
  for (std::size_t i = 0; i < count; ++i) {
    if (!led_into[component[i]]) boost::add_edge(count, i, graph);
  }
  return graph;
}

}  // namespace

ShortestPaths shortest_paths(const SnapshotView& view, NodeId ancestor, NodeId descendant,
                             std::size_t limit) {
  ShortestPaths result;
  const Above above{view, descendant};
  const auto start = above.place(ancestor);
  if (!start || *start == 0) return result;
  result.length = above.depth(*start);
  // Down from each node to those one edge nearer, by name.
  struct Down {
    std::size_t place;
    EdgeId edge;
  };
  std::vector<std::vector<Down>> down(above.size());
  above.each_edge([&](std::size_t parent, std::size_t child, EdgeId edge) {
    if (above.depth(parent) == above.depth(child) + 1) down[parent].push_back({child, edge});
  });
  for (auto& list : down) {
    std::sort(list.begin(), list.end(), [&](const Down& a, const Down& b) {
      return above.node(a.place) < above.node(b.place);
    });
  }
  // Every step leads nearer, so every walk down ends at the descendant. On the stack: which of each
  // node's ways is taken.
  std::vector<std::pair<std::size_t, std::size_t>> stack{{*start, 0}};
  Path path{{ancestor, 0}};
  while (!stack.empty()) {
    auto& [place, next] = stack.back();
    if (place == 0 || next == down[place].size()) {
      if (place == 0) {
        if (result.paths.size() == limit) {
          result.truncated = true;
          return result;
        }
        result.paths.push_back(path);
      }
      stack.pop_back();
      path.pop_back();
      continue;
    }
    const Down step = down[place][next++];
    path.push_back({above.node(step.place), step.edge});
    stack.emplace_back(step.place, 0);
  }
  return result;
}

std::vector<CommonAncestor> common_ancestors(const SnapshotView& view, NodeId a, NodeId b) {
  const Above left{view, a};
  const Above right{view, b};
  std::vector<CommonAncestor> common;
  std::unordered_map<NodeId, std::size_t> place;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const auto other = right.place(left.node(i));
    if (!other) continue;
    place.emplace(left.node(i), common.size());
    common.push_back({left.node(i), {left.depth(i), right.depth(*other)}, true});
  }
  // All that is above a common ancestor is one, too: the nearest are those with nothing below them
  // but their own cycle.
  Subgraph graph{common.size()};
  for (std::size_t child = 0; child < common.size(); ++child) {
    const NodeId node = common[child].node;
    for (EdgeId e = view.parent_begin[node]; e < view.parent_begin[node + std::size_t{1}]; ++e)
      boost::add_edge(place.at(view.parent[e]), child, graph);
  }
  std::vector<std::size_t> component(common.size());
  if (!common.empty()) {
    boost::strong_components(graph, boost::make_iterator_property_map(
                                        component.begin(), boost::get(boost::vertex_index, graph)));
  }
  std::vector<bool> passed(common.size());
  const auto [first, last] = boost::edges(graph);
  for (auto edge = first; edge != last; ++edge) {
    const std::size_t up = component[boost::source(*edge, graph)];
    if (up != component[boost::target(*edge, graph)]) passed[up] = true;
  }
  for (std::size_t i = 0; i < common.size(); ++i) common[i].nearest = !passed[component[i]];
  std::sort(common.begin(), common.end(), [](const CommonAncestor& x, const CommonAncestor& y) {
    const auto far = [](const CommonAncestor& c) {
      return std::uint64_t{c.depths[0]} + c.depths[1];
    };
    return far(x) != far(y) ? far(x) < far(y) : x.node < y.node;
  });
  return common;
}

std::vector<NodeId> dominators_of(const SnapshotView& view, NodeId node) {
  const Above above{view, node};
  if (above.size() == 1) return {};
  const Subgraph graph = rooted(above);
  const auto root = static_cast<Subgraph::vertex_descriptor>(above.size());
  const auto none = Subgraph::null_vertex();
  std::vector<Subgraph::vertex_descriptor> dominator(above.size() + 1, none);
  boost::lengauer_tarjan_dominator_tree(
      graph, root,
      boost::make_iterator_property_map(dominator.begin(), boost::get(boost::vertex_index, graph)));
  std::vector<NodeId> nodes;
  for (auto at = dominator[0]; at != none && at != root; at = dominator[at])
    nodes.push_back(above.node(at));
  return nodes;
}

}  // namespace stemma
