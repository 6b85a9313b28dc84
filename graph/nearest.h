#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace stemma {

/// How many letters must be changed, added, left out or swapped with their neighbour to make one
/// word of the other, without regard to case. Cost: the product of the lengths.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The words that `typed` most likely means: those that begin with it, then those within a third of
/// its length in edits, nearest first, else in their order; at most `limit`.
[[nodiscard]] std::vector<std::string> nearest_words(std::string_view typed,
                                                     const std::vector<std::string>& words,
                                                     std::size_t limit = 3);

/// `a`, `a or b`, `a, b or c`.
[[nodiscard]] std::string either_of(const std::vector<std::string>& words);

}  // namespace stemma
