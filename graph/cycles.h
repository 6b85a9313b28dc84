#pragma once

#include <cstdint>

#include "schema/snapshot_sections.h"

namespace stemma {

/// How many sets of two or more nodes lead to one another in a circle (strongly connected
/// components), counting those with a live model in them. Linear in nodes and edges.
[[nodiscard]] std::uint64_t count_cycles(const SnapshotView& snapshot);

}  // namespace stemma
