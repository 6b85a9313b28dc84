#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/build.h"
#include "graph/confidence.h"

namespace stemma {

/// A parent before nodes are numbered: an index of BuildInput::models, or of
/// ResolvedClaims::ghosts.
struct ParentRef {
  std::uint32_t index = 0;
  bool ghost = false;
  friend auto operator<=>(const ParentRef&, const ParentRef&) = default;
};

/// One claim and what it came to.
struct ResolvedClaim {
  enum class Outcome : std::uint8_t { kept, rejected, self_reference };
  std::uint32_t model = 0;  ///< Whose claim.
  std::uint32_t claim = 0;  ///< Its index in the model's record.
  Outcome outcome = Outcome::kept;
  ParentRef parent;      ///< Only where kept.
  float confidence = 0;  ///< Only where kept.
};

/// An edge of a claim on a model that was never observed.
struct ResolvedUnobserved {
  std::uint32_t index = 0;  ///< Of BuildInput::unobserved.
  ParentRef child;          ///< A ghost, or a model that an alias of the name leads to.
  ParentRef parent;
  float confidence = 0;
};

/// All claims in order of model and claim, and the ghosts that they named, in the spelling that is
/// used most.
struct ResolvedClaims {
  std::vector<ResolvedClaim> claims;
  std::vector<ResolvedUnobserved> unobserved;
  std::vector<std::string> ghosts;
};

/// Names to nodes and self references. A claim that was first observed while another live model
/// bore the name stays with that one. Does not depend on the order of the
/// models but for the numbering of ghosts. Linear in names and claims.
[[nodiscard]] ResolvedClaims resolve_claims(const BuildInput& input);

}  // namespace stemma
