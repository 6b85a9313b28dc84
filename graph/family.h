#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "graph/count_sum.h"
#include "graph/walk.h"
#include "schema/family_definition.h"
#include "schema/snapshot_sections.h"

namespace stemma {

/// Throws Error{usage} naming the family when its pattern is not a regular expression.
void check_pattern(const FamilyDefinition& family);

/// The definitions in force: families and their series, patterns compiled. Immutable; const is
/// thread-safe.
class FamilySet {
 public:
  /// Throws Error{usage} naming the family whose pattern is not a regular expression, whose name is
  /// taken twice, or whose parent does not exist.
  explicit FamilySet(std::vector<FamilyDefinition> definitions);
  ~FamilySet();
  FamilySet(FamilySet&&) noexcept;
  FamilySet& operator=(FamilySet&&) noexcept;

  [[nodiscard]] const std::vector<FamilyDefinition>& definitions() const noexcept;
  /// By name, in any case; nullptr when there is none.
  [[nodiscard]] const FamilyDefinition* find(std::string_view name) const;
  /// The same families with the series that their `series_from` finds among their roots in this
  /// snapshot, after those that are written out, by name; one that is written out wins over one of
  /// the same name. Cost: compiles every pattern, and searches the roots' names.
  [[nodiscard]] FamilySet in(const SnapshotView& snapshot) const;
  /// Whether a node of that name is a root of the family.
  [[nodiscard]] bool matches(const FamilyDefinition& family, std::string_view model_name) const;
  /// Every node that is a root, ascending: live, gone and ghosts.
  [[nodiscard]] std::vector<NodeId> roots(const SnapshotView& snapshot,
                                          const FamilyDefinition& family) const;

 private:
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

/// Who is in a family. `derivatives` holds everything reached, gone models and ghosts too, by
/// depth.
struct FamilyMembers {
  std::vector<NodeId> roots;
  std::vector<Reached> derivatives;
};
[[nodiscard]] FamilyMembers members_of(const SnapshotView& snapshot, const FamilySet& families,
                                       const FamilyDefinition& family);

/// What stands in breakdowns for a value that is not there. `unknown` is a licence that many models
/// declare; no licence, author or task of the Hub has parentheses.
inline constexpr const char* kNotDeclared = "(none)";

/// The numbers of one family under policy `any`. Official and derivatives are live models.
struct FamilySummary {
  std::uint64_t official = 0;
  std::uint64_t derivatives = 0;
  std::uint64_t derivatives_direct = 0;  ///< One edge away from a root.
  std::uint64_t derivatives_burst_adjusted = 0;
  CountSum downloads_official;  ///< Rolling 30 days.
  CountSum downloads_derivatives;
  CountSum downloads_all_time_official;
  CountSum downloads_all_time_derivatives;
  // Derivatives by value; an unknown licence, author or task is under kNotDeclared.
  std::map<std::string, std::uint64_t> by_relation, by_depth, by_license, by_author,
      by_pipeline_tag;
};
/// `bursts` is that of the same snapshot (graph/burst.h).
[[nodiscard]] FamilySummary summarise(const SnapshotView& snapshot, const FamilyMembers& members,
                                      const std::vector<bool>& set_aside);

/// Names of the top-level families and series that `node` belongs to, official or derived, in the
/// definitions' order. Cost: the node's ancestors.
[[nodiscard]] std::vector<std::string> families_of(const SnapshotView& snapshot,
                                                   const FamilySet& families, NodeId node);

/// Policy `fractional`: every live model is one unit, split over its direct parents and
/// upwards, ending at the first root met. Top-level families only.
struct FractionalShares {
  std::vector<double>
      by_family;            ///< In the order of the top-level definitions; rounded to six decimals.
  double other = 0;         ///< by_family plus other is exactly `total` in units of a millionth.
  std::uint64_t total = 0;  ///< Live models.
};
[[nodiscard]] FractionalShares fractional_shares(const SnapshotView& snapshot,
                                                 const FamilySet& families);

/// One top-level family under policy `fractional`. Every number of models is exact to the
/// millionth; each breakdown adds up to `derivatives`, and `official` plus `derivatives` is the
/// family's share of FractionalShares.
struct FractionalSummary {
  double models = 0;
  double official = 0;  ///< Less than their number only where a root belongs to several families.
  double derivatives = 0;
  double derivatives_direct = 0;
  double derivatives_burst_adjusted = 0;
  // Each model's downloads times its share, rounded to whole ones in the sum. Known and unknown are
  // numbers of models, whatever their share.
  CountSum downloads_official, downloads_derivatives;
  CountSum downloads_all_time_official, downloads_all_time_derivatives;
  std::map<std::string, double> by_relation, by_depth, by_license, by_author, by_pipeline_tag;
};
/// `family` must be a top-level one, `shares` those of the same snapshot and families. Linear in
/// nodes and edges.
[[nodiscard]] FractionalSummary summarise_fractional(const SnapshotView& snapshot,
                                                     const FamilySet& families,
                                                     const FamilyDefinition& family,
                                                     const FractionalShares& shares,
                                                     const std::vector<bool>& set_aside);

}  // namespace stemma
