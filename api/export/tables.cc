#include "api/export/tables.h"

#include <array>

#include "api/fields/dump_rows.h"

namespace stemma {
namespace {

template <class Row>
FieldInfos columns_of(FieldList<Row> (*fields)()) {
  return infos_of(fields());
}

/// Hands on one row at a time.
template <class Row>
class RowFeed {
 public:
  RowFeed(FieldList<Row> fields, const RowSink& sink)
      : fields_{fields}, sink_{sink}, values_(fields.size()) {}
  void add(const Row& row) {
    for (std::size_t i = 0; i < fields_.size(); ++i) values_[i] = fields_[i].get(row);
    sink_(values_);
  }

 private:
  FieldList<Row> fields_;
  const RowSink& sink_;
  std::vector<Value> values_;
};

bool model_rows(DumpSource& source, const RowSink& sink) {
  source.each_node([&](NodeId node) { sink(source.rows().model_values(node)); });
  return true;
}

bool edge_rows(DumpSource& source, const RowSink& sink) {
  source.each_edge(
      [&](EdgeId edge, NodeId child) { sink(source.rows().edge_values(edge, child)); });
  return true;
}

std::string_view status_of(DropReason reason) {
  switch (reason) {
    case DropReason::rejected:
      return "rejected";
    case DropReason::self_reference:
      return "self_reference";
    case DropReason::past:
      break;
  }
  return "past";
}

bool claim_rows(DumpSource& source, const RowSink& sink) {
  const SnapshotView& view = source.view();
  RowFeed<ClaimTableRow> feed{claim_table_fields(), sink};
  auto dropped = view.dropped.begin();
  auto past = view.past.begin();
  const auto add_until = [&](auto& at, auto end, NodeId node) {
    for (; at != end && at->node <= node; ++at) {
      if (source.has(at->node))
        feed.add({view, at->node, kNoNode, status_of(at->reason), at->claim});
    }
  };
  source.each_node([&](NodeId child) {
    for (EdgeId e = view.parent_begin[child]; e < view.parent_begin[child + 1]; ++e) {
      if (!source.has(view.parent[e])) continue;
      for (std::uint32_t i = view.claim_begin[e]; i < view.claim_begin[e + std::size_t{1}]; ++i)
        feed.add({view, child, view.parent[e], "kept", view.claims[i]});
    }
    add_until(dropped, view.dropped.end(), child);
    add_until(past, view.past.end(), child);
  });
  return true;
}

bool observation_rows(DumpSource& source, const RowSink& sink) {
  const auto night = source.observations();
  if (!night) return false;
  RowFeed<ObservationRow> feed{observation_fields(), sink};
  source.each_node([&](NodeId node) {
    if (night->seen[node]) feed.add({source.view(), node, night->counts[node]});
  });
  return true;
}

bool alias_rows(DumpSource& source, const RowSink& sink) {
  const SnapshotView& view = source.view();
  RowFeed<AliasRow> feed{alias_fields(), sink};
  for (std::uint32_t i = 0; i < view.alias_node.size(); ++i) {
    if (source.has(view.alias_node[i])) feed.add({view, i});
  }
  return true;
}

bool gone_rows(DumpSource& source, const RowSink& sink) {
  RowFeed<GoneRow> feed{gone_fields(), sink};
  source.each_node([&](NodeId node) {
    if (source.view().state[node] == NodeState::gone) feed.add({source.view(), node});
  });
  return true;
}

/// Of a family those of itself and of its series; of one root none.
bool rollup_rows(DumpSource& source, const RowSink& sink) {
  RollupStore* rollups = source.rollups();
  if (rollups == nullptr) return false;
  if (source.scope().root != kNoNode) return true;
  RowFeed<RollupRow> feed{rollup_fields(), sink};
  const FamilyDefinition* only = source.scope().family;
  std::vector<std::string> families;
  if (only == nullptr) families.emplace_back();
  for (const FamilyDefinition& family : source.facts().families().definitions()) {
    if (only == nullptr || &family == only || family.parent == only->name)
      families.push_back(family.name);
  }
  for (const std::string& family : families) {
    for (std::size_t i = 0; i < kBreakdowns; ++i) {
      const auto breakdown = static_cast<Breakdown>(i);
      // One row for each model with descendants: a query of the graph, not a roll-up that is kept.
      if (breakdown == Breakdown::descendants) continue;
      for (const SharePolicy policy : {SharePolicy::any, SharePolicy::fractional}) {
        const RollupKey key{family, breakdown, policy};
        for (const auto& [name, sums] : rollups->at(key, source.view().total().number))
          feed.add({key, name, sums});
      }
    }
  }
  return true;
}

constexpr std::array kTables{
    DumpTable{"models", "All nodes: live models, gone ones and ghosts, by name in byte order.",
              [] { return infos_of<NodeRow>(kModelFields); }, &model_rows},
    DumpTable{"edges", "Parent to child, by the child's name, then the parent's.",
              [] { return infos_of<EdgeRow>(kEdgeFields); }, &edge_rows},
    DumpTable{"claims",
              "The evidence: each place where a model names a parent, by the model's name; those "
              "that make an edge first.",
              [] { return columns_of(&claim_table_fields); }, &claim_rows},
    DumpTable{"observations",
              "The models that this snapshot's walk saw, with the counts that it told, by name. "
              "Those of several snapshots together are the series.",
              [] { return columns_of(&observation_fields); }, &observation_rows},
    DumpTable{"aliases", "Old names of models, by the folded name.",
              [] { return columns_of(&alias_fields); }, &alias_rows},
    DumpTable{"gone", "Models that were observed and are no longer there, by name.",
              [] { return columns_of(&gone_fields); }, &gone_rows},
    DumpTable{"rollups",
              "Sums of this snapshot, by family, breakdown, policy and name. A row of a breakdown "
              "may be the rest, `other`.",
              [] { return columns_of(&rollup_fields); }, &rollup_rows},
};

}  // namespace

std::span<const DumpTable> dump_tables() noexcept { return kTables; }
std::span<const DumpTable> graph_tables() noexcept { return std::span{kTables}.first(2); }

}  // namespace stemma
