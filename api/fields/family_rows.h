#pragma once

#include "api/fields/field.h"
#include "api/query/queries.h"

namespace stemma {

/// A family or series with its numbers, one of several.
struct FamilyItemRow {
  const SnapshotView& view;
  const FamilyRow& family;
  Policy policy;
};
[[nodiscard]] FieldList<FamilyItemRow> family_item_fields();

/// All top-level families.
struct FamiliesRow {
  const SnapshotView& view;
  const FamiliesAnswer& answer;
};
[[nodiscard]] FieldList<FamiliesRow> families_fields();

/// How many names a breakdown has where nobody says.
inline constexpr std::size_t kBreakdownTop = 100;

/// One family or series; breakdowns have the largest `top` names each.
struct FamilyAnswerRow {
  const SnapshotView& view;
  const FamilyAnswer& answer;
  std::size_t top = kBreakdownTop;
};
[[nodiscard]] FieldList<FamilyAnswerRow> family_answer_fields();

}  // namespace stemma
