#include "index/prune.h"

#include <rocksdb/write_batch.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "index/rocks.h"
#include "index/store_impl.h"
#include "index/store_keys.h"
#include "schema/record_codec.h"

namespace stemma {
namespace {

using Pack = std::pair<std::uint32_t, std::uint32_t>;  // snapshot, number in it

/// Packs with a document that the models show in snapshot `oldest` or a later one.
std::set<Pack> packs_in_use(const ModelStore::Impl& impl, SnapshotNumber oldest) {
  std::set<Pack> used;
  const auto scan = impl.rocks.scan(rocks::Family::versions);
  std::uint32_t ordinal = 0;
  std::optional<Pack> at_oldest;  // of the model's last version up to `oldest`
  const auto flush = [&] {
    if (at_oldest) used.insert(*at_oldest);
    at_oldest.reset();
  };
  for (scan->SeekToFirst(); scan->Valid(); scan->Next()) {
    const std::string_view key = rocks::view(scan->key());
    const VersionHead head = version_head(rocks::view(scan->value()));
    if (!head.ok) throw impl.damaged("a model");
    if (keys::number(key, 0) != ordinal) flush();
    ordinal = keys::number(key, 0);
    const Pack pack{head.document.snapshot, head.document.pack};
    if (keys::number(key, 1) <= oldest) {
      at_oldest = pack;
    } else {
      used.insert(pack);
    }
  }
  flush();
  rocks::check(scan->status(), "reading the store " + impl.rocks.name());
  return used;
}

}  // namespace

PruneReport prune(const DataDir& data, ModelStore& store, std::size_t keep) {
  PruneReport report;
  const std::vector<PublishedSnapshot> snapshots = store.snapshots();
  keep = std::max<std::size_t>(keep, 1);
  if (snapshots.size() <= keep) return report;
  const SnapshotNumber oldest = snapshots[snapshots.size() - keep].number;

  // Said before it is so: a cursor must not find half of it.
  if (data.pruned_up_to() < oldest - 1) data.set_pruned_up_to(oldest - 1);
  for (const SnapshotNumber number : data.published()) {
    if (number >= oldest) continue;
    std::error_code error;
    const auto bytes = std::filesystem::file_size(data.snapshot(number), error);
    if (!std::filesystem::remove(data.snapshot(number), error) || error) continue;
    ++report.snapshot_files;
    report.bytes += bytes;
  }

  ModelStore::Impl& impl = store.impl();
  const std::set<Pack> used = packs_in_use(impl, oldest);
  rocksdb::WriteBatch batch;
  const auto scan = impl.rocks.scan(rocks::Family::documents);
  for (scan->SeekToFirst(); scan->Valid(); scan->Next()) {
    const std::string_view key = rocks::view(scan->key());
    if (used.contains({keys::number(key, 0), keys::number(key, 1)})) continue;
    rocks::check(batch.Delete(impl.rocks.family(rocks::Family::documents), scan->key()),
                 "pruning the store " + impl.rocks.name());
    ++report.document_packs;
    report.bytes += scan->value().size();
  }
  rocks::check(scan->status(), "reading the store " + impl.rocks.name());
  if (report.document_packs == 0) return report;
  rocks::check(impl.rocks.db().Write({}, &batch), "pruning the store " + impl.rocks.name());
  rocks::check(impl.rocks.db().CompactRange({}, impl.rocks.family(rocks::Family::documents),
                                            nullptr, nullptr),
               "pruning the store " + impl.rocks.name());
  return report;
}

}  // namespace stemma
