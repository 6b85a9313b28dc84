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

TEST_CASE("of names alike in use the better match comes first", "[graph][search]") {
  const auto columns = lineage_of(R"(
      Acme/Tiny
      tiny
      Acme/tiny-chat
      zed/tinyish
      zed/my-tiny
      tiny-labs/x
      zed/destiny
      !old/tiny
      ?lost/tiny-ghost -finetune-> zed/other )");
  const auto view = view_of(columns);
  const auto hits = search_names(view, "TINY", 10);
  CHECK(found(view, "TINY") == List{"Acme/Tiny", "tiny", "old/tiny", "lost/tiny-ghost",
                                    "Acme/tiny-chat", "zed/tinyish", "zed/my-tiny", "tiny-labs/x",
                                    "zed/destiny"});
  CHECK(hits[1].match == MatchKind::exact);
  CHECK(hits[4].match == MatchKind::prefix);
  CHECK(hits[8].match == MatchKind::substring);
  CHECK(found(view, "acme/tiny") == List{"Acme/Tiny", "Acme/tiny-chat"});
  CHECK(search_names(view, "acme/tiny", 1)[0].match == MatchKind::whole);
  CHECK(found(view, "iny").size() == 9);
  CHECK(search_names(view, "iny", 1)[0].match == MatchKind::substring);
  CHECK(found(view, "tiny", 2).size() == 2);
  CHECK(found(view, "").empty());
  CHECK(found(view, " \t").empty());
  CHECK(found(view, "tiny", 0).empty());
}

/// A small hub of well-known models, what was made of them, and namesakes that nobody uses.
SnapshotColumns small_hub() {
  std::string drawing = R"(
      mistralai/Mistral-7B-v0.1          downloads=700000
      mistralai/Mistral-7B-Instruct-v0.2 downloads=800000
      mistralai/Mixtral-8x7B-v0.1        downloads=600000
      tungtv/mistral                     downloads=1100
      janhq/mistral                      downloads=60
      google-bert/bert-base-uncased      downloads=50000000
      google-bert/bert-base-cased        downloads=5000000
      distilbert/distilbert-base-uncased downloads=20000000
      FacebookAI/roberta-base            downloads=9000000
      d-matrix/bert                      downloads=239
      meta-llama/Meta-Llama-3-8B         downloads=1600000
      meta-llama/Llama-2-7b-hf           downloads=1300000
      huggyllama/llama-30b               downloads=9000
      janhq/llama3                       downloads=241
      HuggingFaceH4/zephyr-7b-beta       downloads=200000
      giux78/zefiro-7b-beta              downloads=1400
      Qwen/Qwen2-7B-Instruct             downloads=200000
      Qwen/Qwen2-57B-A14B-Instruct       downloads=210000
      suno/bark                          downloads=30000
      facebook/bart-large                downloads=400000
      deepseek-ai/DeepSeek-R1-Distill-Qwen-7B downloads=500000
      deepseek-ai/DeepSeek-R1            downloads=900000
      nobody/deepseek-r1-distill         downloads=20
      nobody/unknown-bert
      runwayml/stable-diffusion-v1-5     downloads=3000000
      nobody/stablediffusion             downloads=10
      ?gpt2 -finetune-> nobody/gpt2-story
      openai-community/gpt2              downloads=6000000 )";
  const auto derive = [&drawing](std::string_view parent, int count) {
    for (int i = 0; i < count; ++i) {
      drawing += "\n" + std::string{parent} + " -finetune-> user/x" + std::to_string(i);
    }
  };
  derive("mistralai/Mistral-7B-v0.1", 60);
  derive("mistralai/Mistral-7B-Instruct-v0.2", 30);
  derive("google-bert/bert-base-uncased", 40);
  derive("meta-llama/Meta-Llama-3-8B", 40);
  derive("meta-llama/Llama-2-7b-hf", 40);
  derive("HuggingFaceH4/zephyr-7b-beta", 30);
  derive("Qwen/Qwen2-7B-Instruct", 20);
  return lineage_of(drawing + '\n');
}

