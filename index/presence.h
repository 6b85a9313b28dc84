#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "index/counts_codec.h"
#include "schema/snapshot_sections.h"

namespace stemma {

/// Which models of one block a walk saw: one bit each, the lowest bit of a byte first.
using PresenceBits = std::array<std::uint8_t, kCountsBlock / 8>;

[[nodiscard]] inline bool is_present(const PresenceBits& bits, std::uint32_t place) noexcept {
  return (bits[place / 8] >> (place % 8) & 1U) != 0;
}

/// The blocks in which `after` differs from `before`, ascending, with their bits after it. Both
/// hold one entry an ordinal; what is behind the end of the shorter one was not seen.
[[nodiscard]] std::vector<std::pair<std::uint32_t, PresenceBits>> changed_presence(
    const std::vector<bool>& before, const std::vector<bool>& after);

/// Adds the rows of the family `seen` that say so of `snapshot`.
void append_presence(SnapshotNumber snapshot, const std::vector<bool>& before,
                     const std::vector<bool>& after,
                     std::vector<std::pair<std::string, std::string>>& rows);

[[nodiscard]] std::string encode_presence(const PresenceBits& bits);
/// False when the bytes are damaged.
[[nodiscard]] bool decode_presence(std::string_view bytes, PresenceBits& bits);

}  // namespace stemma
