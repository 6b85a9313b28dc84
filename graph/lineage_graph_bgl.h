#pragma once

#include <boost/graph/graph_traits.hpp>
#include <boost/graph/properties.hpp>
#include <boost/iterator/counting_iterator.hpp>
#include <boost/iterator/iterator_facade.hpp>
#include <boost/property_map/property_map.hpp>
#include <utility>

#include "schema/snapshot_sections.h"

namespace stemma {

/// An edge as Boost.Graph sees it: its ends and its number.
struct LineageEdge {
  NodeId parent = kNoNode;
  NodeId child = kNoNode;
  EdgeId id = 0;

  friend bool operator==(const LineageEdge& a, const LineageEdge& b) noexcept {
    return a.id == b.id;
  }
};

/// Walks the slots [0, edges) of one of a snapshot's two edge orders; `Fetch(view, node, slot)`
/// makes the edge.
template <class Fetch>
class LineageEdgeIterator : public boost::iterator_facade<LineageEdgeIterator<Fetch>, LineageEdge,
                                                          boost::random_access_traversal_tag,
                                                          LineageEdge, std::ptrdiff_t> {
 public:
  LineageEdgeIterator() = default;
  LineageEdgeIterator(const SnapshotView& view, NodeId node, std::uint32_t slot)
      : view_{&view}, node_{node}, slot_{slot} {}

 private:
  friend class boost::iterator_core_access;
  LineageEdge dereference() const { return Fetch{}(*view_, node_, slot_); }
  bool equal(const LineageEdgeIterator& other) const { return slot_ == other.slot_; }
  void increment() { ++slot_; }
  void decrement() { --slot_; }
  void advance(std::ptrdiff_t by) { slot_ = static_cast<std::uint32_t>(slot_ + by); }
  std::ptrdiff_t distance_to(const LineageEdgeIterator& other) const {
    return std::ptrdiff_t{other.slot_} - std::ptrdiff_t{slot_};
  }

  const SnapshotView* view_ = nullptr;
  NodeId node_ = 0;
  std::uint32_t slot_ = 0;
};

struct FetchChild {
  LineageEdge operator()(const SnapshotView& view, NodeId node, std::uint32_t slot) const {
    return {node, view.child[slot], view.child_edge[slot]};
  }
};
struct FetchParent {
  LineageEdge operator()(const SnapshotView& view, NodeId node, std::uint32_t slot) const {
    return {view.parent[slot], node, slot};
  }
};

/// A snapshot as Boost.Graph's algorithms want it: VertexListGraph and BidirectionalGraph, edges
/// from parent to child. Copies nothing; the view must outlive it. `boost::make_reverse_graph` and
/// `boost::filtered_graph` fit over it.
struct LineageGraph {
  using vertex_descriptor = NodeId;
  using edge_descriptor = LineageEdge;
  using directed_category = boost::bidirectional_tag;
  using edge_parallel_category = boost::disallow_parallel_edge_tag;
  struct traversal_category : boost::vertex_list_graph_tag, boost::bidirectional_graph_tag {};
  using vertex_iterator = boost::counting_iterator<NodeId>;
  using out_edge_iterator = LineageEdgeIterator<FetchChild>;
  using in_edge_iterator = LineageEdgeIterator<FetchParent>;
  using vertices_size_type = NodeId;
  using edges_size_type = EdgeId;
  using degree_size_type = std::uint32_t;
  using adjacency_iterator = void;  // modelled by none of the algorithms in use
  using edge_iterator = void;
  static vertex_descriptor null_vertex() { return kNoNode; }

  explicit LineageGraph(const SnapshotView& snapshot) : view{&snapshot} {}

  const SnapshotView* view;
};

inline NodeId num_vertices(const LineageGraph& g) { return g.view->node_count(); }
inline auto vertices(const LineageGraph& g) {
  return std::pair{LineageGraph::vertex_iterator{0},
                   LineageGraph::vertex_iterator{num_vertices(g)}};
}
inline NodeId source(const LineageEdge& edge, const LineageGraph&) { return edge.parent; }
inline NodeId target(const LineageEdge& edge, const LineageGraph&) { return edge.child; }
inline auto out_edges(NodeId node, const LineageGraph& g) {
  using Iterator = LineageGraph::out_edge_iterator;
  return std::pair{Iterator{*g.view, node, g.view->child_begin[node]},
                   Iterator{*g.view, node, g.view->child_begin[node + 1]}};
}
inline auto in_edges(NodeId node, const LineageGraph& g) {
  using Iterator = LineageGraph::in_edge_iterator;
  return std::pair{Iterator{*g.view, node, g.view->parent_begin[node]},
                   Iterator{*g.view, node, g.view->parent_begin[node + 1]}};
}
inline std::uint32_t out_degree(NodeId node, const LineageGraph& g) {
  return g.view->child_begin[node + 1] - g.view->child_begin[node];
}
inline std::uint32_t in_degree(NodeId node, const LineageGraph& g) {
  return g.view->parent_begin[node + 1] - g.view->parent_begin[node];
}
inline std::uint32_t degree(NodeId node, const LineageGraph& g) {
  return out_degree(node, g) + in_degree(node, g);
}
inline boost::typed_identity_property_map<NodeId> get(boost::vertex_index_t, const LineageGraph&) {
  return {};
}

}  // namespace stemma

namespace boost {
template <>
struct property_map<stemma::LineageGraph, vertex_index_t> {
  using type = typed_identity_property_map<stemma::NodeId>;
  using const_type = type;
};
}  // namespace boost
