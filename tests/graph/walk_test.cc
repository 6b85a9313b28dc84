#include "graph/walk.h"

#include "tests/support/catch.h"
#include "tests/support/lineage.h"

namespace stemma {
namespace {

using Names = std::set<std::string>;
using List = std::vector<std::string>;

const Reached& find(const SnapshotView& view, const std::vector<Reached>& reached,
                    const char* name) {
  for (const Reached& one : reached) {
    if (view.name(one.node) == name) return one;
  }
  throw std::out_of_range{name};
}

TEST_CASE("descendants come by depth, with the last edge of a shortest path", "[graph][walk]") {
  const auto columns = lineage_of(R"(
      a/base -finetune->  b/chat
      b/chat -quantized-> c/gguf
      a/base -merge->     d/mix
      c/gguf -merge->     d/mix
      d/mix  -adapter->   e/lora )");
  const auto view = view_of(columns);
  const auto reached = descendants_of(view, std::vector{node(view, "a/base")});
  CHECK(names(view, reached) == Names{"b/chat", "c/gguf", "d/mix", "e/lora"});
  CHECK(std::is_sorted(reached.begin(), reached.end(),
                       [](const Reached& a, const Reached& b) { return a.depth < b.depth; }));
  const Reached& mix = find(view, reached, "d/mix");
  CHECK(mix.depth == 1);
  CHECK(view.name(mix.via) == "a/base");
  CHECK(view.relation[mix.edge] == Relation::merge);
  CHECK(view.parent[mix.edge] == mix.via);
  const Reached& lora = find(view, reached, "e/lora");
  CHECK(lora.depth == 2);
  CHECK(view.relation[lora.edge] == Relation::adapter);
}

TEST_CASE("of several shortest paths the last edge from the first name is told", "[graph][walk]") {
  // Discovered in the order m/root's children are numbered and, in the second case, against it.
  const auto columns = lineage_of(R"(
      m/root -finetune-> z/late
      m/root -finetune-> b/early
      z/late  -merge->    k/child
      b/early -quantized-> k/child
      z/late  -merge->  a/second
      b/early -merge->  y/second
      a/second -merge-> q/third
      y/second -quantized-> q/third )");
  const auto view = view_of(columns);
  const auto reached = descendants_of(view, std::vector{node(view, "m/root")});
  CHECK(view.name(find(view, reached, "k/child").via) == "b/early");
  CHECK(view.relation[find(view, reached, "k/child").edge] == Relation::quantized);
  // y/second is reached first, through b/early; a/second is the first name all the same.
  CHECK(view.name(find(view, reached, "q/third").via) == "a/second");
  CHECK(view.relation[find(view, reached, "q/third").edge] == Relation::merge);

  const auto up = ancestors_of(view, std::vector{node(view, "q/third")});
  CHECK(names(view, up) == Names{"a/second", "b/early", "m/root", "y/second", "z/late"});
  CHECK(find(view, up, "m/root").depth == 3);
  CHECK(view.name(find(view, up, "m/root").via) == "b/early");
  CHECK(view.parent[find(view, up, "m/root").edge] == node(view, "m/root"));
}

TEST_CASE("walks end on cycles and a model is never its own relative", "[graph][walk]") {
  const auto columns = lineage_of(R"(
      x/a -finetune-> x/b
      x/b -finetune-> x/c
      x/c -finetune-> x/a
      x/c -adapter->  x/d )");
  const auto view = view_of(columns);
  const auto down = descendants_of(view, std::vector{node(view, "x/a")});
  CHECK(name_list(view, down) == List{"x/b", "x/c", "x/d"});
  const auto up = ancestors_of(view, std::vector{node(view, "x/a")});
  CHECK(name_list(view, up) == List{"x/c", "x/b"});
  CHECK(find(view, up, "x/b").depth == 2);
}

TEST_CASE("ghosts and gone models are walked through and reached", "[graph][walk]") {
  const auto columns = lineage_of(R"(
      a/base   -finetune-> b/gone-declared
      !g/gone  -finetune-> b/kept
      a/base   -finetune-> !g/gone
      ?h/lost  -finetune-> !g/gone )");
  const auto view = view_of(columns);
  REQUIRE(view.state[node(view, "g/gone")] == NodeState::gone);
  REQUIRE(view.state[node(view, "h/lost")] == NodeState::ghost);
  CHECK(names(view, descendants_of(view, std::vector{node(view, "h/lost")})) ==
        Names{"b/kept", "g/gone"});
  CHECK(names(view, ancestors_of(view, std::vector{node(view, "b/kept")})) ==
        Names{"a/base", "g/gone", "h/lost"});
}

TEST_CASE("several sources are left out and the nearest counts", "[graph][walk]") {
  const auto columns = lineage_of(R"(
      r/one -finetune-> r/two
      r/two -finetune-> s/child
      s/child -finetune-> t/grandchild
      r/one -finetune-> t/grandchild )");
  const auto view = view_of(columns);
  const auto reached = descendants_of(
      view, std::vector{node(view, "r/two"), node(view, "r/one"), node(view, "r/two")});
  CHECK(names(view, reached) == Names{"s/child", "t/grandchild"});
  CHECK(find(view, reached, "t/grandchild").depth == 1);
  CHECK(descendants_of(view, {}).empty());
}

TEST_CASE("ties are settled by name in levels of thousands too", "[graph][walk]") {
  // Parents are met in descending order of their names at depth 2; each leaf names two of them.
  std::string drawing;
  const auto number = [](int i) { return std::to_string(10000 + i); };
  for (int i = 0; i < 1500; ++i) {
    drawing += "r/root -finetune-> m/" + number(i) + "\n";
    drawing += "m/" + number(i) + " -finetune-> n/" + number(1499 - i) + "\n";
    drawing += "n/" + number(i) + " -finetune-> o/" + number(i / 2) + "\n";
  }
  const auto columns = lineage_of(drawing);
  const auto view = view_of(columns);
  const auto reached = descendants_of(view, std::vector{node(view, "r/root")});
  CHECK(reached.size() == 1500 + 1500 + 750);
  for (int i = 0; i < 750; ++i) {
    const Reached& leaf = reached[static_cast<std::size_t>(3000 + i)];
    REQUIRE(leaf.depth == 3);
    REQUIRE(view.name(leaf.node).substr(0, 2) == "o/");
    REQUIRE(leaf.via == view.parent[view.parent_begin[leaf.node]]);
  }
}

}  // namespace
}  // namespace stemma
