#include "schema/hub_id.h"

#include <cstring>

#include "schema/text.h"

namespace stemma {

std::optional<HubId> HubId::parse(std::string_view hex) noexcept {
  HubId id;
  if (hex.size() != 2 * id.bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    const int high = hex_digit(hex[2 * i]);
    const int low = hex_digit(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return id;
}

HubId HubId::first_of(std::int64_t seconds) noexcept {
  HubId id;
  for (unsigned i = 0; i < 4; ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(seconds) >> (24U - 8U * i));
  }
  return id;
}

std::int64_t HubId::seconds() const noexcept {
  std::int64_t seconds = 0;
  for (unsigned i = 0; i < 4; ++i) seconds = seconds << 8 | bytes[i];
  return seconds;
}

std::string HubId::hex() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

std::size_t HubIdHash::operator()(const HubId& id) const noexcept {
  std::uint64_t head = 0;
  std::uint32_t tail = 0;
  std::memcpy(&head, id.bytes.data(), sizeof head);
  std::memcpy(&tail, id.bytes.data() + sizeof head, sizeof tail);
  std::uint64_t mixed = (head ^ (std::uint64_t{tail} << 29U)) * 0x9E3779B97F4A7C15ULL;
  return static_cast<std::size_t>(mixed ^ (mixed >> 32U));
}

}  // namespace stemma
