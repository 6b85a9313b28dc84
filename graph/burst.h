#pragma once

#include <vector>

#include "schema/snapshot_sections.h"

namespace stemma {

/// Children of one parent by one author in one UTC day beyond this many are a burst.
inline constexpr std::size_t kBurstKept = 10;
/// The rule in a sentence, to be printed beside every burst-adjusted number.
inline constexpr const char* kBurstRule =
    "children of one parent by one author created in one UTC day beyond the first 10 are set aside "
    "when that is so for all of a child's edges; what descends from them stays";

/// For each node, whether it is set aside by the burst rule: it has parents, and at every one of
/// them it is beyond the first 10 live children of its author and UTC day of creation (ordered by
/// created_at, then `_id`). Models whose author or creation time is unknown are never set aside.
/// Linear in edges, plus sorting within groups.
[[nodiscard]] std::vector<bool> find_bursts(const SnapshotView& snapshot);

}  // namespace stemma
