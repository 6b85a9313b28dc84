#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "graph/count_sum.h"
#include "graph/walk.h"
#include "schema/relation.h"
#include "schema/snapshot_sections.h"

namespace stemma {

/// What a list keeps. Filters choose what is listed and counted, never what is walked through. An
/// empty list of alternatives keeps everything; texts compare without regard to case. Models whose
/// value is unknown fail a filter on it.
struct Filters {
  std::vector<Relation> relations;  ///< Of the last edge on a shortest path.
  std::optional<std::uint32_t> max_depth;
  std::vector<std::string> authors;
  std::vector<std::string> licenses;
  std::vector<std::string> pipeline_tags;
  std::vector<std::string> libraries;
  std::string name_part;  ///< Somewhere in the name.
  std::optional<std::int64_t> min_downloads;
  std::optional<UnixSeconds> created_after;   ///< At this second or later.
  std::optional<UnixSeconds> created_before;  ///< Before this second.
  std::optional<double> min_confidence;       ///< Of the last edge on a shortest path.
  bool include_gone = false;
  bool include_ghosts = false;
};

enum class SortKey { downloads, likes, created_at, depth, id };

struct ListQuery {
  Filters filters;
  SortKey sort = SortKey::downloads;
  bool descending = true;
  std::size_t offset = 0;
  std::size_t limit = 100;
};

struct Listing {
  std::uint64_t total = 0;     ///< What the filters leave, not only this page.
  CountSum downloads;          ///< Of those, rolling 30 days.
  std::vector<Reached> items;  ///< The page [offset, offset + limit).
};

/// Filters, sorts and cuts out one page. An entry of depth 0 (a root listed with what came of it)
/// has no edge and fails filters on one. Unknown values sort last in either order; ties go by name
/// in byte order. Linear in `reached` plus the sorting of what comes before the page's end.
[[nodiscard]] Listing list_nodes(const SnapshotView& snapshot, std::vector<Reached> reached,
                                 const ListQuery& query);

}  // namespace stemma
