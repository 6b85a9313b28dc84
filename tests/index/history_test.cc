#include <set>

#include "index/derive.h"
#include "schema/error.h"
#include "tests/support/catch.h"
#include "tests/support/store_fixture.h"

using namespace stemma;
using namespace stemma::test;

namespace {

using Lines = std::vector<std::string>;

NodeState state_of(const SnapshotView& view, const std::string& name) {
  const auto node = find_exact(view, name);
  REQUIRE(node);
  return view.state[*node];
}

std::int64_t downloads_of(const SnapshotView& view, const std::string& name) {
  const auto node = find_exact(view, name);
  REQUIRE(node);
  return view.downloads[*node];
}

}  // namespace

TEST_CASE("a model that misses two complete walks in a row is gone, and comes back as itself",
          "[index][history]") {
  StoreFixture store;
  const Lines both{
      doc(1, "a/base"),
      doc(2, "b/child", R"("tags":["base_model:a/base","base_model:finetune:a/base"])")};
  store.import(both, "2026-01-01", true);
  store.import({both[1]}, "2026-01-02", true);
  CHECK(state_of(*store.current(), "a/base") == NodeState::live);
  CHECK(store.current()->last_seen[*find_exact(*store.current(), "a/base")] == 1);
  store.import({both[1]}, "2026-01-03", true);
  CHECK(state_of(*store.current(), "a/base") == NodeState::gone);
  CHECK(store.current()->total().models == 1);
  CHECK(store.current()->total().gone == 1);
  CHECK(edges(*store.current()) == Lines{"b/child <- a/base (finetune)"});
  CHECK(state_of(*store.at(2), "a/base") == NodeState::live);
  store.import(both, "2026-01-04", true);
  const auto now = store.current();
  CHECK(state_of(*now, "a/base") == NodeState::live);
  CHECK(now->first_seen[*find_exact(*now, "a/base")] == 1);
  CHECK(now->node_count() == 2);
}

TEST_CASE("an import that is not complete buries nothing, however often", "[index][history]") {
  StoreFixture store;
  store.import({doc(1, "a/one"), doc(2, "a/two")}, "2026-01-01", true);
  for (const char* day : {"2026-01-02", "2026-01-03", "2026-01-04"})
    store.import({doc(2, "a/two")}, day);
  CHECK(nodes(*store.current()) == Lines{"a/one:live", "a/two:live"});
}

TEST_CASE("an interrupted absence starts over", "[index][history]") {
  StoreFixture store;
  const Lines all{doc(1, "a/one"), doc(2, "a/two")};
  store.import(all, "2026-01-01", true);
  store.import({all[1]}, "2026-01-02", true);
  store.import({all[0]}, "2026-01-03");  // seen in between
  store.import({all[1]}, "2026-01-04", true);
  CHECK(state_of(*store.current(), "a/one") == NodeState::live);
}

TEST_CASE("a rename keeps the identity and leaves an alias", "[index][history]") {
  StoreFixture store;
  store.import({doc(1, "old/name"), doc(2, "b/child", R"("tags":["base_model:old/name"])")},
               "2026-01-01", true);
  store.import({doc(1, "new/name"), doc(2, "b/child", R"("tags":["base_model:old/name"])")},
               "2026-01-02", true);
  const auto now = store.current();
  CHECK(nodes(*now) == Lines{"b/child:live", "new/name:live"});
  CHECK(edges(*now) == Lines{"b/child <- new/name (unspecified)"});
  REQUIRE(find_name(*now, "Old/Name"));
  CHECK(now->name(*find_name(*now, "Old/Name")) == "new/name");
  CHECK(edges(*store.at(1)) == Lines{"b/child <- old/name (unspecified)"});
  CHECK_FALSE(find_exact(*store.at(1), "new/name"));
}

TEST_CASE("what a document does not tell stays as it was known", "[index][history]") {
  StoreFixture store;
  store.import(
      {doc(1, "a/base"),
       doc(2, "b/child",
           R"("tags":["base_model:a/base","license:mit"],"downloads":7,"pipeline_tag":"text")")},
      "2026-01-01");
  store.import({doc(2, "b/child", R"("downloads":9)")}, "2026-01-02");
  const auto now = store.current();
  CHECK(edges(*now) == Lines{"b/child <- a/base (unspecified)"});
  const NodeId child = *find_exact(*now, "b/child");
  CHECK(now->terms[now->license[child]] == "mit");
  CHECK(now->terms[now->pipeline_tag[child]] == "text");
  CHECK(now->downloads[child] == 9);
  CHECK(downloads_of(*store.at(1), "b/child") == 7);
  // A claim was last observed when the field that carries it was.
  CHECK(now->claims[0].first_seen == 1);
  CHECK(now->claims[0].last_seen == 1);
  CHECK(now->last_seen[child] == 2);
  // Told to be empty is another thing.
  store.import({doc(2, "b/child", R"("tags":[])")}, "2026-01-03");
  CHECK(edges(*store.current()).empty());
  CHECK(downloads_of(*store.current(), "b/child") == 9);
}

