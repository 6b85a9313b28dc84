#pragma once

#include <string>

#include "api/query/adoption.h"
#include "api/query/growth.h"
#include "api/query/leaderboards.h"

namespace stemma {

// Answers about adoption as JSON, and as CSV: one line a value or a point.

[[nodiscard]] std::string adoption_json(const SnapshotView& view, const ModelAdoption& answer);
[[nodiscard]] std::string adoption_json(const SnapshotView& view, const FamilyAdoption& answer);
[[nodiscard]] std::string adoption_json(const SnapshotView& view, const FamilyBreakdown& answer);
[[nodiscard]] std::string comparison_json(const SnapshotView& view, const Comparison& answer);
[[nodiscard]] std::string growth_json(const SnapshotView& view, const Growth& answer);
[[nodiscard]] std::string survival_json(const SnapshotView& view, const Survival& answer);
[[nodiscard]] std::string leaderboards_json(const SnapshotView& view);
[[nodiscard]] std::string leaderboard_json(const SnapshotView& view, const Leaderboard& answer);

[[nodiscard]] std::string adoption_csv(const ModelAdoption& answer);
[[nodiscard]] std::string adoption_csv(const FamilyAdoption& answer);
[[nodiscard]] std::string adoption_csv(const FamilyBreakdown& answer);
[[nodiscard]] std::string comparison_csv(const Comparison& answer);
[[nodiscard]] std::string growth_csv(const Growth& answer);
[[nodiscard]] std::string survival_csv(const Survival& answer);
[[nodiscard]] std::string leaderboard_csv(const SnapshotView& view, const Leaderboard& answer);

}  // namespace stemma
