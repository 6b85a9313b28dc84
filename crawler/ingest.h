#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "index/publish.h"

namespace stemma {

/// How far a long job is, for a progress bar or a log line.
struct Progress {
  std::string step;        ///< "reading", "building"
  std::uint64_t done = 0;  ///< Documents.
  std::uint64_t bytes = 0;
};
using ProgressFn = std::function<void(const Progress&)>;

struct ImportOptions {
  std::vector<std::string> files;  ///< NDJSON or JSON arrays; plain, gzip or zstd, or Parquet,
                                   ///< told by content; "-" is standard input.
  std::string source;  ///< How the ledger and the store name them; empty: by the files' names.
  UnixSeconds observed_at = kUnknownTime;  ///< kUnknownTime: the clock.
  bool complete = false;
  bool accept_shrink = false;
  /// Set from a signal handler: the import stops before it publishes anything. Once publishing has
  /// begun it is finished.
  const std::atomic<bool>* stop = nullptr;
};

/// Imports files of hub documents and publishes a snapshot. A document that cannot be read costs
/// that document; a file that cannot be read, or holds no document at all, stops the import before
/// anything is stored. Throws Error.
PublishReport import_files(const std::filesystem::path& data, const ImportOptions& options,
                           const ProgressFn& progress);

/// Publishes the stored pages of a finished crawl; `request.run` is the crawl's, and is brought up
/// to date. The caller holds the directory's WriteLock.
PublishReport publish_pages(const DataDir& data, ModelStore& store, CrawlLedger& ledger,
                            PublishRequest& request, const ProgressFn& progress);

}  // namespace stemma
