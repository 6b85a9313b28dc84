#pragma once

#include <vector>

#include "api/endpoints/request_context.h"
#include "api/web/chart_parts.h"

namespace stemma {

// What comparisons are asked by, in JSON, on pages and in pictures.

/// Families, or models: one of both.
struct ComparedNames {
  std::vector<const FamilyDefinition*> families;
  std::vector<NodeId> models;
};
/// Takes `families` and `models`, at most ten of one of both. Throws ParamError where both are
/// given.
[[nodiscard]] ComparedNames read_compared_names(RequestContext& context);
/// Takes what a page or a picture of a comparison is asked by.
[[nodiscard]] CurveQuery read_comparison(RequestContext& context, const AdoptionView& adoption,
                                         ChartState& state, ComparedNames& names);
[[nodiscard]] Comparison compare(RequestContext& context, AdoptionView& adoption,
                                 const ChartState& state, const ComparedNames& names,
                                 const CurveQuery& query);

}  // namespace stemma
