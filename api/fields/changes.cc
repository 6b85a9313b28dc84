#include "api/fields/changes.h"

#include <algorithm>
#include <map>
#include <string>

#include "schema/model_name.h"

namespace stemma {
namespace {

constexpr std::size_t kId = place_of(kModelFields, "id");
constexpr std::size_t kHubIdColumn = place_of(kModelFields, "hub_id");
constexpr std::size_t kState = place_of(kModelFields, "state");
constexpr std::size_t kLastSeen = place_of(kModelFields, "last_seen");
constexpr std::size_t kLicense = place_of(kModelFields, "license");
constexpr std::size_t kAliases = place_of(kModelFields, "aliases");
constexpr std::size_t kParentId = place_of(kEdgeFields, "parent_id");
constexpr std::size_t kChildId = place_of(kEdgeFields, "child_id");
constexpr std::size_t kRelation = place_of(kEdgeFields, "relation");
constexpr std::size_t kEdgeLastSeen = place_of(kEdgeFields, "last_seen");
constexpr std::size_t kParentHubId = place_of(kEdgeFields, "parent_hub_id");
constexpr std::size_t kChildHubId = place_of(kEdgeFields, "child_hub_id");

/// Nodes of two snapshots that are the same model or ghost; kNoNode where there is none.
struct Matches {
  std::vector<NodeId> after_of;   ///< By node of before.
  std::vector<NodeId> before_of;  ///< By node of after.
};

/// Non-ghosts by `_id`.
std::vector<std::pair<HubId, NodeId>> models_by_id(const SnapshotView& view) {
  std::vector<std::pair<HubId, NodeId>> models;
  for (NodeId node = 0; node < view.node_count(); ++node) {
    if (view.state[node] != NodeState::ghost) models.emplace_back(view.hub_id[node], node);
  }
  std::sort(models.begin(), models.end());
  return models;
}

std::vector<std::pair<std::string, NodeId>> ghosts_by_name(const SnapshotView& view) {
  std::vector<std::pair<std::string, NodeId>> ghosts;
  for (NodeId node = 0; node < view.node_count(); ++node) {
    if (view.state[node] == NodeState::ghost) ghosts.emplace_back(fold_case(view.name(node)), node);
  }
  std::sort(ghosts.begin(), ghosts.end());
  return ghosts;
}

template <class Key>
void match(const std::vector<std::pair<Key, NodeId>>& before,
           const std::vector<std::pair<Key, NodeId>>& after, Matches& matches) {
  auto old = before.begin();
  for (const auto& [key, node] : after) {
    while (old != before.end() && old->first < key) ++old;
    if (old == before.end() || old->first != key) continue;
    matches.after_of[old->second] = node;
    matches.before_of[node] = old->second;
  }
}

}  // namespace

class ChangeStream::Comparison {
 public:
  Comparison(const RowReader& before, const RowReader& after)
      : before_{before}, after_{after}, old_{before.snapshot()}, new_{after.snapshot()} {
    matches_.after_of.assign(old_.node_count(), kNoNode);
    matches_.before_of.assign(new_.node_count(), kNoNode);
    now_ = TimeValue{new_.total().observed_at};
    const auto models = models_by_id(new_);
    match(models_by_id(old_), models, matches_);
    const auto old_ghosts = ghosts_by_name(old_);
    const auto ghosts = ghosts_by_name(new_);
    match(old_ghosts, ghosts, matches_);
    for (const auto& [name, node] : old_ghosts) {
      if (matches_.after_of[node] == kNoNode) lost_ghosts_.push_back(node);
    }
    order_.reserve(models.size() + ghosts.size());
    for (const auto& [id, node] : models) order_.push_back(node);
    for (const auto& [name, node] : ghosts) order_.push_back(node);
  }

  std::optional<Change> next() {
    while (next_ == changes_.size()) {
      changes_.clear();
      next_ = 0;
      if (!step()) return std::nullopt;
    }
    return std::move(changes_[next_++]);
  }

