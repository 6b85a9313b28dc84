#pragma once

#include "api/fields/field.h"
#include "api/query/queries.h"

namespace stemma {

/// How parents are inferred, and how well.
struct InferenceRow {
  const SnapshotView& view;
  const InferenceAnswer& answer;
};
[[nodiscard]] FieldList<InferenceRow> inference_fields();

}  // namespace stemma
