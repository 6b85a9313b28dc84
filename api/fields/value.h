#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "schema/hub_id.h"
#include "schema/utc_time.h"

namespace stemma {

/// A time among values, apart from other numbers.
struct TimeValue {
  UnixSeconds seconds = 0;
  friend bool operator==(const TimeValue&, const TimeValue&) = default;
};
/// A share or an average that is written with at most four decimals.
struct RoundedValue {
  double number = 0;
  friend bool operator==(const RoundedValue&, const RoundedValue&) = default;
};
/// The field is left out: it is not even null.
struct LeftOut {
  friend bool operator==(const LeftOut&, const LeftOut&) = default;
};
using TextList = std::vector<std::string_view>;

/// What one field of one row holds; monostate where it is unknown or there is none. Texts that are
/// not owned live as long as the snapshot that they are of. A float is written in the fewest digits
/// that give it again.
using Value = std::variant<std::monostate, std::string_view, TimeValue, HubId, std::int64_t, float,
                           bool, TextList, std::string, double, RoundedValue, LeftOut>;

[[nodiscard]] inline Value text_value(std::string_view text) {
  return text.empty() ? Value{} : Value{text};
}
/// The same of a text that nobody else keeps.
[[nodiscard]] inline Value owned_value(std::string text) {
  return text.empty() ? Value{} : Value{std::move(text)};
}
[[nodiscard]] inline Value time_value(UnixSeconds time) {
  return time == kUnknownTime ? Value{} : Value{TimeValue{time}};
}
[[nodiscard]] inline Value id_value(const HubId& id) { return id.empty() ? Value{} : Value{id}; }
[[nodiscard]] inline Value number_value(std::uint64_t number) {
  return Value{static_cast<std::int64_t>(number)};
}

}  // namespace stemma
