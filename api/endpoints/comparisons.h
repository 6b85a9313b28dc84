#pragma once

#include <vector>

#include "api/endpoints/request_context.h"
#include "api/web/adoption_pages.h"

namespace stemma {

// What the page of comparisons and its pictures ask alike.

/// Families, or models: one of both.
struct ComparedNames {
  std::vector<const FamilyDefinition*> families;
  std::vector<NodeId> models;
};
/// Takes what a comparison is asked by. Throws ParamError where families and models are given, and
/// for new derivatives of models, which nobody counts.
[[nodiscard]] CurveQuery read_comparison(RequestContext& context, const AdoptionView& adoption,
                                         ChartState& state, ComparedNames& names);
[[nodiscard]] Comparison compare(RequestContext& context, AdoptionView& adoption,
                                 const ChartState& state, const ComparedNames& names,
                                 const CurveQuery& query);

}  // namespace stemma
