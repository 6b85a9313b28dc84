#include "api/export/dump_source.h"

#include <algorithm>

#include "graph/walk.h"
#include "index/crawl_ledger.h"
#include "index/rollups.h"
#include "schema/error.h"
#include "schema/snapshot_origin.h"

namespace stemma {

DumpSource::DumpSource(SnapshotFacts& facts, const DumpScope& scope, AdoptionSource* adoption,
                       const FamilySet* families)
    : facts_{facts},
      view_{facts.snapshot()},
      scope_{scope},
      rows_{view_},
      adoption_{adoption},
      defined_{families} {
  if (scope.everything()) return;
  std::vector<NodeId> roots{scope.root};
  if (scope.family != nullptr) roots = facts.families().roots(view_, *scope.family);
  inside_.emplace(view_.node_count());
  for (const NodeId root : roots) (*inside_)[root] = true;
  for (const Reached& row : descendants_of(view_, roots)) (*inside_)[row.node] = true;
}

std::uint32_t DumpSource::place(NodeId node) {
  if (!inside_) return node;
  if (places_.empty()) {
    places_.resize(view_.node_count());
    std::uint32_t next = 0;
    each_node([&](NodeId one) { places_[one] = next++; });
  }
  return places_[node];
}

RollupStore* DumpSource::rollups() {
  if (!looked_for_rollups_ && adoption_ != nullptr) {
    looked_for_rollups_ = true;
    try {
      rollups_.emplace(adoption_->rollups());
      if (defined_ != nullptr) require_same_families(*rollups_, *defined_);
      if (rollups_->newest() < view_.total().number) rollups_.reset();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::unavailable) throw;
      rollups_.reset();
    }
  }
  return rollups_ ? &*rollups_ : nullptr;
}

std::optional<NightObservations> DumpSource::observations() {
  if (adoption_ == nullptr) return std::nullopt;
  const auto series = adoption_->series(view_.total().number);
  return observe_night(series->store(), view_);
}

std::string DumpSource::commit(NodeId node) const {
  if (adoption_ == nullptr || view_.ordinal[node] == kNoOrdinal) return {};
  const SnapshotNumber number = view_.total().number;
  return adoption_->series(number)->reader().commit(view_.ordinal[node], number);
}

std::vector<std::string> DumpSource::datasets() const {
  std::vector<std::string> names;
  if (adoption_ == nullptr) return names;
  const auto series = adoption_->series(view_.total().number);
  for (const PublishedSnapshot& one : series->reader().snapshots()) {
    if (one.number > view_.total().number) break;
    std::string name = backfilled_from(one.source);
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(std::move(name));
  }
  return names;
}

std::map<std::string, std::uint64_t> DumpSource::unread_fields() const {
  if (adoption_ == nullptr) return {};
  const auto series = adoption_->series(view_.total().number);
  for (const PublishedSnapshot& one : series->reader().snapshots()) {
    if (one.number != view_.total().number) continue;
    CrawlLedger ledger{adoption_->data().path(), CrawlLedger::Mode::read_only};
    return ledger.unread(one.run);
  }
  return {};
}

}  // namespace stemma
