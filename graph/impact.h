#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "graph/walk.h"
#include "schema/snapshot_sections.h"

namespace stemma {

/// What of a model is in one that descends from it, as far as relations tell.
enum class Exposure : std::uint8_t {
  carries,  ///< Its own files hold weights that were made from the model's.
  unknown,  ///< A relation on the way is not given, or merges what only refers.
  refers,   ///< An adapter, on it or on what descends from it: useless without the other's weights.
};
[[nodiscard]] std::string_view to_string(Exposure exposure) noexcept;

struct ImpactRow {
  Reached reached;
  Exposure exposure;
  bool needs;  ///< Refers to the very weights of the model: cannot be used once they are gone.
  bool only_source;  ///< Every path from a root to it goes through the model.
};

/// Who is downstream of a model, and how, were it withdrawn: every descendant, live or not, by
/// depth.
///
/// Finetunes, quantizations and merges of what carries carry; an adapter refers to the weights of
/// what it adapts; what is made from an adapter by finetuning or quantizing refers to the same.
/// Where several paths lead to a model, carrying counts before not knowing, and that before
/// referring. Linear in the edges below the model and those that lead into them.
[[nodiscard]] std::vector<ImpactRow> impact_of(const SnapshotView& snapshot, NodeId model);

}  // namespace stemma
