#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/query/params.h"
#include "api/query/queries.h"
#include "graph/license_terms.h"
#include "graph/lint.h"
#include "graph/paths.h"

namespace stemma {

// Questions about how models hang together, beyond the lists of queries.h.

struct PathAnswer {
  NodeId from = kNoNode;  ///< As asked, whichever is the ancestor.
  NodeId to = kNoNode;
  ShortestPaths paths;
};
/// Down from `from` to `to`, else from `to` to `from`. Throws Error{not_found} with a plain
/// sentence where neither derives from the other.
[[nodiscard]] PathAnswer find_path(SnapshotFacts& facts, NodeId from, NodeId to);

struct CommonAnswer {
  NodeId models[2];
  std::vector<CommonAncestor> items;
};
[[nodiscard]] CommonAnswer find_common(SnapshotFacts& facts, NodeId a, NodeId b);

struct DominatorsAnswer {
  NodeId model = kNoNode;
  bool root = false;          ///< It has no parents: there is nothing that could dominate it.
  std::vector<NodeId> items;  ///< The nearest first.
};
[[nodiscard]] DominatorsAnswer find_dominators(SnapshotFacts& facts, NodeId model);

/// Takes the parameter `exposure`: one or more of carries, refers, unknown; empty for all.
[[nodiscard]] std::vector<Exposure> read_exposures(ParamReader& reader);
/// Descendants with what the model's withdrawal means for them.
[[nodiscard]] ListAnswer list_impact(SnapshotFacts& facts, NodeId model,
                                     const std::vector<Exposure>& exposures,
                                     const ListQuery& query);

struct LicensesAnswer {
  NodeId model = kNoNode;
  std::optional<LicenseVerdict> verdict;  ///< Of all together; none where there are no ancestors.
  std::vector<AncestorLicense> items;
};
[[nodiscard]] LicensesAnswer show_licenses(SnapshotFacts& facts, NodeId model);

/// A model's names and claims with the time that they were seen in.
struct HistoryAnswer {
  struct Name {
    std::string_view name;
    SnapshotNumber until = 0;  ///< The first snapshot that it is an old name in; 0: it is today's.
  };
  struct Said {
    StoredClaim claim;
    bool current = true;      ///< Made in the newest document, whatever became of it.
    NodeId parent = kNoNode;  ///< Of current ones that made an edge.
  };
  NodeId model = kNoNode;
  /// Another model that bore this one's name before; claims made then stay with it.
  struct Bearer {
    NodeId node = kNoNode;
    SnapshotNumber until = 0;
  };
  std::vector<Name> names;  ///< Today's last.
  std::vector<Bearer> borne_before_by;
  std::vector<Said> claims;  ///< By first_seen, then source, then text.
};
[[nodiscard]] HistoryAnswer show_history(SnapshotFacts& facts, NodeId model);

struct LintAnswer {
  std::array<std::uint64_t, kLintKinds> by_kind{};  ///< Of the whole snapshot.
  std::uint64_t total = 0;                          ///< Of the kinds that were asked for.
  std::vector<LintItem> items;                      ///< A page of them.
};
/// Takes the parameter `kind`, one or more; empty for all.
[[nodiscard]] std::vector<LintKind> read_lint_kinds(ParamReader& reader);
[[nodiscard]] LintAnswer list_lint(SnapshotFacts& facts, const std::vector<LintKind>& kinds,
                                   std::size_t offset, std::size_t limit);

}  // namespace stemma
