#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "index/model_store.h"
#include "schema/hub_id.h"
#include "schema/model_record.h"
#include "schema/snapshot_sections.h"

namespace stemma {

/// What the walk of one snapshot observed of one model.
struct Observation {
  SnapshotNumber snapshot = 0;
  Counts counts;  ///< kUnknownCount where the walk did not carry the count.

  friend bool operator==(const Observation&, const Observation&) = default;
};

/// Reads what was observed of single models, snapshot by snapshot, as it was. `store` must outlive
/// it. Thread-safe. Throws Error{corrupt} for damaged values, Error{storage}.
class SeriesReader {
 public:
  explicit SeriesReader(const ModelStore& store);

  /// Every snapshot of the store, ascending.
  [[nodiscard]] const std::vector<PublishedSnapshot>& snapshots() const noexcept {
    return snapshots_;
  }
  /// The model's number in the store; nullopt where it was never observed.
  [[nodiscard]] std::optional<Ordinal> ordinal_of(const HubId& id) const;

  /// One observation for each snapshot up to `up_to` whose walk saw the model, ascending. Cost: the
  /// changes of its block of 256 models, about 0.5 ms for a year of nights. A store from before
  /// presence was kept by block costs reading all of presence, until it is next published to.
  [[nodiscard]] std::vector<Observation> read(Ordinal ordinal, SnapshotNumber up_to) const;
  /// Empty where the model was never observed.
  [[nodiscard]] std::vector<Observation> read(const HubId& id, SnapshotNumber up_to) const;

  /// The commit (40 hex digits) that the hub named as the model's newest, as known at `as_of`;
  /// empty where no document told it. Listings do not, unless asked.
  [[nodiscard]] std::string commit(Ordinal ordinal, SnapshotNumber as_of) const;

 private:
  [[nodiscard]] std::vector<bool> presence(Ordinal ordinal, SnapshotNumber up_to) const;

  const ModelStore& store_;
  std::vector<PublishedSnapshot> snapshots_;
  SnapshotNumber presence_covers_ = 0;
};

}  // namespace stemma
