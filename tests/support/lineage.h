#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/walk.h"
#include "schema/snapshot_sections.h"

namespace stemma {

/// A snapshot built from a drawing, by the real builder. One line each:
///
///   tiny -finetune-> tiny-chat                     an edge, declared by a tag of the child
///   b/y downloads=12 license=mit created=2024-01-02  a model and what is known of it
///   ?lost -merge-> b/y                             a ghost: named as a parent, never observed
///   !old -adapter-> b/y                            a gone model
///   former -alias-> b/y                            an old name of a model
///
/// Attributes: downloads, downloads_all_time, likes, license, pipeline_tag, library, author,
/// architecture, created, seen (first and last snapshot). The author is the owner where none is
/// given. A mark goes with the first mention of a name; a name without one that is already known
/// means what it meant, a known name with another mark is a second model of that name. Hub ids
/// count up in the order of first mention. Throws std::invalid_argument for a line that it does not
/// understand.
[[nodiscard]] SnapshotColumns lineage_of(std::string_view drawing);

/// The node of exactly that name. Throws std::out_of_range where there is none.
[[nodiscard]] NodeId node(const SnapshotView& snapshot, std::string_view name);

[[nodiscard]] std::set<std::string> names(const SnapshotView& snapshot,
                                          std::span<const NodeId> nodes);
[[nodiscard]] std::set<std::string> names(const SnapshotView& snapshot,
                                          const std::vector<Reached>& reached);

/// In the order given.
[[nodiscard]] std::vector<std::string> name_list(const SnapshotView& snapshot,
                                                 const std::vector<Reached>& reached);

}  // namespace stemma
