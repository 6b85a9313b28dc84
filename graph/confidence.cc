#include "graph/confidence.h"

namespace stemma {
namespace {

float source_trust(ClaimSource source) noexcept {
  switch (source) {
    case ClaimSource::base_models:
      return 1.0F;
    case ClaimSource::tag:
      return 0.98F;
    case ClaimSource::card:
    case ClaimSource::curated:
      return 0.95F;
    case ClaimSource::peft:
    case ClaimSource::alias:
      return 0.90F;
    case ClaimSource::inferred:
      break;
  }
  return 0.50F;
}

float resolution_trust(Resolution resolution) noexcept {
  switch (resolution) {
    case Resolution::hub_id:
    case Resolution::exact:
      return 1.0F;
    case Resolution::alias:
      return 0.99F;
    case Resolution::case_folded:
      return 0.97F;
    case Resolution::ghost:
      break;
  }
  return 0.95F;
}

}  // namespace

float claim_confidence(ClaimSource source, Resolution resolution) noexcept {
  return source_trust(source) * resolution_trust(resolution);
}

}  // namespace stemma
