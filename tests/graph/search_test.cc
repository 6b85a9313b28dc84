#include "graph/search.h"

#include <random>

#include "schema/model_name.h"
#include "tests/support/catch.h"
#include "tests/support/lineage.h"

namespace stemma {
namespace {

using List = std::vector<std::string>;

List found(const SnapshotView& view, std::string_view text, std::size_t limit = 100) {
  List list;
  for (const SearchHit& hit : search_names(view, text, limit))
    list.emplace_back(view.name(hit.node));
  return list;
}

TEST_CASE("exact, prefix and substring matches come in this order", "[graph][search]") {
  const auto columns = lineage_of(R"(
      Acme/Tiny
      tiny
      Acme/tiny-chat downloads=5
      zed/Tiny-b     downloads=9
      tiny-labs/x
      zed/my-tiny    downloads=1000
      !old/tiny-gone downloads=9999
      ?lost/tiny-ghost -finetune-> zed/other )");
  const auto view = view_of(columns);
  const auto hits = search_names(view, "TINY", 7);
  CHECK(found(view, "TINY", 7) == List{"Acme/Tiny", "tiny", "zed/Tiny-b", "Acme/tiny-chat",
                                       "tiny-labs/x", "old/tiny-gone", "lost/tiny-ghost"});
  CHECK(hits[1].match == MatchKind::exact);
  CHECK(hits[2].match == MatchKind::prefix);
  CHECK(found(view, "tiny").back() == "zed/my-tiny");
  CHECK(found(view, "acme/tiny") == List{"Acme/Tiny", "Acme/tiny-chat"});
  CHECK(search_names(view, "acme/tiny", 1)[0].match == MatchKind::exact);
  CHECK(found(view, "iny").front() == "zed/my-tiny");  // all by substring: most downloads first
  CHECK(search_names(view, "iny", 1)[0].match == MatchKind::substring);
  CHECK(found(view, "tiny", 2).size() == 2);
  CHECK(found(view, "").empty());
  CHECK(found(view, " \t").empty());
  CHECK(found(view, "tiny", 0).empty());
}

TEST_CASE("a match does not run from one name into the next", "[graph][search]") {
  const auto columns = lineage_of("a/abc\nb/def\n");
  const auto view = view_of(columns);
  CHECK(found(view, "cb/").empty());
  CHECK(found(view, "bc") == List{"a/abc"});
  // The false one overlaps the true one.
  const auto overlap = lineage_of("a/aab\nab/aabab\n");
  CHECK(found(view_of(overlap), "bab") == List{"ab/aabab"});
}

TEST_CASE("all words must be found, in any order", "[graph][search]") {
  const auto columns = lineage_of("q/Tiny-7B-Chat\nq/Tiny-7B\nq/Chat-7B\n");
  const auto view = view_of(columns);
  CHECK(found(view, "  chat\ttiny ") == List{"q/Tiny-7B-Chat"});
  CHECK(found(view, "7b q") == List{"q/Chat-7B", "q/Tiny-7B", "q/Tiny-7B-Chat"});
  CHECK(found(view, "7b xyzzy").empty());
}

TEST_CASE("typos are tolerated as the word's length allows", "[graph][search]") {
  const auto columns = lineage_of("org/deepseek-coder\norg/Mistral-7B\norg/abc\n");
  const auto view = view_of(columns);
  CHECK(found(view, "mistrel") == List{"org/Mistral-7B"});
  CHECK(found(view, "mistrl") == List{"org/Mistral-7B"});
  CHECK(found(view, "misstral") == List{"org/Mistral-7B"});
  CHECK(found(view, "msitral") == List{"org/Mistral-7B"});  // neighbours swapped: one edit
  CHECK(found(view, "mostrel").empty());                    // two edits from seven characters
  CHECK(found(view, "depseek-codr") == List{"org/deepseek-coder"});
  CHECK(found(view, "dpsek-codr").empty());  // three
  CHECK(found(view, "abx").empty());         // too short for any
  CHECK(found(view, "abcx") == List{"org/abc"});
  CHECK(found(view, "mistrel 7b") == List{"org/Mistral-7B"});
  CHECK(found(view, "mistrel 8b").empty());
  CHECK(search_names(view, "mistrel", 5)[0].match == MatchKind::fuzzy);
  CHECK(found(view, std::string(65, 'a')).empty());
}

TEST_CASE("typos are looked for only when there is room, and come last", "[graph][search]") {
  const auto columns = lineage_of("a/tiny-x\nb/tiny-y\nc/tinx downloads=99\n");
  const auto view = view_of(columns);
  CHECK(found(view, "tiny", 2) == List{"a/tiny-x", "b/tiny-y"});
  CHECK(found(view, "tiny", 3) == List{"a/tiny-x", "b/tiny-y", "c/tinx"});
}

TEST_CASE("a word that is repeated counts once", "[graph][search]") {
  const auto columns = lineage_of("org/Mistral-7B\norg/other\n");
  const auto view = view_of(columns);
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "mistral Mistral ";
  CHECK(found(view, text) == List{"org/Mistral-7B"});
  CHECK(search_words(text) == List{"mistral"});
  CHECK(search_words("  b\tA b ") == List{"b", "a"});
}

TEST_CASE("a single name answers to what begins it, is in it or nearly is it", "[graph][search]") {
  CHECK(match_name("DeepSeek", "deepseek") == MatchKind::exact);
  CHECK(match_name("DeepSeek", "DEEP") == MatchKind::prefix);
  CHECK(match_name("DeepSeek", "seek") == MatchKind::substring);
  for (const char* typo : {"deepsek", "deepseekk", "depseek", "deepsekk", "depseeek"}) {
    CAPTURE(typo);
    CHECK(match_name("DeepSeek", typo) == MatchKind::fuzzy);
  }
  CHECK(match_name("Qwen", "quen") == MatchKind::fuzzy);
  CHECK(match_name("Qwen", "wqen") == MatchKind::fuzzy);
  CHECK_FALSE(match_name("DeepSeek", "depsek"));  // six characters, two edits
  CHECK_FALSE(match_name("Phi", "phj"));          // too short for any
  CHECK_FALSE(match_name("Llama", "lima"));       // near a part of it only
  CHECK_FALSE(match_name("Qwen", ""));
}

/// The least edits (insert, delete, replace, swap neighbours; each letter edited once) from `word`
/// to a part of `name`.
std::size_t slow_distance(std::string_view word, std::string_view name) {
  std::vector<std::vector<std::size_t>> d(word.size() + 1,
                                          std::vector<std::size_t>(name.size() + 1));
  for (std::size_t i = 1; i <= word.size(); ++i) {
    d[i][0] = i;
    for (std::size_t j = 1; j <= name.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1,
                          d[i - 1][j - 1] + (word[i - 1] == name[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && word[i - 1] == name[j - 2] && word[i - 2] == name[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return *std::min_element(d.back().begin(), d.back().end());
}

TEST_CASE("what is found is what a slow search finds", "[graph][search]") {
  std::mt19937 random{20260101};
  const auto text = [&random](std::size_t least, std::size_t most) {
    std::string result;
    const std::size_t size = least + random() % (most - least + 1);
    for (std::size_t i = 0; i < size; ++i) result += "abcABd"[random() % 6];
    return result;
  };
  std::size_t fuzzy = 0;
  for (int round = 0; round < 60; ++round) {
    std::string drawing;
    for (int i = 0; i < 40; ++i) drawing += text(1, 4) + "/" + text(1, 14) + "\n";
    const auto columns = lineage_of(drawing);
    const auto view = view_of(columns);
    for (int query = 0; query < 30; ++query) {
      // Words of all lengths that make a difference, and one that fills a machine word.
      const std::string word = query == 0 ? text(64, 64) : text(2, 11);
      std::set<std::string> expected;
      for (NodeId node = 0; node < view.node_count(); ++node) {
        const std::size_t allowed = word.size() < 4 ? 0 : word.size() < 8 ? 1 : 2;
        const std::size_t distance = slow_distance(fold_case(word), fold_case(view.name(node)));
        if (distance <= allowed) expected.emplace(view.name(node));
        fuzzy += distance > 0 && distance <= allowed ? 1 : 0;
      }
      const List list = found(view, word, 1000);
      REQUIRE(std::set<std::string>{list.begin(), list.end()} == expected);
      REQUIRE(list.size() == expected.size());
    }
  }
  CHECK(fuzzy > 100);  // the cases meant are among them
}

}  // namespace
}  // namespace stemma
