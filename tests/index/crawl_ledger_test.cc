#include "index/crawl_ledger.h"

#include "index/sqlite.h"
#include "schema/error.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace stemma;
using stemma::test::TempDir;

TEST_CASE("a run and its chains survive the ledger being closed", "[index][ledger]") {
  const TempDir dir;
  Run run{.kind = "crawl",
          .source = "http://hub",
          .scope = "search:qwen",
          .observed_at = 5,
          .started_at = 6,
          .state = "walking",
          .fields = "tags"};
  {
    CrawlLedger ledger{dir.path(), CrawlLedger::Mode::read_write};
    ledger.add_run(run);
    run.pages = 3;
    ledger.advance(
        {.run = run.id, .number = 0, .next_url = "http://hub/next", .pages = 3, .last_id = "abc"},
        run);
  }
  CrawlLedger ledger{dir.path(), CrawlLedger::Mode::read_only};
  const auto found = ledger.unfinished_crawl();
  REQUIRE(found);
  CHECK(found->id == run.id);
  CHECK(found->pages == 3);
  CHECK(found->scope == "search:qwen");
  CHECK(found->finished_at == kUnknownTime);
  const auto chains = ledger.chains(run.id);
  REQUIRE(chains.size() == 1);
  CHECK(chains[0].next_url == "http://hub/next");
  CHECK(chains[0].last_id == "abc");
}

TEST_CASE("a finished run is not resumed", "[index][ledger]") {
  const TempDir dir;
  CrawlLedger ledger{dir.path(), CrawlLedger::Mode::read_write};
  const auto state = GENERATE(as<std::string>{}, "done", "abandoned");
  Run run{.kind = "crawl", .state = state};
  ledger.add_run(run);
  Run imported{.kind = "import", .state = "publishing"};
  ledger.add_run(imported);
  CHECK_FALSE(ledger.unfinished_crawl());
  CHECK(ledger.runs(10).size() == 2);
  CHECK(ledger.runs(1).at(0).id == imported.id);
}

TEST_CASE("rejected documents of a snapshot are replaced, not doubled", "[index][ledger]") {
  const TempDir dir;
  CrawlLedger ledger{dir.path(), CrawlLedger::Mode::read_write};
  Run run{.kind = "import", .state = "done", .snapshot = 4};
  ledger.add_run(run);
  const std::vector<RejectedDocument> documents{
      {.where = "f:1", .field = "_id", .reason = "is missing", .excerpt = "{"}};
  ledger.set_rejected(run.id, documents);
  ledger.set_rejected(run.id, documents);
  const auto found = ledger.troubles(4, 10).rejected;
  REQUIRE(found.size() == 1);
  CHECK(found[0].where == "f:1");
  CHECK(found[0].field == "_id");
  CHECK(ledger.troubles(3, 10).rejected.empty());
}

TEST_CASE("a ledger from a newer version is refused with advice", "[index][ledger]") {
  const TempDir dir;
  Database{dir / "ledger.sqlite", Database::Mode::read_write}.execute("PRAGMA user_version = 99");
  try {
    CrawlLedger ledger{dir.path(), CrawlLedger::Mode::read_only};
    FAIL("opened");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::corrupt);
    CHECK(std::string{error.what()}.find("newer version") != std::string::npos);
  }
}

TEST_CASE("a ledger of version 1 is taken over with what it holds", "[index][ledger]") {
  const TempDir dir;
  {
    Database old{dir / "ledger.sqlite", Database::Mode::read_write};
    old.execute(
        "CREATE TABLE runs (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, source TEXT "
        "NOT NULL, scope TEXT NOT NULL, observed_at INTEGER NOT NULL, started_at INTEGER NOT NULL, "
        "finished_at INTEGER NOT NULL, state TEXT NOT NULL, ended TEXT NOT NULL, snapshot INTEGER "
        "NOT NULL, pages INTEGER NOT NULL, documents INTEGER NOT NULL, requests INTEGER NOT NULL, "
        "retries INTEGER NOT NULL, bytes INTEGER NOT NULL, rejected INTEGER NOT NULL, fields TEXT "
        "NOT NULL);"
        "CREATE TABLE chains (run INTEGER NOT NULL, number INTEGER NOT NULL, next_url TEXT NOT "
        "NULL, pages INTEGER NOT NULL, last_id TEXT NOT NULL, finished INTEGER NOT NULL, PRIMARY "
        "KEY (run, number)) WITHOUT ROWID;"
        "CREATE TABLE rejected (run INTEGER NOT NULL, number INTEGER NOT NULL, place TEXT NOT "
        "NULL, field TEXT NOT NULL, reason TEXT NOT NULL, excerpt TEXT NOT NULL, PRIMARY KEY (run, "
        "number)) WITHOUT ROWID;"
        "INSERT INTO runs VALUES (1,'crawl','http://hub','',1,2,3,'walking','',0,0,0,0,0,0,0,'');"
        "INSERT INTO chains VALUES (1,0,'http://hub/next',4,'abc',0);"
        "PRAGMA user_version = 1;");
  }
  {
    CrawlLedger reader{dir.path(), CrawlLedger::Mode::read_only};
    CHECK(reader.nights(5).empty());
    CHECK(reader.run_facts(5).size() == 1);
  }
  CrawlLedger ledger{dir.path(), CrawlLedger::Mode::read_write};
  const auto chains = ledger.chains(1);
  REQUIRE(chains.size() == 1);
  CHECK(chains[0].page_url.empty());
  CHECK(chains[0].next_url == "http://hub/next");
  ledger.set_unread(1, {{"tags", 3}});
  CHECK(ledger.run_facts(5)[0].unread.at("tags") == 3);
}
