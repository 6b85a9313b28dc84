#pragma once

#include <optional>
#include <string>
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
/// all be found; one that is repeated counts once. Linear in the names' bytes.
[[nodiscard]] std::vector<SearchHit> search_names(const SnapshotView& snapshot,
                                                  std::string_view text, std::size_t limit);

/// The words of a text: folded, each once, in their order.
[[nodiscard]] std::vector<std::string> search_words(std::string_view text);

/// How one name, of a family say, answers to `text` as a whole, without regard to case: alike, its
/// beginning, a part of it, or with typos (one edit from 4 characters, two from 8) all of it. A
/// name is not searched for a part that is nearly like `text`: most short texts are, somewhere in
/// it.
[[nodiscard]] std::optional<MatchKind> match_name(std::string_view name, std::string_view text);

}  // namespace stemma
