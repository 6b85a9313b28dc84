#pragma once

#include <string>
#include <vector>

#include "api/query/queries.h"
#include "api/web/page.h"

namespace stemma {

// Tables of models and families as several pages show them.

/// Families or series, with a link to each.
void add_family_rows(Page& page, const SnapshotView& view, const std::vector<FamilyRow>& rows);
/// The models at the ends of edges, with their relation.
void add_model_rows(Page& page, const SnapshotView& view, const ListAnswer& list);
/// That there are more than are shown; nothing where there are not. `json_link` has all of them.
void add_cut_note(Page& page, const ListAnswer& list, const std::string& json_link);
/// What an edge that is known by hand rests on; empty for one that the hub's metadata declares.
[[nodiscard]] std::string curated_mark(const SnapshotView& view, EdgeId edge);

}  // namespace stemma
