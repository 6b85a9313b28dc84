#include "index/crawl_ledger.h"

#include "index/embedded.h"
#include "index/sqlite.h"
#include "schema/error.h"

namespace stemma {
namespace {

constexpr std::int64_t kVersion = 1;
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
  if (mode == Mode::read_write) {
    // WAL lets readers go on beside the one writer; NORMAL is safe against a killed process.
    impl_->db.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
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

void CrawlLedger::close_dead_imports() {
  Statement{impl_->db,
            "UPDATE runs SET state = 'failed', ended = 'interrupted; nothing of it was published' "
            "WHERE kind = 'import' AND state = 'publishing'"}
      .run();
}

void CrawlLedger::put_chain(const Chain& chain) {
  Statement put{impl_->db,
                "INSERT OR REPLACE INTO chains (run, number, next_url, pages, last_id, finished) "
                "VALUES (?,?,?,?,?,?)"};
  put.bind(chain.run)
      .bind(chain.number)
      .bind(chain.next_url)
      .bind(chain.pages)
      .bind(chain.last_id)
      .bind(std::int64_t{chain.finished ? 1 : 0})
      .run();
}

std::vector<Chain> CrawlLedger::chains(std::int64_t run) {
  Statement query{impl_->db,
                  "SELECT run, number, next_url, pages, last_id, finished FROM chains WHERE run = "
                  "? ORDER BY number"};
  query.bind(run);
  std::vector<Chain> chains;
  while (query.next()) {
    chains.push_back({.run = query.integer(0),
                      .number = query.integer(1),
                      .next_url = query.text(2),
                      .pages = query.integer(3),
                      .last_id = query.text(4),
                      .finished = query.integer(5) != 0});
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

std::vector<RejectedDocument> CrawlLedger::rejected(SnapshotNumber snapshot, std::size_t limit) {
  Statement query{impl_->db,
                  "SELECT place, field, reason, excerpt FROM rejected WHERE run = (SELECT max(id) "
                  "FROM runs WHERE snapshot = ?) "
                  "ORDER BY number LIMIT ?"};
  query.bind(std::int64_t{snapshot}).bind(static_cast<std::int64_t>(limit));
  std::vector<RejectedDocument> documents;
  while (query.next()) {
    documents.push_back({.where = query.text(0),
                         .field = query.text(1),
                         .reason = query.text(2),
                         .excerpt = query.text(3)});
  }
  return documents;
}

}  // namespace stemma
