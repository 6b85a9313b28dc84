#include "graph/listing.h"

#include "schema/utc_time.h"
#include "tests/support/catch.h"
#include "tests/support/lineage.h"

namespace stemma {
namespace {

using List = std::vector<std::string>;

constexpr const char* kDrawing = R"(
    r/root -finetune->  a/chat
    r/root -quantized-> b/gguf
    r/root -unspecified-> c/plain
    a/chat -adapter->   d/lora
    d/lora -merge->     e/mix
    r/root -finetune->  !g/gone
    g/gone -finetune->  h/heir
    a/chat downloads=50  likes=1 license=MIT        pipeline_tag=text-generation library=transformers created=2024-01-01
    b/gguf downloads=500 likes=1 license=apache-2.0 pipeline_tag=text-generation library=gguf         created=2024-03-01
    d/lora downloads=5   likes=9 license=mit        pipeline_tag=text-to-image   library=peft         created=2024-02-01 author=A
    e/mix  downloads=50
    !g/gone downloads=70
    h/heir downloads=0 likes=0 created=2023-12-31T23:59:59Z )";

struct Fixture {
  SnapshotColumns columns = lineage_of(kDrawing);
  SnapshotView view = view_of(columns);
  std::vector<Reached> reached = descendants_of(view, std::vector{node(view, "r/root")});

