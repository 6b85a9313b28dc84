#include "api/fields/model_rows.h"

#include <algorithm>

namespace stemma {
namespace {

template <class Row, std::size_t N>
std::array<Value, N> values_of(const Field<Row> (&fields)[N], const Row& row) {
  std::array<Value, N> values;
  for (std::size_t i = 0; i < N; ++i) values[i] = fields[i].get(row);
  return values;
}

}  // namespace

AliasIndex::AliasIndex(const SnapshotView& snapshot) : view_{snapshot} {
  for (std::uint32_t i = 0; i < view_.alias_node.size(); ++i)
    aliases_.emplace_back(view_.alias_node[i], i);
  std::sort(aliases_.begin(), aliases_.end());
}

TextList AliasIndex::of(NodeId node) const {
  TextList names;
  for (auto at = std::lower_bound(aliases_.begin(), aliases_.end(), std::pair{node, 0U});
       at != aliases_.end() && at->first == node; ++at) {
    names.push_back(view_.alias_names[at->second]);
  }
  return names;
}

Value gated_value(Gated gated) {
  switch (gated) {
    case Gated::unknown:
      break;
    case Gated::no:
      return false;
    case Gated::automatic:
      return std::string_view{"auto"};
    case Gated::manual:
      return std::string_view{"manual"};
  }
  return {};
}

EdgeRow::EdgeRow(const SnapshotView& snapshot, EdgeId number, NodeId child_end)
    : view{snapshot}, edge{number}, parent{snapshot.parent[number]}, child{child_end} {
  for (std::uint32_t i = view.claim_begin[edge]; i < view.claim_begin[edge + std::size_t{1}]; ++i) {
    const StoredClaim& claim = view.claims[i];
    const std::string_view source = to_string(claim.source);
    // Claims are in the order of their sources.
    const bool known = source_count != 0 && sources[source_count - 1] == source;
    if (!known && source_count < sources.size()) sources[source_count++] = source;
    first = first == 0 ? claim.first_seen : std::min(first, claim.first_seen);
    last = std::max(last, claim.last_seen);
    if (claim.source == ClaimSource::curated && claim.note != 0)
      why = view.notes[claim.note - std::size_t{1}];
  }
}

ModelValues RowReader::model_values(NodeId node) const {
  return values_of(kModelFields, model(node));
}

EdgeValues RowReader::edge_values(EdgeId number, NodeId child) const {
  return values_of(kEdgeFields, edge(number, child));
}

}  // namespace stemma
