#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/graph_concepts.hpp>
#include <boost/graph/reverse_graph.hpp>

#include "graph/lineage_graph_bgl.h"
#include "tests/support/catch.h"
#include "tests/support/lineage.h"

namespace stemma {
namespace {

BOOST_CONCEPT_ASSERT((boost::VertexListGraphConcept<LineageGraph>));
BOOST_CONCEPT_ASSERT((boost::BidirectionalGraphConcept<LineageGraph>));

struct Finder : boost::default_bfs_visitor {
  std::set<NodeId>* found;
  template <class Graph>
  void discover_vertex(NodeId node, const Graph&) const {
    found->insert(node);
  }
};

template <class Graph>
std::set<NodeId> reach(const Graph& graph, NodeId from) {
  std::set<NodeId> found;
  Finder finder;
  finder.found = &found;
  boost::breadth_first_search(
      graph, from,
      boost::visitor(finder).vertex_index_map(boost::typed_identity_property_map<NodeId>{}));
  return found;
}

TEST_CASE("Boost's searches run on a snapshot in either direction", "[graph][bgl]") {
  const auto columns = lineage_of("a/a -merge-> a/c\na/b -merge-> a/c\na/c -finetune-> a/d\na/e\n");
  const auto view = view_of(columns);
  const LineageGraph graph{view};
  CHECK(num_vertices(graph) == 5);
  CHECK(reach(graph, node(view, "a/a")) ==
        std::set{node(view, "a/a"), node(view, "a/c"), node(view, "a/d")});
  CHECK(reach(boost::make_reverse_graph(graph), node(view, "a/c")) ==
        std::set{node(view, "a/a"), node(view, "a/b"), node(view, "a/c")});
  CHECK(in_degree(node(view, "a/c"), graph) == 2);
  CHECK(out_degree(node(view, "a/c"), graph) == 1);
  CHECK(degree(node(view, "a/e"), graph) == 0);
  const auto [first, last] = out_edges(node(view, "a/b"), graph);
  REQUIRE(last - first == 1);
  CHECK(source(*first, graph) == node(view, "a/b"));
  CHECK(target(*first, graph) == node(view, "a/c"));
  const auto [in_first, in_last] = in_edges(node(view, "a/c"), graph);
  CHECK(*(in_first + 1) == *first);  // one edge, whichever end it is met from
}

}  // namespace
}  // namespace stemma
