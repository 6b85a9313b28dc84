#include <string>

#include "crawler/crawl.h"
#include "graph/lookup.h"
#include "index/crawl_ledger.h"
#include "index/snapshot_set.h"
#include "schema/error.h"
#include "tests/support/catch.h"
#include "tests/support/memory_source.h"
#include "tests/support/temp_dir.h"

namespace stemma {
namespace {

using test::MemoryHub;

std::string id_of(int number) { return "621ffdc036468d709f" + std::to_string(100000 + number); }

/// A hub of models `o/m1` ... `o/m<count>`, crawled night after night into one directory.
class Nights {
 public:
  explicit Nights(int count) {
    for (int i = 1; i <= count; ++i) hub.put(id_of(i), "o/m" + std::to_string(i));
  }

  PublishReport night() {
    options.observed_at = 1'800'000'000 + 86400 * ++nights_;
    return crawl(dir_ / "data", options, hub, {});
  }
  ErrorKind bad_night() {
    try {
      night();
    } catch (const Error& error) {
      said = error.what();
      return error.kind();
    }
    FAIL("the night went well");
    return ErrorKind::corrupt;
  }
  NodeState state(const std::string& name, SnapshotNumber number = 0) const {
    SnapshotSet snapshots{DataDir::open(dir_ / "data")};
    const SnapshotHandle view = number == 0 ? snapshots.current() : snapshots.at(number);
    return view->state[find_name(*view, name).value()];
  }
  Run last_run() const {
    return CrawlLedger{dir_ / "data", CrawlLedger::Mode::read_only}.runs(1).at(0);
  }
  Lookups last_lookups() const {
    return CrawlLedger{dir_ / "data", CrawlLedger::Mode::read_only}.lookups(last_run().id);
  }

  MemoryHub hub;
  CrawlOptions options;
  std::string said;

