#pragma once

#include "api/endpoints/request_context.h"

namespace stemma {

// One function a route: it reads the parameters, opens the snapshot that is meant, asks, and
// renders. What a route does not take was refused before.

// models.cc
[[nodiscard]] Response get_model(RequestContext& context);
[[nodiscard]] Response list_parents(RequestContext& context);
[[nodiscard]] Response list_children(RequestContext& context);
[[nodiscard]] Response list_ancestors(RequestContext& context);
[[nodiscard]] Response list_descendants(RequestContext& context);
[[nodiscard]] Response list_impact(RequestContext& context);
[[nodiscard]] Response get_dominators(RequestContext& context);
[[nodiscard]] Response get_history(RequestContext& context);
[[nodiscard]] Response get_licenses(RequestContext& context);
[[nodiscard]] Response get_path(RequestContext& context);
[[nodiscard]] Response get_common_ancestors(RequestContext& context);

// families.cc
[[nodiscard]] Response list_families(RequestContext& context);
[[nodiscard]] Response get_family(RequestContext& context);
[[nodiscard]] Response list_family_models(RequestContext& context);

// adoption.cc
[[nodiscard]] Response get_model_adoption(RequestContext& context);
[[nodiscard]] Response get_family_adoption(RequestContext& context);
[[nodiscard]] Response get_family_growth(RequestContext& context);
[[nodiscard]] Response get_family_survival(RequestContext& context);
[[nodiscard]] Response get_comparison(RequestContext& context);
[[nodiscard]] Response list_leaderboards(RequestContext& context);
[[nodiscard]] Response get_leaderboard(RequestContext& context);

// snapshots.cc: questions about a whole snapshot
[[nodiscard]] Response search_names(RequestContext& context);
[[nodiscard]] Response list_lint(RequestContext& context);
[[nodiscard]] Response get_stats(RequestContext& context);
[[nodiscard]] Response list_snapshots(RequestContext& context);
[[nodiscard]] Response list_changes(RequestContext& context);
[[nodiscard]] Response get_inference(RequestContext& context);
[[nodiscard]] Response list_licenses(RequestContext& context);

// health.cc
[[nodiscard]] Response get_health(RequestContext& context);
[[nodiscard]] Response get_readiness(RequestContext& context);
[[nodiscard]] Response get_metrics(RequestContext& context);

// docs.cc
[[nodiscard]] Response get_openapi(RequestContext& context);
[[nodiscard]] Response get_docs(RequestContext& context);
[[nodiscard]] Response get_docs_file(RequestContext& context);
[[nodiscard]] Response get_asset(RequestContext& context);

// page_endpoints.cc
[[nodiscard]] Response get_home_page(RequestContext& context);
[[nodiscard]] Response get_search_page(RequestContext& context);
[[nodiscard]] Response get_model_page(RequestContext& context);
[[nodiscard]] Response get_family_page(RequestContext& context);
[[nodiscard]] Response get_compare_page(RequestContext& context);
[[nodiscard]] Response get_leaderboard_page(RequestContext& context);
[[nodiscard]] Response get_changes_page(RequestContext& context);
[[nodiscard]] Response get_quality_page(RequestContext& context);
[[nodiscard]] Response get_family_members_csv(RequestContext& context);

// picture_endpoints.cc: charts alone, and badges
[[nodiscard]] Response get_family_picture(RequestContext& context);
[[nodiscard]] Response get_comparison_picture(RequestContext& context);
[[nodiscard]] Response get_badge(RequestContext& context);

}  // namespace stemma
