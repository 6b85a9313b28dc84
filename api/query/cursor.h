#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schema/snapshot_sections.h"

namespace stemma {

/// Where the next page of a list begins. Bound to the snapshot and to the query, so that pages
/// never shift and a cursor cannot be carried over to another list.
struct Cursor {
  SnapshotNumber snapshot = 0;
  std::uint64_t offset = 0;
  std::uint64_t query =
      0;  ///< hash_text of the list's resource and parameters, limit and cursor left out.

  friend bool operator==(const Cursor&, const Cursor&) = default;
};

/// Opaque to clients: base64url without padding.
[[nodiscard]] std::string encode_cursor(const Cursor& cursor);
/// nullopt for anything that encode_cursor does not write.
[[nodiscard]] std::optional<Cursor> decode_cursor(std::string_view text);

}  // namespace stemma
