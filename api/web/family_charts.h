#pragma once

#include "api/query/growth.h"
#include "api/web/chart_parts.h"

namespace stemma {

/// A family over time: what it is asked by, the chart, its numbers.
void add_family_chart(Page& page, const FamilyBreakdown& curves, const ChartState& state);
[[nodiscard]] Chart breakdown_chart(const FamilyBreakdown& curves, const ChartState& state);
/// Derivatives by their dates of creation.
void add_growth_chart(Page& page, const Growth& growth);
/// A model's own counts.
void add_model_chart(Page& page, const SnapshotView& view, const ModelAdoption& adoption);

}  // namespace stemma
