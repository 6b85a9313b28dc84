#pragma once

#include "api/fields/field.h"
#include "api/query/adoption.h"
#include "api/query/growth.h"
#include "api/query/leaderboards.h"

namespace stemma {

/// One point of a curve of a model or of what is below it; in columns also of a family, a line a
/// role.
struct AdoptionPointRow {
  const AdoptionPoint& point;
};
[[nodiscard]] FieldList<AdoptionPointRow> adoption_point_fields();

struct ModelAdoptionRow {
  const SnapshotView& view;
  const ModelAdoption& answer;
};
[[nodiscard]] FieldList<ModelAdoptionRow> model_adoption_fields();

/// The curve of a family, or of one of its breakdowns: one of both is there.
struct FamilyAdoptionRow {
  const SnapshotView& view;
  const FamilyDefinition& family;
  SharePolicy policy;
  Interval interval;
  const FamilyAdoption* curve;
  const FamilyBreakdown* breakdown;
};
[[nodiscard]] FieldList<FamilyAdoptionRow> family_adoption_fields();

/// Official models or derivatives at one point: a line of a table.
struct FamilyPointRow {
  const FamilyPoint& point;
  SharePolicy policy;
  bool official;
};
[[nodiscard]] FieldList<FamilyPointRow> family_point_columns();

struct ComparisonRow {
  const SnapshotView& view;
  const Comparison& answer;
};
[[nodiscard]] FieldList<ComparisonRow> comparison_fields();

/// One value of one curve: a line of a table.
struct CurveValueRow {
  UnixSeconds date;
  std::string_view name;
  CurveValue value;
  bool shared;
};
[[nodiscard]] FieldList<CurveValueRow> curve_value_columns();

struct GrowthRow {
  const SnapshotView& view;
  const Growth& answer;
};
[[nodiscard]] FieldList<GrowthRow> growth_fields();
[[nodiscard]] FieldList<GrowthPoint> growth_point_fields();

struct SurvivalRow {
  const SnapshotView& view;
  const Survival& answer;
};
[[nodiscard]] FieldList<SurvivalRow> survival_fields();
/// One month of creation, with a column for each time.
[[nodiscard]] FieldList<SurvivalPoint> survival_point_columns();

struct LeaderboardsRow {
  const SnapshotView& view;
};
[[nodiscard]] FieldList<LeaderboardsRow> leaderboards_fields();

struct LeaderboardAnswerRow {
  const SnapshotView& view;
  const Leaderboard& answer;
};
[[nodiscard]] FieldList<LeaderboardAnswerRow> leaderboard_fields();
struct LeaderboardItemRow {
  const SnapshotView& view;
  const LeaderboardRow& row;
};
[[nodiscard]] FieldList<LeaderboardItemRow> leaderboard_item_fields();

/// A number that is whole unless it is a share of models.
[[nodiscard]] Value curve_value(const CurveValue& value, bool shared);

}  // namespace stemma
