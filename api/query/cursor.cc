#include "api/query/cursor.h"

#include <limits>

#include "schema/bytes.h"

namespace stemma {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string to_base64url(std::string_view bytes) {
  std::string text;
  std::uint32_t pending = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    pending = (pending << 8U) | static_cast<unsigned char>(c);
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += kAlphabet[(pending >> bits) & 63U];
    }
  }
  if (bits > 0) text += kAlphabet[(pending << (6 - bits)) & 63U];
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string bytes;
  std::uint32_t pending = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const auto value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    pending = (pending << 6U) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>((pending >> bits) & 0xFFU);
    }
  }
  return bytes;
}

}  // namespace

std::string encode_cursor(const Cursor& cursor) {
  std::string bytes;
  ByteWriter writer{bytes};
  writer.varint(cursor.snapshot);
  writer.varint(cursor.offset);
  writer.raw(&cursor.query, sizeof cursor.query);
  return to_base64url(bytes);
}

std::optional<Cursor> decode_cursor(std::string_view text) {
  const auto bytes = from_base64url(text);
  if (!bytes) return std::nullopt;
  ByteReader reader{*bytes};
  Cursor cursor;
  const std::uint64_t snapshot = reader.varint();
  cursor.offset = reader.varint();
  reader.raw(cursor.query);
  if (!reader.ok() || !reader.at_end() || snapshot == 0) return std::nullopt;
  if (snapshot > std::numeric_limits<SnapshotNumber>::max()) return std::nullopt;
  // No list is longer than the nodes can be numbered; a larger offset would only invite overflow.
  if (cursor.offset > std::numeric_limits<NodeId>::max()) return std::nullopt;
  cursor.snapshot = static_cast<SnapshotNumber>(snapshot);
  if (encode_cursor(cursor) != text) return std::nullopt;
  return cursor;
}

}  // namespace stemma
