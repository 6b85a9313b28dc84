#pragma once

#include "schema/claim.h"
#include "schema/relation.h"

namespace stemma {

/// The relation of an edge, from its claims in the order of their sources, strongest first: the
/// first source that states one decides, and within it the stronger of several.
class EdgeRelation {
 public:
  void add(ClaimSource source, Relation stated) noexcept {
    if (stated == Relation::unspecified) return;
    if (relation_ == Relation::unspecified) decided_ = source;
    if (source == decided_) relation_ = stronger(stated, relation_);
  }
  [[nodiscard]] Relation relation() const noexcept { return relation_; }

 private:
  Relation relation_ = Relation::unspecified;
  ClaimSource decided_ = ClaimSource::inferred;
};

}  // namespace stemma
