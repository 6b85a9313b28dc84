#include "index/agreement.h"

#include <algorithm>
#include <filesystem>

#include "index/crawl_ledger.h"
#include "index/snapshot_file.h"
#include "schema/error.h"

namespace stemma {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

/// The newest file that holds the snapshot that its name says. A stray one tells nothing.
SnapshotNumber newest_file(const DataDir& data) {
  std::vector<SnapshotNumber> numbers = data.published();
  std::reverse(numbers.begin(), numbers.end());
  for (const SnapshotNumber number : numbers) {
    try {
      if (open_snapshot_file(data.snapshot(number), false)->total().number == number) return number;
    } catch (const Error& unusable) {
      if (unusable.kind() != ErrorKind::corrupt) throw;
    }
  }
  return 0;
}

}  // namespace

NewestKnown newest_known(const DataDir& data) {
  NewestKnown newest;
  if (is_there(data.store() / "CURRENT")) {
    const auto snapshots = ModelStore{data.store(), ModelStore::Mode::read_only}.snapshots();
    if (!snapshots.empty()) newest.store = snapshots.back().number;
  }
  if (is_there(data.ledger()))
    newest.ledger = CrawlLedger{data.path(), CrawlLedger::Mode::read_only}.newest_snapshot();
  newest.file = newest_file(data);
  return newest;
}

std::optional<std::string> find_lost_snapshot(const DataDir& data, const NewestKnown& newest) {
  const SnapshotNumber known = std::max(newest.ledger, newest.file);
  if (known <= newest.store) return std::nullopt;
  const std::string lost = "snapshot " + std::to_string(known);
  std::string who = newest.file == known ? data.snapshot(known).string() : "";
  if (newest.ledger == known) who += (who.empty() ? "" : " and ") + data.ledger().string();
  return "the store " + data.store().string() + " has lost " + lost + ": it knows " +
         (newest.store == 0 ? "no snapshot" : "snapshots up to " + std::to_string(newest.store)) +
         ", and " + who + (newest.file == newest.ledger ? " know " : " knows ") + lost +
         ". Nothing was changed. Put a copy of the whole data directory back; or, to go on "
         "without " +
         lost + ", run `stemma verify --forget-lost`, which keeps its file beside the others";
}

ModelStore open_for_writing(const DataDir& data) {
  if (const auto lost = find_lost_snapshot(data, newest_known(data)))
    throw Error{ErrorKind::corrupt, *lost};
  return ModelStore{data.store(), ModelStore::Mode::read_write};
}

SnapshotNumber forget_lost_snapshots(const DataDir& data) {
  const NewestKnown newest = newest_known(data);
  const SnapshotNumber known = std::max(newest.ledger, newest.file);
  if (known <= newest.store) return 0;
  for (const SnapshotNumber number : data.published()) {
    if (number <= newest.store) continue;
    std::error_code error;
    fs::rename(data.snapshot(number), data.snapshot(number).string() + ".lost", error);
    if (error) {
      throw Error{ErrorKind::storage,
                  "renaming " + data.snapshot(number).string() + ": " + error.message()};
    }
  }
  if (is_there(data.ledger()))
    CrawlLedger{data.path(), CrawlLedger::Mode::read_write}.forget_snapshots_above(newest.store);
  return known - newest.store;
}

}  // namespace stemma
