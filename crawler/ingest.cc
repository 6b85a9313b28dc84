#include "crawler/ingest.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <stop_token>
#include <thread>

#include "crawler/document_parse.h"
#include "crawler/document_reader.h"
#include "crawler/parquet_documents.h"
#include "index/agreement.h"
#include "schema/error.h"

namespace stemma {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 20U;

/// A parsed batch with the part of publishing that needs no order already done.
struct Prepared {
  ParsedBatch batch;
  std::shared_ptr<Publisher::Packed> packed;
};

/// Parses and packs on all cores; results come back in the order of the work. One thread submits
/// and takes.
class PreparePool {
 public:
  using Work = std::function<ParsedBatch(DocumentParser&)>;

  explicit PreparePool(const Publisher& publisher) {
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < cores; ++i) {
      threads_.emplace_back(
          [this, &publisher](const std::stop_token& stop) { serve(stop, publisher); });
    }
  }
  ~PreparePool() {
    for (std::jthread& thread : threads_) thread.request_stop();
    wake_.notify_all();
  }
  PreparePool(const PreparePool&) = delete;
  PreparePool& operator=(const PreparePool&) = delete;

  void submit(Work work) {
    std::packaged_task<Prepared(DocumentParser&, const Publisher&)> task{
        [work = std::move(work)](DocumentParser& parser, const Publisher& publisher) {
          Prepared prepared;
          prepared.batch = work(parser);
          prepared.packed = publisher.pack(prepared.batch);
          return prepared;
        }};
    results_.push_back(task.get_future());
    {
      const std::lock_guard guard{mutex_};
      tasks_.push_back(std::move(task));
    }
    wake_.notify_one();
  }
  /// Whether so much is under way that a result should be taken first: bounds memory.
  [[nodiscard]] bool full() const { return results_.size() >= 4 * threads_.size(); }
  [[nodiscard]] bool idle() const { return results_.empty(); }
  /// The oldest result; rethrows what its work threw.
  [[nodiscard]] Prepared take() {
    Prepared prepared = results_.front().get();
    results_.pop_front();
    return prepared;
  }

 private:
  void serve(const std::stop_token& stop, const Publisher& publisher) {
    DocumentParser parser;
    while (true) {
      std::packaged_task<Prepared(DocumentParser&, const Publisher&)> task;
      {
        std::unique_lock lock{mutex_};
        if (!wake_.wait(lock, stop, [this] { return !tasks_.empty(); })) return;
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      task(parser, publisher);
    }
  }

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<std::packaged_task<Prepared(DocumentParser&, const Publisher&)>>
      tasks_;  ///< Guarded by mutex_.
  std::deque<std::future<Prepared>> results_;
  std::vector<std::jthread> threads_;  ///< Last: they stop before what they use goes.
};

/// Feeds a publisher through the pool and counts what came.
class Feed {
 public:
  Feed(Publisher& publisher, const ProgressFn& progress)
      : publisher_{publisher}, progress_{progress}, pool_{publisher} {}

  void submit(std::size_t bytes, PreparePool::Work work) {
    bytes_ += bytes;
    pool_.submit(std::move(work));
    while (pool_.full()) take();
  }
  void finish() {
    while (!pool_.idle()) take();
  }
  [[nodiscard]] std::uint64_t accepted() const { return accepted_; }

 private:
  void take() {
    Prepared prepared = pool_.take();
    accepted_ += prepared.batch.documents.size();
    publisher_.add(std::move(prepared.batch), std::move(prepared.packed));
    if (progress_) progress_({.step = "reading", .done = accepted_, .bytes = bytes_});
  }

