#pragma once

#include "schema/claim.h"

namespace stemma {

/// How a claim's text led to its parent.
enum class Resolution { hub_id, exact, alias, case_folded, ghost };

/// How far one claim is to be trusted, in (0, 1]. An edge's confidence is that of its best claim.
///
///   source        trust   why
///   base_models   1.00    the Hub resolved the parent itself and tells its `_id`
///   tag           0.98    the Hub's reading of the card, by name only
///   card          0.95    the author's own words, not checked by the Hub
///   curated       0.95    entered by hand, with a source
///   peft          0.90    a training script's record, often a local copy's name
///   alias         0.90
///   inferred      0.50    a guess from names; the rule that made it states its own
///
/// times how the name was found: by `_id` or exactly 1, through an alias 0.99, without regard to
/// case 0.97, a ghost 0.95 (nothing confirms that such a model existed).
[[nodiscard]] float claim_confidence(ClaimSource source, Resolution resolution) noexcept;

}  // namespace stemma
