#include "index/curated.h"

#include <fstream>

#include "graph/lint.h"
#include "schema/error.h"
#include "tests/support/catch.h"
#include "tests/support/store_fixture.h"

using namespace stemma;
using namespace stemma::test;

namespace {

using Lines = std::vector<std::string>;

std::string error_of(const std::string& text) {
  try {
    static_cast<void>(parse_curated(text, "curated.toml"));
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return error.what();
  }
  return "none";
}

void write_curated(const StoreFixture& store, const std::string& text) {
  std::ofstream{store.data() / "curated.toml"} << text;
}

}  // namespace

TEST_CASE("what is wrong in a curated file is said with its line", "[index][curated]") {
  const auto says = [](const std::string& text, const std::string& part) {
    const std::string error = error_of(text);
    INFO(error);
    CHECK(error.find(part) != std::string::npos);
  };
  says("[[alias]]\nname = \"a/b\"\n", "model");
  says("[[alias]]\nname = 5\nmodel = \"a/b\"\n", "name");
  says("[[alias]]\nname = \"a/b\"\nmodel = \"c/d\"\n[[alias]]\nname = \"A/B\"\nmodel = \"e/f\"\n",
       "given twice");
  says("[[parent]]\nmodel = \"a/b\"\nparent = \"c/d\"\nrelation = \"child\"\n", "is none of");
  says("[[parents]]\n", "parents");
  says("[[alias]\n", "curated.toml");
  CHECK(error_of("# nothing\n") == "none");
}

TEST_CASE("curated states survive their encoding, and damage is refused", "[index][curated]") {
  const Curated curated =
      parse_curated(
          "[[alias]]\nname = \"old\"\nmodel = \"a/new\"\nwhy = \"moved\"\n"
          "[[parent]]\nmodel = \"a/x\"\nparent = \"b/y\"\nrelation = \"merge\"\n",
          "t")
          .facts;
  const std::string bytes = encode_curated(curated);
  CHECK(decode_curated(bytes) == curated);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut)
    CHECK_FALSE(decode_curated(bytes.substr(0, cut)));
}

TEST_CASE("a curated alias and parent apply from the publish that read them", "[index][curated]") {
  StoreFixture store;
  const Lines documents{doc(1, "org/bert"), doc(2, "b/x", R"("tags":["base_model:bert"])"),
                        doc(3, "b/silent")};
  store.import(documents, "2026-01-01", true);
  write_curated(
      store,
      "[[alias]]\nname = \"bert\"\nmodel = \"org/bert\"\n"
      "[[parent]]\nmodel = \"b/silent\"\nparent = \"org/bert\"\nrelation = \"quantized\"\n");
  store.import(documents, "2026-01-02", true);
  CHECK(edges(*store.at(1)) == Lines{"b/x <- bert (unspecified)"});
  CHECK(edges(*store.at(2)) ==
        Lines{"b/silent <- org/bert (quantized)", "b/x <- org/bert (unspecified)"});
  const SnapshotHandle second = store.at(2);
  REQUIRE(second->aliases.size() == 1);
  CHECK(second->alias_learned[0] == 2);
  CHECK(find_name(*second, "BERT") == find_exact(*second, "org/bert"));
  const NodeId silent = *find_exact(*second, "b/silent");
  const StoredClaim& claim = second->claims[second->claim_begin[second->parent_begin[silent]]];
  CHECK(claim.source == ClaimSource::curated);
  CHECK(claim.first_seen == 2);
  // Taken out, it applies no more; what was published stays.
  write_curated(store, "");
  store.import(documents, "2026-01-03", true);
  CHECK(edges(*store.current()) == Lines{"b/x <- bert (unspecified)"});
  std::filesystem::remove(DataDir::open(store.data()).snapshot(2));
  CHECK(edges(*store.at(2)).size() == 2);
  CHECK(store.at(2)->total().claims_observed == 2);
}

