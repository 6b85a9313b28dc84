#include "graph/nearest.h"

#include "tests/support/catch.h"

namespace stemma {
namespace {

TEST_CASE("how far words are apart", "[graph][nearest]") {
  const auto [a, b, distance] = GENERATE(table<std::string, std::string, std::size_t>({
      {"", "", 0},
      {"", "abc", 3},
      {"qwen", "Qwen", 0},
      {"desendants", "descendants", 1},
      {"familise", "families", 1},
      {"ca", "abc", 3},
      {"kitten", "sitting", 3},
  }));
  CHECK(edit_distance(a, b) == distance);
  CHECK(edit_distance(b, a) == distance);
}

TEST_CASE("the words that a typo means", "[graph][nearest]") {
  const std::vector<std::string> words{"crawl",    "crawls", "import", "ancestors", "descendants",
                                       "families", "family", "lint",   "stats"};
  const auto meant = [&](const char* typed) { return nearest_words(typed, words); };
  using Words = std::vector<std::string>;
  CHECK(meant("desendants") == Words{"descendants"});
  CHECK(meant("famly") == Words{"family"});
  CHECK(meant("crawll") == Words{"crawl", "crawls"});
  CHECK(meant("fam") == Words{"families", "family"});
  CHECK(meant("xyzzy").empty());
  CHECK(meant("").empty());
  CHECK(either_of({"a"}) == "a");
  CHECK(either_of({"a", "b", "c"}) == "a, b or c");
}

}  // namespace
}  // namespace stemma
