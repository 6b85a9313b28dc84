#pragma once

#include <vector>

#include "schema/snapshot_sections.h"

namespace stemma {

/// What happened between two snapshots, as people want to read it: what models and edges became,
/// without counts that moved. Each list ascends by node or edge. ChangeStream (api/fields) tells
/// every column of every row instead, for those who keep a copy.
struct NightChanges {
  /// The same model in both snapshots.
  struct Both {
    NodeId before = kNoNode;
    NodeId after = kNoNode;
    friend bool operator==(const Both&, const Both&) = default;
  };
  struct BothEdges {
    EdgeId before = 0;
    EdgeId after = 0;
    friend bool operator==(const BothEdges&, const BothEdges&) = default;
  };
  // Of the later snapshot.
  std::vector<NodeId> models_added, models_gone, models_back;
  std::vector<Both> models_renamed, licenses_changed;
  std::vector<EdgeId> edges_added;
  std::vector<EdgeId> edges_removed;  ///< Of the earlier snapshot.
  std::vector<BothEdges> edges_retyped;
};

/// Models are the same by their number in the store, ghosts by their folded name, edges by both
/// ends; edges are those of children that are live in the snapshot at hand. Linear in both.
[[nodiscard]] NightChanges night_changes(const SnapshotView& before, const SnapshotView& after);

}  // namespace stemma