TEST_CASE("what people mean comes before what only matches", "[graph][search]") {
  const auto columns = small_hub();
  const auto view = view_of(columns);
  const auto [text, first] = GENERATE(table<std::string, List>(
      {{"mistral", {"mistralai/Mistral-7B-v0.1", "mistralai/Mistral-7B-Instruct-v0.2"}},
       {"mistrl", {"mistralai/Mistral-7B-v0.1", "mistralai/Mistral-7B-Instruct-v0.2"}},
       {"bert", {"google-bert/bert-base-uncased", "google-bert/bert-base-cased"}},
       {"BERT uncased", {"google-bert/bert-base-uncased"}},
       {"llama", {"meta-llama/Llama-2-7b-hf", "meta-llama/Meta-Llama-3-8B"}},
       {"llama3", {"meta-llama/Meta-Llama-3-8B", "janhq/llama3"}},
       {"llama-3 8b", {"meta-llama/Meta-Llama-3-8B"}},
       {"lamma", {"meta-llama/Llama-2-7b-hf", "meta-llama/Meta-Llama-3-8B"}},
       {"zefyr", {"HuggingFaceH4/zephyr-7b-beta", "giux78/zefiro-7b-beta"}},
       {"qwen 7b instruct", {"Qwen/Qwen2-7B-Instruct", "Qwen/Qwen2-57B-A14B-Instruct"}},
       {"qwen2_7b", {"Qwen/Qwen2-7B-Instruct"}},
       {"bark", {"suno/bark"}},
       {"deepseek r1", {"deepseek-ai/DeepSeek-R1", "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B"}},
       {"deepseek r1 distill", {"deepseek-ai/DeepSeek-R1-Distill-Qwen-7B"}},
       {"stable diffusion", {"runwayml/stable-diffusion-v1-5", "nobody/stablediffusion"}},
       {"gpt2", {"openai-community/gpt2"}}}));
  CAPTURE(text);
  const List list = found(view, text);
  REQUIRE(list.size() >= first.size());
  CHECK(List(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(first.size())) == first);
}

TEST_CASE("a whole name comes first, however obscure", "[graph][search]") {
  const auto columns = small_hub();
  const auto view = view_of(columns);
  CHECK(found(view, "JANHQ/mistral") == List{"janhq/mistral"});
  const auto hits = search_names(view, "janhq/mistral", 1);
  REQUIRE(hits.size() == 1);
  CHECK(hits[0].match == MatchKind::whole);
}

TEST_CASE("unknown downloads come after none, those of gone models are as unknown",
          "[graph][search]") {
  const auto columns = lineage_of("a/tiny\nb/tiny downloads=0\n!c/tiny downloads=1000\nd/tiny\n");
  CHECK(found(view_of(columns), "tiny") == List{"b/tiny", "a/tiny", "d/tiny", "c/tiny"});
}

TEST_CASE("all that descends from a name counts, not children alone", "[graph][search]") {
  const auto columns = lineage_of(R"(
      a/tiny -finetune-> x/one
      a/tiny -finetune-> x/two
      b/tiny -finetune-> y/one
      y/one -finetune-> y/two
      y/two -finetune-> y/three )");
  CHECK(found(view_of(columns), "tiny") == List{"b/tiny", "a/tiny"});
}

TEST_CASE("digits are not mistyped", "[graph][search]") {
  const auto columns = lineage_of("meta/Llama-3\nmeta/Llama-4-x\n");
  const auto view = view_of(columns);
  CHECK(found(view, "lama4") == List{"meta/Llama-4-x"});
  CHECK(found(view, "llama5").empty());
}

TEST_CASE("the first hits do not depend on how many are asked for", "[graph][search]") {
  const auto columns = small_hub();
  const auto view = view_of(columns);
  for (const char* text : {"mistral", "bert", "7b", "a", "zefyr", "x", "lamma"}) {
    CAPTURE(text);
    const List all = found(view, text, 1000);
    for (std::size_t limit = 1; limit <= all.size(); ++limit) {
      REQUIRE(found(view, text, limit) ==
              List(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(limit)));
    }
  }
}

