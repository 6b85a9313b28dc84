#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/chunk_source.h"
#include "api/fields/family_rows.h"
#include "api/query/lineage_queries.h"
#include "api/query/queries.h"
#include "index/crawl_ledger.h"
#include "index/verify.h"

namespace stemma {

// Answers as JSON: what HTTP sends and `--json` prints. `next` is the URL of the next page or
// empty.

[[nodiscard]] std::string model_json(const SnapshotView& snapshot, const ModelAnswer& answer);
[[nodiscard]] std::string list_json(const SnapshotView& snapshot, const ListAnswer& answer,
                                    std::string_view next);
/// The items as CSV, their lists left out.
[[nodiscard]] std::string list_csv(const SnapshotView& snapshot, const ListAnswer& answer);
[[nodiscard]] std::string families_json(const SnapshotView& snapshot, const FamiliesAnswer& answer);
[[nodiscard]] std::string family_json(const SnapshotView& snapshot, const FamilyAnswer& answer,
                                      std::size_t top = kBreakdownTop);
[[nodiscard]] std::string search_json(const SnapshotView& snapshot,
                                      const std::vector<SearchItem>& items);
[[nodiscard]] std::string path_json(const SnapshotView& snapshot, const PathAnswer& answer);
[[nodiscard]] std::string common_json(const SnapshotView& snapshot, const CommonAnswer& answer);
[[nodiscard]] std::string dominators_json(const SnapshotView& snapshot,
                                          const DominatorsAnswer& answer);
[[nodiscard]] std::string licenses_json(const SnapshotView& snapshot, const LicensesAnswer& answer);
/// The table that licences are compared by.
[[nodiscard]] std::string license_table_json();
[[nodiscard]] std::string history_json(const SnapshotView& snapshot, const HistoryAnswer& answer);
[[nodiscard]] std::string lint_json(const SnapshotView& snapshot, const LintAnswer& answer,
                                    std::string_view next);
[[nodiscard]] std::string inference_json(const SnapshotView& snapshot,
                                         const InferenceAnswer& answer);
[[nodiscard]] std::string stats_json(SnapshotFacts& facts, const UnreadFields& troubles);
[[nodiscard]] std::string snapshots_json(const SnapshotView& snapshot);
[[nodiscard]] std::string runs_json(const std::vector<RunFacts>& runs,
                                    const std::vector<Night>& nights);
[[nodiscard]] std::string verify_json(const VerifyReport& report);

// The items of an answer as NDJSON.

[[nodiscard]] ChunkSource list_lines(SnapshotHandle snapshot, ListAnswer answer);
[[nodiscard]] ChunkSource lint_lines(SnapshotHandle snapshot, LintAnswer answer);
/// `answer` refers to facts, which must outlive the lines.
[[nodiscard]] ChunkSource families_lines(SnapshotHandle snapshot, FamiliesAnswer answer);
[[nodiscard]] ChunkSource search_lines(SnapshotHandle snapshot, std::vector<SearchItem> items);

}  // namespace stemma
