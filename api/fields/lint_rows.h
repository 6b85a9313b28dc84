#pragma once

#include <string_view>

#include "api/fields/field.h"
#include "api/query/lineage_queries.h"

namespace stemma {

/// One finding.
struct LintItemRow {
  const SnapshotView& view;
  const LintItem& item;
};
[[nodiscard]] FieldList<LintItemRow> lint_item_fields();

struct LintRow {
  const SnapshotView& view;
  const LintAnswer& answer;
  std::string_view next;  ///< URL of the next page.
};
[[nodiscard]] FieldList<LintRow> lint_fields();

}  // namespace stemma
