#include "index/snapshot_set.h"

#include "index/derive.h"
#include "index/model_store.h"
#include "schema/error.h"

namespace stemma {
namespace {

constexpr std::size_t kKeptOpen = 4;
constexpr std::chrono::milliseconds kLookEvery{100};

}  // namespace

SnapshotNumber SnapshotSet::look_for_newest() {
  checked_ = Clock::now();
  std::vector<SnapshotNumber> published = data_.published();
  // A stray file must not hide the snapshots that are there.
  while (!published.empty() && published.back() > newest_ && !is_published(published.back()))
    published.pop_back();
  // Without any file the store may still know: it is asked once, as it takes a while.
  return !published.empty() ? published.back() : newest_ != 0 ? newest_ : newest_in_store();
}

SnapshotHandle SnapshotSet::current() {
  SnapshotNumber newest = 0;
  {
    const std::lock_guard guard{mutex_};
    if (newest_ == 0 || (!attended_ && Clock::now() - checked_ >= kLookEvery))
      newest_ = look_for_newest();
    newest = newest_;
    if (const auto found = open_.find(newest); found != open_.end()) return found->second;
  }
  if (newest == 0) {
    throw Error{ErrorKind::unavailable,
                "nothing is published yet in " + data_.path().string() +
                    ": run `stemma crawl` or `stemma import FILE` to the end"};
  }
  return at(newest);
}

void SnapshotSet::take_up(const std::function<void(const SnapshotHandle&)>& prepare) {
  SnapshotNumber found = 0;
  {
    const std::lock_guard guard{mutex_};
    attended_ = true;
    found = look_for_newest();
    if (newest_ == 0) newest_ = found;
  }
  if (found == 0 || found == taken_up_) return;
  try {
    prepare(at(found));
  } catch (const std::exception& error) {
    if (warn_)
      warn_("snapshot " + std::to_string(found) + " could not be prepared: " + error.what());
  }
  taken_up_ = found;
  const std::lock_guard guard{mutex_};
  newest_ = found;
}

SnapshotHandle SnapshotSet::at(SnapshotNumber number) {
  {
    const std::lock_guard guard{mutex_};
    if (const auto found = open_.find(number); found != open_.end()) return found->second;
  }
  SnapshotHandle handle = open_or_rebuild(number);
  keep(number, handle);
  return handle;
}

bool SnapshotSet::pruned(SnapshotNumber number) { return number <= data_.pruned_up_to(); }

SnapshotHandle SnapshotSet::open_or_rebuild(SnapshotNumber number) {
  std::error_code error;
  if (!std::filesystem::exists(data_.snapshot(number), error)) return rebuild(number);
  try {
    return open_snapshot_file(data_.snapshot(number));
  } catch (const Error& damaged) {
    // The file is derived: a damaged one is no reason not to answer while the store is whole.
    if (damaged.kind() != ErrorKind::corrupt) throw;
    SnapshotHandle rebuilt;
    try {
      rebuilt = rebuild(number);
    } catch (const Error&) {
      throw damaged;
    }
    report_damaged(number, std::string{damaged.what()} +
                               "; until then it is derived anew, which takes memory and time");
    return rebuilt;
  }
}

bool SnapshotSet::is_published(SnapshotNumber number) {
  if (damaged_.contains(number)) return false;
  try {
    static_cast<void>(open_snapshot_file(data_.snapshot(number), false));
    return true;
  } catch (const Error& unusable) {
    if (unusable.kind() != ErrorKind::corrupt) throw;
    if (newest_in_store() >= number) return true;  // it is derived from the store
    damaged_.insert(number);
    if (warn_)
      warn_(std::string{unusable.what()} + ", and no such snapshot was published: it is left out");
    return false;
  }
}

void SnapshotSet::report_damaged(SnapshotNumber number, const std::string& message) {
  {
    const std::lock_guard guard{mutex_};
    if (!damaged_.insert(number).second) return;
  }
  if (warn_) warn_(message);
}

std::uint64_t SnapshotSet::damaged_files() const {
  const std::lock_guard guard{mutex_};
  return damaged_.size();
}

void SnapshotSet::keep(SnapshotNumber number, const SnapshotHandle& handle) {
  const std::lock_guard guard{mutex_};
  open_[number] = handle;
  // The oldest go first, but never the newest: it is what nearly every request asks for.
  while (open_.size() > kKeptOpen)
    open_.erase(open_.begin()->first == newest_ ? std::next(open_.begin()) : open_.begin());
}

SnapshotNumber SnapshotSet::newest_in_store() const {
  std::error_code error;
  if (!std::filesystem::exists(data_.store() / "CURRENT", error)) return 0;
  const std::vector<PublishedSnapshot> snapshots =
      ModelStore{data_.store(), ModelStore::Mode::read_only}.snapshots();
  return snapshots.empty() ? 0 : snapshots.back().number;
}

SnapshotHandle SnapshotSet::rebuild(SnapshotNumber number) {
  const std::lock_guard guard{rebuilding_};
  std::error_code error;
  const auto unknown = [number] {
    return Error{ErrorKind::not_found, "there is no snapshot " + std::to_string(number)};
  };
  if (!std::filesystem::exists(data_.store() / "CURRENT", error)) throw unknown();
  const ModelStore store{data_.store(), ModelStore::Mode::read_only};
  bool known = false;
  for (const PublishedSnapshot& snapshot : store.snapshots())
    known = known || snapshot.number == number;
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
