#pragma once

#include "api/fields/field.h"
#include "api/query/queries.h"

namespace stemma {

/// What is told of one model.
struct ModelAnswerRow {
  const SnapshotView& view;
  const ModelAnswer& answer;
};
[[nodiscard]] FieldList<ModelAnswerRow> model_answer_fields();

}  // namespace stemma
