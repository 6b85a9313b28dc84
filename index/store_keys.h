#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/model_store.h"

namespace stemma {

/// Keys of the store: big-endian numbers, so that RocksDB's byte order is the numbers' order.
/// schema/KEYS.md lists them.
namespace keys {

inline void append(std::string& key, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8)
    key += static_cast<char>(value >> static_cast<unsigned>(shift));
}
inline std::string one(std::uint32_t a) {
  std::string key;
  append(key, a);
  return key;
}
inline std::string two(std::uint32_t a, std::uint32_t b) {
  std::string key = one(a);
  append(key, b);
  return key;
}
inline std::string three(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
  std::string key = two(a, b);
  append(key, c);
  return key;
}
/// The `index`-th number of a key; 0 when the key is too short, which no key that we wrote is.
inline std::uint32_t number(std::string_view key, std::size_t index) {
  if (key.size() < 4 * (index + 1)) return 0;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8U | static_cast<std::uint8_t>(key[4 * index + i]);
  return value;
}

/// What was entered by hand, as a publish found it; in the family `meta`.
inline constexpr std::string_view kCuratedPrefix = "curated";
inline std::string curated(std::uint32_t snapshot) {
  std::string key{kCuratedPrefix};
  append(key, snapshot);
  return key;
}

/// Up to which snapshot the family `seen` holds presence by block; in that family, at the place of
/// snapshot 0. (In `meta` an ingested key among keys that were put would make RocksDB flush.)
inline std::string presence() { return one(0); }

}  // namespace keys

[[nodiscard]] std::string encode_published(const PublishedSnapshot& snapshot);
[[nodiscard]] std::optional<PublishedSnapshot> decode_published(std::string_view bytes);

[[nodiscard]] std::string encode_lookup(const Lookup& lookup);
[[nodiscard]] std::optional<Lookup> decode_lookup(std::string_view bytes);

/// Which ordinals a snapshot saw, as a zstd frame of one bit each.
[[nodiscard]] std::string encode_seen(const std::vector<bool>& seen);
[[nodiscard]] std::optional<std::vector<bool>> decode_seen(std::string_view bytes);

}  // namespace stemma
