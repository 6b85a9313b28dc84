#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/snapshot_sections.h"

namespace stemma {

/// What can be wrong with what live models say of their parents.
enum class LintKind : std::uint8_t {
  self_reference,          ///< Names itself.
  cycle,                   ///< Descends from its own parent's descendants: one item an edge.
  ghost_parent,            ///< Names a model that was never observed.
  case_mismatch,           ///< Writes the parent's name in another case.
  renamed_parent,          ///< Names the parent as it is no longer called.
  contradictory_relation,  ///< Sources state different relations, or the name says another one.
  child_older_than_parent,
  reused_name,     ///< Named the parent by a name that another model bears now.
  rejected_claim,  ///< What cannot be the name of a repository.
};
inline constexpr std::size_t kLintKinds = 9;
[[nodiscard]] std::string_view to_string(LintKind kind) noexcept;
[[nodiscard]] std::optional<LintKind> parse_lint_kind(std::string_view word) noexcept;

/// One finding. Small: a snapshot has hundreds of thousands; what it says is made when it is told.
struct LintItem {
  static constexpr std::uint32_t kNoText = UINT32_MAX;

  LintKind kind;
  NodeId node;
  NodeId parent = kNoNode;       ///< kNoNode where no node is meant.
  std::uint32_t text = kNoText;  ///< Of the claim, into `texts`.
  /// The model that was meant, where that can be told: for a ghost the only live model of its name
  /// under another owner, or, where it has none, the only one that many use (10 children or 10,000
  /// downloads), for a local path the model that its end names. Else kNoNode.
  NodeId meant = kNoNode;
};

/// All findings, by kind, then by node, parent and text. Linear in nodes, edges and claims.
[[nodiscard]] std::vector<LintItem> find_lint(const SnapshotView& snapshot);

/// The claim's own words, or what contradicts what.
[[nodiscard]] std::string lint_text(const SnapshotView& snapshot, const LintItem& item);

/// The card's line that would put it right, with everything that stands in it today and is right;
/// empty where only the author can know.
[[nodiscard]] std::string lint_fix(const SnapshotView& snapshot, const LintItem& item);

}  // namespace stemma
