#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/chunk_source.h"
#include "api/json.h"
#include "api/query/queries.h"
#include "index/verify.h"

namespace stemma {

// Answers as JSON, in the shapes that other people's scripts depend on. The same text goes over
// HTTP and to `--json`. `next` is the URL of the next page; empty writes null.

[[nodiscard]] std::string model_body(const SnapshotView& snapshot, const ModelAnswer& answer);
[[nodiscard]] std::string list_body(const SnapshotView& snapshot, const ListAnswer& answer,
                                    std::string_view next);
[[nodiscard]] std::string families_body(const SnapshotView& snapshot, const FamiliesAnswer& answer);
/// Each breakdown has the largest `top` names; `others` says how many are left out, and with how
/// many derivatives.
inline constexpr std::size_t kBreakdownTop = 100;
[[nodiscard]] std::string family_body(const SnapshotView& snapshot, const FamilyAnswer& answer,
                                      std::size_t top = kBreakdownTop);
[[nodiscard]] std::string inference_body(const SnapshotView& snapshot,
                                         const InferenceAnswer& answer);
[[nodiscard]] std::string search_body(const SnapshotView& snapshot,
                                      const std::vector<SearchItem>& items);
/// The items of the two one a line, closed like a stream of a list.
[[nodiscard]] std::string families_lines(const SnapshotView& snapshot,
                                         const FamiliesAnswer& answer);
[[nodiscard]] std::string search_lines(const SnapshotView& snapshot,
                                       const std::vector<SearchItem>& items);
[[nodiscard]] std::string stats_body(SnapshotFacts& facts, const Troubles& troubles);
[[nodiscard]] std::string snapshots_body(const SnapshotView& snapshot);
/// `{"runs": [...], "nights": [...]}`, as they come.
[[nodiscard]] std::string crawls_body(const std::vector<RunFacts>& runs,
                                      const std::vector<Night>& nights);

/// What `verify` found.
[[nodiscard]] std::string verify_body(const VerifyReport& report);

/// The list as NDJSON, a few hundred items a piece, closed by a line that tells their number: a
/// stream without it was cut.
[[nodiscard]] ChunkSource list_lines(SnapshotHandle snapshot, ListAnswer answer);

}  // namespace stemma
