#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/query/growth.h"
#include "api/web/chart_parts.h"

namespace stemma {

/// Families side by side.
void add_comparison_chart(Page& page, const SnapshotFacts& facts, const Comparison& answer,
                          const ChartState& state);
/// The same by dates of creation, month by month.
void add_growth_comparison(Page& page, const SnapshotFacts& facts,
                           const std::vector<Growth>& growth, const ChartState& state);
[[nodiscard]] Chart comparison_chart(const SnapshotFacts& facts, const Comparison& answer,
                                     const ChartState& state);
/// `answer` is empty where no families were given.
[[nodiscard]] std::string compare_page(const SnapshotFacts& facts,
                                       const std::optional<Comparison>& answer,
                                       const ChartState& state);

}  // namespace stemma
