#pragma once

#include "api/fields/field.h"
#include "api/query/queries.h"

namespace stemma {

/// One thing that a search found.
struct SearchItemRow {
  const SnapshotView& view;
  const SearchItem& item;
};
[[nodiscard]] FieldList<SearchItemRow> search_item_fields();

struct SearchRow {
  const SnapshotView& view;
  const std::vector<SearchItem>& items;
};
[[nodiscard]] FieldList<SearchRow> search_fields();

}  // namespace stemma
