#include "index/rollups.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "index/derive.h"
#include "index/presence.h"
#include "index/recent_counts.h"
#include "index/rocks.h"
#include "index/snapshot_set.h"
#include "index/store_impl.h"
#include "index/store_keys.h"
#include "schema/error.h"
#include "schema/text.h"

namespace stemma {
namespace {

namespace fs = std::filesystem;

/// Numbers of the files that are there, ascending.
std::vector<std::uint32_t> files_of(const DataDir& data) {
  std::vector<std::uint32_t> numbers;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator{data.rollups(), ignored}) {
    const std::string name = entry.path().filename().string();
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc{} && std::string_view{end} == ".sqlite") numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

fs::path file_of(const DataDir& data, std::uint32_t number) {
  return data.rollups() / (std::to_string(number) + ".sqlite");
}

void remove_file(const DataDir& data, std::uint32_t number) {
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm", "-journal"})
    fs::remove(file_of(data, number).string() + suffix, ignored);
}

/// A store that was last published to by an older version has no presence by block yet.
void add_presence(const DataDir& data, const ModelStore& store) {
  const ModelStore::Impl& impl = store.impl();
  const SnapshotNumber covered = impl.presence_covers();
  const auto snapshots = store.snapshots();
  if (snapshots.empty() || covered >= snapshots.back().number) return;
  auto rows = presence_rows(impl, covered, snapshots.back().number);
  rows.emplace_back(keys::presence(), keys::one(snapshots.back().number));
  std::sort(rows.begin(), rows.end());
  rocks::BulkLoad load{impl.rocks, data.scratch()};
  for (const auto& [key, value] : rows) load.put(rocks::Family::seen, key, value);
  load.ingest();
}

/// The file to go on with, and why it is a new one.
struct Chosen {
  std::uint32_t number = 1;
  std::optional<RollupStore> store;
  std::string anew_because;
};

/// Whether a file can be gone on with; else why not.
std::string reason_against(RollupStore& file, const std::string& definitions,
                           const std::vector<PublishedSnapshot>& snapshots) {
  if (file.definitions() != definitions) return "the families are defined otherwise than before";
  const auto rolled = file.snapshots();
  for (std::size_t i = 0; i < rolled.size(); ++i) {
    if (i >= snapshots.size() || rolled[i].number != snapshots[i].number ||
        rolled[i].observed_at != snapshots[i].observed_at)
      return "the store holds other snapshots than before";
  }
  return {};
}

Chosen choose_file(const DataDir& data, const std::string& definitions,
                   const std::vector<PublishedSnapshot>& snapshots, bool anew) {
  Chosen chosen;
  const auto files = files_of(data);
  for (auto number = files.rbegin(); number != files.rend(); ++number) {
    try {
      RollupStore file{file_of(data, *number), RollupStore::Mode::read_write};
      const std::string reason = reason_against(file, definitions, snapshots);
      // One that is not complete was begun by a call that was stopped: it is gone on with, also
      // where all is to be made anew, as that call did.
      if (reason.empty() && !(anew && file.is_complete())) {
        for (const std::uint32_t newer : files) {
          if (newer > *number) remove_file(data, newer);
        }
        chosen.number = *number;
        chosen.store = std::move(file);
        chosen.anew_because.clear();
        return chosen;
      }
      if (chosen.anew_because.empty()) chosen.anew_because = reason;
    } catch (const Error& unusable) {
      if (unusable.kind() != ErrorKind::corrupt) throw;
      if (chosen.anew_because.empty()) chosen.anew_because = unusable.what();
    }
  }
  if (!files.empty()) chosen.number = files.back() + 1;
  return chosen;
}

}  // namespace

std::string definitions_hash(const FamilySet& families) {
  std::string text;
  const auto add = [&text](std::string_view part) {
    text += std::to_string(part.size()) + ':';
    text += part;
  };
  for (const FamilyDefinition& family : families.definitions()) {
    for (const std::string* part :
         {&family.name, &family.parent, &family.pattern, &family.series_from, &family.series_value})
      add(*part);
    add(std::to_string(family.owners.size()));
    for (const std::string& owner : family.owners) add(owner);
  }
  return fmt::format("{:016x}", hash_text(text));
}

RollupReport update_rollups(const DataDir& data, ModelStore& store, const FamilySet& families,
                            const RollupOptions& options) {
  RollupReport report;
  const std::vector<PublishedSnapshot> snapshots = store.snapshots();
  if (snapshots.empty()) return report;
  add_presence(data, store);
  std::error_code error;
  fs::create_directories(data.rollups(), error);
  if (error) {
    throw Error{ErrorKind::storage, "making " + data.rollups().string() + ": " + error.message()};
  }
  const std::string definitions = definitions_hash(families);
  Chosen chosen = choose_file(data, definitions, snapshots, options.anew);
  report.anew_because = chosen.anew_because;
  if (!chosen.store) {
    chosen.store.emplace(file_of(data, chosen.number), RollupStore::Mode::read_write);
    chosen.store->set_definitions(definitions);
  }
  RollupStore& file = *chosen.store;
  std::vector<PastSnapshot> past;
  for (const RolledSnapshot& rolled : file.snapshots())
    past.push_back({rolled.number, rolled.observed_at, rolled.flags.usable()});
  SnapshotSet opened{data};
  for (std::size_t i = past.size(); i < snapshots.size(); ++i) {
    if (options.stop != nullptr && *options.stop) {
      report.stopped = true;
      break;
    }
    const PublishedSnapshot& snapshot = snapshots[i];
    if (options.progress) options.progress({snapshot.number - 1, snapshots.back().number});
    std::error_code ignored;
    std::shared_ptr<SnapshotColumns> derived;
    SnapshotHandle handle;
    SnapshotView view;
    if (fs::exists(data.snapshot(snapshot.number), ignored)) {
      handle = opened.at(snapshot.number);
      view = *handle;
    } else {
      derived = std::make_shared<SnapshotColumns>(derive_snapshot(store, snapshot.number));
      view = view_of(*derived);
    }
    RolledSnapshot rolled;
    rolled.number = snapshot.number;
    rolled.observed_at = snapshot.observed_at;
    const SnapshotCounts counts = derive_counts(store, view, past);
    rolled.moves = counts.moves;
    rolled.flags = counts.flags;
    past.push_back({snapshot.number, snapshot.observed_at, rolled.flags.usable()});
    file.add(rolled, roll_up(view, families.in(view), counts.derived));
    ++report.rolled_up;
  }
  report.newest = past.empty() ? 0 : past.back().number;
  if (!report.stopped) {
    if (!file.is_complete()) file.set_complete();
    for (const std::uint32_t number : files_of(data)) {
      if (number < chosen.number) remove_file(data, number);
    }
    if (options.progress) options.progress({report.newest, report.newest});
  }
  return report;
}

void require_same_families(RollupStore& rollups, const FamilySet& families) {
  if (rollups.definitions() == definitions_hash(families)) return;
  throw Error{ErrorKind::unavailable,
              "adoption was rolled up with other families: run `stemma rollup` with the same "
              "--families"};
}

RollupStore open_rollups(const DataDir& data) {
  auto files = files_of(data);
  std::string reason;
  for (; !files.empty(); files.pop_back()) {
    try {
      RollupStore file{file_of(data, files.back()), RollupStore::Mode::read_only};
      if (file.is_complete()) return file;
      if (reason.empty()) reason = "they are being made";
    } catch (const Error& unusable) {
      if (unusable.kind() != ErrorKind::corrupt) throw;
      reason = unusable.what();
    }
  }
  throw Error{ErrorKind::unavailable, "adoption is not rolled up yet in " + data.path().string() +
                                          (reason.empty() ? "" : " (" + reason + ")") +
                                          ": run `stemma rollup`"};
}

}  // namespace stemma
