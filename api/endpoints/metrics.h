#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "index/crawl_ledger.h"
#include "schema/snapshot_sections.h"

namespace stemma {

/// What the ledger tells those who watch.
struct CrawlHistory {
  std::vector<RunFacts> runs;  ///< The newest first.
  std::vector<Night> nights;   ///< The newest first.
};

/// Counts what was answered. Thread-safe.
class Metrics {
 public:
  void count_answer(int status) noexcept;
  /// In Prometheus' text format; `snapshot` is null where none was published yet.
  /// `damaged_files`: see SnapshotSource.
  [[nodiscard]] std::string text(const SnapshotView* snapshot, const CrawlHistory& history,
                                 std::uint64_t damaged_files) const;

 private:
  static constexpr int kFirst = 100, kLast = 599;
  std::array<std::atomic<std::uint64_t>, kLast - kFirst + 1> answers_{};
};

}  // namespace stemma