  Publisher& publisher_;
  const ProgressFn& progress_;
  PreparePool pool_;
  std::uint64_t accepted_ = 0;
  std::uint64_t bytes_ = 0;
};

std::string base_name(const std::string& file) {
  return file == "-" ? "standard input" : std::filesystem::path{file}.filename().string();
}

void check_stopped(const std::atomic<bool>* stop) {
  if (stop != nullptr && *stop) throw Error{ErrorKind::unavailable, "stopped by a signal"};
}

void read_file(const std::string& file, Publisher& publisher, Feed& feed,
               const std::atomic<bool>* stop) {
  const std::string name = base_name(file);
  const std::uint64_t accepted_before = feed.accepted();
  const std::uint64_t rejected_before = publisher.rejected();
  const auto add = [&](DocumentChunk&& chunk) {
    check_stopped(stop);
    const std::size_t bytes = chunk.text.size();
    feed.submit(bytes, [chunk = std::move(chunk), name](DocumentParser& parser) mutable {
      if (chunk.overlong_line == 0)
        return parser.parse_lines(std::move(chunk.text), name, chunk.first_line);
      ParsedBatch batch;
      batch.rejected.push_back(
          {.where = name + ":" + std::to_string(chunk.overlong_line),
           .field = "",
           .reason = "is longer than " + std::to_string(kLongestDocument >> 20U) + " MiB",
           .excerpt = ""});
      return batch;
    });
  };
  if (file != "-" && is_parquet(file)) {
    ParquetGaps gaps = each_parquet_chunk(file, kChunkBytes, add);
    feed.submit(0, [gaps = std::move(gaps)](DocumentParser&) {
      ParsedBatch batch;
      batch.unread = gaps.unreadable;
      return batch;
    });
  } else {
    const auto source = ByteSource::open(file, stop);
    each_chunk(*source, name, kChunkBytes, add);
  }
  feed.finish();
  if (feed.accepted() > accepted_before) return;
  const std::uint64_t rejected = publisher.rejected() - rejected_before;
  if (rejected == 0)
    throw Error{ErrorKind::storage, file + " holds no documents; nothing was imported"};
  std::string first;
  for (const RejectedDocument& document : publisher.rejections()) {
    if (document.where.rfind(name + ":", 0) != 0) continue;
    first = "; " + document.where + ": " + (document.field.empty() ? "" : document.field + " ") +
            document.reason;
    break;
  }
  throw Error{ErrorKind::storage, file + " is not NDJSON of hub documents: none of its " +
                                      std::to_string(rejected) + " lines is one" + first +
                                      "; nothing was imported"};
}

/// What the ledger is to know of the documents even if the process dies while it publishes them.
void note_troubles(CrawlLedger& ledger, const Run& run, const Publisher& publisher) {
  ledger.set_rejected(run.id, publisher.rejections());
  ledger.set_unread(run.id, publisher.unread());
}

bool published_by(const PublishedSnapshot& snapshot, const Run& run) {
  return snapshot.run == run.id && snapshot.source == run.source &&
         snapshot.observed_at == run.observed_at;
}

/// Imports that were killed: those that had published by then are done, of the others nothing
/// stayed.
void settle_dead_imports(CrawlLedger& ledger, const ModelStore& store) {
  for (Run& run : ledger.unfinished_imports()) {
    run.state = "failed";
    run.ended = "interrupted; nothing of it was published";
    for (const PublishedSnapshot& snapshot : store.snapshots()) {
      if (!published_by(snapshot, run)) continue;
      run.state = "done";
      run.ended = "published snapshot " + std::to_string(snapshot.number) + ", then interrupted";
      run.snapshot = snapshot.number;
      run.documents = static_cast<std::int64_t>(snapshot.documents);
      run.rejected = static_cast<std::int64_t>(snapshot.rejected_documents);
    }
    ledger.update_run(run);
  }
}

void finish_run(CrawlLedger& ledger, Run& run, const PublishReport& report) {
  run.state = "done";
  run.ended = (report.already ? "is snapshot " : "published snapshot ") +
              std::to_string(report.snapshot) + (report.already ? " already" : "");
  run.finished_at = now_utc();
  run.snapshot = report.already ? 0 : report.snapshot;
  run.documents = static_cast<std::int64_t>(report.documents);
  run.rejected = static_cast<std::int64_t>(report.rejected);
  ledger.update_run(run);
}

}  // namespace