  Listing list(const ListQuery& query) const { return list_nodes(view, reached, query); }
  List kept(const Filters& filters) const {
    const Listing listing = list({.filters = filters, .sort = SortKey::id, .descending = false});
    CHECK(listing.total == listing.items.size());
    return name_list(view, listing.items);
  }
  List sorted(SortKey key, bool descending) const {
    return name_list(view, list({.sort = key, .descending = descending}).items);
  }
};

TEST_CASE_METHOD(Fixture, "each filter keeps what it says", "[graph][listing]") {
  CHECK(kept({}) == List{"a/chat", "b/gguf", "c/plain", "d/lora", "e/mix", "h/heir"});
  CHECK(kept({.relations = {Relation::quantized, Relation::unspecified}}) ==
        List{"b/gguf", "c/plain"});
  CHECK(kept({.max_depth = 1}) == List{"a/chat", "b/gguf", "c/plain"});
  CHECK(kept({.max_depth = 2}) == List{"a/chat", "b/gguf", "c/plain", "d/lora", "h/heir"});
  CHECK(kept({.authors = {"A", "nobody"}}) == List{"a/chat", "d/lora"});
  CHECK(kept({.licenses = {"mit"}}) == List{"a/chat", "d/lora"});
  CHECK(kept({.licenses = {"MIT", "Apache-2.0"}}) == List{"a/chat", "b/gguf", "d/lora"});
  CHECK(kept({.licenses = {"mi"}}).empty());
  CHECK(kept({.pipeline_tags = {"Text-Generation"}}) == List{"a/chat", "b/gguf"});
  CHECK(kept({.libraries = {"PEFT"}}) == List{"d/lora"});
  CHECK(kept({.min_downloads = 50}) == List{"a/chat", "b/gguf", "e/mix"});
  CHECK(kept({.created_after = parse_utc("2024-02-01")}) == List{"b/gguf", "d/lora"});
  CHECK(kept({.created_before = parse_utc("2024-02-01")}) == List{"a/chat", "h/heir"});
  CHECK(kept({.created_after = parse_utc("2024-01-01"),
              .created_before = parse_utc("2024-03-01")}) == List{"a/chat", "d/lora"});
  CHECK(kept({.include_gone = true}) ==
        List{"a/chat", "b/gguf", "c/plain", "d/lora", "e/mix", "g/gone", "h/heir"});
  CHECK(kept({.relations = {Relation::merge}, .licenses = {"mit"}}).empty());
}

TEST_CASE_METHOD(Fixture, "unknown values fail a filter on them", "[graph][listing]") {
  CHECK(kept({.licenses = {""}}).empty());
  CHECK(kept({.licenses = {"unknown"}}).empty());
  CHECK(kept({.min_downloads = 0}) == List{"a/chat", "b/gguf", "d/lora", "e/mix", "h/heir"});
  CHECK(kept({.min_downloads = -5}) == List{"a/chat", "b/gguf", "d/lora", "e/mix", "h/heir"});
  CHECK(kept({.created_before = parse_utc("2030-01-01")}) ==
        List{"a/chat", "b/gguf", "d/lora", "h/heir"});
}

TEST_CASE("confidence is compared as it is stored, and ghosts are listed on request",
          "[graph][listing]") {
  const auto columns = lineage_of("?a/lost -finetune-> b/x\nc/base -finetune-> b/x\n");
  const auto view = view_of(columns);
  const auto up = ancestors_of(view, std::vector{node(view, "b/x")});
  const auto kept = [&](const Filters& filters) {
    return names(view, list_nodes(view, up, {.filters = filters}).items);
  };
  const double confidence = 0.98;  // of a tag that is found exactly; as a float it is a little less
  REQUIRE(view.confidence[up[1].edge] == static_cast<float>(confidence));
  CHECK(kept({.min_confidence = confidence, .include_ghosts = true}) ==
        std::set<std::string>{"c/base"});
  CHECK(kept({.min_confidence = 0.5, .include_ghosts = true}) ==
        std::set<std::string>{"a/lost", "c/base"});
  CHECK(kept({.min_confidence = 0.99, .include_ghosts = true}).empty());
  CHECK(kept({}) == std::set<std::string>{"c/base"});
}

TEST_CASE_METHOD(Fixture, "sorts by each key, unknown last, ties by name", "[graph][listing]") {
  CHECK(sorted(SortKey::downloads, true) ==
        List{"b/gguf", "a/chat", "e/mix", "d/lora", "h/heir", "c/plain"});
  CHECK(sorted(SortKey::downloads, false) ==
        List{"h/heir", "d/lora", "a/chat", "e/mix", "b/gguf", "c/plain"});
  CHECK(sorted(SortKey::likes, true) ==
        List{"d/lora", "a/chat", "b/gguf", "h/heir", "c/plain", "e/mix"});
  CHECK(sorted(SortKey::likes, false) ==
        List{"h/heir", "a/chat", "b/gguf", "d/lora", "c/plain", "e/mix"});
  CHECK(sorted(SortKey::created_at, true) ==
        List{"b/gguf", "d/lora", "a/chat", "h/heir", "c/plain", "e/mix"});
  CHECK(sorted(SortKey::created_at, false) ==
        List{"h/heir", "a/chat", "d/lora", "b/gguf", "c/plain", "e/mix"});
  CHECK(sorted(SortKey::depth, true) ==
        List{"e/mix", "d/lora", "h/heir", "a/chat", "b/gguf", "c/plain"});
  CHECK(sorted(SortKey::depth, false) ==
        List{"a/chat", "b/gguf", "c/plain", "d/lora", "h/heir", "e/mix"});
  CHECK(sorted(SortKey::id, true) ==
        List{"h/heir", "e/mix", "d/lora", "c/plain", "b/gguf", "a/chat"});
}

TEST_CASE_METHOD(Fixture, "totals are those of all that is left, not of the page",
                 "[graph][listing]") {
  const Listing page = list({.filters = {.min_downloads = 5}, .limit = 1});
  CHECK(page.total == 4);
  CHECK(page.downloads.total == 605);
  CHECK(name_list(view, page.items) == List{"b/gguf"});
  CHECK(list({}).downloads.total == 605);
  CHECK(list({.filters = {.include_gone = true}}).downloads.total == 675);
}

TEST_CASE_METHOD(Fixture, "pages of any size partition the list", "[graph][listing]") {
  for (const SortKey key :
       {SortKey::downloads, SortKey::likes, SortKey::created_at, SortKey::depth, SortKey::id}) {
    for (const bool descending : {true, false}) {
      const List whole = sorted(key, descending);
      for (std::size_t size = 1; size <= 7; ++size) {
        List pages;
        for (std::size_t offset = 0; offset < 9; offset += size) {
          const auto page =
              list({.sort = key, .descending = descending, .offset = offset, .limit = size});
          const List part = name_list(view, page.items);
          pages.insert(pages.end(), part.begin(), part.end());
        }
        CHECK(pages == whole);
      }
    }
  }
  CHECK(list({.offset = 100}).items.empty());
  CHECK(list({.limit = 0}).items.empty());
  CHECK(list({.offset = 2, .limit = static_cast<std::size_t>(-1)}).items.size() == 4);
}

TEST_CASE_METHOD(Fixture, "an entry without an edge fails filters on edges only",
                 "[graph][listing]") {
  std::vector<Reached> rows{{node(view, "r/root"), 0, kNoNode, 0}};
  CHECK(list_nodes(view, rows, {}).total == 1);
  CHECK(list_nodes(view, rows, {.filters = {.max_depth = 1}}).total == 1);
  CHECK(list_nodes(view, rows, {.filters = {.relations = {Relation::finetune}}}).total == 0);
  CHECK(list_nodes(view, rows, {.filters = {.min_confidence = 0.1}}).total == 0);
}

}  // namespace
}  // namespace stemma
