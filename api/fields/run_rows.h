#pragma once

#include <vector>

#include "api/fields/field.h"
#include "index/crawl_ledger.h"

namespace stemma {

/// What was done: crawls and imports, and the nights that they were steps of.
struct RunsRow {
  const std::vector<RunFacts>& runs;
  const std::vector<Night>& nights;
};
[[nodiscard]] FieldList<RunsRow> runs_fields();

}  // namespace stemma