PublishReport import_files(const std::filesystem::path& data_path, const ImportOptions& options,
                           const ProgressFn& progress) {
  std::string names;
  for (const std::string& file : options.files)
    names += (names.empty() ? "" : ", ") + base_name(file);
  if (!options.source.empty()) names = options.source;
  const DataDir data = DataDir::open_or_create(data_path);
  const WriteLock lock{data, "import of " + names};
  ModelStore store = open_for_writing(data);
  CrawlLedger ledger{data.path(), CrawlLedger::Mode::read_write};
  mend_published(data, store);
  settle_dead_imports(ledger, store);

  Run run{.kind = "import",
          .source = names,
          .observed_at = options.observed_at == kUnknownTime ? now_utc() : options.observed_at,
          .started_at = now_utc(),
          .state = "publishing"};
  ledger.add_run(run);
  try {
    Publisher publisher{
        data,
        store,
        {.run = run, .complete = options.complete, .accept_shrink = options.accept_shrink}};
    {
      Feed feed{publisher, progress};
      for (const std::string& file : options.files) read_file(file, publisher, feed, options.stop);
      feed.finish();
    }
    check_stopped(options.stop);
    if (progress) progress({.step = "building", .done = publisher.documents()});
    note_troubles(ledger, run, publisher);
    PublishReport report = publisher.publish();
    finish_run(ledger, run, report);
    return report;
  } catch (const FileNotWritten& error) {
    run.state = "done";
    run.ended = error.what();
    run.finished_at = now_utc();
    run.snapshot = error.snapshot();
    ledger.update_run(run);
    throw;
  } catch (const std::exception& error) {
    const bool stopped = options.stop != nullptr && *options.stop;
    run.state = stopped ? "stopped" : "failed";
    run.ended = stopped ? "stopped by a signal; nothing of it was published" : error.what();
    run.finished_at = now_utc();
    ledger.update_run(run);
    if (stopped) throw Error{ErrorKind::unavailable, "the import was " + run.ended};
    throw;
  }
}

PublishReport publish_pages(const DataDir& data, ModelStore& store, CrawlLedger& ledger,
                            PublishRequest& request, const ProgressFn& progress) {
  Run& run = request.run;
  // Killed between publishing and the ledger's last word: the store says that it is done.
  for (const PublishedSnapshot& snapshot : store.snapshots()) {
    if (!published_by(snapshot, run)) continue;
    mend_published(data, store);
    PublishReport report{.snapshot = snapshot.number,
                         .totals = open_snapshot_file(data.snapshot(snapshot.number))->total(),
                         .documents = snapshot.documents,
                         .rejected = snapshot.rejected_documents};
    run.state = "done";
    run.ended = "published snapshot " + std::to_string(snapshot.number);
    run.finished_at = now_utc();
    run.snapshot = snapshot.number;
    run.documents = static_cast<std::int64_t>(report.documents);
    run.rejected = static_cast<std::int64_t>(report.rejected);
    // The pages go first: killed in between, the next run comes here again.
    store.drop_pages(run.id);
    ledger.update_run(run);
    return report;
  }
  Publisher publisher{data, store, request};
  {
    Feed feed{publisher, progress};
    store.each_page(run.id, [&](std::uint32_t chain, std::uint32_t page, std::string_view body) {
      const std::string where = (chain == 0 ? "" : "chain " + std::to_string(chain) + ", ") +
                                "page " + std::to_string(page);
      feed.submit(body.size(), [text = std::string{body}, where](DocumentParser& parser) mutable {
        return parser.parse_page(std::move(text), where);
      });
    });
    feed.finish();
  }
  if (progress) progress({.step = "building", .done = publisher.documents()});
  note_troubles(ledger, run, publisher);
  PublishReport report = publisher.publish();
  store.drop_pages(run.id);
  finish_run(ledger, run, report);
  return report;
}

}  // namespace stemma
