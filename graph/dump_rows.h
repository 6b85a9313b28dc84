#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "schema/hub_id.h"
#include "schema/snapshot_sections.h"
#include "schema/utc_time.h"

namespace stemma {

// A snapshot as rows of two tables, one of models and one of edges. Every dump, in whatever format,
// and every change is told in these columns, so that they agree.

/// A time of a cell, apart from other numbers.
struct CellTime {
  UnixSeconds seconds = 0;
  friend bool operator==(const CellTime&, const CellTime&) = default;
};
using TextList = std::vector<std::string_view>;
/// One value; monostate where it is unknown or there is none. Texts live as long as the snapshot.
using Cell = std::variant<std::monostate, std::string_view, CellTime, HubId, std::int64_t, float,
                          bool, TextList>;

inline constexpr std::array<std::string_view, 17> kModelColumns{
    "id",           "hub_id",
    "state",        "author",
    "created_at",   "last_modified",
    "first_seen",   "last_seen",
    "downloads",    "downloads_all_time",
    "likes",        "license",
    "pipeline_tag", "library_name",
    "gated",        "parameters",
    "aliases"};
inline constexpr std::array<std::string_view, 14> kEdgeColumns{
    "parent_id",    "child_id",    "relation",      "confidence",  "state",
    "sources",      "claims",      "first_seen",    "last_seen",   "why",
    "parent_state", "child_state", "parent_hub_id", "child_hub_id"};

using ModelRow = std::array<Cell, kModelColumns.size()>;
using EdgeRow = std::array<Cell, kEdgeColumns.size()>;

/// The place of a column; the name must be one of them.
template <std::size_t N>
constexpr std::size_t column(const std::array<std::string_view, N>& columns,
                             std::string_view name) {
  std::size_t at = 0;
  while (columns[at] != name) ++at;
  return at;
}

/// Makes rows of a snapshot, which must outlive it.
class RowMaker {
 public:
  explicit RowMaker(const SnapshotView& snapshot);

  [[nodiscard]] const SnapshotView& snapshot() const noexcept { return view_; }
  /// A model, a gone model (their `hub_id` set) or a ghost (all unknown but id, state and author).
  [[nodiscard]] ModelRow model(NodeId node) const;
  /// `state` is the child's; `sources` are those of its claims, each once; `first_seen` that of the
  /// earliest claim, `last_seen` of the latest; `why` is what a curated claim rests on.
  [[nodiscard]] EdgeRow edge(EdgeId edge, NodeId child) const;
  /// Old names that lead to the node, ascending.
  [[nodiscard]] TextList aliases(NodeId node) const;

 private:
  [[nodiscard]] Cell seen(SnapshotNumber number) const;

  const SnapshotView& view_;
  std::vector<std::pair<NodeId, std::uint32_t>> aliases_;  ///< By node, then alias.
};

}  // namespace stemma
