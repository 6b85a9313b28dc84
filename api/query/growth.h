#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "api/query/adoption.h"
#include "api/query/interval.h"
#include "api/query/snapshot_facts.h"

namespace stemma {

// What dates of creation tell of a family: from before the first snapshot on, and by month of
// creation.

struct GrowthPoint {
  UnixSeconds from = 0;
  std::uint64_t derivatives = 0;
  std::uint64_t cumulative = 0;
};
struct Growth {
  const FamilyDefinition* family = nullptr;
  Interval interval = Interval::month;
  std::vector<GrowthPoint> points;  ///< Without a hole.
  std::uint64_t unknown = 0;        ///< Derivatives without a date.
  std::uint64_t curated_only = 0;   ///< Of the derivatives.
};
inline constexpr const char* kGrowthNote =
    "counted by the creation dates of the derivatives that are there today: those that were "
    "deleted "
    "are missing, and the Hub's dates begin on 2022-03-02, so that everything older stands there";
[[nodiscard]] Growth family_growth(SnapshotFacts& facts, const FamilyDefinition& family,
                                   const CurveQuery& query);

inline constexpr int kSurvivalMonths[] = {1, 3, 6, 12};
struct SurvivalPoint {
  UnixSeconds from = 0;  ///< The first second of the month of creation.
  std::uint64_t created = 0;
  /// By place in kSurvivalMonths; nullopt where that time has not come or was not observed.
  std::vector<std::optional<std::int64_t>> alive, downloaded;
};
struct Survival {
  const FamilyDefinition* family = nullptr;
  std::vector<SurvivalPoint> points;
  std::uint64_t curated_only = 0;  ///< Of the derivatives that are there.
};
inline constexpr const char* kSurvivalNote =
    "of the derivatives created in a month that were ever observed: those that were there, and "
    "those that were downloaded, at the last snapshot of the month so many months later; what was "
    "deleted before the first snapshot was never observed";
[[nodiscard]] Survival family_survival(AdoptionView& view, SnapshotFacts& facts,
                                       const FamilyDefinition& family, const CurveQuery& query);

}  // namespace stemma
