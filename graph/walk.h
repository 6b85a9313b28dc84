#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "schema/snapshot_sections.h"

namespace stemma {

/// A node that a walk reached, by a shortest path from the nearest source.
struct Reached {
  NodeId node;
  std::uint32_t depth;  ///< Edges on that path, at least 1.
  NodeId via;           ///< The other end of the path's last edge.
  EdgeId edge;          ///< That edge.
};

/// Everything that descends from `sources`, the sources themselves left out, by depth. Walks
/// through live, gone and ghost nodes alike. Where several shortest paths end in a node, the one
/// whose last edge starts at the smallest node (the first name in byte order) is told. Terminates
/// on cycles. Cost: the edges reached, plus one bit a node of the graph.
[[nodiscard]] std::vector<Reached> descendants_of(const SnapshotView& snapshot,
                                                  std::span<const NodeId> sources);

/// The same upwards; `via` is the child end of the last edge, the smallest where several paths are
/// shortest.
[[nodiscard]] std::vector<Reached> ancestors_of(const SnapshotView& snapshot,
                                                std::span<const NodeId> sources);

}  // namespace stemma