TEST_CASE("a match does not run from one name into the next", "[graph][search]") {
  const auto columns = lineage_of("a/abc\nb/def\n");
  const auto view = view_of(columns);
  CHECK(found(view, "cb/").empty());
  CHECK(found(view, "bc") == List{"a/abc"});
  // The false one overlaps the true one.
  const auto overlap = lineage_of("a/aab\nab/aabab\n");
  CHECK(found(view_of(overlap), "bab") == List{"ab/aabab"});
  CHECK(found(view, "--").empty());
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
  CHECK_FALSE(match_name("DeepSeek", "depsik"));                // six characters, two edits
  CHECK(match_name("DeepSeek", "depsek") == MatchKind::fuzzy);  // sounds alike
  CHECK(match_name("Llama", "lamma") == MatchKind::fuzzy);
  CHECK(match_name("Phi-tree", "fitree") == MatchKind::fuzzy);
  CHECK(match_name("gpt-oss", "GPT oss") == MatchKind::exact);
  CHECK(match_name("Qwen2.5-Coder", "qwen 2.5") == MatchKind::prefix);
  CHECK_FALSE(match_name("Phi", "phj"));     // too short for any
  CHECK_FALSE(match_name("Llama", "lima"));  // near a part of it only
  CHECK_FALSE(match_name("Qwen", ""));
}

/// The least edits (insert, delete, replace, swap neighbours; each letter edited once) from `word`
/// to a beginning of `text`.
std::size_t slow_distance(std::string_view word, std::string_view text) {
  std::vector<std::vector<std::size_t>> d(word.size() + 1,
                                          std::vector<std::size_t>(text.size() + 1));
  for (std::size_t j = 0; j <= text.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= word.size(); ++i) {
    d[i][0] = i;
    for (std::size_t j = 1; j <= text.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1,
                          d[i - 1][j - 1] + (word[i - 1] == text[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && word[i - 1] == text[j - 2] && word[i - 2] == text[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return *std::min_element(d.back().begin(), d.back().end());
}

/// How a text sounds: a letter once, where it is doubled.
std::string slow_sound(std::string_view text) {
  std::string sound;
  for (const char c : text) {
    if (sound.empty() || sound.back() != c) sound += c == 'c' ? 'k' : c;
  }
  return sound;
}

/// The places in a name where a part of it begins, and its end.
std::vector<std::size_t> slow_borders(std::string_view name) {
  std::vector<std::size_t> borders{0};
  for (std::size_t i = 1; i < name.size(); ++i) {
    const char a = name[i - 1], b = name[i];
    if (a == '/' || b == '/' || (a >= 'a' && b >= 'A' && b <= 'Z')) borders.push_back(i);
  }
  borders.push_back(name.size());
  return borders;
}

bool slow_match(std::string_view name, std::string_view word, bool& typo) {
  const std::string folded = fold_case(name);
  if (folded.find(word) != std::string::npos) return true;
  if (word.size() < 4) return false;
  const auto borders = slow_borders(name);
  for (std::size_t i = 0; i + 1 < borders.size(); ++i) {
    const std::string rest = folded.substr(borders[i]);
    if (slow_distance(word, rest) <= (word.size() < 8 ? 1U : 2U)) return typo = true;
    for (std::size_t j = i + 1; j < borders.size(); ++j) {
      const std::size_t size = borders[j] - borders[i];
      const bool doubled = size < rest.size() && rest[size] == rest[size - 1];
      if (!doubled && slow_sound(rest.substr(0, size)) == slow_sound(word)) return typo = true;
    }
  }
  return false;
}

TEST_CASE("what is found is what a slow search finds", "[graph][search]") {
  std::mt19937 random{20260101};
  const auto text = [&random](std::size_t least, std::size_t most) {
    std::string result;
    const std::size_t size = least + random() % (most - least + 1);
    for (std::size_t i = 0; i < size; ++i) result += "abdABe"[random() % 6];
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
        bool typo = false;
        if (slow_match(view.name(node), fold_case(word), typo)) expected.emplace(view.name(node));
        fuzzy += typo ? 1 : 0;
      }
      const List list = found(view, word, 1000);
      CAPTURE(word);
      REQUIRE(std::set<std::string>{list.begin(), list.end()} == expected);
      REQUIRE(list.size() == expected.size());
    }
  }
  CHECK(fuzzy > 100);  // the cases meant are among them
}

}  // namespace
}  // namespace stemma
