#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "schema/snapshot_sections.h"

namespace stemma {

/// The node that bears exactly `name`: the live one where a live and a gone model do, else the one
/// seen last.
[[nodiscard]] std::optional<NodeId> find_exact(const SnapshotView& snapshot, std::string_view name);

/// The node that `name` means: exactly, then as an alias, then as the only match without regard to
/// case (a live model before those that are gone). nullopt when nothing or more than one thing
/// matches. Logarithmic in the nodes.
[[nodiscard]] std::optional<NodeId> find_name(const SnapshotView& snapshot, std::string_view name);

/// Nodes whose name without owner is `base_name` in any case, live models first, then by name; at
/// most `limit`. Linear in the nodes.
[[nodiscard]] std::vector<NodeId> find_base_name(const SnapshotView& snapshot,
                                                 std::string_view base_name, std::size_t limit);

/// All nodes whose owner is `owner` in any case, in no particular order. Logarithmic in the nodes,
/// plus the answer.
[[nodiscard]] std::span<const NodeId> nodes_of_owner(const SnapshotView& snapshot,
                                                     std::string_view owner);

/// The number of the term `text` (an author, licence, ...) in any case; all spellings that match.
/// Linear in the terms.
[[nodiscard]] std::vector<std::uint32_t> find_terms(const SnapshotView& snapshot,
                                                    std::string_view text);

}  // namespace stemma
