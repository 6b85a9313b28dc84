#include "api/snapshot_facts.h"

#include <algorithm>

#include "graph/augment.h"
#include "graph/burst.h"
#include "graph/infer.h"
#include "graph/walk.h"

namespace stemma {

const FamilySummary& SnapshotFacts::summary(const FamilyDefinition& family) {
  const std::lock_guard lock{mutex_};
  const auto found = summaries_.find(family.name);
  if (found != summaries_.end()) return found->second;
  if (!bursts_) bursts_ = find_bursts(*snapshot_);
  const FamilyMembers members = members_of(*snapshot_, families_, family);
  return summaries_.emplace(family.name, summarise(*snapshot_, members, *bursts_)).first->second;
}

const FractionalShares& SnapshotFacts::shares() {
  const std::lock_guard lock{mutex_};
  if (!shares_) shares_ = fractional_shares(*snapshot_, families_);
  return *shares_;
}

const FractionalSummary& SnapshotFacts::fractional(const FamilyDefinition& family) {
  const FractionalShares& all = shares();
  const std::lock_guard lock{mutex_};
  const auto found = fractional_.find(family.name);
  if (found != fractional_.end()) return found->second;
  if (!bursts_) bursts_ = find_bursts(*snapshot_);
  return fractional_
      .emplace(family.name, summarise_fractional(*snapshot_, families_, family, all, *bursts_))
      .first->second;
}

const std::vector<LintItem>& SnapshotFacts::lint() {
  const std::lock_guard lock{mutex_};
  if (!lint_) lint_ = find_lint(*snapshot_);
  return *lint_;
}

std::uint64_t SnapshotFacts::in_no_family() {
  const std::lock_guard lock{mutex_};
  if (in_no_family_) return *in_no_family_;
  std::vector<NodeId> roots;
  for (const FamilyDefinition& family : families_.definitions()) {
    if (!family.top_level()) continue;
    const std::vector<NodeId> own = families_.roots(*snapshot_, family);
    roots.insert(roots.end(), own.begin(), own.end());
  }
  std::sort(roots.begin(), roots.end());
  roots.erase(std::unique(roots.begin(), roots.end()), roots.end());
  std::uint64_t inside = 0;
  for (const NodeId node : roots) inside += snapshot_->live(node) ? 1 : 0;
  for (const Reached& row : descendants_of(*snapshot_, roots)) {
    inside += snapshot_->live(row.node) ? 1 : 0;
  }
  in_no_family_ = snapshot_->total().models - inside;
  return *in_no_family_;
}

std::uint64_t SnapshotFacts::live_descendants(NodeId node) {
  const SnapshotView& view = *snapshot_;
  if (view.child_begin[node] == view.child_begin[node + 1]) return 0;
  {
    const std::lock_guard lock{counts_mutex_};
    const auto found = descendants_.find(node);
    if (found != descendants_.end()) return found->second;
  }
  // Outside the lock: others need not wait for a walk, and two that walk alike agree.
  std::uint64_t count = 0;
  for (const Reached& row : descendants_of(view, std::span{&node, 1})) {
    count += view.live(row.node) ? 1 : 0;
  }
  const std::lock_guard lock{counts_mutex_};
  descendants_.emplace(node, count);
  return count;
}

SnapshotHandle with_inferred(const SnapshotHandle& snapshot, float min_confidence) {
  struct Held {
    Held(const SnapshotHandle& handle, float least) : base{handle}, augmented{*handle, least} {}
    SnapshotHandle base;
    AugmentedSnapshot augmented;
  };
  const auto held = std::make_shared<Held>(snapshot, min_confidence);
  return {held, &held->augmented.view()};
}

std::shared_ptr<SnapshotFacts> FactsCache::of(const SnapshotHandle& snapshot,
                                              std::optional<float> inferred_from) {
  // What decides is which rules a threshold lets in, and of them there are few.
  unsigned rules = 0;
  float least = 1;
  for (const InferenceRuleFacts& rule : inference_rules()) {
    if (!inferred_from || rule.confidence < *inferred_from) continue;
    rules |= 1U << static_cast<unsigned>(rule.rule);
    least = std::min(least, rule.confidence);
  }
  const std::lock_guard lock{mutex_};
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.snapshot == snapshot && entry.rules == rules;
  });
  if (found != entries_.end()) {
    std::rotate(found, found + 1, entries_.end());
  } else {
    if (entries_.size() == kKept) entries_.erase(entries_.begin());
    const SnapshotHandle asked = rules == 0 ? snapshot : with_inferred(snapshot, least);
    entries_.push_back({snapshot, rules, std::make_shared<SnapshotFacts>(asked, families_)});
  }
  return entries_.back().facts;
}

}  // namespace stemma
