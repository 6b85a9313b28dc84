#pragma once

#include <string>
#include <string_view>

#include "api/chunk_source.h"
#include "api/json.h"
#include "api/query/lineage_queries.h"

namespace stemma {

// Answers of lineage_queries.h as JSON.

[[nodiscard]] std::string path_body(const SnapshotView& snapshot, const PathAnswer& answer);
[[nodiscard]] std::string common_body(const SnapshotView& snapshot, const CommonAnswer& answer);
[[nodiscard]] std::string dominators_body(const SnapshotView& snapshot,
                                          const DominatorsAnswer& answer);
[[nodiscard]] std::string licenses_body(const SnapshotView& snapshot, const LicensesAnswer& answer);
/// The table that licences are compared by.
[[nodiscard]] std::string license_table_body();
[[nodiscard]] std::string history_body(const SnapshotView& snapshot, const HistoryAnswer& answer);
[[nodiscard]] std::string lint_body(const SnapshotView& snapshot, const LintAnswer& answer,
                                    std::string_view next);
/// As NDJSON, a few hundred items a piece.
[[nodiscard]] ChunkSource lint_lines(SnapshotHandle snapshot, LintAnswer answer);

/// Exposure, needs and only_source of one item; and the sums of all.
void write_impact_of(JsonWriter& json, const ImpactRow& row);
void write_impact(JsonWriter& json, const Impact& impact);

}  // namespace stemma
