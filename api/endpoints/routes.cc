#include "api/endpoints/routes.h"

#include <algorithm>

#include "api/endpoints/endpoints.h"
#include "api/fields/adoption_rows.h"
#include "api/fields/change_fields.h"
#include "api/fields/family_rows.h"
#include "api/fields/health_rows.h"
#include "api/fields/inference_rows.h"
#include "api/fields/lineage_rows.h"
#include "api/fields/lint_rows.h"
#include "api/fields/list_rows.h"
#include "api/fields/model_answer.h"
#include "api/fields/search_rows.h"
#include "api/fields/snapshot_rows.h"
#include "api/query/links.h"

namespace stemma {
namespace {

constexpr auto kDepthParam = std::array{param::depth};
constexpr auto kParentParams = params_of(kEdgeParams, kPageParams);
constexpr auto kChildParams = params_of(kEdgeParams, kFilterParams, kPageParams);
constexpr auto kListParams = params_of(kEdgeParams, kDepthParam, kFilterParams, kPageParams);
constexpr auto kImpactParams = params_of(std::array{param::exposure}, kListParams);
constexpr auto kFamiliesParams = params_of(kEdgeParams, std::array{param::policy});
constexpr auto kFamilyParams = params_of(kEdgeParams, std::array{param::policy, param::top});
constexpr auto kPathParams = params_of(std::array{param::from, param::to}, kEdgeParams);
constexpr auto kCommonParams = params_of(std::array{param::of, param::and_of}, kEdgeParams);
constexpr auto kSearchParams = params_of(std::array{param::search_text, param::limit}, kEdgeParams);
constexpr auto kLintParams = params_of(std::array{param::lint_kind}, kEdgeParams, kPageParams);
constexpr auto kChangesParams = params_of(std::array{param::since, param::seq}, kSnapshotParams);
constexpr auto kModelCurveParams =
    params_of(std::array{param::scope, param::metric}, kCurveParams, kSnapshotParams);
constexpr auto kFamilyCurveParams =
    params_of(std::array{param::breakdown, param::burst_adjusted, param::metric, param::curves,
                         param::policy},
              kCurveParams, kSnapshotParams);
constexpr auto kCompareParams =
    params_of(std::array{param::compared_families, param::compared_models, param::scope,
                         param::metric, param::policy},
              kCurveParams, kSnapshotParams);
constexpr auto kGrowthParams = params_of(
    std::array{param::range_from, param::range_to, param::growth_interval}, kSnapshotParams);
constexpr auto kSurvivalParams = params_of(
    std::array{param::range_from, param::range_to, param::cohort_interval}, kSnapshotParams);
constexpr auto kBoardParams =
    params_of(std::array{param::board_family, param::window, param::board_from, param::board_to,
                         param::board_interval, param::limit},
              kSnapshotParams);
constexpr auto kBoardPageParams =
    params_of(std::array{param::page_family, param::window, param::page_from, param::page_to,
                         param::board_interval, param::limit},
              kSnapshotParams);
constexpr auto kDrawParams = std::array{param::log_scale, param::as_share, param::as_lines};
constexpr auto kFamilyPictureParams =
    params_of(std::array{param::breakdown, param::burst_adjusted, param::metric}, kPageCurveParams,
              kDrawParams, kSnapshotParams);
constexpr auto kFamilyPageParams = params_of(kFamilyPictureParams, kMemberParams);
constexpr auto kComparePageParams =
    params_of(std::array{param::families_or_none, param::models_or_none, param::scope, param::align,
                         param::metric},
              kPageCurveParams, kDrawParams, kSnapshotParams);
constexpr auto kHomePageParams =
    params_of(std::array{param::home_metric}, kPageCurveParams, kDrawParams, kSnapshotParams);
constexpr auto kTextParam = params_of(std::array{param::search_text}, kSnapshotParams);
constexpr auto kChangesPageParams =
    params_of(std::array{param::night_kind, param::page_number}, kSnapshotParams);
constexpr auto kQualityPageParams = params_of(std::array{param::one_lint_kind}, kSnapshotParams);
constexpr auto kMembersCsvParams = params_of(kMemberParams, kSnapshotParams);
constexpr auto kBadgeParams = params_of(std::array{param::badge_metric}, kSnapshotParams);

template <auto fields>
FieldInfos infos() {
  return infos_of(fields());
}
template <ListKind kind>
FieldInfos list_infos() {
  return infos_of(list_fields(kind));
}
template <ListKind kind>
FieldInfos item_infos() {
  return infos_of(list_item_fields(kind));
}

const Route kRoutes[] = {
    {"/v1/models/{id}/parents",
     "The models that a model was made from, with the evidence.",
     kParentParams,
     &list_parents,
     BodyKind::object,
     &list_infos<ListKind::edges>,
     &item_infos<ListKind::edges>,
     {},
     "/v1/models/Qwen%2FQwen2-7B/parents"},
    {"/v1/models/{id}/children",
     "The live models made directly from a model, with the evidence.",
     kChildParams,
     &list_children,
     BodyKind::object,
     &list_infos<ListKind::edges>,
     &item_infos<ListKind::edges>,
     {},
     "/v1/models/Qwen%2FQwen2-7B/children?relation=finetune,adapter&sort=id"},
    {"/v1/models/{id}/ancestors",
     "Everything that a model descends from, ghosts included.",
     kListParams,
     &list_ancestors,
     BodyKind::object,
     &list_infos<ListKind::lineage>,
     &item_infos<ListKind::lineage>,
     {},
     "/v1/models/Qwen%2FQwen2-7B/ancestors"},
    {"/v1/models/{id}/descendants",
     "The live models that descend from a model.",
     kListParams,
     &list_descendants,
     BodyKind::object,
     &list_infos<ListKind::lineage>,
     &item_infos<ListKind::lineage>,
     {},
     "/v1/models/Qwen%2FQwen2-7B/descendants?min_downloads=1&limit=2"},
    {"/v1/models/{id}/impact",
     "What a model's withdrawal would mean for those downstream.",
     kImpactParams,
     &list_impact,
     BodyKind::object,
     &list_infos<ListKind::impact>,
     &item_infos<ListKind::impact>,
     {},
     "/v1/models/Qwen%2FQwen2-7B/impact?exposure=carries"},
    {"/v1/models/{id}/dominators",
     "The models that every path from a root to a model goes through.",
     kEdgeParams,
     &get_dominators,
     BodyKind::object,
     &infos<dominators_fields>,
     nullptr,
     {},
     "/v1/models/Qwen%2FQwen2-7B/dominators"},
    {"/v1/models/{id}/adoption",
     "A model's counts over time, or those of what descends from it.",
     kModelCurveParams,
     &get_model_adoption,
     BodyKind::object,
     &infos<model_adoption_fields>,
     nullptr,
     {},
     "/v1/models/Qwen%2FQwen2-7B/adoption?scope=subtree&interval=week"},
    {"/v1/models/{id}/history",
     "What a model was called and which parents it named, and when.",
     kEdgeParams,
     &get_history,
     BodyKind::object,
     &infos<history_fields>,
     nullptr,
     {},
     "/v1/models/Qwen%2FQwen2-7B/history"},
    {"/v1/models/{id}/licenses",
     "The licences that a model descends from, and how its own stands to them.",
     kEdgeParams,
     &get_licenses,
     BodyKind::object,
     &infos<licenses_fields>,
     nullptr,
     {},
     "/v1/models/Qwen%2FQwen2-7B/licenses"},
    {"/v1/models/{id}",
     "What is known of one model: live, gone, or a ghost.",
     kEdgeParams,
     &get_model,
     BodyKind::object,
     &infos<model_answer_fields>,
     nullptr,
     {},
     "/v1/models/Qwen%2FQwen2-7B"},
    {"/v1/families",
     "All families, with their numbers.",
     kFamiliesParams,
     &list_families,
     BodyKind::object,
     &infos<families_fields>,
     &infos<family_item_fields>,
     {},
     "/v1/families?policy=fractional"},
    {"/v1/families/{family}",
     "One family or series in numbers.",
     kFamilyParams,
     &get_family,
     BodyKind::object,
     &infos<family_answer_fields>,
     nullptr,
     {},
     "/v1/families/qwen?top=10"},
    {"/v1/families/{family}/models",
     "Official models and derivatives in one list.",
     kListParams,
     &list_family_models,
     BodyKind::object,
     &list_infos<ListKind::family_models>,
     &item_infos<ListKind::family_models>,
     {},
     "/v1/families/qwen/models?sort=depth&order=asc"},
    {"/v1/families/{family}/adoption",
     "A family over time: official models and derivatives apart, or derivatives by what `by` says.",
     kFamilyCurveParams,
     &get_family_adoption,
     BodyKind::object,
     &infos<family_adoption_fields>,
     nullptr,
     {},
     "/v1/families/qwen/adoption?by=relation&metric=downloads&top=3"},
    {"/v1/families/{family}/growth",
     "Derivatives by their own dates of creation, from before the first snapshot on.",
     kGrowthParams,
     &get_family_growth,
     BodyKind::object,
     &infos<growth_fields>,
     nullptr,
     {},
     "/v1/families/qwen/growth?interval=month"},
    {"/v1/families/{family}/survival",
     "How many derivatives were still there, and still downloaded, months after their creation.",
     kSurvivalParams,
     &get_family_survival,
     BodyKind::object,
     &infos<survival_fields>,
     nullptr,
     {},
     "/v1/families/qwen/survival"},
    {"/v1/compare",
     "Families, or models, side by side over time.",
     kCompareParams,
     &get_comparison,
     BodyKind::object,
     &infos<comparison_fields>,
     nullptr,
     {},
     "/v1/compare?families=qwen,deepseek&metric=downloads"},
    {"/v1/leaderboards",
     "The leaderboards that there are.",
     kSnapshotParams,
     &list_leaderboards,
     BodyKind::object,
     &infos<leaderboards_fields>,
     nullptr,
     {},
     "/v1/leaderboards"},
    {"/v1/leaderboards/{board}",
     "One leaderboard, of the whole hub or of a family.",
     kBoardParams,
     &get_leaderboard,
     BodyKind::object,
     &infos<leaderboard_fields>,
     nullptr,
     {},
     "/v1/leaderboards/downloads?family=qwen&window=30d&limit=5"},
    {"/v1/path",
     "How one model derives from another: all shortest paths.",
     kPathParams,
     &get_path,
     BodyKind::object,
     &infos<path_fields>,
     nullptr,
     {},
     "/v1/path?from=Qwen/Qwen2-7B&to=b/chat-gguf"},
    {"/v1/common_ancestors",
     "What two models both descend from.",
     kCommonParams,
     &get_common_ancestors,
     BodyKind::object,
     &infos<common_fields>,
     nullptr,
     {},
     "/v1/common_ancestors?of=Qwen/Qwen2-7B&and=b/chat-gguf"},
    {"/v1/search",
     "Models and families by a part of their name, typos allowed.",
     kSearchParams,
     &search_names,
     BodyKind::object,
     &infos<search_fields>,
     &infos<search_item_fields>,
     {},
     "/v1/search?q=qwen&limit=5"},
    {"/v1/lint",
     "What is wrong in what models say of their parents, and what would mend it.",
     kLintParams,
     &list_lint,
     BodyKind::object,
     &infos<lint_fields>,
     &infos<lint_item_fields>,
     {},
     "/v1/lint?kind=ghost_parent,cycle"},
    {"/v1/changes",
     "What happened since a snapshot: models and edges that came, went and changed.",
     kChangesParams,
     &list_changes,
     BodyKind::lines,
     nullptr,
     &infos<change_fields>,
     {},
     "/v1/changes?since=0"},
    {"/v1/stats",
     "The snapshot in numbers, and the documents that were refused.",
     kSnapshotParams,
     &get_stats,
     BodyKind::object,
     &infos<stats_fields>,
     nullptr,
     {},
     "/v1/stats"},
    {"/v1/snapshots",
     "The snapshots that were published.",
     {},
     &list_snapshots,
     BodyKind::list,
     &infos<snapshot_fields>,
     nullptr,
     {},
     "/v1/snapshots"},
    {"/v1/inference",
     "How parents that nobody declares are told from names, and how well.",
     kSnapshotParams,
     &get_inference,
     BodyKind::object,
     &infos<inference_fields>,
     nullptr,
     {},
     "/v1/inference"},
    {"/v1/licenses",
     "The table that licences are compared by.",
     {},
     &list_licenses,
     BodyKind::list,
     &infos<license_terms_fields>,
     nullptr,
     {},
     "/v1/licenses"},
    {"/healthz",
     "Whether the server runs.",
     {},
     &get_health,
     BodyKind::object,
     &infos<health_fields>,
     nullptr,
     {},
     "/healthz"},
    {"/readyz",
     "Whether there is a snapshot to answer from; 503 where not.",
     {},
     &get_readiness,
     BodyKind::object,
     &infos<readiness_fields>,
     nullptr,
     {},
     "/readyz"},
    {"/metrics",
     "Counters for Prometheus.",
     {},
     &get_metrics,
     BodyKind::other,
     nullptr,
     nullptr,
     "text/plain; version=0.0.4; charset=utf-8",
     "/metrics"},
    {"/openapi.json",
     "This description.",
     {},
     &get_openapi,
     BodyKind::other,
     nullptr,
     nullptr,
     "application/json",
     "/openapi.json"},
    {"/", "Families side by side.", kHomePageParams, &get_home_page, BodyKind::page},
    {"/search", "A search.", kTextParam, &get_search_page, BodyKind::page},
    {"/models/{id}", "One model.", kSnapshotParams, &get_model_page, BodyKind::page},
    {"/families/{family}", "One family or series.", kFamilyPageParams, &get_family_page,
     BodyKind::page},
    {"/compare", "Families side by side.", kComparePageParams, &get_compare_page, BodyKind::page},
    {"/leaderboards/{board}", "One leaderboard.", kBoardPageParams, &get_leaderboard_page,
     BodyKind::page},
    {"/docs", "This list, for people.", {}, &get_docs, BodyKind::page},
    {"/docs/{file}",
     "Scripts and styles of /docs.",
     {},
     &get_docs_file,
     BodyKind::other,
     nullptr,
     nullptr,
     "text/javascript; charset=utf-8",
     "/docs/docs.js"},
    {"/changes", "What a night brought.", kChangesPageParams, &get_changes_page, BodyKind::page},
    {"/quality", "What is wrong, what is missing, how fresh it is.", kQualityPageParams,
     &get_quality_page, BodyKind::page},
    {"/families/{family}/members.csv", "A family's members as its page lists them, all of them.",
     kMembersCsvParams, &get_family_members_csv, BodyKind::other, nullptr, nullptr,
     "text/csv; charset=utf-8", "/families/qwen/members.csv?relation=finetune"},
    {"/embed/families/{family_picture}",
     "A family over time, for a frame elsewhere; with .svg or .csv as that.", kFamilyPictureParams,
     &get_family_picture, BodyKind::page},
    {"/embed/{picture}",
     "Families side by side (compare), for a frame elsewhere; with .svg or .csv as that.",
     kComparePageParams, &get_comparison_picture, BodyKind::page},
    {"/badges/{badge}", "A badge for a model card: NAME.svg of a family or a model.", kBadgeParams,
     &get_badge, BodyKind::other, nullptr, nullptr, "image/svg+xml", "/badges/qwen.svg"},
    {"/assets/{file}",
     "Styles and scripts, named after what they hold.",
     {},
     &get_asset,
     BodyKind::other,
     nullptr,
     nullptr,
     "text/css; charset=utf-8"},
};

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  path.remove_prefix(1);
  while (true) {
    const auto slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

bool is_variable(std::string_view part) { return !part.empty() && part.front() == '{'; }

std::optional<std::string> match_segments(const std::vector<std::string_view>& pattern,
                                          const std::vector<std::string>& segments) {
  if (segments.size() < pattern.size()) return std::nullopt;
  const std::size_t spare = segments.size() - pattern.size();
  // Literals first: nothing is put together for a path that is not this one.
  std::size_t variable = pattern.size();
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (is_variable(pattern[i])) {
      variable = i;
      continue;
    }
    if (segments[variable < i ? i + spare : i] != pattern[i]) return std::nullopt;
  }
  if (variable == pattern.size()) return spare == 0 ? std::optional{std::string{}} : std::nullopt;
  if (pattern[variable] != "{id}" && pattern[variable] != "{badge}" && spare > 0)
    return std::nullopt;
  std::string value = segments[variable];
  for (std::size_t i = 1; i <= spare; ++i) value += '/' + segments[variable + i];
  return value;
}

/// The patterns taken apart, once.
const std::vector<std::vector<std::string_view>>& patterns() {
  static const auto all = [] {
    std::vector<std::vector<std::string_view>> parts;
    for (const Route& route : kRoutes) parts.push_back(segments_of(route.path));
    return parts;
  }();
  return all;
}

}  // namespace

std::span<const Route> routes() noexcept { return kRoutes; }

std::optional<std::string> match_path(std::string_view pattern,
                                      const std::vector<std::string>& segments) {
  return match_segments(segments_of(pattern), segments);
}

std::optional<RouteMatch> find_route(const std::vector<std::string>& segments) {
  const auto& all = patterns();
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto variable = match_segments(all[i], segments);
    if (!variable) continue;
    const bool model = kRoutes[i].path == "/v1/models/{id}";
    if (model && segments.size() > all[i].size() && is_subresource(segments.back()))
      return std::nullopt;
    return RouteMatch{&kRoutes[i], std::move(*variable)};
  }
  return std::nullopt;
}

}  // namespace stemma
