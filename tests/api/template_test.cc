#include "api/web/template.h"

#include <array>
#include <stdexcept>

#include "tests/support/catch.h"

using namespace stemma;

namespace {

std::string filled(std::string_view text) {
  const std::array args{arg("name", "Qwen"), arg("count", 42), arg("none", "")};
  std::string out = "> ";
  fill_text(out, text, args);
  return out;
}

}  // namespace

TEST_CASE("templates are filled by name", "[api][pages]") {
  CHECK(filled("") == "> ");
  CHECK(filled("plain") == "> plain");
  CHECK(filled("{name} has {count}{none}, {name}") == "> Qwen has 42, Qwen");
  CHECK(filled("a{{b:{count}}}") == "> a{b:42}");
}

TEST_CASE("a template that asks for what is not given is an error", "[api][pages]") {
  CHECK_THROWS_AS(filled("{other}"), std::out_of_range);
  CHECK_THROWS_AS(filled("{name"), std::out_of_range);
  CHECK_THROWS_AS(filled("name}"), std::out_of_range);
  CHECK_THROWS_WITH(filled("{nam}"), holds("{nam"));
}
