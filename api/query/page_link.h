#pragma once

#include <cstdint>
#include <string>

#include "api/query/cursor.h"
#include "api/query/params.h"
#include "graph/family.h"

namespace stemma {

/// Names and values in one order, each encoded, so that equal queries have equal texts. Without
/// `with_page`, limit and cursor are left out.
[[nodiscard]] std::string canonical_query(ParamList params, bool with_page);

/// Of the definitions: other families, other answers.
[[nodiscard]] std::uint64_t hash_definitions(const FamilySet& families);

/// What a cursor is bound to, besides its snapshot.
[[nodiscard]] std::uint64_t query_hash(const std::string& path, const ParamList& params,
                                       std::uint64_t families_hash);

/// The same query on the page that `cursor` begins, as path and query.
[[nodiscard]] std::string next_page(const std::string& path, const ParamList& params,
                                    const Cursor& cursor);

}  // namespace stemma
