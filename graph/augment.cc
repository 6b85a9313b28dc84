#include "graph/augment.h"

#include <algorithm>

#include "graph/edge_order.h"
#include "graph/edge_relation.h"
#include "graph/infer.h"

namespace stemma {

bool is_curated_only(const SnapshotView& snapshot, EdgeId edge) noexcept {
  // Claims are in the order of their sources, and only inferred ones come after curated ones.
  const std::uint32_t first = snapshot.claim_begin[edge];
  return first < snapshot.claim_begin[edge + std::size_t{1}] &&
         snapshot.claims[first].source == ClaimSource::curated;
}

CuratedEdges count_curated_only(const SnapshotView& snapshot) {
  CuratedEdges count;
  for (NodeId node = 0; node < snapshot.node_count(); ++node) {
    if (!snapshot.live(node)) continue;
    const EdgeId end = snapshot.parent_begin[node + std::size_t{1}];
    for (EdgeId e = snapshot.parent_begin[node]; e < end; ++e) {
      if (!is_curated_only(snapshot, e)) continue;
      ++count.edges;
      ++count.by_relation[static_cast<std::size_t>(snapshot.relation[e])];
    }
  }
  return count;
}

AugmentedSnapshot::AugmentedSnapshot(const SnapshotView& base, const EdgeChoice& choice)
    : view_{base} {
  const NodeId nodes = base.node_count();
  parent_begin_.reserve(nodes + std::size_t{1});
  claim_begin_.push_back(0);
  std::vector<NodeId> child_of_edge;
  auto next = base.inferred.begin();
  std::uint64_t added = 0;
  for (NodeId node = 0; node < nodes; ++node) {
    parent_begin_.push_back(static_cast<std::uint32_t>(parent_.size()));
    const auto add = [&](NodeId parent, Relation relation, float confidence) {
      parent_.push_back(parent);
      relation_.push_back(relation);
      confidence_.push_back(confidence);
      claim_begin_.push_back(static_cast<std::uint32_t>(claims_.size()));
      child_of_edge.push_back(node);
    };
    for (EdgeId e = base.parent_begin[node]; e < base.parent_begin[node + 1]; ++e) {
      if (choice.curated) {
        claims_.insert(claims_.end(), base.claims.begin() + base.claim_begin[e],
                       base.claims.begin() + base.claim_begin[e + 1]);
        add(base.parent[e], base.relation[e], base.confidence[e]);
        continue;
      }
      if (is_curated_only(base, e)) continue;
      EdgeRelation relation;
      for (std::uint32_t c = base.claim_begin[e]; c < base.claim_begin[e + 1]; ++c) {
        if (base.claims[c].source == ClaimSource::curated) continue;
        relation.add(base.claims[c].source, base.claims[c].relation);
        claims_.push_back(base.claims[c]);
      }
      add(base.parent[e], relation.relation(), base.confidence[e]);
    }
    // Only nodes without parents have inferred ones, at most one each, so the order holds.
    for (; next != base.inferred.end() && next->child == node; ++next) {
      const InferenceRuleFacts& rule = facts_of(next->rule);
      if (!choice.inferred_from || rule.confidence < *choice.inferred_from) continue;
      claims_.push_back({.text = 0,
                         .first_seen = base.total().number,
                         .last_seen = base.total().number,
                         .source = ClaimSource::inferred,
                         .relation = rule.relation,
                         .note = static_cast<std::uint16_t>(next->rule)});
      add(next->parent, rule.relation, rule.confidence);
      ++added;
    }
  }
  parent_begin_.push_back(static_cast<std::uint32_t>(parent_.size()));
  order_by_parent(parent_, child_of_edge, nodes, child_begin_, child_, child_edge_);
  view_.parent_begin = parent_begin_;
  view_.parent = parent_;
  view_.relation = relation_;
  view_.confidence = confidence_;
  view_.claim_begin = claim_begin_;
  view_.claims = claims_;
  view_.child_begin = child_begin_;
  view_.child = child_;
  view_.child_edge = child_edge_;
  if (choice.inferred_from)
    view_.added = Inferred{.min_confidence = *choice.inferred_from, .edges = added};
  view_.without_curated = !choice.curated;
}

NodeId child_of(const SnapshotView& snapshot, EdgeId edge) {
  const auto after =
      std::upper_bound(snapshot.parent_begin.begin(), snapshot.parent_begin.end(), edge);
  return static_cast<NodeId>(after - snapshot.parent_begin.begin() - 1);
}

}  // namespace stemma
