#include "api/render/adoption_answers.h"

#include "api/fields/adoption_rows.h"
#include "api/render/csv.h"
#include "api/render/json_fields.h"

namespace stemma {
std::string adoption_json(const SnapshotView& view, const ModelAdoption& answer) {
  return json_text<ModelAdoptionRow>(model_adoption_fields(), {view, answer});
}
std::string adoption_json(const SnapshotView& view, const FamilyAdoption& answer) {
  return json_text<FamilyAdoptionRow>(
      family_adoption_fields(),
      {view, *answer.family, answer.policy, answer.interval, &answer, nullptr});
}
std::string adoption_json(const SnapshotView& view, const FamilyBreakdown& answer) {
  return json_text<FamilyAdoptionRow>(
      family_adoption_fields(),
      {view, *answer.family, answer.policy, answer.interval, nullptr, &answer});
}
std::string comparison_json(const SnapshotView& view, const Comparison& answer) {
  return json_text<ComparisonRow>(comparison_fields(), {view, answer});
}
std::string growth_json(const SnapshotView& view, const Growth& answer) {
  return json_text<GrowthRow>(growth_fields(), {view, answer});
}
std::string survival_json(const SnapshotView& view, const Survival& answer) {
  return json_text<SurvivalRow>(survival_fields(), {view, answer});
}
std::string leaderboards_json(const SnapshotView& view) {
  return json_text<LeaderboardsRow>(leaderboards_fields(), {view});
}
std::string leaderboard_json(const SnapshotView& view, const Leaderboard& answer) {
  return json_text<LeaderboardAnswerRow>(leaderboard_fields(), {view, answer});
}

std::string adoption_csv(const ModelAdoption& answer) {
  CsvText<AdoptionPointRow> csv{adoption_point_fields()};
  for (const AdoptionPoint& point : answer.points) csv.add({point});
  return csv.take();
}

std::string adoption_csv(const FamilyAdoption& answer) {
  CsvText<FamilyPointRow> csv{family_point_columns()};
  for (const FamilyPoint& point : answer.points) {
    csv.add({point, answer.policy, true});
    csv.add({point, answer.policy, false});
  }
  return csv.take();
}

std::string adoption_csv(const FamilyBreakdown& answer) {
  const bool shared = are_shares(answer.policy, answer.metric);
  CsvText<CurveValueRow> csv{curve_value_columns()};
  for (std::size_t i = 0; i < answer.dates.size(); ++i) {
    for (const NamedCurve& curve : answer.series)
      csv.add({answer.dates[i], curve.name, curve.values[i], shared});
    if (answer.by != Breakdown::role)
      csv.add({answer.dates[i], "(others)", answer.others[i], shared});
  }
  return csv.take();
}

std::string comparison_csv(const Comparison& answer) {
  const bool shared = are_shares(answer.policy, answer.metric);
  CsvText<CurveValueRow> csv{curve_value_columns()};
  for (std::size_t i = 0; i < answer.dates.size(); ++i) {
    for (const NamedCurve& curve : answer.series)
      csv.add({answer.dates[i], curve.name, curve.values[i], shared});
  }
  return csv.take();
}

std::string growth_csv(const Growth& answer) {
  CsvText<GrowthPoint> csv{growth_point_fields()};
  for (const GrowthPoint& point : answer.points) csv.add(point);
  return csv.take();
}

std::string survival_csv(const Survival& answer) {
  CsvText<SurvivalPoint> csv{survival_point_columns()};
  for (const SurvivalPoint& point : answer.points) csv.add(point);
  return csv.take();
}

std::string leaderboard_csv(const SnapshotView& view, const Leaderboard& answer) {
  CsvText<LeaderboardItemRow> csv{leaderboard_item_fields()};
  for (const LeaderboardRow& row : answer.rows) csv.add({view, row});
  return csv.take();
}

}  // namespace stemma
