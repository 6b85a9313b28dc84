#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "schema/bytes.h"
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

/// The same for the model at `place` alone. `untold` becomes the fields that the snapshot asked for
/// and its walk did not tell.
[[nodiscard]] bool apply_counts_of(std::string_view bytes, std::uint32_t place, Counts& known,
                                   FieldSet& untold);

/// One entry of an encoded block, for those who go back in time: what was known before is the known
/// minus the deltas, where it was known at all.
struct CountsChange {
  std::uint32_t place = 0;
  FieldSet changed = 0;
  FieldSet untold = 0;
  std::int64_t downloads = 0;  ///< Deltas; 0 where not changed.
  std::int64_t downloads_all_time = 0;
  std::int64_t likes = 0;
};
/// Calls `visit(change)` for each, ascending by place. False when the bytes are damaged.
template <class Visit>
[[nodiscard]] bool each_counts_change(std::string_view bytes, Visit&& visit) {
  ByteReader reader{bytes};
  CountsChange change;
  std::uint64_t at = 0;
  while (!reader.at_end()) {
    at += reader.varint();
    const unsigned mask = reader.byte();
    if (!reader.ok() || at >= kCountsBlock) return false;
    change.place = static_cast<std::uint32_t>(at);
    change.changed = (mask & 7U) * kDownloads;  // the bits stand in the same order
    change.untold = (mask >> 3U & 7U) * kDownloads;
    change.downloads = (mask & 1U) != 0 ? reader.signed_varint() : 0;
    change.downloads_all_time = (mask & 2U) != 0 ? reader.signed_varint() : 0;
    change.likes = (mask & 4U) != 0 ? reader.signed_varint() : 0;
    if (!reader.ok()) return false;
    visit(change);
  }
  return reader.ok();
}

}  // namespace stemma
