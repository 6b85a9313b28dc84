#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace stemma {

/// The Hub's `_id` of a repository: a 12-byte MongoDB ObjectId, written as 24 hex digits. It is the
/// identity of a model and survives renames and moves; names do not. Ordered as the Hub orders it
/// (`sort=createdAt` is by `_id`).
struct HubId {
  std::array<std::uint8_t, 12> bytes{};

  /// Exactly 24 hex digits of either case; anything else is nullopt.
  [[nodiscard]] static std::optional<HubId> parse(std::string_view hex) noexcept;

  /// The lowest `_id` given at `seconds` since 1970 UTC, from 0 to 2^32 - 1: an ObjectId begins
  /// with the second of its making.
  [[nodiscard]] static HubId first_of(std::int64_t seconds) noexcept;

  /// When it was made, in seconds since 1970 UTC.
  [[nodiscard]] std::int64_t seconds() const noexcept;

  /// Lower-case hex, 24 characters.
  [[nodiscard]] std::string hex() const;

  /// All zero: the mark of a ghost, which has no `_id`.
  [[nodiscard]] bool empty() const noexcept { return *this == HubId{}; }

  friend auto operator<=>(const HubId&, const HubId&) = default;
};
static_assert(sizeof(HubId) == 12, "written to disk as it stands");

struct HubIdHash {
  /// ObjectIds begin with a clock and end with a counter: mixing both halves spreads them.
  std::size_t operator()(const HubId& id) const noexcept;
};

}  // namespace stemma
