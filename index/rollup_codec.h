#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "graph/rollup.h"

namespace stemma {

/// Sums share a value by this many names.
inline constexpr std::size_t kSumsBlock = 64;

// `fresh` is no part of the sums' values: it is of one snapshot and not a state, and has rows of
// its own.

/// What turns `from` into `to`, which are of one size, at most kSumsBlock. Empty where they are
/// equal. Entries follow one another: varint gap (the place minus that of the entry before), varint
/// mask of the numbers that differ, and for each a zigzag of the new one minus the old. The bits of
/// the mask, from the lowest: totals of downloads, downloads_all_time, downloads_7d and likes,
/// models, known of downloads_7d, downloads; known of downloads_all_time and likes, downloaded,
/// share.
[[nodiscard]] std::string encode_sums_change(std::span<const AdoptionSums> from,
                                             std::span<const AdoptionSums> to);

/// Applies one. False when the bytes are damaged.
[[nodiscard]] bool apply_sums_change(std::string_view bytes, std::span<AdoptionSums> sums);

}  // namespace stemma
