#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/query/alarms.h"
#include "api/query/parameters.h"
#include "api/query/queries.h"
#include "api/web/adoption_pages.h"

namespace stemma {

// Pages for people: plain HTML without scripts and without a request to anywhere else. Whatever
// comes from the hub or from the visitor is escaped; texts must be valid UTF-8.

/// `trends` are those of the families, or none.
[[nodiscard]] std::string home_page(const SnapshotFacts& facts, const FamiliesAnswer& families,
                                    const std::vector<FamilyTrend>& trends,
                                    const std::vector<Alarm>& alarms);
/// The page shows as many rows; that `items` has more tells it that there are more.
inline constexpr std::size_t kSearchRowsShown = 50;
[[nodiscard]] std::string search_page(const SnapshotFacts& facts, std::string_view text,
                                      const std::vector<SearchItem>& items);
[[nodiscard]] std::string model_page(const SnapshotFacts& facts, const ModelAnswer& model,
                                     const ListAnswer& parents, const ListAnswer& children,
                                     const std::optional<ModelAdoption>& adoption);
struct FamilyCharts {
  ChartState state;
  Growth growth;
  std::optional<FamilyBreakdown> curves;  ///< Where adoption is rolled up.
};
[[nodiscard]] std::string family_page(const SnapshotFacts& facts, const FamilyAnswer& family,
                                      const ListAnswer& derivatives, const FamilyCharts& charts);
/// A route as `/docs` tells of it.
struct DocumentedRoute {
  std::string_view path, summary;
  std::span<const ParamInfo> params;
  std::string_view example;
};
/// The list of routes; with swagger-ui, which takes its place where scripts run.
[[nodiscard]] std::string docs_page(std::span<const DocumentedRoute> routes, bool with_swagger);
[[nodiscard]] std::string error_page(std::string_view title, std::string_view detail);

}  // namespace stemma
