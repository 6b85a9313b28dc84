#include "graph/descendant_sums.h"

#include <vector>

namespace stemma {
namespace {

class DescendantSummer {
 public:
  DescendantSummer(const SnapshotView& snapshot, const std::function<AdoptionSums(NodeId)>& own)
      : snapshot_{snapshot}, own_{own}, slot_(snapshot.node_count(), kNone) {}

  DescendantSums run() {
    // From the leaves upwards. What lies on a cycle or above one is never free of waiting children
    // and is walked.
    std::vector<std::uint32_t> waiting(snapshot_.node_count());
    std::vector<NodeId> ready;
    for (NodeId node = 0; node < snapshot_.node_count(); ++node) {
      waiting[node] = child_count(node);
      if (waiting[node] == 0) ready.push_back(node);
    }
    std::vector<bool> done(snapshot_.node_count());
    while (!ready.empty()) {
      const NodeId node = ready.back();
      ready.pop_back();
      done[node] = true;
      if (child_count(node) != 0) add_from_children(node);
      for (EdgeId e = snapshot_.parent_begin[node]; e < snapshot_.parent_begin[node + 1]; ++e) {
        if (--waiting[snapshot_.parent[e]] == 0) ready.push_back(snapshot_.parent[e]);
      }
    }
    for (NodeId node = 0; node < snapshot_.node_count(); ++node) {
      if (!done[node]) walk_from(node);
    }
    return {std::move(slot_), std::move(nodes_), std::move(sums_)};
  }

 private:
  static constexpr std::uint32_t kNone = DescendantSums::kNone;

  [[nodiscard]] std::uint32_t child_count(NodeId node) const {
    return snapshot_.child_begin[node + 1] - snapshot_.child_begin[node];
  }
  [[nodiscard]] AdoptionSums own(NodeId node) const {
    return snapshot_.live(node) ? own_(node) : AdoptionSums{};
  }
  void put(NodeId node, const AdoptionSums& sums, bool tree) {
    slot_[node] = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back(node);
    sums_.push_back(sums);
    tree_.push_back(tree);
  }

  void add_from_children(NodeId node) {
    bool tree = true;
    for (std::uint32_t i = snapshot_.child_begin[node]; i < snapshot_.child_begin[node + 1]; ++i) {
      const NodeId child = snapshot_.child[i];
      tree = tree && snapshot_.parent_begin[child + 1] - snapshot_.parent_begin[child] == 1 &&
             (slot_[child] == kNone || tree_[slot_[child]]);
    }
    // What a single child leads to is all there is, whatever it looks like.
    if (!tree && child_count(node) > 1) {
      walk_from(node);
      return;
    }
    AdoptionSums sums;
    for (std::uint32_t i = snapshot_.child_begin[node]; i < snapshot_.child_begin[node + 1]; ++i) {
      const NodeId child = snapshot_.child[i];
      sums += own(child);
      if (slot_[child] != kNone) sums += sums_[slot_[child]];
    }
    put(node, sums, tree);
  }

  void walk_from(NodeId source) {
    if (reached_.empty()) reached_.resize(snapshot_.node_count());
    ++round_;
    reached_[source] = round_;
    AdoptionSums sums;
    std::vector<NodeId> open{source};
    while (!open.empty()) {
      const NodeId node = open.back();
      open.pop_back();
      for (std::uint32_t i = snapshot_.child_begin[node]; i < snapshot_.child_begin[node + 1];
           ++i) {
        const NodeId child = snapshot_.child[i];
        if (reached_[child] == round_) continue;
        reached_[child] = round_;
        sums += own(child);
        open.push_back(child);
      }
    }
    put(source, sums, false);
  }

  const SnapshotView& snapshot_;
  const std::function<AdoptionSums(NodeId)>& own_;
  std::vector<std::uint32_t> slot_;
  std::vector<NodeId> nodes_;
  std::vector<AdoptionSums> sums_;
  std::vector<bool> tree_;  ///< Nothing below has two parents: sums of children may be added up.
  std::vector<std::uint32_t> reached_;
  std::uint32_t round_ = 0;
};

}  // namespace

DescendantSums descendant_sums(const SnapshotView& snapshot,
                               const std::function<AdoptionSums(NodeId)>& own) {
  return DescendantSummer{snapshot, own}.run();
}

}  // namespace stemma