 private:
  /// Looks at one more ghost, model or child; false when all was looked at.
  bool step() {
    std::size_t at = looked_at_++;
    if (at < lost_ghosts_.size()) {
      add(ChangeKind::model_gone).id = old_.name(lost_ghosts_[at]);
      return true;
    }
    at -= lost_ghosts_.size();
    if (at < order_.size()) return compare_model(order_[at]), true;
    at -= order_.size();
    if (at < old_.node_count()) return removed_edges(static_cast<NodeId>(at)), true;
    at -= old_.node_count();
    if (at < new_.node_count()) return compare_edges(static_cast<NodeId>(at)), true;
    return false;
  }

  Change& add(ChangeKind kind) { return changes_.emplace_back(Change{.kind = kind}); }

  Change& add_model(ChangeKind kind, const ModelValues& row) {
    Change& change = add(kind);
    change.id = row[kId];
    change.hub_id = row[kHubIdColumn];
    return change;
  }

  Change& add_edge(ChangeKind kind, const EdgeValues& row) {
    Change& change = add(kind);
    change.parent_id = row[kParentId];
    change.child_id = row[kChildId];
    change.relation = row[kRelation];
    change.parent_hub_id = row[kParentHubId];
    change.child_hub_id = row[kChildHubId];
    return change;
  }

  void compare_model(NodeId node) {
    const ModelValues row = after_.model_values(node);
    if (matches_.before_of[node] == kNoNode) {
      Change& change = add_model(ChangeKind::model_added, row);
      for (std::size_t i = 0; i < row.size(); ++i) change.set.emplace_back(i, row[i]);
      return;
    }
    ModelValues was = before_.model_values(matches_.before_of[node]);
    const NodeState state_was = old_.state[matches_.before_of[node]];
    if (state_was == NodeState::live) was[kLastSeen] = now_;
    if (state_was == NodeState::live && new_.state[node] == NodeState::gone) {
      add_model(ChangeKind::model_gone, row).set.emplace_back(kState, row[kState]);
      was[kState] = row[kState];
    } else if (state_was == NodeState::gone && new_.state[node] == NodeState::live) {
      add_model(ChangeKind::model_back, row).set.emplace_back(kState, row[kState]);
      was[kState] = row[kState];
    }
    for (const auto& [kind, place] : {std::pair{ChangeKind::model_renamed, kId},
                                      std::pair{ChangeKind::license_changed, kLicense}}) {
      if (was[place] == row[place]) continue;
      Change& change = add_model(kind, row);
      change.from = was[place];
      change.set.emplace_back(place, row[place]);
      was[place] = row[place];
    }
    TextList aliases = std::get<TextList>(was[kAliases]);
    for (const std::string_view alias : std::get<TextList>(row[kAliases])) {
      const auto place = std::lower_bound(aliases.begin(), aliases.end(), alias);
      if (place != aliases.end() && *place == alias) continue;
      aliases.insert(place, alias);
      Change& change = add_model(ChangeKind::alias_added, row);
      change.from = alias;
      change.set.emplace_back(kAliases, aliases);
    }
    was[kAliases] = std::move(aliases);
    set_rest(was, row, [&]() -> Change& { return add_model(ChangeKind::model_changed, row); });
  }

  template <std::size_t N, class Make>
  static void set_rest(const std::array<Value, N>& was, const std::array<Value, N>& row,
                       Make&& make) {
    Change* change = nullptr;
    for (std::size_t i = 0; i < N; ++i) {
      if (was[i] == row[i]) continue;
      if (change == nullptr) change = &make();
      change->set.emplace_back(i, row[i]);
    }
  }

  /// The edge of `child` in after whose other end is `parent`; nullopt when there is none.
  [[nodiscard]] std::optional<EdgeId> edge_in(const SnapshotView& view, NodeId parent,
                                              NodeId child) const {
    const auto first = view.parent.begin() + view.parent_begin[child];
    const auto last = view.parent.begin() + view.parent_begin[child + std::size_t{1}];
    const auto at = std::lower_bound(first, last, parent);
    if (at == last || *at != parent) return std::nullopt;
    return static_cast<EdgeId>(at - view.parent.begin());
  }

