#include "api/query/night_facts.h"

#include <algorithm>

#include "schema/error.h"

namespace stemma {

std::shared_ptr<const NightFacts> NightFactsCache::of(SnapshotSource& snapshots,
                                                      const SnapshotHandle& after) {
  const std::lock_guard lock{mutex_};
  const auto found = std::find_if(nights_.begin(), nights_.end(),
                                  [&](const auto& night) { return night->after == after; });
  if (found != nights_.end()) {
    std::rotate(found, found + 1, nights_.end());
    return nights_.back();
  }
  auto night = std::make_shared<NightFacts>();
  night->after = after;
  const SnapshotNumber number = after->total().number;
  if (number > 1 && !snapshots.pruned(number - 1)) {
    try {
      night->before = snapshots.at(number - 1);
      night->changes = night_changes(*night->before, *after);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::not_found) throw;
    }
  }
  if (nights_.size() == kKept) nights_.erase(nights_.begin());
  nights_.push_back(std::move(night));
  return nights_.back();
}

std::shared_ptr<const std::vector<Alarm>> NightFactsCache::alarms(AdoptionView& view,
                                                                  SnapshotFacts& facts) {
  const std::lock_guard lock{mutex_};
  for (const Alarms& known : alarms_) {
    if (known.snapshot == facts.handle()) return known.alarms;
  }
  if (alarms_.size() == kKept) alarms_.erase(alarms_.begin());
  alarms_.push_back(
      {facts.handle(), std::make_shared<const std::vector<Alarm>>(find_alarms(view, facts))});
  return alarms_.back().alarms;
}

}  // namespace stemma
