#pragma once

#include <string_view>
#include <vector>

#include "schema/snapshot_sections.h"

namespace stemma {

/// How a name matched, best first.
enum class MatchKind { exact, prefix, substring, fuzzy };

struct SearchHit {
  NodeId node;
  MatchKind match;
};

/// Nodes whose name matches `text` without regard to case, best first: the exact name or base name,
/// names or base names that begin with it, names that contain it, then (when those are fewer than
/// `limit`) names that contain it with a typo (one edit from 4 characters, two from 8). Live models
/// before gone ones and ghosts, more downloads first, then by name. Blanks separate words that must
/// all be found. Linear in the names' bytes.
[[nodiscard]] std::vector<SearchHit> search_names(const SnapshotView& snapshot,
                                                  std::string_view text, std::size_t limit);

}  // namespace stemma
