#pragma once

#include "api/fields/changes.h"
#include "api/fields/field.h"

namespace stemma {

/// A line of the feed of changes: what opens a snapshot (`change` null), or one change.
struct ChangeRow {
  const SnapshotView& view;  ///< The snapshot that the changes lead to.
  std::uint64_t seq = 0;
  const Change* change = nullptr;
};
[[nodiscard]] FieldList<ChangeRow> change_fields();

/// The line that closes the feed.
struct ChangesEndRow {
  std::uint64_t rows;
};
[[nodiscard]] FieldList<ChangesEndRow> changes_end_fields();

}  // namespace stemma
