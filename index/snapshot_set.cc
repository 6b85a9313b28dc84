#include "index/snapshot_set.h"

#include "index/derive.h"
#include "index/model_store.h"
#include "schema/error.h"

namespace stemma {
namespace {

constexpr std::size_t kKeptOpen = 4;
constexpr std::chrono::milliseconds kLookEvery{100};

}  // namespace

SnapshotHandle SnapshotSet::current() {
  SnapshotNumber newest = 0;
  {
    const std::lock_guard guard{mutex_};
    if (newest_ == 0 || Clock::now() - checked_ >= kLookEvery) {
      checked_ = Clock::now();
      const std::vector<SnapshotNumber> published = data_.published();
      if (!published.empty()) newest_ = published.back();
    }
    newest = newest_;
    if (const auto found = open_.find(newest); found != open_.end()) return found->second;
  }
  if (newest == 0) {
    throw Error{ErrorKind::unavailable, "nothing is published yet in " + data_.path().string() +
                                            ": run `stemma crawl` or `stemma import FILE` to the end"};
  }
  return at(newest);
}

SnapshotHandle SnapshotSet::at(SnapshotNumber number) {
  {
    const std::lock_guard guard{mutex_};
    if (const auto found = open_.find(number); found != open_.end()) return found->second;
  }
  std::error_code error;
  SnapshotHandle handle =
      std::filesystem::exists(data_.snapshot(number), error) ? open_snapshot_file(data_.snapshot(number)) : rebuild(number);
  keep(number, handle);
  return handle;
}

void SnapshotSet::keep(SnapshotNumber number, const SnapshotHandle& handle) {
  const std::lock_guard guard{mutex_};
  open_[number] = handle;
  // The oldest go first, but never the newest: it is what nearly every request asks for.
  while (open_.size() > kKeptOpen) open_.erase(open_.begin()->first == newest_ ? std::next(open_.begin()) : open_.begin());
}

SnapshotHandle SnapshotSet::rebuild(SnapshotNumber number) {
  const std::lock_guard guard{rebuilding_};
  std::error_code error;
  if (std::filesystem::exists(data_.snapshot(number), error)) return open_snapshot_file(data_.snapshot(number));
  const auto unknown = [number] {
    return Error{ErrorKind::not_found, "there is no snapshot " + std::to_string(number)};
  };
  if (!std::filesystem::exists(data_.store(), error)) throw unknown();
  const ModelStore store{data_.store(), ModelStore::Mode::read_only};
  bool known = false;
  for (const PublishedSnapshot& snapshot : store.snapshots()) known = known || snapshot.number == number;
  if (!known) throw unknown();
  auto columns = std::make_shared<SnapshotColumns>(derive_snapshot(store, number));
  struct InMemory {
    std::shared_ptr<SnapshotColumns> columns;
    SnapshotView view;
  };
  auto held = std::make_shared<InMemory>(InMemory{columns, view_of(*columns)});
  return {held, &held->view};
}

}  // namespace stemma