TEST_CASE("what a data directory says stands over what is compiled in", "[index][curated]") {
  const Curated& builtin = builtin_curated();
  CHECK(builtin.aliases.size() == 68);
  CHECK(builtin.parents.size() == 9);
  for (const CuratedAlias& alias : builtin.aliases) CHECK_FALSE(alias.why.empty());
  for (const CuratedParent& parent : builtin.parents) CHECK_FALSE(parent.why.empty());
  const TempDir dir;
  const std::filesystem::path file = dir / "curated.toml";
  CHECK(load_curated(file) == builtin);
  const auto with = [&](const std::string& text) {
    std::ofstream{file} << text;
    return load_curated(file);
  };
  CHECK(with("") == builtin);
  CHECK(with("builtin = false\n") == Curated{});
  CHECK_THROWS_AS(with("builtin = \"no\"\n"), Error);
  const Curated own = with("[[alias]]\nname = \"GPT2\"\nmodel = \"mine/gpt2\"\n");
  CHECK(own.aliases.size() == 68);
  const auto gpt2 = std::find_if(own.aliases.begin(), own.aliases.end(),
                                 [](const auto& alias) { return alias.name == "GPT2"; });
  REQUIRE(gpt2 != own.aliases.end());
  CHECK(gpt2->model == "mine/gpt2");
  const Curated parent = with(
      "[[parent]]\nmodel = \"deepseek-ai/DeepSeek-R1\"\nparent = \"deepseek-ai/DeepSeek-V3-Base\"\n"
      "relation = \"merge\"\n");
  CHECK(parent.parents.size() == 9);
}

TEST_CASE("old names of models that had no owner are known without a file", "[index][curated]") {
  StoreFixture store;
  const Lines documents{doc(1, "google-bert/bert-base-uncased"),
                        doc(2, "b/x", R"("tags":["base_model:bert-base-uncased"])")};
  store.import(documents, "2026-01-01", true);
  CHECK(edges(*store.current()) == Lines{"b/x <- google-bert/bert-base-uncased (unspecified)"});
  write_curated(store, "builtin = false\n");
  store.import(documents, "2026-01-02", true);
  CHECK(edges(*store.current()) == Lines{"b/x <- bert-base-uncased (unspecified)"});
  CHECK(edges(*store.at(1)) == Lines{"b/x <- google-bert/bert-base-uncased (unspecified)"});
}

TEST_CASE("a curated file with an error publishes nothing", "[index][curated]") {
  StoreFixture store;
  store.import({doc(1, "a/b")}, "2026-01-01");
  write_curated(store, "[[alias]]\nname = 1\n");
  CHECK_THROWS_AS(store.import({doc(2, "a/c")}, "2026-01-02"), Error);
  CHECK(store.current()->total().number == 1);
}

TEST_CASE("a claim that ended is kept with the time that it was made in", "[index][history]") {
  StoreFixture store;
  const auto with = [](const std::string& parent) {
    return Lines{doc(1, "a/one"), doc(2, "a/two"),
                 doc(3, "b/x", "\"tags\":[\"base_model:" + parent + "\"]")};
  };
  store.import(with("a/one"), "2026-01-01", true);
  store.import(with("a/one"), "2026-01-02", true);
  store.import(with("a/two"), "2026-01-03", true);
  store.import(with("a/one"), "2026-01-04", true);
  const SnapshotHandle third = store.at(3);
  CHECK(edges(*third) == Lines{"b/x <- a/two (unspecified)"});
  REQUIRE(third->past.size() == 1);
  CHECK(third->texts[third->past[0].claim.text] == "a/one");
  CHECK(third->past[0].claim.first_seen == 1);
  CHECK(third->past[0].claim.last_seen == 2);
  // Both lives of both edges.
  const SnapshotHandle fourth = store.at(4);
  REQUIRE(fourth->past.size() == 1);
  CHECK(fourth->texts[fourth->past[0].claim.text] == "a/two");
  CHECK(fourth->past[0].claim.first_seen == 3);
  CHECK(fourth->past[0].claim.last_seen == 3);
  CHECK(fourth->claims[0].first_seen == 1);
  CHECK(store.at(2)->past.empty());
}

