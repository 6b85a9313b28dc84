#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "schema/hub_id.h"
#include "schema/relation.h"

namespace stemma {

/// Where a claim was read. Values are on disk: never renumber. In the order in which their
/// relations stand; how far each is trusted is told in graph/confidence.h.
enum class ClaimSource : std::uint8_t {
  base_models =
      0,     ///< The expanded field `baseModels`, the only one that carries the parent's `_id`.
  tag = 1,   ///< `base_model:X` and `base_model:RELATION:X` among the tags.
  card = 2,  ///< `cardData.base_model`, with `cardData.base_model_relation`.
  peft = 3,  ///< `config.peft.base_model_name_or_path`.
  alias = 4,
  curated = 5,
  inferred = 6,
};

/// The word used in answers and dumps.
[[nodiscard]] std::string_view to_string(ClaimSource source) noexcept;

/// One piece of evidence on one model that names a parent. A view: `text` lives as long as the
/// document or the encoded record that it was read from.
struct Claim {
  ClaimSource source = ClaimSource::tag;
  Relation relation =
      Relation::unspecified;  ///< What this source states, not what the edge ends up with.
  HubId parent_id;            ///< Empty where the source gives none.
  std::string_view text;      ///< The parent as it was written, blanks and all.

  friend bool operator==(const Claim&, const Claim&) = default;
};

struct ClaimHash {
  std::size_t operator()(const Claim& claim) const noexcept {
    const std::size_t kind =
        static_cast<std::size_t>(claim.source) * 31 + static_cast<std::size_t>(claim.relation);
    return std::hash<std::string_view>{}(claim.text) ^ HubIdHash {}(claim.parent_id) ^ kind;
  }
};

}  // namespace stemma
