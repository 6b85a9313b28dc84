#include "index/series.h"

#include <algorithm>

#include "index/counts_codec.h"
#include "index/presence.h"
#include "index/rocks.h"
#include "index/store_impl.h"
#include "index/store_keys.h"
#include "schema/record_codec.h"

namespace stemma {

SeriesReader::SeriesReader(const ModelStore& store)
    : store_{store},
      snapshots_{store.snapshots()},
      presence_covers_{store.impl().presence_covers()} {}

std::optional<Ordinal> SeriesReader::ordinal_of(const HubId& id) const {
  std::string value;
  const std::string_view key{reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
  if (!store_.impl().rocks.get(rocks::Family::models, key, value)) return std::nullopt;
  return keys::number(value, 0);
}

std::vector<bool> SeriesReader::presence(Ordinal ordinal, SnapshotNumber up_to) const {
  const ModelStore::Impl& impl = store_.impl();
  const std::uint32_t block = ordinal / kCountsBlock;
  std::vector<bool> present(snapshots_.size());
  const std::string end = keys::one(block + 1);
  const rocksdb::Slice upper{end};
  const auto scan = impl.rocks.scan_until(rocks::Family::seen, upper);
  std::string at = keys::two(block, 0);
  scan->Seek(rocks::slice(at));
  bool now = false;
  std::string value;
  for (std::size_t i = 0; i < snapshots_.size() && snapshots_[i].number <= up_to; ++i) {
    const SnapshotNumber number = snapshots_[i].number;
    if (number > presence_covers_) {
      if (!impl.rocks.get(rocks::Family::seen, keys::one(number), value))
        throw impl.damaged("presence");
      const auto seen = decode_seen(value);
      if (!seen) throw impl.damaged("presence");
      present[i] = ordinal < seen->size() && (*seen)[ordinal];
      continue;
    }
    for (; scan->Valid(); scan->Next()) {
      const std::string_view key = rocks::view(scan->key());
      if (keys::number(key, 1) > number) break;
      PresenceBits bits{};
      if (!decode_presence(rocks::view(scan->value()), bits)) throw impl.damaged("presence");
      now = is_present(bits, ordinal % kCountsBlock);
    }
    present[i] = now;
  }
  rocks::check(scan->status(), "reading the store " + impl.rocks.name());
  return present;
}

std::vector<Observation> SeriesReader::read(Ordinal ordinal, SnapshotNumber up_to) const {
  const ModelStore::Impl& impl = store_.impl();
  const std::uint32_t block = ordinal / kCountsBlock;
  const std::vector<bool> present = presence(ordinal, up_to);
  const std::string end = keys::one(block + 1);
  const rocksdb::Slice upper{end};
  const auto scan = impl.rocks.scan_until(rocks::Family::counts, upper);
  scan->Seek(rocks::slice(keys::two(block, 0)));
  Counts known;
  std::vector<Observation> series;
  for (std::size_t i = 0; i < snapshots_.size() && snapshots_[i].number <= up_to; ++i) {
    const PublishedSnapshot& snapshot = snapshots_[i];
    FieldSet carried = snapshot.asked;
    while (scan->Valid() && keys::number(rocks::view(scan->key()), 1) <= snapshot.number) {
      const bool this_one = keys::number(rocks::view(scan->key()), 1) == snapshot.number;
      FieldSet untold = 0;
      if (!apply_counts_of(rocks::view(scan->value()), ordinal % kCountsBlock, known, untold))
        throw impl.damaged("a block of counts");
      if (this_one) carried &= ~untold;
      scan->Next();
    }
    if (!present[i]) continue;
    Observation& seen = series.emplace_back();
    seen.snapshot = snapshot.number;
    if ((carried & kDownloads) != 0) seen.counts.downloads = known.downloads;
    if ((carried & kDownloadsAllTime) != 0)
      seen.counts.downloads_all_time = known.downloads_all_time;
    if ((carried & kLikes) != 0) seen.counts.likes = known.likes;
  }
  rocks::check(scan->status(), "reading the store " + impl.rocks.name());
  return series;
}

std::vector<Observation> SeriesReader::read(const HubId& id, SnapshotNumber up_to) const {
  const auto ordinal = ordinal_of(id);
  return ordinal ? read(*ordinal, up_to) : std::vector<Observation>{};
}

std::string SeriesReader::commit(Ordinal ordinal, SnapshotNumber as_of) const {
  const ModelStore::Impl& impl = store_.impl();
  const auto scan = impl.rocks.seek_in(rocks::Family::versions);
  scan->SeekForPrev(rocks::slice(keys::two(ordinal, as_of)));
  rocks::check(scan->status(), "reading the store " + impl.rocks.name());
  if (!scan->Valid() || keys::number(rocks::view(scan->key()), 0) != ordinal) return {};
  const auto version = decode_version(rocks::view(scan->value()));
  if (!version) throw impl.damaged("a version of a model");
  return std::string{version->record.sha};
}

}  // namespace stemma
