#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/query/alarms.h"
#include "api/query/growth.h"
#include "api/query/leaderboards.h"
#include "api/query/lineage_queries.h"
#include "api/query/night_facts.h"
#include "api/query/parameters.h"
#include "api/query/queries.h"
#include "api/web/chart_parts.h"
#include "api/web/night_rows.h"

namespace stemma {

// Pages for people: HTML that is whole without scripts and asks nobody but this server. Whatever
// comes from the hub or from the visitor is escaped; texts must be valid UTF-8.

/// What the home page tells.
struct HomeParts {
  FamiliesAnswer families;
  std::vector<FamilyTrend> trends;  ///< Of the families, or none.
  std::vector<Alarm> alarms;
  std::shared_ptr<const NightFacts> night;
  ChartState state;
  // One of both.
  std::optional<Comparison> curves;
  std::vector<Growth> growth;
};
[[nodiscard]] std::string home_page(const SnapshotFacts& facts, const HomeParts& parts);
/// The page shows as many rows; that `items` has more tells it that there are more.
inline constexpr std::size_t kSearchRowsShown = 50;
[[nodiscard]] std::string search_page(const SnapshotFacts& facts, std::string_view text,
                                      const std::vector<SearchItem>& items);
/// All that a model's page tells.
struct ModelParts {
  ModelAnswer model;
  ListAnswer children;
  LicensesAnswer licenses;
  ListAnswer impact;
  HistoryAnswer history;
  std::optional<ModelAdoption> adoption;  ///< Where it is rolled up.
};
[[nodiscard]] std::string model_page(const SnapshotFacts& facts, const ModelParts& parts);
struct FamilyCharts {
  ChartState state;
  Growth growth;
  std::optional<FamilyBreakdown> curves;  ///< Where adoption is rolled up.
};
/// How a family's members are listed: the state of its page, all of it in the address.
struct MembersState {
  std::string path;                       ///< Of the page, safe inside an attribute.
  ParamList given;                        ///< All parameters of the page.
  std::span<const std::string_view> own;  ///< The names of those that the members take.
  std::size_t offset = 0;
  std::string csv, json;  ///< Where all of what is listed is to be had, safe inside an attribute.
};
inline constexpr std::size_t kMembersPerPage = 50;
struct FamilyParts {
  FamilyAnswer family;
  FamilyCharts charts;
  std::optional<FamilyTrend> trend;  ///< As are the next three, where adoption is rolled up.
  std::optional<Leaderboard> fastest, newest;
  std::optional<Survival> survival;
  /// Quantized derivatives by quantizer, those of small ones under `other`; none where nothing is
  /// rolled up.
  std::map<std::string, std::uint64_t> by_quantizer;
  ListAnswer members;
  MembersState state;
};
[[nodiscard]] std::string family_page(const SnapshotFacts& facts, const FamilyParts& parts);

/// One night's changes of one kind.
struct ChangesParts {
  std::shared_ptr<const NightFacts> night;
  const NightKind* kind = nullptr;
  std::size_t page = 1;
  SnapshotNumber newest = 0;
};
[[nodiscard]] std::string changes_page(const SnapshotFacts& facts, const ChangesParts& parts);

struct QualityParts {
  LintAnswer lint;               ///< Of the kind, or of all.
  std::optional<LintKind> kind;  ///< Whose findings are shown.
  InferenceAnswer inference;
  std::vector<RolledSnapshot> rolled;  ///< For their flags; none where nothing is rolled up.
  std::vector<RunFacts> runs;          ///< The newest first.
  UnixSeconds now = 0;
};
[[nodiscard]] std::string quality_page(const SnapshotFacts& facts, const QualityParts& parts);
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
