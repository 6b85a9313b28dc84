#include "api/render/columns.h"

#include <fmt/format.h>

#include "api/render/csv.h"
#include "api/render/overloaded.h"

namespace stemma {

std::string shown(const Value& value) {
  return std::visit(
      Overloaded{[](std::monostate) { return std::string{"-"}; },
                 [](LeftOut) { return std::string{}; },
                 [](std::int64_t number) { return grouped(static_cast<std::uint64_t>(number)); },
                 [](float share) { return fmt::format("{:.2f}", share); },
                 [](double number) { return fmt::format("{:.6f}", number); },
                 [](bool flag) { return std::string{flag ? "yes" : ""}; },
                 [&](const auto&) { return printable(plain_text(value)); }},
      value);
}

bool is_number(FieldType type) noexcept {
  return type == FieldType::integer || type == FieldType::number;
}

}  // namespace stemma
