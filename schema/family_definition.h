#pragma once

#include <string>
#include <vector>

namespace stemma {

/// A named set of roots: every model, ghost or gone model of one of the owners whose base name the
/// pattern is found in. `schema/families.toml` holds those that ship.
struct FamilyDefinition {
  std::string name;   ///< Lower case, unique over families and series: `qwen`, `qwen2.5-coder`.
  std::string label;  ///< For people: `Qwen2.5-Coder`.
  std::vector<std::string> owners;
  std::string
      pattern;  ///< Case-insensitive regular expression (RE2 syntax); empty matches everything.
  std::string parent;  ///< The family that this is a series of; empty for a top-level family.
  /// A pattern with one group: each value that it takes among the family's roots is a series of its
  /// own. Empty for none.
  std::string series_from = {};
  /// Of a series that came of `series_from`, which is its `pattern`: the group's value, in lower
  /// case.
  std::string series_value = {};

  [[nodiscard]] bool top_level() const noexcept { return parent.empty(); }
};

}  // namespace stemma
