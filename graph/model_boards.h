#pragma once

#include <cstdint>
#include <vector>

#include "graph/adoption.h"
#include "graph/descendant_sums.h"
#include "graph/rollup.h"
#include "schema/snapshot_sections.h"

namespace stemma {

/// Which models lead, by whatever board. What it is made of must outlive it. const is thread-safe.
class ModelBoards {
 public:
  /// `below` may be filled later, before rows() is asked of ModelBoard::derivatives.
  ModelBoards(const SnapshotView& snapshot, const DerivedCounts& counts,
              const DescendantSums& below);

  /// Of `members`, which are live, at most kBoardRows, best first. Cost: a look at each member.
  [[nodiscard]] std::vector<BoardRow> rows(ModelBoard board,
                                           const std::vector<NodeId>& members) const;

 private:
  [[nodiscard]] std::int64_t value(ModelBoard board, NodeId node) const;
  [[nodiscard]] const DerivedPoint* point_of(NodeId node) const;

  const SnapshotView& snapshot_;
  const DerivedCounts& counts_;
  const DescendantSums& below_;
  std::vector<bool> has_point_;  ///< By node: whether all that is derived of it is there.
};

}  // namespace stemma
