#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace stemma {

/// Seconds since 1970-01-01T00:00:00Z, UTC, without leap seconds.
using UnixSeconds = std::int64_t;
inline constexpr UnixSeconds kUnknownTime = std::numeric_limits<UnixSeconds>::min();

/// Reads RFC 3339 in UTC or with an offset: `2026-11-23T01:02:03Z`, with a fraction (dropped) as
/// the Hub writes it, or a date alone (midnight). nullopt for anything else, days that do not exist
/// included.
[[nodiscard]] std::optional<UnixSeconds> parse_utc(std::string_view text) noexcept;

/// `2026-11-23T01:02:03Z`; an empty string for kUnknownTime.
[[nodiscard]] std::string format_utc(UnixSeconds time);

/// The clock's time now, whole seconds.
[[nodiscard]] UnixSeconds now_utc() noexcept;

}  // namespace stemma
