#include "crawler/page_scan.h"

#include <string>

#include "tests/support/catch.h"

namespace stemma {
namespace {

const std::string kA = "621ffdc036468d709f174330";
const std::string kB = "621ffdc036468d709f174331";
const std::string kC = "621ffdc036468d709f174332";

std::string row(const std::string& id, const std::string& more = "") {
  return R"({"id":"o/m","_id":")" + id + "\"" + more + "}";
}

TEST_CASE("a page's ids", "[crawler][scan]") {
  const PageIds ids = scan_page_ids("[" + row(kA) + ",\n " + row(kB) + "," + row(kC) + "]\n");
  REQUIRE(ids.ok());
  CHECK(ids.rows == 3);
  CHECK(ids.readable == 3);
  CHECK(ids.first.hex() == kA);
  CHECK(ids.last.hex() == kC);
  CHECK(ids.ascending);
}

TEST_CASE("pages out of order are told", "[crawler][scan]") {
  CHECK_FALSE(scan_page_ids("[" + row(kB) + "," + row(kA) + "]").ascending);
  CHECK_FALSE(scan_page_ids("[" + row(kA) + "," + row(kA) + "]").ascending);
  CHECK(scan_page_ids("[]").ascending);
  CHECK(scan_page_ids(" [ ] ").rows == 0);
  CHECK(scan_page_ids("[]").ok());
}

TEST_CASE("a bad document costs itself", "[crawler][scan]") {
  const std::string bad = GENERATE(
      as<std::string>{}, R"({"_id":5})", R"({"_id":"xyz"})", "{}", "null", "17", R"({"_id":null})",
      "{\"_id\":\"621ffdc036468d709f174335\",\"a\":\"\xFF\xC3(\"}", R"({"a" "b"})", R"(["_id"])");
  CAPTURE(bad);
  const PageIds ids = scan_page_ids("[" + row(kA) + "," + bad + "," + row(kC) + "]");
  REQUIRE(ids.ok());
  CHECK(ids.rows == 3);
  CHECK(ids.readable >= 2);
  CHECK(ids.first.hex() == kA);
  CHECK(ids.last.hex() == kC);
}

TEST_CASE("what is no page", "[crawler][scan]") {
  const std::string body = GENERATE(
      as<std::string>{}, "", "   ", "null", "{}", "<html><body>502</body></html>", "[1,2,3]",
      "[{\"_id\":\"621ffdc036468d709f174330\"}", "[{\"_id\":\"621ffdc036468d709f17",
      "[{\"_id\":\"621ffdc036468d709f174330\"},", "[{\"_id\":\"621ffdc036468d709f174330\"},]",
      "[{\"_id\":\"621ffdc036468d709f174330\"}]x", "[{\"_id\":\"621ffdc036468d709f174330\"}}",
      "{\"error\":\"no\"}", "[]]", "\"[]\"");
  CAPTURE(body);
  CHECK_FALSE(scan_page_ids(body).ok());
}

TEST_CASE("every cut of a page is told from the whole", "[crawler][scan]") {
  const std::string page =
      "[" + row(kA, R"(,"tags":["a\"]","b\\"],"cardData":{"x":[[],{}]})") + "," + row(kB) + "]";
  REQUIRE(scan_page_ids(page).ok());
  for (std::size_t size = 0; size < page.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(scan_page_ids(page.substr(0, size)).ok());
  }
}

TEST_CASE("depth does no harm", "[crawler][scan]") {
  const std::string deep = ",\"cardData\":" + std::string(100000, '[') + std::string(100000, ']');
  const PageIds ids = scan_page_ids("[" + row(kA, deep) + "," + row(kB) + "]");
  REQUIRE(ids.ok());
  CHECK(ids.readable == 2);
}

TEST_CASE("arrays are split at their top level", "[crawler][scan]") {
  std::vector<std::string_view> elements;
  REQUIRE(split_array(R"( [ {"a":"],[\"}{"} , [1,2] ,"x,y", 3 ] )", elements));
  CHECK(elements == std::vector<std::string_view>{R"({"a":"],[\"}{"})", "[1,2]", "\"x,y\"", "3"});
  REQUIRE(split_array("[]", elements));
  CHECK(elements.empty());
  for (const char* bad :
       {"", "[", "]", "[1", "[1,]", "[,1]", "[,]", "[1]]", "[1]2", "{}", "[\"]", "[\"\\"}) {
    CAPTURE(bad);
    CHECK_FALSE(split_array(bad, elements));
  }
}

TEST_CASE("a single document", "[crawler][scan]") {
  const auto ids = scan_document(row(kA, R"(,"tags":[])"));
  REQUIRE(ids);
  CHECK(ids->id.hex() == kA);
  CHECK(ids->name == "o/m");
  for (const std::string& bad :
       {std::string{}, std::string{"[]"}, row("xyz"), std::string{R"({"id":"a/b"})"},
        R"({"_id":")" + kA + "\"}", row(kA).substr(0, row(kA).size() - 1), row(kA) + "," + row(kB),
        std::string{"null"}}) {
    CAPTURE(bad);
    CHECK_FALSE(scan_document(bad));
  }
}

}  // namespace
}  // namespace stemma
