#pragma once

#include "api/fields/field.h"
#include "api/query/lineage_queries.h"

namespace stemma {

// How models hang together: paths, common ancestors, dominators, licences, history.

/// Any of the answers below with the snapshot that it is from.
template <class Answer>
struct AnswerRow {
  const SnapshotView& view;
  const Answer& answer;
};
[[nodiscard]] FieldList<AnswerRow<PathAnswer>> path_fields();
[[nodiscard]] FieldList<AnswerRow<CommonAnswer>> common_fields();
[[nodiscard]] FieldList<AnswerRow<DominatorsAnswer>> dominators_fields();
[[nodiscard]] FieldList<AnswerRow<LicensesAnswer>> licenses_fields();
[[nodiscard]] FieldList<AnswerRow<HistoryAnswer>> history_fields();

/// One licence of the table that licences are compared by.
[[nodiscard]] FieldList<LicenseTerms> license_terms_fields();

}  // namespace stemma
