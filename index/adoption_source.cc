#include "index/adoption_source.h"

#include "index/rollups.h"

namespace stemma {

RollupStore AdoptionSource::rollups() const { return open_rollups(data_); }

std::shared_ptr<const SeriesSource> AdoptionSource::series(SnapshotNumber number) {
  const std::lock_guard guard{mutex_};
  const auto knows = [&] {
    return series_ != nullptr && !series_->reader().snapshots().empty() &&
           series_->reader().snapshots().back().number >= number;
  };
  if (!knows()) series_ = std::make_shared<const SeriesSource>(data_.store());
  return series_;
}

}  // namespace stemma
