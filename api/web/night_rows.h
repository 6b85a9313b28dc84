#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "api/query/night_facts.h"
#include "api/web/page.h"

namespace stemma {

/// What a night's changes are told apart by on pages. Names stand in addresses: never rename.
struct NightKind {
  std::string_view name;  ///< As in `/changes?kind=`, and as ChangeKind says it.
  std::string_view words;
  std::size_t (*count)(const NightChanges& changes);
};
[[nodiscard]] std::span<const NightKind> night_kinds() noexcept;

/// How many of each kind, each a link to the changes themselves.
void add_night_summary(Page& page, const NightFacts& night);
/// `count` changes of a kind from `first` on, as a table. The kind must be one of night_kinds().
void add_night_rows(Page& page, const NightFacts& night, const NightKind& kind, std::size_t first,
                    std::size_t count);

}  // namespace stemma
