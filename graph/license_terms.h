#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schema/snapshot_sections.h"

namespace stemma {

// What a licence asks of those who pass on what they made from a model: a statement of what the
// licence's text says, made so that two licences can be compared. It is not advice, and it does not
// say whether a licence binds at all.

/// Conditions that a licence lays on derivatives. One bit each.
enum LicenseCondition : std::uint8_t {
  kSameTerms = 1,       ///< They stay under this very licence (share-alike, or its own agreement).
  kNonCommercial = 2,   ///< No commercial use.
  kUsePolicy = 4,       ///< A list of forbidden uses is passed on.
  kLimitedSize = 8,     ///< Those with very many users need another licence.
  kNoDerivatives = 16,  ///< They may not be passed on at all.
};

/// One licence of the table.
struct LicenseTerms {
  std::string_view id;  ///< As the Hub writes it, or as `license_name` is usually written.
  std::uint8_t conditions;
  /// Licences other than itself under which it lets derivatives be put although it asks for the
  /// same terms; parted by blanks.
  std::string_view or_under;
  std::string_view aliases;  ///< Other spellings of it, parted by blanks.
};
/// All licences that can be compared, grouped by kind.
[[nodiscard]] std::span<const LicenseTerms> license_table() noexcept;
/// By id or alias, in any case; nullptr for what is not in the table.
[[nodiscard]] const LicenseTerms* find_license(std::string_view id) noexcept;
/// The conditions in words: `same_terms`, `non_commercial`, `use_policy`, `limited_size`,
/// `no_derivatives`.
[[nodiscard]] std::vector<std::string_view> condition_words(std::uint8_t conditions);

/// How a model's licence stands to an ancestor's.
enum class LicenseVerdict : std::uint8_t {
  agrees,       ///< The same, or the ancestor's leaves room for it.
  relaxes,      ///< Lacks a condition that the ancestor's asks to be passed on.
  contradicts,  ///< Another licence with conditions where the ancestor's asks for its own, or for
                ///< no derivatives.
  undeclared,   ///< The model declares none.
  unknown,      ///< One of the two is not in the table, or the ancestor declares none.
};
[[nodiscard]] std::string_view to_string(LicenseVerdict verdict) noexcept;

struct LicenseComparison {
  LicenseVerdict verdict;
  std::string reason;  ///< In one sentence.
};
/// Empty texts are "none declared".
[[nodiscard]] LicenseComparison compare_licenses(std::string_view own, std::string_view ancestor);

/// What a node declares: its `license`, or where that is `other` the `license_name`, if any.
[[nodiscard]] std::string_view declared_license(const SnapshotView& snapshot, NodeId node);

/// One ancestor's licence, compared.
struct AncestorLicense {
  NodeId node;
  std::uint32_t depth;
  LicenseComparison comparison;
  std::vector<NodeId> path;  ///< A shortest one, from the ancestor down to the model.
};
/// Of all ancestors, by depth, then name. Cost: the edges above, and the paths' lengths.
[[nodiscard]] std::vector<AncestorLicense> licenses_above(const SnapshotView& snapshot,
                                                          NodeId model);
/// What all of them come to: contradicts before relaxes, undeclared, unknown, agrees.
[[nodiscard]] LicenseVerdict gravest(std::span<const AncestorLicense> licenses) noexcept;

}  // namespace stemma