  void removed_edges(NodeId child) {
    const NodeId child_now = matches_.after_of[child];
    for (EdgeId e = old_.parent_begin[child]; e < old_.parent_begin[child + std::size_t{1}]; ++e) {
      const NodeId parent_now = matches_.after_of[old_.parent[e]];
      if (child_now != kNoNode && parent_now != kNoNode && edge_in(new_, parent_now, child_now))
        continue;
      EdgeValues row = before_.edge_values(e, child);
      // Renamed rows have followed by now.
      if (child_now != kNoNode) row[kChildId] = new_.name(child_now);
      if (parent_now != kNoNode) row[kParentId] = new_.name(parent_now);
      add_edge(ChangeKind::edge_removed, row);
    }
  }

  void compare_edges(NodeId child) {
    const NodeId child_was = matches_.before_of[child];
    for (EdgeId e = new_.parent_begin[child]; e < new_.parent_begin[child + std::size_t{1}]; ++e) {
      const EdgeValues row = after_.edge_values(e, child);
      const NodeId parent_was = matches_.before_of[new_.parent[e]];
      const auto before = child_was == kNoNode || parent_was == kNoNode
                              ? std::nullopt
                              : edge_in(old_, parent_was, child_was);
      if (!before) {
        Change& change = add_edge(ChangeKind::edge_added, row);
        for (std::size_t i = 0; i < row.size(); ++i) change.set.emplace_back(i, row[i]);
        continue;
      }
      EdgeValues was = before_.edge_values(*before, child_was);
      if (old_.live(child_was)) was[kEdgeLastSeen] = now_;
      was[kParentId] = row[kParentId];
      was[kChildId] = row[kChildId];
      if (was[kRelation] != row[kRelation]) {
        Change& change = add_edge(ChangeKind::edge_retyped, row);
        change.from = was[kRelation];
        change.set.emplace_back(kRelation, row[kRelation]);
        was[kRelation] = row[kRelation];
      }
      set_rest(was, row, [&]() -> Change& { return add_edge(ChangeKind::edge_changed, row); });
    }
  }

  const RowReader& before_;
  const RowReader& after_;
  const SnapshotView& old_;
  const SnapshotView& new_;
  TimeValue now_;
  Matches matches_;
  std::vector<NodeId> lost_ghosts_;  ///< Of before.
  std::vector<NodeId> order_;        ///< Of after: models by `_id`, then ghosts by folded name.
  std::size_t looked_at_ = 0;
  std::vector<Change> changes_;  ///< Of what was looked at last.
  std::size_t next_ = 0;
};

std::string_view to_string(ChangeKind kind) noexcept {
  switch (kind) {
    case ChangeKind::model_added:
      return "model_added";
    case ChangeKind::model_gone:
      return "model_gone";
    case ChangeKind::model_back:
      return "model_back";
    case ChangeKind::model_renamed:
      return "model_renamed";
    case ChangeKind::model_changed:
      return "model_changed";
    case ChangeKind::edge_added:
      return "edge_added";
    case ChangeKind::edge_removed:
      return "edge_removed";
    case ChangeKind::edge_retyped:
      return "edge_retyped";
    case ChangeKind::edge_changed:
      return "edge_changed";
    case ChangeKind::license_changed:
      return "license_changed";
    case ChangeKind::alias_added:
      break;
  }
  return "alias_added";
}

bool is_edge(ChangeKind kind) noexcept {
  return kind == ChangeKind::edge_added || kind == ChangeKind::edge_removed ||
         kind == ChangeKind::edge_retyped || kind == ChangeKind::edge_changed;
}

ChangeStream::ChangeStream(const RowReader& before, const RowReader& after)
    : comparison_{std::make_unique<Comparison>(before, after)} {}
ChangeStream::~ChangeStream() = default;

std::optional<Change> ChangeStream::next() { return comparison_->next(); }

}  // namespace stemma
