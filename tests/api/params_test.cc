#include "api/query/params.h"

#include "tests/support/catch.h"

namespace stemma {
namespace {

std::string refused_parameter(const ParamList& params) {
  try {
    ParamReader reader{params};
    (void)read_list_query(reader, false);
    reader.finish();
  } catch (const ParamError& error) {
    CHECK(error.kind() == ErrorKind::usage);
    CHECK(std::string{error.what()}.find(error.parameter()) == 0);
    return error.parameter();
  }
  return "";
}

TEST_CASE("list parameters become a query", "[api][params]") {
  const ParamList params{{"relation", "adapter,merge"},
                         {"relation", "quantized"},
                         {"depth", "3"},
                         {"author", "a"},
                         {"license", "mit,apache-2.0"},
                         {"min_downloads", "10"},
                         {"created_after", "2024-01-01"},
                         {"created_before", "2024-02-01T00:00:01Z"},
                         {"min_confidence", "0.5"},
                         {"include_gone", "true"},
                         {"sort", "likes"},
                         {"order", "asc"},
                         {"limit", "7"}};
  ParamReader reader{params};
  const ListQuery query = read_list_query(reader, false);
  reader.finish();
  CHECK(query.filters.relations ==
        std::vector{Relation::adapter, Relation::merge, Relation::quantized});
  CHECK(query.filters.max_depth == 3U);
  CHECK(query.filters.authors == std::vector<std::string>{"a"});
  CHECK(query.filters.licenses == std::vector<std::string>{"mit", "apache-2.0"});
  CHECK(query.filters.min_downloads == 10);
  CHECK(query.filters.created_after == parse_utc("2024-01-01"));
  CHECK(query.filters.created_before == parse_utc("2024-02-01T00:00:01Z"));
  CHECK(query.filters.min_confidence == 0.5);
  CHECK(query.filters.include_gone);
  CHECK(query.sort == SortKey::likes);
  CHECK_FALSE(query.descending);
  CHECK(query.limit == 7);
}

TEST_CASE("nothing given means the defaults of the contract", "[api][params]") {
  const ParamList none;
  ParamReader reader{none};
  const ListQuery query = read_list_query(reader, true);
  CHECK(query.limit == 100);
  CHECK(query.sort == SortKey::downloads);
  CHECK(query.descending);
  CHECK(query.filters.include_gone);
  CHECK_FALSE(reader.as_of());
}

TEST_CASE("a bad value is refused by the name of its parameter", "[api][params]") {
  const auto [name, value] = GENERATE(table<std::string, std::string>({
      {"limit", "0"},
      {"limit", "1001"},
      {"limit", "ten"},
      {"limit", "-1"},
      {"limit", "5x"},
      {"limit", "99999999999999999999"},
      {"limit", ""},
      {"relation", "cousin"},
      {"relation", "merge,"},
      {"depth", "0"},
      {"min_downloads", "-1"},
      {"created_after", "yesterday"},
      {"created_before", "2024-02-30"},
      {"min_confidence", "1.5"},
      {"min_confidence", "nan"},
      {"include_gone", "maybe"},
      {"sort", "name"},
      {"order", "up"},
      {"author", ""},
      {"colour", "red"},
      {"Limit", "5"},
  }));
  CAPTURE(name, value);
  CHECK(refused_parameter({{name, value}}) == name);
}

TEST_CASE("what is not a list may be given once", "[api][params]") {
  CHECK(refused_parameter({{"limit", "5"}, {"limit", "6"}}) == "limit");
  CHECK(refused_parameter({{"author", "a"}, {"author", "b"}}).empty());
}

TEST_CASE("a filter has a bounded number of alternatives", "[api][params]") {
  const std::string name = GENERATE("author", "license", "pipeline_tag", "library");
  std::string most = "a";
  for (int i = 1; i < 100; ++i) most += ",a" + std::to_string(i);
  CHECK(refused_parameter({{name, most}}).empty());
  CHECK(refused_parameter({{name, most + ",b"}}) == name);
  CHECK(refused_parameter({{name, most}, {name, "b"}}) == name);
}

TEST_CASE("a search has a bounded number of words and bytes", "[api][params]") {
  const auto refused = [](const ParamList& params, bool may_be_empty = false) {
    try {
      ParamReader reader{params};
      (void)reader.search_text("q", may_be_empty);
      reader.finish();
    } catch (const ParamError& error) {
      return error.parameter();
    }
    return std::string{};
  };
  CHECK(refused({{"q", "a b c d e f g h"}}).empty());
  CHECK(refused({{"q", "a b c d e f g h A B"}}).empty());
  CHECK(refused({{"q", "a b c d e f g h i"}}) == "q");
  CHECK(refused({{"q", std::string(200, 'a')}}).empty());
  CHECK(refused({{"q", std::string(201, 'a')}}) == "q");
  CHECK(refused({}) == "q");
  CHECK(refused({{"q", ""}}) == "q");
  CHECK(refused({{"q", ""}}, true).empty());
  CHECK(refused({}, true).empty());
  CHECK(refused({{"q", ""}, {"q", "a"}}, true) == "q");
  CHECK(refused({{"Q", "a"}}, true) == "Q");
}

TEST_CASE("as_of is a snapshot's number, a date or a time", "[api][params]") {
  const auto read = [](const std::string& text) {
    const ParamList params{{"as_of", text}};
    return ParamReader{params}.as_of().value();
  };
  CHECK(read("12").number == 12U);
  CHECK(read("2025-04-30").number == 0);
  CHECK(read("2025-04-30").time == parse_utc("2025-04-30T23:59:59Z"));
  CHECK(read("2025-04-30T12:00:00Z").time == parse_utc("2025-04-30T12:00:00Z"));
  for (const char* bad : {"0", "-1", "4294967296", "last", "2025-13-01"}) {
    const ParamList params{{"as_of", bad}};
    CAPTURE(bad);
    CHECK_THROWS_AS(ParamReader{params}.as_of(), ParamError);
  }
}

}  // namespace
}  // namespace stemma
