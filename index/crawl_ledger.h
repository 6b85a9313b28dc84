#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "schema/snapshot_sections.h"
#include "schema/utc_time.h"

namespace stemma {

/// A run of a crawl or an import, as the ledger keeps it. What *we* did; what the hub said is in
/// the model store.
struct Run {
  std::int64_t id = 0;
  std::string kind;    ///< "crawl" or "import"
  std::string source;  ///< Hub URL, or the files' names.
  std::string scope;   ///< Empty for everything.
  UnixSeconds observed_at = 0;
  UnixSeconds started_at = 0;
  UnixSeconds finished_at = kUnknownTime;
  /// "walking", "resolving", "publishing", "held" (walked, but too little to be believed), "done",
  /// "abandoned", "stopped" (by a signal), "failed"
  std::string state;
  std::string ended;            ///< What ended it, in words; empty while it goes on.
  SnapshotNumber snapshot = 0;  ///< That it published; 0 for none.
  std::int64_t pages = 0;
  std::int64_t documents = 0;
  std::int64_t requests = 0;
  std::int64_t retries = 0;
  std::int64_t bytes = 0;
  std::int64_t rejected = 0;
  std::string fields;  ///< The fields asked for with expand, comma-separated.
};

/// Where one chain of pages of a crawl stands. A crawl of everything has one chain, of a scope one
/// a term.
struct Chain {
  std::int64_t run = 0;
  std::int64_t number = 0;  ///< From 0.
  std::string page_url;     ///< The last page stored; empty before the first.
  std::string next_url;     ///< The next page; empty when the chain has ended.
  std::int64_t pages = 0;
  std::string last_id;  ///< Hex `_id` of the last row stored; pages must go on above it.
  bool finished = false;
};

/// What a crawl's requests for single models came to.
struct Lookups {
  std::int64_t asked = 0;      ///< Names of ghosts.
  std::int64_t confirmed = 0;  ///< Models missing from the walk that the hub does not have.
  std::int64_t alive = 0;      ///< Models missing from the walk that it has.
};

/// A run with all that the ledger counts of it.
struct RunFacts {
  Run run;
  Lookups lookups;
  std::map<std::string, std::uint64_t> unread;
};

/// A step of a night.
struct Step {
  std::string name;   ///< "crawl", "adoption", "dumps", "prune"
  std::string state;  ///< "running", "done", "skipped", "failed"
  UnixSeconds started_at = kUnknownTime;
  UnixSeconds finished_at = kUnknownTime;
  std::string detail;  ///< What came of it, in words.
};

/// One `stemma nightly`, with what a later call resumed of it.
struct Night {
  std::int64_t id = 0;
  UnixSeconds started_at = kUnknownTime;
  UnixSeconds finished_at = kUnknownTime;
  std::string state;        ///< "running", "done", "failed"
  std::vector<Step> steps;  ///< In order; those begun so far.
};

/// A document that was refused, for `stats` and for people who want to mend it.
struct RejectedDocument {
  std::string where;  ///< "hub.ndjson:17" or "page 12, row 3"
  std::string field;  ///< "_id", "tags", ...; empty when the document could not be read at all.
  std::string reason;
  std::string excerpt;  ///< Its first bytes, made printable.
};

/// What could not be read in the documents of a run.
struct UnreadFields {
  std::vector<RejectedDocument> rejected;
  /// Documents by the field of theirs that could not be read; "document" where nothing could.
  std::map<std::string, std::uint64_t> unread;
};

/// The SQLite file `ledger.sqlite`: runs, chains, rejected documents, nights. WAL mode: one writer,
/// readers beside it in other processes. Not thread-safe: one object a thread. Throws
/// Error{storage} or Error{corrupt} (newer version).
class CrawlLedger {
 public:
  enum class Mode { read_only, read_write };
  CrawlLedger(const std::filesystem::path& data, Mode mode);
  ~CrawlLedger();
  CrawlLedger(CrawlLedger&&) noexcept;
  CrawlLedger& operator=(CrawlLedger&&) noexcept;

  /// Adds a run and gives it its id.
  void add_run(Run& run);
  /// Writes every field of the run.
  void update_run(const Run& run);
  [[nodiscard]] std::optional<Run> run(std::int64_t id);
  /// SQLite's own check of the whole file: "ok", or what is wrong.
  [[nodiscard]] std::string integrity();
  /// The newest run first.
  [[nodiscard]] std::vector<Run> runs(std::size_t limit);
  /// Imports that have not ended. With the directory's WriteLock held they are dead: nobody else
  /// can be importing.
  [[nodiscard]] std::vector<Run> unfinished_imports();
  /// The newest snapshot that a run published; 0 where none did.
  [[nodiscard]] SnapshotNumber newest_snapshot();
  /// Runs that published a later one have published nothing.
  void forget_snapshots_above(SnapshotNumber newest);
  /// The newest crawl that neither finished nor was given up: the one to resume.
  [[nodiscard]] std::optional<Run> unfinished_crawl();

  void put_chain(const Chain& chain);
  [[nodiscard]] std::vector<Chain> chains(std::int64_t run);
  /// One transaction: the chain's and the run's progress after a page was stored.
  void advance(const Chain& chain, const Run& run);

  /// Replaces the rejected documents of a run: publishing again after a kill does not double them.
  /// At most `kRejectedKept` are kept; the count in the run is exact.
  static constexpr std::size_t kRejectedKept = 1000;
  void set_rejected(std::int64_t run, const std::vector<RejectedDocument>& documents);
  /// Of the run that published `snapshot`; at most `limit` rejected documents.
  [[nodiscard]] UnreadFields troubles(SnapshotNumber snapshot, std::size_t limit);

  /// Documents by the field that could not be read; replaces what was there.
  void set_unread(std::int64_t run, const std::map<std::string, std::uint64_t>& unread);
  [[nodiscard]] std::map<std::string, std::uint64_t> unread(std::int64_t run);

  void set_lookups(std::int64_t run, const Lookups& lookups);
  [[nodiscard]] Lookups lookups(std::int64_t run);
  /// The newest run first.
  [[nodiscard]] std::vector<RunFacts> run_facts(std::size_t limit);

  /// Adds a night and gives it its id.
  void add_night(Night& night);
  /// Writes the night and every step of it.
  void update_night(const Night& night);
  /// The newest first.
  [[nodiscard]] std::vector<Night> nights(std::size_t limit);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stemma
