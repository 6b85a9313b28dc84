#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "schema/snapshot_sections.h"

namespace stemma {

/// A model and what it descends from, as far as it is drawn.
struct Ancestry {
  struct Placed {
    NodeId node = kNoNode;
    std::uint32_t depth = 0;  ///< Edges on a shortest path down to the model.
  };
  struct Drawn {
    EdgeId edge = 0;
    NodeId parent = kNoNode;
    NodeId child = kNoNode;
  };
  std::vector<Placed> nodes;  ///< The model first, then by depth and name.
  std::vector<Drawn> edges;   ///< All edges between these, by child as in `nodes`.
  std::size_t left_out = 0;   ///< Ancestors that are not drawn: the farthest.
};

inline constexpr std::size_t kMostDrawn = 40;
/// At most `most` nodes, the nearest first. Cost: the edges above the model.
[[nodiscard]] Ancestry ancestry_of(const SnapshotView& snapshot, NodeId model,
                                   std::size_t most = kMostDrawn);

/// The ancestry as SVG, the roots at the left: each name whole, a link to its page; ghosts dashed,
/// gone models struck; each edge with its relation as colour and as word, a link to `#edge-N` where
/// its evidence stands. Colours are classes of style.css. Pure.
[[nodiscard]] std::string draw_ancestry(const SnapshotView& snapshot, const Ancestry& ancestry);

/// A name in lines of at most `width` characters, cut behind a separator where there is one.
[[nodiscard]] std::vector<std::string> name_lines(std::string_view name, std::size_t width);

}  // namespace stemma
