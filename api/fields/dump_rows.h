#pragma once

#include "api/fields/field.h"
#include "api/fields/model_rows.h"
#include "graph/rollup.h"
#include "schema/snapshot_sections.h"

namespace stemma {

// What dumps hold beside models and edges.

/// One claim, whatever became of it.
struct ClaimTableRow {
  const SnapshotView& view;
  NodeId child;
  NodeId parent;  ///< kNoNode where it makes no edge.
  std::string_view status;
  const StoredClaim& claim;
};
[[nodiscard]] FieldList<ClaimTableRow> claim_table_fields();

/// What the snapshot's walk observed of a model.
struct ObservationRow {
  const SnapshotView& view;
  NodeId node;
  Counts counts;
};
[[nodiscard]] FieldList<ObservationRow> observation_fields();

struct AliasRow {
  const SnapshotView& view;
  std::uint32_t alias;
};
[[nodiscard]] FieldList<AliasRow> alias_fields();

/// A model that was observed and is no longer there.
struct GoneRow {
  const SnapshotView& view;
  NodeId node;
};
[[nodiscard]] FieldList<GoneRow> gone_fields();

/// One sum of the snapshot's roll-up.
struct RollupRow {
  const RollupKey& key;
  std::string_view name;
  const AdoptionSums& sums;
};
[[nodiscard]] FieldList<RollupRow> rollup_fields();

}  // namespace stemma
