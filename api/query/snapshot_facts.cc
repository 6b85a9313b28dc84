#include "api/query/snapshot_facts.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "graph/augment.h"
#include "graph/burst.h"
#include "graph/infer.h"
#include "graph/lookup.h"
#include "graph/walk.h"
#include "schema/model_name.h"

namespace stemma {

SnapshotFacts::SnapshotFacts(SnapshotHandle snapshot, const FamilySet& families,
                             const EdgeChoice& choice)
    : base_{std::move(snapshot)},
      choice_{choice},
      snapshot_{with_edges(base_, choice)},
      families_{families.in(*base_)} {}

void SnapshotFacts::prepare(const std::stop_token& stop) {
  std::vector<std::function<void()>> parts;
  for (const FamilyDefinition& family : families_.definitions()) {
    parts.emplace_back([&] { static_cast<void>(summary(family)); });
    parts.emplace_back([&] { static_cast<void>(created_by_day(family)); });
    parts.emplace_back([&] { static_cast<void>(curated_only(family)); });
  }
  parts.emplace_back([&] { static_cast<void>(nodes_of_ordinals({})); });
  parts.emplace_back([&] { static_cast<void>(in_no_family()); });
  parts.emplace_back([&] { static_cast<void>(curated_edges()); });
  for (const FamilyDefinition& family : families_.definitions())
    if (family.top_level()) parts.emplace_back([&] { static_cast<void>(fractional(family)); });
  parts.emplace_back([&] { static_cast<void>(search_index()); });
  parts.emplace_back([&] { static_cast<void>(lint()); });
  for (const auto& part : parts) {
    if (stop.stop_requested()) return;
    part();
  }
}

const FamilySummary& SnapshotFacts::summary(const FamilyDefinition& family) {
  const std::lock_guard lock{mutex_};
  const auto found = summaries_.find(family.name);
  if (found != summaries_.end()) return found->second;
  if (!bursts_) bursts_ = find_bursts(*snapshot_);
  const FamilyMembers members = members_of(*snapshot_, families_, family);
  return summaries_.emplace(family.name, summarise(*snapshot_, members, *bursts_)).first->second;
}

const FractionalShares& SnapshotFacts::shares() {
  std::call_once(shared_, [this] { shares_ = fractional_shares(*snapshot_, families_); });
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
  std::call_once(linted_, [this] { lint_ = find_lint(*snapshot_); });
  return lint_;
}

const SnapshotFacts::CreatedDays& SnapshotFacts::created_days(const FamilyDefinition& family) {
  const std::lock_guard lock{mutex_};
  const auto found = created_days_.find(family.name);
  if (found != created_days_.end()) return found->second;
  constexpr UnixSeconds kDay = 24 * 60 * 60;
  std::map<UnixSeconds, std::uint64_t> live, ever;
  for (const Reached& row : members_of(*snapshot_, families_, family).derivatives) {
    if (snapshot_->state[row.node] == NodeState::ghost) continue;
    const UnixSeconds time = snapshot_->created_at[row.node];
    const UnixSeconds day =
        time == kUnknownTime ? time : (time / kDay - (time % kDay < 0 ? 1 : 0)) * kDay;
    ++ever[day];
    if (snapshot_->live(row.node)) ++live[day];
  }
  return created_days_
      .emplace(family.name, CreatedDays{{live.begin(), live.end()}, {ever.begin(), ever.end()}})
      .first->second;
}

const SnapshotFacts::Days& SnapshotFacts::created_by_day(const FamilyDefinition& family) {
  return created_days(family).live;
}
const SnapshotFacts::Days& SnapshotFacts::ever_created_by_day(const FamilyDefinition& family) {
  return created_days(family).ever;
}

std::vector<NodeId> SnapshotFacts::nodes_of_ordinals(std::span<const std::uint32_t> ordinals) {
  const std::lock_guard lock{mutex_};
  if (nodes_of_ordinals_.empty()) {
    for (NodeId node = 0; node < snapshot_->node_count(); ++node) {
      const std::uint32_t ordinal = snapshot_->ordinal[node];
      if (ordinal == kNoOrdinal) continue;
      if (nodes_of_ordinals_.size() <= ordinal)
        nodes_of_ordinals_.resize(ordinal + std::size_t{1}, kNoNode);
      nodes_of_ordinals_[ordinal] = node;
    }
  }
  std::vector<NodeId> nodes;
  for (const std::uint32_t ordinal : ordinals)
    nodes.push_back(ordinal < nodes_of_ordinals_.size() ? nodes_of_ordinals_[ordinal] : kNoNode);
  return nodes;
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

std::uint64_t SnapshotFacts::live_descendants(NodeId node) { return downstream(node).live; }

SnapshotFacts::Downstream SnapshotFacts::downstream(NodeId node) {
  const SnapshotView& view = *snapshot_;
  if (view.child_begin[node] == view.child_begin[node + 1]) return {};
  {
    const std::lock_guard lock{counts_mutex_};
    const auto found = downstream_.find(node);
    if (found != downstream_.end()) return found->second;
  }
  // Outside the lock: others need not wait for a walk, and two that walk alike agree.
  const std::vector<Reached> reached = descendants_of(view, std::span{&node, 1});
  Downstream found{.live = 0, .curated = touches_curated(reached)};
  for (const Reached& row : reached) found.live += view.live(row.node) ? 1 : 0;
  const std::lock_guard lock{counts_mutex_};
  downstream_.emplace(node, found);
  return found;
}

std::uint64_t SnapshotFacts::curated_only(NodeId node) {
  const Downstream all = downstream(node);
  return all.curated ? all.live - without_curated().live_descendants(node) : 0;
}

const CuratedEdges& SnapshotFacts::curated_edges() {
  const std::lock_guard lock{mutex_};
  if (!curated_edges_) curated_edges_ = count_curated_only(*snapshot_);
  return *curated_edges_;
}

std::optional<GhostNamesake> SnapshotFacts::ghost_namesake(NodeId model) {
  const SnapshotView& view = *snapshot_;
  const std::string_view name = view.name(model);
  const std::string_view base = base_name_of(name);
  const auto much_used = [&](NodeId node) {
    return view.live(node) && (view.child_begin[node + 1] - view.child_begin[node] >= 10 ||
                               view.downloads[node] >= 10'000);
  };
  if (base == name || !much_used(model)) return std::nullopt;
  const auto ghost = find_name(view, base);
  if (!ghost || view.state[*ghost] != NodeState::ghost) return std::nullopt;
  const std::uint64_t descendants = live_descendants(*ghost);
  if (descendants == 0) return std::nullopt;
  std::optional<bool> only;
  {
    const std::lock_guard lock{counts_mutex_};
    if (const auto found = only_bearers_.find(model); found != only_bearers_.end())
      only = found->second;
  }
  if (!only) {
    const auto bearers = find_base_name(view, base, std::numeric_limits<std::size_t>::max());
    only = std::none_of(bearers.begin(), bearers.end(),
                        [&](NodeId other) { return other != model && much_used(other); });
    const std::lock_guard lock{counts_mutex_};
    only_bearers_.emplace(model, *only);
  }
  return *only ? std::optional{GhostNamesake{*ghost, descendants}} : std::nullopt;
}

const std::vector<NodeId>& SnapshotFacts::curated_ends() {
  const std::lock_guard lock{mutex_};
  if (curated_ends_) return *curated_ends_;
  const SnapshotView& view = *snapshot_;
  std::vector<NodeId> ends;
  for (NodeId node = 0; node < view.node_count(); ++node) {
    for (EdgeId e = view.parent_begin[node]; e < view.parent_begin[node + std::size_t{1}]; ++e) {
      if (!is_curated_only(view, e)) continue;
      ends.push_back(node);
      ends.push_back(view.parent[e]);
    }
  }
  std::sort(ends.begin(), ends.end());
  ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
  curated_ends_ = std::move(ends);
  return *curated_ends_;
}

bool SnapshotFacts::touches_curated(std::span<const Reached> reached) {
  const std::vector<NodeId>& ends = curated_ends();
  return !ends.empty() && std::any_of(reached.begin(), reached.end(), [&](const Reached& row) {
    return std::binary_search(ends.begin(), ends.end(), row.node);
  });
}

SnapshotFacts& SnapshotFacts::without_curated() {
  if (curated_ends().empty()) return *this;
  const std::lock_guard lock{mutex_};
  if (!without_curated_) {
    without_curated_ =
        std::make_unique<SnapshotFacts>(base_, families_, EdgeChoice{choice_.inferred_from, false});
  }
  return *without_curated_;
}

std::uint64_t SnapshotFacts::curated_only(const FamilyDefinition& family) {
  if (curated_ends().empty()) return 0;
  {
    const std::lock_guard lock{mutex_};
    const auto found = curated_only_.find(family.name);
    if (found != curated_only_.end()) return found->second;
  }
  const std::uint64_t all = summary(family).derivatives;
  const FamilyMembers members = members_of(*snapshot_, families_, family);
  std::uint64_t only = 0;
  if (touches_curated(members.derivatives))
    only = all - without_curated().summary(family).derivatives;
  const std::lock_guard lock{mutex_};
  curated_only_.emplace(family.name, only);
  return only;
}

const SearchIndex& SnapshotFacts::search_index() {
  std::call_once(indexed_, [this] { search_index_.emplace(*snapshot_); });
  return *search_index_;
}

SnapshotHandle with_edges(const SnapshotHandle& snapshot, const EdgeChoice& choice) {
  if (choice.is_default()) return snapshot;
  struct Held {
    Held(const SnapshotHandle& handle, const EdgeChoice& edges)
        : base{handle}, augmented{*handle, edges} {}
    SnapshotHandle base;
    AugmentedSnapshot augmented;
  };
  const auto held = std::make_shared<Held>(snapshot, choice);
  return {held, &held->augmented.view()};
}

std::shared_ptr<SnapshotFacts> FactsCache::of(const SnapshotHandle& snapshot, EdgeChoice choice) {
  // What decides is which rules a threshold lets in, and of them there are few.
  std::optional<float> least;
  for (const InferenceRuleFacts& rule : inference_rules()) {
    if (!choice.inferred_from || rule.confidence < *choice.inferred_from) continue;
    least = std::min(least.value_or(1), rule.confidence);
  }
  choice.inferred_from = least;
  std::shared_ptr<Slot> slot;
  {
    const std::lock_guard lock{mutex_};
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
      return entry.snapshot == snapshot && entry.choice == choice;
    });
    if (found != entries_.end()) {
      std::rotate(found, found + 1, entries_.end());
    } else {
      if (entries_.size() == kKept) entries_.erase(entries_.begin());
      entries_.push_back({snapshot, choice, std::make_shared<Slot>()});
    }
    slot = entries_.back().slot;
  }
  std::call_once(slot->made, [&] { slot->facts.emplace(snapshot, families_, choice); });
  return {slot, &*slot->facts};
}

}  // namespace stemma
