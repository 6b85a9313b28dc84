#include "graph/burst.h"

#include "tests/support/catch.h"
#include "tests/support/lineage.h"

namespace stemma {
namespace {

/// `count` children of `parent` by `author`, named author/PREFIX00..., created on `day`, a second
/// apart from `second` on.
std::string children(const std::string& parent, const std::string& author,
                     const std::string& prefix, int count, const std::string& day,
                     const std::string& mark = "") {
  std::string drawing;
  for (int i = 0; i < count; ++i) {
    const std::string two = {static_cast<char>('0' + i / 10), static_cast<char>('0' + i % 10)};
    const std::string name = mark + author + "/" + prefix + two;
    drawing +=
        parent + " -finetune-> " + name + "\n" + name + " created=" + day + "T10:00:" + two + "Z\n";
  }
  return drawing;
}

std::set<std::string> set_aside(const std::string& drawing) {
  const auto columns = lineage_of(drawing);
  const auto view = view_of(columns);
  const auto bursts = find_bursts(view);
  REQUIRE(bursts.size() == view.node_count());
  std::set<std::string> names;
  for (NodeId node = 0; node < view.node_count(); ++node) {
    if (bursts[node]) names.emplace(view.name(node));
  }
  return names;
}

using Names = std::set<std::string>;

TEST_CASE("children beyond the tenth of one author and day are set aside", "[graph][burst]") {
  CHECK(set_aside(children("r/root", "a", "x", 10, "2024-01-01")).empty());
  CHECK(set_aside(children("r/root", "a", "x", 12, "2024-01-01")) == Names{"a/x10", "a/x11"});
}

TEST_CASE("a group is one author's, one day's and one parent's", "[graph][burst]") {
  CHECK(set_aside(children("r/root", "a", "x", 8, "2024-01-01") +
                  children("r/root", "b", "x", 8, "2024-01-01") +
                  children("r/root", "a", "y", 8, "2024-01-02") +
                  children("r/other", "a", "z", 8, "2024-01-01"))
            .empty());
  CHECK(set_aside(children("r/root", "a", "x", 8, "2024-01-01") +
                  children("r/root", "b", "x", 11, "2024-01-01") +
                  children("r/root", "a", "y", 3, "2024-01-02")) == Names{"b/x10"});
}

TEST_CASE("a day ends at midnight UTC, before 1970 too", "[graph][burst]") {
  std::string drawing;
  for (int i = 0; i < 6; ++i) {
    const std::string n = std::to_string(i);
    drawing +=
        "r/root -finetune-> a/x" + n + "\na/x" + n + " created=1969-12-31T23:59:5" + n + "Z\n";
    drawing +=
        "r/root -finetune-> a/y" + n + "\na/y" + n + " created=1970-01-01T00:00:0" + n + "Z\n";
  }
  CHECK(set_aside(drawing).empty());
}

TEST_CASE("places go by creation time, then by id", "[graph][burst]") {
  // The last to be mentioned is the first to be created.
  CHECK(set_aside(children("r/root", "a", "x", 11, "2024-01-01") +
                  "r/root -finetune-> a/zz\na/zz created=2024-01-01\n") == Names{"a/x09", "a/x10"});
  std::string same;
  for (const char* name : {"k", "j", "i", "h", "g", "f", "e", "d", "c", "b", "a"}) {
    same += std::string{"r/root -finetune-> a/"} + name + "\na/" + name + " created=2024-01-01\n";
  }
  CHECK(set_aside(same) == Names{"a/a"});  // mentioned last, so it has the largest id
}

TEST_CASE("a model that one parent has room for stays", "[graph][burst]") {
  const std::string burst = children("r/root", "a", "x", 13, "2024-01-01");
  CHECK(set_aside(burst + "r/other -merge-> a/x12\n") == Names{"a/x10", "a/x11"});
  // x10 and x11 are beyond the tenth at both parents, x12 at its only one.
  CHECK(set_aside(burst + children("r/other", "a", "x", 12, "2024-01-01")) ==
        Names{"a/x10", "a/x11", "a/x12"});
  // Four older ones fill the other parent's places, so x06 to x09 lose theirs there; they keep
  // those at the root.
  CHECK(set_aside(burst + children("r/other", "a", "w", 4, "2024-01-01") +
                  children("r/other", "a", "x", 10, "2024-01-01")) ==
        Names{"a/x10", "a/x11", "a/x12"});
}

TEST_CASE("what descends from a burst stays", "[graph][burst]") {
  CHECK(set_aside(children("r/root", "a", "x", 11, "2024-01-01") +
                  "a/x10 -quantized-> b/q\nb/q created=2024-01-01\n") == Names{"a/x10"});
}

TEST_CASE("gone children take no places and are never set aside", "[graph][burst]") {
  CHECK(set_aside(children("r/root", "a", "g", 8, "2023-01-01", "!") +
                  children("r/root", "a", "x", 9, "2023-01-01"))
            .empty());
  CHECK(set_aside(children("r/root", "a", "g", 14, "2023-01-01", "!") +
                  children("r/root", "a", "x", 11, "2023-01-01")) == Names{"a/x10"});
}

TEST_CASE("models of unknown author or time are never set aside", "[graph][burst]") {
  std::string unknown_time, unknown_author;
  for (int i = 0; i < 15; ++i) {
    unknown_time += "r/root -finetune-> a/x" + std::to_string(i) + "\n";
    unknown_author += "r/root -finetune-> x" + std::to_string(i) + "\nx" + std::to_string(i) +
                      " created=2024-01-01\n";
  }
  CHECK(set_aside(unknown_time).empty());
  CHECK(set_aside(unknown_author).empty());
}

}  // namespace
}  // namespace stemma