 private:
  test::TempDir dir_;
  int nights_ = 0;
};

TEST_CASE("absent once is not gone, absent twice is", "[crawler][absence]") {
  Nights nights{100};
  nights.night();
  nights.hub.models.erase(id_of(7));
  CHECK(nights.night().totals.gone == 0);
  CHECK(nights.state("o/m7") == NodeState::live);
  CHECK(nights.night().totals.gone == 1);
  CHECK(nights.state("o/m7") == NodeState::gone);
  CHECK(nights.state("o/m7", 2) == NodeState::live);  // the answer that was given then
}

TEST_CASE("with resolve, the hub's word confirms an absence the same night", "[crawler][absence]") {
  Nights nights{100};
  nights.options.resolve = true;
  nights.night();
  CHECK(nights.hub.asked.empty());
  nights.hub.models.erase(id_of(7));
  CHECK(nights.night().totals.gone == 1);
  CHECK(nights.hub.asked == std::vector<std::string>{"o/m7", "o/m7"});  // asked twice
  CHECK(nights.last_lookups().confirmed == 1);
}

TEST_CASE("a model that the listing forgot is not buried", "[crawler][absence]") {
  Nights nights{100};
  nights.options.resolve = true;
  nights.night();
  nights.hub.hidden[id_of(7)] = true;
  SECTION("while the hub says that it is there") {
    for (int i = 0; i < 3; ++i) CHECK(nights.night().totals.models == 100);
    CHECK(nights.last_lookups().alive == 1);
    CHECK(nights.state("o/m7") == NodeState::live);
  }
  SECTION("by one wrong answer") {
    nights.hub.lies = 1;
    CHECK(nights.night().totals.gone == 0);
  }
  SECTION("by a token that was revoked: the crawl stops, and goes on later") {
    nights.hub.revoked = true;
    CHECK(nights.bad_night() == ErrorKind::unavailable);
    CHECK(nights.last_run().state == "resolving");
    nights.hub.revoked = false;
    const int pages = nights.hub.pages;
    CHECK(nights.night().totals.gone == 0);
    CHECK(nights.hub.pages == pages);  // the walk was done
  }
}

TEST_CASE("a name that another repository bears now is not the old model", "[crawler][absence]") {
  Nights nights{100};
  nights.options.resolve = true;
  nights.night();
  nights.hub.models.erase(id_of(7));
  nights.hub.put(id_of(500), "o/m7");
  const PublishReport report = nights.night();
  CHECK(report.totals.gone == 0);  // asked for, and no 404: one absence confirms nothing
  CHECK(report.totals.models == 101);
  CHECK(nights.night().totals.gone == 1);
}

TEST_CASE("a walk that shrank is held, and looked at again", "[crawler][absence]") {
  Nights nights{100};
  nights.night();
  for (int i = 60; i <= 63; ++i) nights.hub.hidden[id_of(i)] = true;
  CHECK(nights.bad_night() == ErrorKind::unavailable);
  CHECK(nights.said.find("--accept-shrink") != std::string::npos);
  CHECK(nights.last_run().state == "held");
  SECTION("the next night walks anew") {
    nights.hub.hidden.clear();
    CHECK(nights.night().totals.models == 100);
    CHECK(nights.last_run().id == 3);
  }
  SECTION("accepted, it is published as it was walked") {
    const int pages = nights.hub.pages;
    nights.options.accept_shrink = true;
    CHECK(nights.night().documents == 96);
    CHECK(nights.hub.pages == pages);
  }
  SECTION("the limit can be set") {
    nights.options.shrink_limit = 0.1;
    CHECK(nights.night().documents == 96);
  }
}

TEST_CASE("a listing that ends before its newest model was cut off", "[crawler][absence]") {
  Nights nights{100};
  const int night_before = GENERATE(0, 1);
  if (night_before != 0) nights.night();
  nights.hub.hidden[id_of(100)] = true;
  CHECK(nights.bad_night() == ErrorKind::unavailable);
  CHECK(nights.said.find("cut off") != std::string::npos);
  nights.hub.hidden.clear();
  CHECK(nights.night().totals.models == 100);
}

TEST_CASE("a hub of nothing is not believed", "[crawler][absence]") {
  Nights nights{0};
  CHECK(nights.bad_night() == ErrorKind::unavailable);
  nights.options.scope = "search:none";
  nights.options.restart = true;
  CHECK(nights.night().totals.models == 0);  // of a part it may be true
}

TEST_CASE("new models only", "[crawler][since]") {
  Nights nights{100};
  nights.options.since = "";
  CHECK(nights.bad_night() == ErrorKind::usage);  // since what?
  nights.options.since.reset();
  nights.night();
  nights.hub.pages = 0;
  for (int i = 101; i <= 104; ++i) nights.hub.put(id_of(i), "o/m" + std::to_string(i));
  nights.hub.models.erase(id_of(7));
  nights.options.since = "";
  PublishReport report = nights.night();
  CHECK(report.added == 4);
  CHECK(report.totals.models == 105 - 1);
  CHECK(report.totals.partial == 0);  // as whole as what it adds to
  CHECK(nights.hub.pages == 2);
  CHECK(nights.state("o/m7") == NodeState::live);  // absence is never inferred
  CHECK(nights.last_run().scope == "since:" + id_of(100));
  // The next goes on from there, and asks only for parents that nobody knows.
  nights.hub.put(id_of(105), "o/m105", R"("tags":["base_model:o/m3","base_model:lost/one"])");
  CHECK(nights.night().added == 1);
  CHECK(nights.last_run().scope == "since:" + id_of(104));
  CHECK(nights.hub.asked == std::vector<std::string>{"lost/one"});
  nights.options.since = "1 May";
  CHECK(nights.bad_night() == ErrorKind::usage);
  nights.options.since = "2022-03-01";  // the ids of this hub are of 2022-03-02
  CHECK(nights.night().documents == 104);
}

}  // namespace
}  // namespace stemma
