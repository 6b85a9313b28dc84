#pragma once

#include <cstdint>
#include <vector>

#include "schema/snapshot_sections.h"

namespace stemma {

/// One step of a path: a node and the edge that leads to it from the one before; the first has
/// none.
struct PathStep {
  NodeId node;
  EdgeId edge;
};
using Path = std::vector<PathStep>;

inline constexpr std::size_t kMostPaths = 100;

struct ShortestPaths {
  std::uint32_t length = 0;  ///< Edges on each; 0 where there is none.
  std::vector<Path> paths;   ///< Ancestor first, by the names on them in byte order.
  bool truncated = false;    ///< There are more than these.
};

/// All shortest paths from an ancestor down to one of its descendants, at most `limit`. A node is
/// not its own ancestor: from a node to itself there is none. Cost: the edges above `descendant`.
[[nodiscard]] ShortestPaths shortest_paths(const SnapshotView& snapshot, NodeId ancestor,
                                           NodeId descendant, std::size_t limit = kMostPaths);

/// What both models descend from, or are.
struct CommonAncestor {
  NodeId node;
  std::uint32_t depths[2];  ///< From each of the two; 0 where it is that model itself.
  bool nearest;  ///< None of the others descends from it without it descending from that one, too.
};
/// By the sum of the depths, then by name. Cost: the edges above both, and those among the common
/// ones.
[[nodiscard]] std::vector<CommonAncestor> common_ancestors(const SnapshotView& snapshot, NodeId a,
                                                           NodeId b);

/// Nodes that every path from a root down to `node` goes through, the nearest first, `node` left
/// out. A root has no parents; of a cycle that nothing leads into, every member counts as one.
/// Empty where paths from different roots share nothing. Cost: near linear in the edges above.
[[nodiscard]] std::vector<NodeId> dominators_of(const SnapshotView& snapshot, NodeId node);

}  // namespace stemma