TEST_CASE("a rename is a rename: one model, its old name learned then", "[index][history]") {
  StoreFixture store;
  store.import({doc(1, "a/old"), doc(2, "b/x", R"("tags":["base_model:a/old"])")}, "2026-01-01",
               true);
  store.import({doc(1, "a/new"), doc(2, "b/x", R"("tags":["base_model:a/old"])")}, "2026-01-02",
               true);
  const SnapshotHandle now = store.current();
  CHECK(nodes(*now) == Lines{"a/new:live", "b/x:live"});
  CHECK(edges(*now) == Lines{"b/x <- a/new (unspecified)"});
  REQUIRE(now->aliases.size() == 1);
  CHECK(now->aliases[0] == "a/old");
  CHECK(now->alias_learned[0] == 2);
  CHECK(now->first_seen[*find_exact(*now, "a/new")] == 1);
  CHECK(nodes(*store.at(1)) == Lines{"a/old:live", "b/x:live"});
  CHECK(store.at(1)->aliases.size() == 0);
}

TEST_CASE("a model that was never observed takes its curated parent", "[index][curated]") {
  StoreFixture store;
  store.import({doc(1, "b/x", R"("tags":["base_model:deepseek-ai/DeepSeek-R1-Distill-Qwen-7B"])")},
               "2026-01-01", true);
  const SnapshotHandle now = store.current();
  CHECK(edges(*now) ==
        Lines{"b/x <- deepseek-ai/DeepSeek-R1-Distill-Qwen-7B (unspecified)",
              "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B <- Qwen/Qwen2.5-Math-7B (finetune)"});
  CHECK(now->total().edges == 1);  // of live children, as always
  CHECK(now->total().claims_observed == 1);
  const NodeId ghost = *find_exact(*now, "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B");
  const StoredClaim& claim = now->claims[now->claim_begin[now->parent_begin[ghost]]];
  CHECK(claim.source == ClaimSource::curated);
  REQUIRE(claim.note != 0);
  CHECK_THAT(std::string{now->notes[claim.note - 1U]}, holds("README of deepseek-ai/DeepSeek-R1"));
  // Nobody names it: it is nothing.
  StoreFixture other;
  other.import({doc(1, "b/x")}, "2026-01-01", true);
  CHECK(nodes(*other.current()) == Lines{"b/x:live"});
}

TEST_CASE("claims stay with the model that bore the name when they were made", "[index][history]") {
  StoreFixture store;
  const std::string child = doc(2, "x/child", R"("tags":["base_model:org/model"])");
  const std::string later = doc(4, "y/later", R"("tags":["base_model:org/model"])");
  store.import({doc(1, "org/model"), child}, "2026-01-01", true);
  store.import({doc(1, "org/model-old"), doc(3, "org/model"), child, later}, "2026-01-02", true);
  CHECK(edges(*store.current()) ==
        Lines{"x/child <- org/model-old (unspecified)", "y/later <- org/model (unspecified)"});
  CHECK(edges(*store.at(1)) == Lines{"x/child <- org/model (unspecified)"});
  const SnapshotHandle second = store.at(2);
  const auto lint = find_lint(*second);
  REQUIRE(lint.size() == 1);
  CHECK(lint[0].kind == LintKind::reused_name);
  CHECK(second->name(lint[0].node) == "x/child");
  CHECK(second->name(lint[0].parent) == "org/model-old");
  CHECK(lint_fix(*second, lint[0]) == "base_model: org/model-old");
  // Renamed a second time, it is still the first that was meant.
  store.import({doc(1, "org/ancient"), doc(3, "org/model"), child, later}, "2026-01-03", true);
  CHECK(edges(*store.current()) ==
        Lines{"x/child <- org/ancient (unspecified)", "y/later <- org/model (unspecified)"});
  // Once the first is gone, the name means who bears it.
  store.import({doc(3, "org/model"), child, later}, "2026-01-04", true);
  store.import({doc(3, "org/model"), child, later}, "2026-01-05", true);
  CHECK(edges(*store.current()) ==
        Lines{"x/child <- org/model (unspecified)", "y/later <- org/model (unspecified)"});
}

TEST_CASE("an old name is shown as it was spelled", "[index][history]") {
  StoreFixture store;
  store.import({doc(1, "Old-Org/Base-7B")}, "2026-01-01", true);
  store.import({doc(1, "new-org/Base-7B")}, "2026-01-02", true);
  const SnapshotHandle now = store.current();
  REQUIRE(now->aliases.size() == 1);
  CHECK(now->aliases[0] == "old-org/base-7b");
  CHECK(now->alias_names[0] == "Old-Org/Base-7B");
}
