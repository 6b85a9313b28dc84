#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace stemma {

/// How a child came from its parent. Values are on disk: never renumber.
enum class Relation : std::uint8_t {
  unspecified = 0,
  finetune = 1,
  adapter = 2,
  merge = 3,
  quantized = 4
};

inline constexpr std::array kRelations{Relation::finetune, Relation::adapter, Relation::quantized,
                                       Relation::merge, Relation::unspecified};

/// The Hub's word for it (`base_model_relation`, the typed tag); `unspecified` where the Hub gives
/// none.
[[nodiscard]] std::string_view to_string(Relation relation) noexcept;

/// Exactly one of the five words; anything else is nullopt.
[[nodiscard]] std::optional<Relation> parse_relation(std::string_view word) noexcept;

/// Where one source states several relations for one parent, the one that stands: the first of
/// merge, quantized, adapter, finetune.
[[nodiscard]] Relation stronger(Relation a, Relation b) noexcept;

}  // namespace stemma