TEST_CASE("a field that some document of a run carries was asked for in the whole run",
          "[index][history]") {
  StoreFixture store;
  store.import({doc(1, "a/base"), doc(2, "b/child", R"("cardData":{"base_model":"a/base"})"),
                doc(3, "c/x", R"("cardData":{})")},
               "2026-01-01");
  CHECK(edges(*store.current()) == Lines{"b/child <- a/base (unspecified)"});
  store.import({doc(1, "a/base"), doc(2, "b/child"), doc(3, "c/x", R"("cardData":{})")},
               "2026-01-02");
  CHECK(edges(*store.current()).empty());
}

TEST_CASE("a retyped edge keeps both lives", "[index][history]") {
  StoreFixture store;
  store.import({doc(1, "a/base"), doc(2, "b/child", R"("tags":["base_model:finetune:a/base"])")},
               "2026-01-01");
  store.import({doc(1, "a/base"), doc(2, "b/child", R"("tags":["base_model:quantized:a/base"])")},
               "2026-01-02");
  CHECK(edges(*store.at(1)) == Lines{"b/child <- a/base (finetune)"});
  CHECK(edges(*store.at(2)) == Lines{"b/child <- a/base (quantized)"});
  CHECK(store.at(2)->claims[0].first_seen == 2);
}

TEST_CASE("a refused document does not bury its model", "[index][history]") {
  StoreFixture store;
  const Lines all{doc(1, "a/one"), doc(2, "a/two")};
  store.import(all, "2026-01-01", true);
  for (const char* day : {"2026-01-02", "2026-01-03", "2026-01-04"}) {
    const auto report = store.import({all[0], doc(2, "a/two", R"("tags":"none")")}, day, true);
    CHECK(report.rejected == 1);
  }
  CHECK(state_of(*store.current(), "a/two") == NodeState::live);
  CHECK(store.current()->total().rejected_documents == 1);
}

TEST_CASE("every snapshot can be built again from the store, byte for byte", "[index][history]") {
  StoreFixture store;
  store.import({doc(1, "a/base", R"("downloads":5)"),
                doc(2, "b/child", R"("tags":["base_model:a/base"],"likes":1)")},
               "2026-01-01", true);
  store.import({doc(1, "a/Base", R"("downloads":6)"),
                doc(3, "c/new", R"("tags":["base_model:b/child","base_model:ghost/x"])")},
               "2026-01-02", true);
  store.import({doc(3, "c/new", R"("tags":["base_model:merge:b/child"])")}, "2026-01-03", true);
  const DataDir data = DataDir::open(store.data());
  for (const SnapshotNumber number : {1U, 2U, 3U}) {
    const auto published = store.at(number);
    const ModelStore models{data.store(), ModelStore::Mode::read_only};
    const SnapshotColumns rebuilt = derive_snapshot(models, number);
    std::vector<std::string> names;
    std::vector<std::string> first, second;
    const auto bytes = [](const auto& array) {
      return std::string{reinterpret_cast<const char*>(array.data()),
                         array.size() * sizeof(array[0])};
    };
    for_each_section(*published, [&](const char* name, const auto& array) {
      names.emplace_back(name), first.push_back(bytes(array));
    });
    for_each_section(rebuilt,
                     [&](const char*, const auto& array) { second.push_back(bytes(array)); });
    for (std::size_t i = 0; i < names.size(); ++i) {
      INFO("snapshot " << number << ", section " << names[i]);
      CHECK(first[i] == second[i]);
    }
  }
}

TEST_CASE("asking for a snapshot whose file is gone builds it again", "[index][history]") {
  StoreFixture store;
  store.import({doc(1, "a/one")}, "2026-01-01");
  store.import({doc(1, "a/one"), doc(2, "a/two")}, "2026-01-02");
  std::filesystem::remove(DataDir::open(store.data()).snapshot(1));
  CHECK(nodes(*store.at(1)) == Lines{"a/one:live"});
  CHECK_THROWS_AS(store.at(3), Error);
}

TEST_CASE("a rename of case alone leaves no alias of a model to itself", "[index][history]") {
  StoreFixture store;
  store.import({doc(1, "acme/Tiny")}, "2026-01-01");
  store.import({doc(1, "acme/tiny")}, "2026-01-02");
  CHECK(store.current()->alias_node.empty());
  CHECK(find_name(*store.current(), "acme/Tiny").has_value());
}
