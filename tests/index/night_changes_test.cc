#include "graph/night_changes.h"

#include "tests/support/catch.h"
#include "tests/support/store_fixture.h"

namespace stemma {
namespace {

using test::doc;

std::string name_of(const SnapshotView& view, NodeId node) { return std::string{view.name(node)}; }

std::string edge_of(const SnapshotView& view, EdgeId edge) {
  NodeId child = 0;
  while (view.parent_begin[child + 1] <= edge) ++child;
  return name_of(view, child) + " <- " + name_of(view, view.parent[edge]);
}

TEST_CASE("what happened between two snapshots", "[graph][night]") {
  test::StoreFixture store;
  store.import({doc(1, "a/base", R"("tags":["license:mit"],"downloads":1)"),
                doc(2, "b/tuned", R"("tags":["base_model:finetune:a/base"])"),
                doc(3, "c/goes", R"("tags":["base_model:finetune:a/base"])"),
                doc(4, "d/retyped", R"("tags":["base_model:adapter:a/base"])"),
                doc(5, "e/moves", R"("tags":["base_model:finetune:x/Ghost"])"), doc(6, "f/waits")},
               "2026-01-01", true);
  const std::vector<std::string> second{
      doc(1, "a/renamed", R"("tags":["license:apache-2.0"],"downloads":2)"),
      doc(2, "b/tuned", R"("tags":["base_model:finetune:a/base"])"),
      doc(4, "d/retyped", R"("tags":["base_model:merge:a/base"])"),
      doc(5, "e/moves", R"("tags":["base_model:finetune:X/ghost","base_model:finetune:b/tuned"])"),
      doc(7, "g/new", R"("tags":["base_model:quantized:b/tuned"])")};
  store.import(second, "2026-01-02", true);
  store.import(second, "2026-01-03", true);  // absent from two walks: gone
  const SnapshotHandle before = store.at(1), between = store.at(2), after = store.at(3);

  const NightChanges changes = night_changes(*before, *after);
  REQUIRE(changes.models_added.size() == 1);
  CHECK(name_of(*after, changes.models_added[0]) == "g/new");
  REQUIRE(changes.models_gone.size() == 2);
  CHECK(name_of(*after, changes.models_gone[0]) == "c/goes");
  CHECK(name_of(*after, changes.models_gone[1]) == "f/waits");
  REQUIRE(changes.models_renamed.size() == 1);
  CHECK(name_of(*before, changes.models_renamed[0].before) == "a/base");
  CHECK(name_of(*after, changes.models_renamed[0].after) == "a/renamed");
  REQUIRE(changes.licenses_changed.size() == 1);
  CHECK(changes.licenses_changed == changes.models_renamed);
  REQUIRE(changes.edges_added.size() == 2);
  CHECK(edge_of(*after, changes.edges_added[0]) == "e/moves <- b/tuned");
  CHECK(edge_of(*after, changes.edges_added[1]) == "g/new <- b/tuned");
  REQUIRE(changes.edges_removed.size() == 1);
  CHECK(edge_of(*before, changes.edges_removed[0]) == "c/goes <- a/base");
  REQUIRE(changes.edges_retyped.size() == 1);
  CHECK(before->relation[changes.edges_retyped[0].before] == Relation::adapter);
  CHECK(after->relation[changes.edges_retyped[0].after] == Relation::merge);
  CHECK(changes.models_back.empty());

  const NightChanges back = night_changes(*after, *before);
  CHECK(back.models_back.size() == 2);
  const NightChanges gone = night_changes(*between, *after);
  CHECK(gone.models_gone.size() == 2);
  CHECK(gone.models_added.empty());
  CHECK(gone.edges_added.empty());
  const NightChanges none = night_changes(*after, *after);
  CHECK((none.models_added.empty() && none.models_renamed.empty() && none.edges_added.empty() &&
         none.edges_removed.empty() && none.edges_retyped.empty()));
}

}  // namespace
}  // namespace stemma
