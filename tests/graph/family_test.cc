#include "graph/family.h"

#include "graph/burst.h"
#include "schema/error.h"
#include "tests/support/catch.h"
#include "tests/support/lineage.h"

namespace stemma {
namespace {

using Names = std::set<std::string>;
using Counts = std::map<std::string, std::uint64_t>;

FamilySet families() {
  return FamilySet{{
      {"acme", "Acme", {"Acme", "acme-labs"}, "", ""},
      {"acme2", "Acme 2", {"Acme", "acme-labs"}, "^tiny-?2", "acme"},
      {"bolt", "Bolt", {"bolt"}, "bolt", ""},
  }};
}

FamilySummary summary_of(const SnapshotView& view, const char* name) {
  const FamilySet set = families();
  return summarise(view, members_of(view, set, *set.find(name)), find_bursts(view));
}

std::string refusal(std::vector<FamilyDefinition> definitions) {
  try {
    const FamilySet set{std::move(definitions)};
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return error.what();
  }
  return {};
}

TEST_CASE("a licence that is called unknown is not one that is missing", "[graph][family]") {
  const auto columns = lineage_of(
      "acme/base\nx/a license=unknown\nx/b\nacme/base -finetune-> x/a\nacme/base -finetune-> "
      "x/b\n");
  const auto view = view_of(columns);
  const FamilySet families{{{"acme", "Acme", {"acme"}, "", ""}}};
  const auto members = members_of(view, families, families.definitions().front());
  const auto summary = summarise(view, members, std::vector<bool>(view.node_count()));
  CHECK(summary.by_license == std::map<std::string, std::uint64_t>{{"unknown", 1}, {"(none)", 1}});
}

TEST_CASE("definitions that make no sense are refused by name", "[graph][family]") {
  CHECK_THAT(refusal({{"broken", "", {"a"}, "(", ""}}), holds("broken"));
  CHECK_THAT(refusal({{"twice", "", {"a"}, "", ""}, {"TWICE", "", {"b"}, "", ""}}), holds("TWICE"));
  CHECK_THAT(refusal({{"orphan", "", {"a"}, "", "nobody"}}), holds("nobody"));
  CHECK(refusal({{"child", "", {"a"}, "", "late"}, {"late", "", {"a"}, "", ""}}).empty());
}

TEST_CASE("series come from the names that are there", "[graph][family]") {
  const auto columns = lineage_of(R"(
      Qwen/Qwen2-7B -finetune-> a/two
      Qwen/Qwen3.8-27B -quantized-> b/gguf
      Qwen/qwen3.8-7b
      Qwen/Qwen3.8
      !Qwen/Qwen9-1B
      ?Qwen/Qwen10_Big -finetune-> c/ten
      Qwen/Qwen-7B
      Qwen/Qwen-Audio2
      other/Qwen77-1B )");
  const auto view = view_of(columns);
  const FamilySet written{{{"qwen", "Qwen", {"Qwen"}, "", "", R"(^(Qwen\d+(?:\.\d+)?)(?:[-_]|$))"},
                           {"qwen2", "Qwen2 by hand", {"Qwen"}, "^Qwen2-", "qwen"}}};
  const FamilySet found = written.in(view);
  std::vector<std::string> names, labels;
  for (const FamilyDefinition& family : found.definitions()) {
    names.push_back(family.name);
    labels.push_back(family.label);
  }
  CHECK(names == std::vector<std::string>{"qwen", "qwen2", "qwen10", "qwen3.8", "qwen9"});
  CHECK(labels[1] == "Qwen2 by hand");
  CHECK(labels[3] == "Qwen3.8");
  const FamilyDefinition& series = *found.find("QWEN3.8");
  CHECK(series.parent == "qwen");
  CHECK(found.roots(view, series).size() == 3);
  CHECK(found.matches(series, "Qwen/QWEN3.8-Coder"));
  CHECK_FALSE(found.matches(series, "Qwen/Qwen3.80-Coder"));
  CHECK_FALSE(found.matches(series, "other/Qwen3.8"));
  const auto summary =
      summarise(view, members_of(view, found, series), std::vector<bool>(view.node_count()));
  CHECK(summary.official == 3);
  CHECK(summary.derivatives == 1);
  CHECK(found.in(view).definitions().size() == found.definitions().size());
}

TEST_CASE("series_from wants one group", "[graph][family]") {
  for (const char* pattern : {"^Qwen", "^(Qwen)(\\d+)", "("}) {
    FamilyDefinition family{"qwen", "Qwen", {"Qwen"}, "", ""};
    family.series_from = pattern;
    CHECK_THROWS_AS(check_pattern(family), Error);
  }
}

TEST_CASE("families are found by name in any case", "[graph][family]") {
  const FamilySet set = families();
  REQUIRE(set.find("ACME2") != nullptr);
  CHECK(set.find("ACME2")->label == "Acme 2");
  CHECK(set.find("acme3") == nullptr);
  CHECK(set.definitions().size() == 3);
}

TEST_CASE("owner and pattern make a root, in any case", "[graph][family]") {
  const FamilySet set = families();
  const auto& acme = *set.find("acme");
  const auto& series = *set.find("acme2");
  const auto& bolt = *set.find("bolt");
  CHECK(set.matches(acme, "ACME/x"));
  CHECK(set.matches(acme, "Acme-Labs/x"));
  CHECK_FALSE(set.matches(acme, "acme-lab/x"));
  CHECK_FALSE(set.matches(acme, "acme"));
  CHECK(set.matches(series, "acme/TINY2"));
  CHECK(set.matches(series, "acme-labs/tiny-2.5"));
  CHECK_FALSE(set.matches(series, "acme/x-tiny2"));
  CHECK_FALSE(set.matches(series, "other/tiny2"));
  CHECK(set.matches(bolt, "bolt/a-BOLT-b"));
  CHECK_FALSE(set.matches(bolt, "bolt/nut"));  // the pattern is searched in the base name only

  const auto columns = lineage_of(R"(
      Acme/tiny
      !acme/tiny2
      ?ACME/Tiny-2b -finetune-> z/derived
      acmex/tiny2 )");
  const auto view = view_of(columns);
  CHECK(names(view, set.roots(view, acme)) == Names{"ACME/Tiny-2b", "Acme/tiny", "acme/tiny2"});
  CHECK(names(view, set.roots(view, series)) == Names{"ACME/Tiny-2b", "acme/tiny2"});
  CHECK(set.roots(view, bolt).empty());
}

TEST_CASE("a text of any length can be a ghost of the family", "[graph][family]") {
  const FamilySet set{{{"greedy", "", {"a"}, "(x|y)*z", ""}}};
  CHECK_FALSE(set.matches(*set.find("greedy"), "a/" + std::string(1'000'000, 'x')));
  CHECK(set.matches(*set.find("greedy"), "a/xyz"));
}

TEST_CASE("official and derived models are told apart and counted", "[graph][family]") {
  const auto columns = lineage_of(R"(
      Acme/tiny  -finetune->  Acme/tiny2
      Acme/tiny  -quantized-> x/gguf
      Acme/tiny2 -adapter->   x/lora
      x/lora     -merge->     y/mix
      x/gguf     -unspecified-> z/plain
      Acme/tiny  -finetune->  !x/gone
      x/gone     -finetune->  y/heir
      ?Acme/lost -finetune->  y/found
      !Acme/old  -finetune->  y/older
      o/other    -finetune->  o/child
      Acme/tiny  downloads=100 downloads_all_time=1000
      Acme/tiny2 downloads=10
      x/gguf downloads=7 downloads_all_time=70 license=mit pipeline_tag=text-generation
      x/lora license=mit author=lora-maker
      y/mix  downloads=3 license=apache-2.0
      !x/gone downloads=1000 license=gone
      o/other downloads=5000 )");
  const auto view = view_of(columns);
  const FamilySummary acme = summary_of(view, "acme");
  CHECK(acme.official == 2);  // neither the ghost nor the gone root
  CHECK(acme.derivatives ==
        7);  // gguf, lora, mix, plain, heir, found, older: neither the gone one nor tiny2
  CHECK(acme.derivatives_direct == 4);
  CHECK(acme.derivatives_burst_adjusted == 7);
  CHECK(acme.downloads_official.value() == 110);
  CHECK(acme.downloads_official.unknown == 0);
  CHECK(acme.downloads_derivatives.value() == 10);
  CHECK(acme.downloads_derivatives.unknown == 5);
  CHECK(acme.downloads_all_time_official.value() == 1000);
  CHECK(acme.downloads_all_time_official.unknown == 1);
  CHECK(acme.downloads_all_time_derivatives.value() == 70);
  CHECK(
      acme.by_relation ==
      Counts{{"quantized", 1}, {"adapter", 1}, {"merge", 1}, {"unspecified", 1}, {"finetune", 3}});
  CHECK(acme.by_depth == Counts{{"1", 4}, {"2", 3}});
  CHECK(acme.by_license == Counts{{"mit", 2}, {"apache-2.0", 1}, {"(none)", 4}});
  CHECK(acme.by_author == Counts{{"lora-maker", 1}, {"x", 1}, {"y", 4}, {"z", 1}});
  CHECK(acme.by_pipeline_tag == Counts{{"text-generation", 1}, {"(none)", 6}});

  const FamilySummary series = summary_of(view, "acme2");
  CHECK(series.official == 1);
  CHECK(series.derivatives == 2);
  CHECK(series.by_depth == Counts{{"1", 1}, {"2", 1}});
  CHECK(series.downloads_all_time_official.value() == kUnknownCount);
  CHECK(series.downloads_all_time_official.unknown == 1);

  const FamilySummary bolt = summary_of(view, "bolt");
  CHECK(bolt.official + bolt.derivatives == 0);
  CHECK(bolt.downloads_official.value() == kUnknownCount);
  CHECK(bolt.by_relation.empty());
}

TEST_CASE("sums of counts", "[graph][family]") {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  struct Case {
    std::vector<std::int64_t> counts;
    std::int64_t value;
    std::uint64_t unknown;
  };
  const std::vector<Case> cases{
      {{}, kUnknownCount, 0},     {{kUnknownCount, kUnknownCount}, kUnknownCount, 2},
      {{0, kUnknownCount}, 0, 1}, {{1, kUnknownCount, 2}, 3, 1},
      {{kMost, kMost}, kMost, 0},  // a sum never wraps around to a negative number
  };
  for (const Case& one : cases) {
    CountSum sum;
    for (const std::int64_t count : one.counts) sum.add(count);
    CHECK(sum.value() == one.value);
    CHECK(sum.unknown == one.unknown);
    CHECK((sum + CountSum{}).value() == one.value);
  }
}

TEST_CASE("downloads beyond all measure do not wrap around", "[graph][family]") {
  auto columns = lineage_of("Acme/a\nAcme/b\nAcme/a -finetune-> x/c\nAcme/a -finetune-> x/d\n");
  for (auto& downloads : columns.downloads) downloads = std::numeric_limits<std::int64_t>::max();
  const auto view = view_of(columns);
  CHECK(find_inconsistency(view));  // a file with such counts is refused
  const FamilySummary acme = summary_of(view, "acme");
  CHECK(acme.downloads_official.value() == std::numeric_limits<std::int64_t>::max());
  CHECK(acme.downloads_derivatives.value() == std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("a burst is set aside in the adjusted number alone", "[graph][family]") {
  std::string drawing = "Acme/tiny\n";
  for (int i = 0; i < 14; ++i) {
    const std::string name = "q/x" + std::to_string(i);
    drawing += "Acme/tiny -quantized-> " + name + "\n" + name + " created=2024-01-01\n";
  }
  const auto columns = lineage_of(drawing + "q/x13 -finetune-> z/kept\n");
  const FamilySummary acme = summary_of(view_of(columns), "acme");
  CHECK(acme.derivatives == 15);
  CHECK(acme.derivatives_direct == 14);
  CHECK(acme.derivatives_burst_adjusted == 11);
}

TEST_CASE("a model is in every family that it descends from", "[graph][family]") {
  const auto columns = lineage_of(R"(
      Acme/tiny2  -merge-> z/mix
      bolt/bolt-1 -merge-> z/mix
      z/mix       -quantized-> z/mix-gguf
      Acme/tiny   -finetune-> bolt/bolt-2
      o/other )");
  const auto view = view_of(columns);
  const FamilySet set = families();
  using List = std::vector<std::string>;
  CHECK(families_of(view, set, node(view, "z/mix-gguf")) == List{"acme", "acme2", "bolt"});
  CHECK(families_of(view, set, node(view, "bolt/bolt-2")) == List{"acme", "bolt"});
  CHECK(families_of(view, set, node(view, "Acme/tiny")) == List{"acme"});
  CHECK(families_of(view, set, node(view, "o/other")).empty());
  CHECK(summary_of(view, "acme").derivatives == 3);
  CHECK(summary_of(view, "bolt").derivatives == 2);
}

TEST_CASE("roots in a cycle stay official", "[graph][family]") {
  const auto columns = lineage_of(R"(
      Acme/tiny -finetune-> x/a
      x/a -finetune-> Acme/tiny
      x/a -finetune-> Acme/tiny-b )");
  const FamilySummary acme = summary_of(view_of(columns), "acme");
  CHECK(acme.official == 2);
  CHECK(acme.derivatives == 1);
}

// Fractional shares

struct Split {
  double acme, bolt, other;
};

void check_shares(const char* drawing, Split expected, std::uint64_t total) {
  const auto columns = lineage_of(drawing);
  const FractionalShares shares = fractional_shares(view_of(columns), families());
  REQUIRE(shares.by_family.size() == 2);  // a series takes no part
  CHECK(shares.by_family[0] == expected.acme);
  CHECK(shares.by_family[1] == expected.bolt);
  CHECK(shares.other == expected.other);
  CHECK(shares.total == total);
}

TEST_CASE("a live model is one unit, split over its parents", "[graph][family][shares]") {
  check_shares("", {0, 0, 0}, 0);
  check_shares("Acme/tiny -finetune-> x/a\nx/a -quantized-> x/b\no/p -finetune-> o/c\n", {3, 0, 2},
               5);
  check_shares("Acme/t -merge-> x/m\nbolt/bolt -merge-> x/m\no/p -merge-> x/m\no/q -merge-> x/m\n",
               {1.25, 1.25, 2.5}, 5);
  // Through a merge of a merge: a half of a third.
  check_shares(
      "Acme/t -merge-> x/m\nbolt/bolt -merge-> x/m\nx/m -merge-> x/n\no/p -merge-> x/n\no/q "
      "-merge-> x/n\n",
      {1.666667, 1.666667, 2.666666}, 6);
}

TEST_CASE("an official model is wholly its own family's", "[graph][family][shares]") {
  check_shares("bolt/bolt -finetune-> Acme/t\nAcme/t -finetune-> x/a\n", {2, 1, 0}, 3);
  // bolt/nut does not match the pattern, so it passes on what it descends from.
  check_shares("Acme/t -finetune-> bolt/nut\nbolt/nut -finetune-> x/a\n", {3, 0, 0}, 3);
}

TEST_CASE("ghosts and gone models pass shares on and are no units", "[graph][family][shares]") {
  check_shares("?Acme/lost -finetune-> x/a\n", {1, 0, 0}, 1);
  check_shares("!Acme/old -finetune-> !x/gone\nx/gone -finetune-> x/a\nbolt/bolt -merge-> x/a\n",
               {0.5, 1.5, 0}, 2);
  check_shares("?o/lost -finetune-> x/a\n", {0, 0, 1}, 1);
}

TEST_CASE("the members of a cycle have one share over the parents outside it",
          "[graph][family][shares]") {
  // x/a and x/b: parents outside are Acme/t, which both name, and bolt/bolt.
  check_shares(R"(
      x/a -merge-> x/b
      x/b -merge-> x/a
      Acme/t -merge-> x/a
      Acme/t -merge-> x/b
      bolt/bolt -merge-> x/b
      x/a -quantized-> x/q )",
               {2.5, 2.5, 0}, 5);
  check_shares("x/a -merge-> x/b\nx/b -merge-> x/a\n", {0, 0, 2}, 2);
}

TEST_CASE("a root inside a cycle opens it", "[graph][family][shares]") {
  // Without Acme/t's own parents x/b is no cycle's member: it has Acme/t's share.
  check_shares("Acme/t -finetune-> x/b\nx/b -finetune-> Acme/t\nbolt/bolt -finetune-> Acme/t\n",
               {2, 1, 0}, 3);
  // A bigger cycle that a root cuts into a chain, with a second parent on the way.
  check_shares(
      "Acme/t -merge-> x/b\nx/b -merge-> x/c\nx/c -merge-> Acme/t\nbolt/bolt -merge-> x/c\n",
      {1 + 1 + 0.5, 1.5, 0}, 4);
}

TEST_CASE("a root of two top-level families is split between them", "[graph][family][shares]") {
  const FamilySet set{
      {{"one", "", {"a"}, "", ""}, {"two", "", {"a"}, "both", ""}, {"sub", "", {"a"}, "", "one"}}};
  const auto columns = lineage_of("a/both -finetune-> x/c\na/single\n");
  const FractionalShares shares = fractional_shares(view_of(columns), set);
  CHECK(shares.by_family == std::vector<double>{2, 1});
  CHECK(shares.other == 0);
}

TEST_CASE("rounding goes to the largest remainders, earlier ones first",
          "[graph][family][shares]") {
  // Three thirds: 333333 millionths each and one over.
  check_shares("!Acme/t -merge-> x/m\n!bolt/bolt -merge-> x/m\n!o/p -merge-> x/m\n",
               {0.333334, 0.333333, 0.333333}, 1);
  // Twice 2/7 = 0.2857142857.. and 3/7 = 0.4285714285..: the last lost most.
  check_shares(R"(
      !Acme/a -merge-> x/m
      !Acme/b -merge-> x/m
      !bolt/bolt1 -merge-> x/m
      !bolt/bolt2 -merge-> x/m
      !o/p -merge-> x/m
      !o/q -merge-> x/m
      !o/r -merge-> x/m )",
               {0.285714, 0.285714, 0.428572}, 1);
}

}  // namespace
}  // namespace stemma
