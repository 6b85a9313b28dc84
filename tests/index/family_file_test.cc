#include "index/family_file.h"

#include <algorithm>
#include <fstream>

#include "graph/family.h"
#include "schema/error.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace stemma;
using stemma::test::TempDir;

TEST_CASE("the shipped families are those of the contract", "[index][families]") {
  const FamilySet families{load_families({})};
  for (const char* name : {"qwen", "deepseek", "llama", "mistral", "kimi", "minimax", "gemma",
                           "phi", "gpt-oss", "glm"}) {
    REQUIRE(families.find(name) != nullptr);
    CHECK(families.find(name)->top_level());
  }
  const auto [series, model] = GENERATE(
      table<std::string, std::string>({{"qwen3", "Qwen/Qwen3-8B"},
                                       {"Qwen2.5-Coder", "Qwen/Qwen2.5-Coder-7B"},
                                       {"deepseek-v2", "deepseek-ai/DeepSeek-Coder-V2-Base"},
                                       {"qwq", "Qwen/QwQ-32B"}}));
  REQUIRE(families.find(series) != nullptr);
  CHECK_FALSE(families.find(series)->top_level());
  CHECK(families.matches(*families.find(series), model));
  CHECK_FALSE(families.matches(*families.find("qwen3"), "Qwen/Qwen3.5-8B"));
  CHECK_FALSE(families.matches(*families.find("qwen3"), "other/Qwen3-8B"));
}

TEST_CASE("a file of the user's adds families and replaces one of the same name",
          "[index][families]") {
  const TempDir dir;
  std::ofstream{dir / "mine.toml"}
      << "[[family]]\nname = 'Qwen'\nowners = "
         "['me']\n[[family]]\nname='own'\nowners=['a','b']\npattern='x'\n";
  const auto families = load_families(dir / "mine.toml");
  const auto named = [&](const std::string& name) {
    return std::count_if(families.begin(), families.end(),
                         [&](const auto& f) { return f.name == name; });
  };
  CHECK(named("qwen") == 1);
  CHECK(named("own") == 1);
  CHECK(named("qwen3") == 0);  // went with the family that it was a series of
  CHECK(named("llama") == 1);
}

TEST_CASE("a bad families file is refused naming file, line and what is wrong",
          "[index][families]") {
  const TempDir dir;
  const auto [text, word] = GENERATE(table<std::string, std::string>({
      {"[[family]\n", "line 1"},
      {"[[family]]\nowners=['x']\n", "name"},
      {"[[family]]\nname='x'\n", "owners"},
      {"[[family]]\nname='x'\nowners=['x']\ncolour='red'\n", "colour"},
      {"[[family]]\nname='x'\nowners=['x']\n[[family]]\nname='X'\nowners=['x']\n", "twice"},
      {"x = 1\n", "x"},
  }));
  std::ofstream{dir / "bad.toml"} << text;
  try {
    (void)load_families(dir / "bad.toml");
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    CHECK(std::string{error.what()}.find("bad.toml") != std::string::npos);
    CHECK(std::string{error.what()}.find(word) != std::string::npos);
  }
  std::ofstream{dir / "pattern.toml"} << "[[family]]\nname='x'\nowners=['x']\npattern='(['\n";
  CHECK_THROWS_AS(FamilySet{load_families(dir / "pattern.toml")}, Error);
  CHECK_THROWS_AS(load_families(dir / "missing.toml"), Error);
}
