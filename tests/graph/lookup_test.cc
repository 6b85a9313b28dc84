#include "graph/lookup.h"

#include "tests/support/catch.h"
#include "tests/support/lineage.h"

namespace stemma {
namespace {

std::string found(const SnapshotView& view, std::string_view name) {
  const auto node = find_name(view, name);
  return node ? std::string{view.name(*node)} : "none";
}

TEST_CASE("a name is found exactly, then as an alias, then in another case", "[graph][lookup]") {
  const auto columns = lineage_of(R"(
      Acme/Tiny
      Acme/Tiny-Chat
      gpt2
      Old/Name -alias-> Acme/Tiny
      acme/TINY-chat -alias-> gpt2
      ?Lost/Base -finetune-> Acme/Tiny )");
  const auto view = view_of(columns);
  CHECK(found(view, "Acme/Tiny") == "Acme/Tiny");
  CHECK(found(view, "aCME/tINY") == "Acme/Tiny");
  CHECK(found(view, "GPT2") == "gpt2");
  CHECK(found(view, "old/NAME") == "Acme/Tiny");
  CHECK(found(view, "lost/base") == "Lost/Base");
  // An alias goes before a match that only folding makes, and after an exact one.
  CHECK(found(view, "acme/tiny-chat") == "gpt2");
  CHECK(found(view, "Acme/Tiny-Chat") == "Acme/Tiny-Chat");
  CHECK(found(view, "Acme/Tin") == "none");
  CHECK(found(view, "Acme/Tiny-Chat-X") == "none");
  CHECK(found(view, "") == "none");
  CHECK(found(view, "zzz") == "none");
  CHECK_FALSE(find_exact(view, "acme/tiny"));
  CHECK_FALSE(find_exact(view, "old/name"));
}

TEST_CASE("names that differ in case only", "[graph][lookup]") {
  const auto columns = lineage_of(R"(
      a/two
      A/two
      b/one
      !B/one
      !c/PAST seen=3
      !c/Past seen=5
      !C/past seen=4 )");
  const auto view = view_of(columns);
  CHECK(found(view, "a/TWO") == "none");
  CHECK(found(view, "A/two") == "A/two");
  CHECK(found(view, "b/ONE") == "b/one");
  CHECK(found(view, "B/one") == "B/one");
  CHECK(found(view, "c/past") == "c/Past");
}

TEST_CASE("of a live and a gone model of one name the live one is meant", "[graph][lookup]") {
  const auto columns = lineage_of("!a/x\na/w\n");
  const auto twice = lineage_of("a/x\n!a/x\na/w\n");
  const auto view = view_of(twice);
  REQUIRE(view.node_count() == 3);
  CHECK(view.live(*find_exact(view, "a/x")));
  CHECK(view.live(*find_name(view, "A/X")));
  CHECK(view_of(columns).state[*find_exact(view_of(columns), "a/x")] == NodeState::gone);
}

TEST_CASE("base names are found in any case, live ones first", "[graph][lookup]") {
  const auto columns = lineage_of("!a/Tiny\nb/tiny\nc/TINY\ntiny\nd/tiny2\ne/x-tiny\n");
  const auto view = view_of(columns);
  const auto list = [&view](std::size_t limit) {
    std::vector<std::string> result;
    for (const NodeId node : find_base_name(view, "tiny", limit))
      result.emplace_back(view.name(node));
    return result;
  };
  CHECK(list(10) == std::vector<std::string>{"b/tiny", "c/TINY", "tiny", "a/Tiny"});
  CHECK(list(2) == std::vector<std::string>{"b/tiny", "c/TINY"});
  CHECK(list(3) == std::vector<std::string>{"b/tiny", "c/TINY", "tiny"});
  CHECK(list(0).empty());
}

TEST_CASE("an owner's nodes are exactly those of that owner", "[graph][lookup]") {
  const auto columns = lineage_of(R"(
      Acme/a
      acme/B
      acme
      acme-labs/c
      acm/d
      acme.x/e
      acmf/f
      ?ACME/ghost -finetune-> acm/d )");
  const auto view = view_of(columns);
  CHECK(names(view, nodes_of_owner(view, "aCmE")) ==
        std::set<std::string>{"ACME/ghost", "Acme/a", "acme/B"});
  CHECK(nodes_of_owner(view, "acme").size() == 3);
  CHECK(nodes_of_owner(view, "ac").empty());
  CHECK(nodes_of_owner(view, "").empty());
  CHECK(nodes_of_owner(view, "zzz").empty());
}

TEST_CASE("all spellings of a term are found", "[graph][lookup]") {
  const auto columns = lineage_of("a/x license=MIT\na/y license=mit\na/z license=mit-0\n");
  const auto view = view_of(columns);
  const auto terms = find_terms(view, "Mit");
  REQUIRE(terms.size() == 2);
  CHECK(view.terms[terms[0]] != view.terms[terms[1]]);
  CHECK(find_terms(view, "gpl").empty());
}

TEST_CASE("nothing is found in an empty snapshot", "[graph][lookup]") {
  const auto columns = lineage_of("");
  const auto view = view_of(columns);
  CHECK_FALSE(find_name(view, "a/x"));
  CHECK(nodes_of_owner(view, "a").empty());
  CHECK(find_base_name(view, "x", 5).empty());
}

}  // namespace
}  // namespace stemma
