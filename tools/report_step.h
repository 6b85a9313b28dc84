#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "api/query/adoption.h"
#include "api/query/snapshot_facts.h"

namespace stemma {

/// Writes each family's report of the view's snapshot to `out`, which is made where it is missing:
/// FAMILY-DATE.html, .md and its pictures, each beside and then renamed; then index.html of all
/// that lie there. Returns the names of the pages. `facts` must be those of the view's snapshot.
/// Throws Error{storage}.
std::vector<std::string> write_reports(AdoptionView& view, SnapshotFacts& facts,
                                       const std::vector<const FamilyDefinition*>& families,
                                       const std::filesystem::path& out);

}  // namespace stemma
