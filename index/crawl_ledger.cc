#include "index/crawl_ledger.h"

#include "index/embedded.h"
#include "index/sqlite.h"
#include "schema/error.h"

namespace stemma {
namespace {

constexpr std::int64_t kVersion = 2;
constexpr std::string_view kRunColumns =
    "id, kind, source, scope, observed_at, started_at, finished_at, state, ended, snapshot, pages, "
    "documents, requests, "
    "retries, bytes, rejected, fields";

Run read_run(const Statement& row) {
  return {.id = row.integer(0),
          .kind = row.text(1),
          .source = row.text(2),
          .scope = row.text(3),
          .observed_at = row.integer(4),
          .started_at = row.integer(5),
          .finished_at = row.integer(6),
          .state = row.text(7),
          .ended = row.text(8),
          .snapshot = static_cast<SnapshotNumber>(row.integer(9)),
          .pages = row.integer(10),
          .documents = row.integer(11),
          .requests = row.integer(12),
          .retries = row.integer(13),
          .bytes = row.integer(14),
          .rejected = row.integer(15),
          .fields = row.text(16)};
}

Statement& bind_run(Statement& statement, const Run& run) {
  return statement.bind(run.kind)
      .bind(run.source)
      .bind(run.scope)
      .bind(run.observed_at)
      .bind(run.started_at)
      .bind(run.finished_at)
      .bind(run.state)
      .bind(run.ended)
      .bind(std::int64_t{run.snapshot})
      .bind(run.pages)
      .bind(run.documents)
      .bind(run.requests)
      .bind(run.retries)
      .bind(run.bytes)
      .bind(run.rejected)
      .bind(run.fields);
}

/// A function of its own so that the statement is done before the journal mode changes.
std::int64_t user_version(Database& db) {
  Statement version{db, "PRAGMA user_version"};
  return version.next() ? version.integer(0) : 0;
}

}  // namespace

struct CrawlLedger::Impl {
  Database db;
  /// A ledger of version 1 that is only read lacks the tables of version 2; what they would hold is
  /// then none.
  bool has_tables_of_2 = true;
};

CrawlLedger::CrawlLedger(const std::filesystem::path& data, Mode mode) {
  const std::filesystem::path path = data / "ledger.sqlite";
  impl_ = std::make_unique<Impl>(Impl{Database{
      path, mode == Mode::read_only ? Database::Mode::read_only : Database::Mode::read_write}});
  const std::int64_t found = user_version(impl_->db);
  if (found > kVersion) {
    throw Error{ErrorKind::corrupt,
                path.string() + " was written by a newer version of stemma (ledger version " +
                    std::to_string(found) + ", this one reads " + std::to_string(kVersion) +
                    "); use that version, or another data directory"};
  }
  impl_->has_tables_of_2 = mode == Mode::read_write || found >= 2;
  if (mode == Mode::read_write) {
    // WAL lets readers go on beside the one writer; NORMAL is safe against a killed process.
    impl_->db.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    if (found == 1) {
      impl_->db.execute("ALTER TABLE chains ADD COLUMN page_url TEXT NOT NULL DEFAULT ''");
    }
    if (found < kVersion) impl_->db.execute(kLedgerSql);
  }
}
CrawlLedger::~CrawlLedger() = default;
CrawlLedger::CrawlLedger(CrawlLedger&&) noexcept = default;
CrawlLedger& CrawlLedger::operator=(CrawlLedger&&) noexcept = default;

void CrawlLedger::add_run(Run& run) {
  Statement insert{impl_->db,
                   "INSERT INTO runs (kind, source, scope, observed_at, started_at, finished_at, "
                   "state, ended, snapshot, pages, "
                   "documents, requests, retries, bytes, rejected, fields) VALUES "
                   "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"};
  bind_run(insert, run).run();
  run.id = impl_->db.last_insert_id();
}

void CrawlLedger::update_run(const Run& run) {
  Statement update{impl_->db,
                   "UPDATE runs SET kind=?, source=?, scope=?, observed_at=?, started_at=?, "
                   "finished_at=?, state=?, ended=?, "
                   "snapshot=?, pages=?, documents=?, requests=?, retries=?, bytes=?, rejected=?, "
                   "fields=? WHERE id=?"};
  bind_run(update, run).bind(run.id).run();
}

std::optional<Run> CrawlLedger::run(std::int64_t id) {
  Statement query{impl_->db, "SELECT " + std::string{kRunColumns} + " FROM runs WHERE id = ?"};
  query.bind(id);
  if (!query.next()) return std::nullopt;
  return read_run(query);
}

std::string CrawlLedger::integrity() {
  Statement query{impl_->db, "PRAGMA integrity_check"};
  std::string found;
  while (query.next()) found += (found.empty() ? "" : "; ") + query.text(0);
  return found;
}

std::vector<Run> CrawlLedger::runs(std::size_t limit) {
  Statement query{impl_->db,
                  "SELECT " + std::string{kRunColumns} + " FROM runs ORDER BY id DESC LIMIT ?"};
  query.bind(static_cast<std::int64_t>(limit));
  std::vector<Run> runs;
  while (query.next()) runs.push_back(read_run(query));
  return runs;
}

std::optional<Run> CrawlLedger::unfinished_crawl() {
  Statement query{impl_->db,
                  "SELECT " + std::string{kRunColumns} +
                      " FROM runs WHERE kind = 'crawl' AND state NOT IN ('done', 'abandoned') "
                      "ORDER BY id DESC LIMIT 1"};
  if (!query.next()) return std::nullopt;
  return read_run(query);
}

std::vector<Run> CrawlLedger::unfinished_imports() {
  Statement query{impl_->db, "SELECT " + std::string{kRunColumns} +
                                 " FROM runs WHERE kind = 'import' AND state = 'publishing'"};
  std::vector<Run> runs;
  while (query.next()) runs.push_back(read_run(query));
  return runs;
}

SnapshotNumber CrawlLedger::newest_snapshot() {
  Statement query{impl_->db, "SELECT COALESCE(MAX(snapshot), 0) FROM runs"};
  return query.next() ? static_cast<SnapshotNumber>(query.integer(0)) : 0;
}

void CrawlLedger::forget_snapshots_above(SnapshotNumber newest) {
  Statement update{impl_->db,
                   "UPDATE runs SET state = 'failed', snapshot = 0, ended = 'published snapshot ' "
                   "|| snapshot || ', which the store has lost' WHERE snapshot > ?"};
  update.bind(std::int64_t{newest}).run();
}

void CrawlLedger::put_chain(const Chain& chain) {
  Statement put{impl_->db,
                "INSERT OR REPLACE INTO chains (run, number, page_url, next_url, pages, last_id, "
                "finished) VALUES (?,?,?,?,?,?,?)"};
  put.bind(chain.run)
      .bind(chain.number)
      .bind(chain.page_url)
      .bind(chain.next_url)
      .bind(chain.pages)
      .bind(chain.last_id)
      .bind(std::int64_t{chain.finished ? 1 : 0})
      .run();
}

std::vector<Chain> CrawlLedger::chains(std::int64_t run) {
  Statement query{impl_->db,
                  "SELECT run, number, page_url, next_url, pages, last_id, finished FROM chains "
                  "WHERE run = ? ORDER BY number"};
  query.bind(run);
  std::vector<Chain> chains;
  while (query.next()) {
    chains.push_back({.run = query.integer(0),
                      .number = query.integer(1),
                      .page_url = query.text(2),
                      .next_url = query.text(3),
                      .pages = query.integer(4),
                      .last_id = query.text(5),
                      .finished = query.integer(6) != 0});
  }
  return chains;
}

void CrawlLedger::advance(const Chain& chain, const Run& run) {
  Transaction transaction{impl_->db};
  put_chain(chain);
  update_run(run);
  transaction.commit();
}

void CrawlLedger::set_rejected(std::int64_t run, const std::vector<RejectedDocument>& documents) {
  Transaction transaction{impl_->db};
  Statement{impl_->db, "DELETE FROM rejected WHERE run = ?"}.bind(run).run();
  for (std::size_t i = 0; i < documents.size() && i < kRejectedKept; ++i) {
    const RejectedDocument& document = documents[i];
    Statement insert{
        impl_->db,
        "INSERT INTO rejected (run, number, place, field, reason, excerpt) VALUES (?,?,?,?,?,?)"};
    insert.bind(run)
        .bind(static_cast<std::int64_t>(i))
        .bind(document.where)
        .bind(document.field)
        .bind(document.reason)
        .bind(document.excerpt)
        .run();
  }
  transaction.commit();
}

UnreadFields CrawlLedger::troubles(SnapshotNumber snapshot, std::size_t limit) {
  UnreadFields troubles;
  std::int64_t run = 0;
  {
    Statement query{impl_->db, "SELECT max(id) FROM runs WHERE snapshot = ?"};
    query.bind(std::int64_t{snapshot});
    if (query.next()) run = query.integer(0);
  }
  troubles.unread = unread(run);
  Statement query{impl_->db,
                  "SELECT place, field, reason, excerpt FROM rejected WHERE run = ? "
                  "ORDER BY number LIMIT ?"};
  query.bind(run).bind(static_cast<std::int64_t>(limit));
  while (query.next()) {
    troubles.rejected.push_back({.where = query.text(0),
                                 .field = query.text(1),
                                 .reason = query.text(2),
                                 .excerpt = query.text(3)});
  }
  return troubles;
}

void CrawlLedger::set_unread(std::int64_t run, const std::map<std::string, std::uint64_t>& unread) {
  Transaction transaction{impl_->db};
  Statement{impl_->db, "DELETE FROM unread WHERE run = ?"}.bind(run).run();
  for (const auto& [field, documents] : unread) {
    Statement{impl_->db, "INSERT INTO unread (run, field, documents) VALUES (?,?,?)"}
        .bind(run)
        .bind(field)
        .bind(static_cast<std::int64_t>(documents))
        .run();
  }
  transaction.commit();
}

std::map<std::string, std::uint64_t> CrawlLedger::unread(std::int64_t run) {
  std::map<std::string, std::uint64_t> unread;
  if (!impl_->has_tables_of_2) return unread;
  Statement query{impl_->db, "SELECT field, documents FROM unread WHERE run = ?"};
  query.bind(run);
  while (query.next()) unread[query.text(0)] = static_cast<std::uint64_t>(query.integer(1));
  return unread;
}

void CrawlLedger::set_lookups(std::int64_t run, const Lookups& lookups) {
  Statement{impl_->db,
            "INSERT OR REPLACE INTO lookups (run, asked, confirmed, alive) VALUES (?,?,?,?)"}
      .bind(run)
      .bind(lookups.asked)
      .bind(lookups.confirmed)
      .bind(lookups.alive)
      .run();
}

Lookups CrawlLedger::lookups(std::int64_t run) {
  if (!impl_->has_tables_of_2) return {};
  Statement query{impl_->db, "SELECT asked, confirmed, alive FROM lookups WHERE run = ?"};
  query.bind(run);
  if (!query.next()) return {};
  return {query.integer(0), query.integer(1), query.integer(2)};
}

std::vector<RunFacts> CrawlLedger::run_facts(std::size_t limit) {
  std::vector<RunFacts> facts;
  for (Run& run : runs(limit)) {
    const std::int64_t id = run.id;
    facts.push_back({std::move(run), lookups(id), unread(id)});
  }
  return facts;
}

void CrawlLedger::add_night(Night& night) {
  Statement{impl_->db, "INSERT INTO nights (started_at, finished_at, state) VALUES (?,?,?)"}
      .bind(night.started_at)
      .bind(night.finished_at)
      .bind(night.state)
      .run();
  night.id = impl_->db.last_insert_id();
  update_night(night);
}

void CrawlLedger::update_night(const Night& night) {
  Transaction transaction{impl_->db};
  Statement{impl_->db, "UPDATE nights SET started_at=?, finished_at=?, state=? WHERE id=?"}
      .bind(night.started_at)
      .bind(night.finished_at)
      .bind(night.state)
      .bind(night.id)
      .run();
  for (std::size_t i = 0; i < night.steps.size(); ++i) {
    const Step& step = night.steps[i];
    Statement{impl_->db,
              "INSERT OR REPLACE INTO steps (night, number, name, state, started_at, finished_at, "
              "detail) VALUES (?,?,?,?,?,?,?)"}
        .bind(night.id)
        .bind(static_cast<std::int64_t>(i))
        .bind(step.name)
        .bind(step.state)
        .bind(step.started_at)
        .bind(step.finished_at)
        .bind(step.detail)
        .run();
  }
  transaction.commit();
}

std::vector<Night> CrawlLedger::nights(std::size_t limit) {
  std::vector<Night> nights;
  if (!impl_->has_tables_of_2) return nights;
  Statement query{impl_->db,
                  "SELECT id, started_at, finished_at, state FROM nights ORDER BY id DESC LIMIT ?"};
  query.bind(static_cast<std::int64_t>(limit));
  while (query.next()) {
    Night night{.id = query.integer(0),
                .started_at = query.integer(1),
                .finished_at = query.integer(2),
                .state = query.text(3),
                .steps = {}};
    Statement steps{impl_->db,
                    "SELECT name, state, started_at, finished_at, detail FROM steps WHERE night = "
                    "? ORDER BY number"};
    steps.bind(night.id);
    while (steps.next()) {
      night.steps.push_back({.name = steps.text(0),
                             .state = steps.text(1),
                             .started_at = steps.integer(2),
                             .finished_at = steps.integer(3),
                             .detail = steps.text(4)});
    }
    nights.push_back(std::move(night));
  }
  return nights;
}

}  // namespace stemma
