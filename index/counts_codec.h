#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "schema/model_record.h"

namespace stemma {

/// Models share a counts value by this many ordinals.
inline constexpr std::uint32_t kCountsBlock = 256;

/// What one snapshot observed of one model of a block. A field that was seen without a value is
/// unobserved.
struct CountsObservation {
  bool seen = false;  ///< The model was in the walk at all.
  Counts counts;
};

/// Encodes what changed in one block between the values known before and one snapshot's
/// observations, and brings `known` up to date (an unobserved field keeps its value). `asked` are
/// the count fields that the snapshot asked for: only their absence is worth a note. Empty when
/// nothing changed. Bytes: schema/KEYS.md, family `counts`.
[[nodiscard]] std::string encode_counts(std::span<Counts> known,
                                        std::span<const CountsObservation> observed,
                                        FieldSet asked);

/// Applies one encoded block to `known`. False when the bytes are damaged (then `known` may be half
/// changed).
[[nodiscard]] bool apply_counts(std::string_view bytes, std::span<Counts> known);

}  // namespace stemma
