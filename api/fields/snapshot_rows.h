#pragma once

#include "api/fields/field.h"
#include "api/query/snapshot_facts.h"
#include "index/crawl_ledger.h"
#include "index/verify.h"

namespace stemma {

/// A snapshot that was published.
[[nodiscard]] FieldList<SnapshotRow> snapshot_fields();

/// A snapshot in numbers, with the documents that were refused.
struct StatsRow {
  const SnapshotView& view;
  const CuratedEdges& curated;
  const UnreadFields& troubles;
};
[[nodiscard]] FieldList<StatsRow> stats_fields();

/// A document that was refused.
[[nodiscard]] FieldList<RejectedDocument> rejected_fields();

/// What `verify` found.
[[nodiscard]] FieldList<VerifyReport> verify_fields();

}  // namespace stemma
