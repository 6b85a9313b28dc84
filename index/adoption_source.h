#pragma once

#include <memory>
#include <mutex>

#include "index/data_dir.h"
#include "index/recent_counts.h"
#include "index/rollup_store.h"
#include "index/series.h"

namespace stemma {

/// A store opened for reading series. Keep it as long as the reader is used.
class SeriesSource {
 public:
  explicit SeriesSource(const std::filesystem::path& store)
      : store_{store, ModelStore::Mode::read_only}, reader_{store_} {}
  [[nodiscard]] const SeriesReader& reader() const noexcept { return reader_; }
  [[nodiscard]] const ModelStore& store() const noexcept { return store_; }

 private:
  ModelStore store_;
  SeriesReader reader_;
};

/// Where answers get curves and leaderboards from: the roll-ups and the series of a data directory,
/// as they are beside a writer. Takes no lock that a writer needs. Thread-safe.
class AdoptionSource {
 public:
  explicit AdoptionSource(DataDir data) : data_{std::move(data)} {}

  [[nodiscard]] const DataDir& data() const noexcept { return data_; }
  /// The roll-ups in use; one opening for one thread. Throws Error{unavailable} where there are
  /// none.
  [[nodiscard]] RollupStore rollups() const;
  /// Series that know snapshot `number`: opened anew where a newer snapshot is asked about than at
  /// the last opening.
  [[nodiscard]] std::shared_ptr<const SeriesSource> series(SnapshotNumber number);

 private:
  const DataDir data_;
  std::mutex mutex_;
  std::shared_ptr<const SeriesSource> series_;  // guarded by mutex_
};

}  // namespace stemma
