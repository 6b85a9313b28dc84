#include "schema/claim.h"

namespace stemma {

std::string_view to_string(ClaimSource source) noexcept {
  switch (source) {
    case ClaimSource::base_models:
      return "base_models";
    case ClaimSource::tag:
      return "tag";
    case ClaimSource::card:
      return "card";
    case ClaimSource::peft:
      return "peft";
    case ClaimSource::alias:
      return "alias";
    case ClaimSource::curated:
      return "curated";
    case ClaimSource::inferred:
      break;
  }
  return "inferred";
}

}  // namespace stemma
