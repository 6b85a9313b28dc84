#pragma once

#include <string_view>

#include "api/fields/field.h"
#include "api/query/queries.h"

namespace stemma {

/// One claim of an edge.
struct ClaimRow {
  const SnapshotView& view;
  EdgeId edge;
  const StoredClaim& claim;
};
[[nodiscard]] FieldList<ClaimRow> claim_fields();

/// One model in a list.
struct ListItemRow {
  const SnapshotView& view;
  const ListAnswer& answer;
  const Reached& reached;
};
/// Of parents and children; of what descends or is descended from; of a family's models; of an
/// impact.
[[nodiscard]] FieldList<ListItemRow> list_item_fields(ListKind kind);

/// A list with what is said beside it; `next` is the URL of the next page.
struct ListRow {
  const SnapshotView& view;
  const ListAnswer& answer;
  std::string_view next;
};
[[nodiscard]] FieldList<ListRow> list_fields(ListKind kind);

}  // namespace stemma
