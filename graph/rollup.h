#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graph/adoption.h"
#include "graph/family.h"
#include "schema/snapshot_sections.h"

namespace stemma {

// The sums behind every curve and leaderboard, of one snapshot: pure functions of the snapshot and
// of what is derived from its models' counts.

/// What is summed up.
enum class CountKind : std::uint8_t { downloads, downloads_all_time, downloads_7d, likes };
inline constexpr std::size_t kCountKinds = 4;

/// Sums over live models, each counted once. A member's unknown count adds nothing and is not
/// `known`.
struct AdoptionSums {
  std::int64_t models = 0;  ///< How many, whole.
  /// Policy `fractional`: their shares, in millionths of a model. 0 under `any`.
  std::int64_t share = 0;
  /// Those that were first seen in this snapshot, but for the first one, in which all are: models,
  /// or millionths under `fractional`.
  std::int64_t fresh = 0;
  /// Those with downloads in the last 30 days, stale ones left out.
  std::int64_t downloaded = 0;
  std::array<std::int64_t, kCountKinds> total{};  ///< Of the known parts.
  std::array<std::int64_t, kCountKinds> known{};  ///< How many models had the count.

  /// kUnknownCount where no part is known.
  [[nodiscard]] std::int64_t value(CountKind kind) const noexcept {
    const auto k = static_cast<std::size_t>(kind);
    return known[k] == 0 ? kUnknownCount : total[k];
  }
  [[nodiscard]] std::int64_t unknown(CountKind kind) const noexcept {
    return models - known[static_cast<std::size_t>(kind)];
  }
  AdoptionSums& operator+=(const AdoptionSums& other) noexcept;
  /// The same where it is known that nothing overflows.
  void add_unchecked(const AdoptionSums& other) noexcept {
    models += other.models;
    share += other.share;
    fresh += other.fresh;
    downloaded += other.downloaded;
    for (std::size_t k = 0; k < kCountKinds; ++k) total[k] += other.total[k];
    for (std::size_t k = 0; k < kCountKinds; ++k) known[k] += other.known[k];
  }
  AdoptionSums& operator-=(const AdoptionSums& other) noexcept;
  friend bool operator==(const AdoptionSums&, const AdoptionSums&) = default;
};

/// What models are told apart by. Names are stored: never rename.
enum class Breakdown : std::uint8_t {
  role,  ///< official, derivatives; of the whole hub: models, other
  // Of derivatives.
  relation,
  author,
  license,
  library,
  pipeline_tag,
  quantizer,  ///< Authors of many quantized models; their other models are in no bucket.
  depth,
  series,   ///< Of the root at the top of the shortest path.
  created,  ///< Month of creation, `2024-07`.
  burst,    ///< Those that the rule of bursts sets aside (graph/burst.h), and the others.
  // Of the whole hub.
  descendants,  ///< Of each model that has some, by its key.
};
inline constexpr std::size_t kBreakdowns = 12;
[[nodiscard]] std::string_view to_string(Breakdown breakdown) noexcept;

enum class SharePolicy : std::uint8_t { any, fractional };

inline constexpr const char* kOfficial = "official";
inline constexpr const char* kDerivatives = "derivatives";
inline constexpr const char* kHubModels = "models";  ///< All live models of the hub.
inline constexpr const char* kHubOther = "other";    ///< What ends in no family (`fractional`).
inline constexpr const char* kOtherQuantizers = "other";
inline constexpr const char* kNotInBurst = "kept";
inline constexpr const char* kInBurst = "set_aside";

/// Which sums: of a family or, where `family` is empty, of the whole hub.
struct RollupKey {
  std::string family;
  Breakdown breakdown = Breakdown::role;
  SharePolicy policy = SharePolicy::any;

  friend auto operator<=>(const RollupKey&, const RollupKey&) = default;
};

struct RollupGroup {
  RollupKey key;
  std::vector<std::pair<std::string, AdoptionSums>> entries = {};  ///< Ascending by name.
};

/// What is known of models at the snapshot beyond its columns, one entry a node.
struct DerivedCounts {
  std::vector<std::int64_t> downloads_7d;  ///< kUnknownCount where unknown.
  std::vector<std::uint8_t> stale;         ///< 1 where the count of 30 days is stale.
  /// All that is derived, of the models that are large (adoption::kBoardGrowthDownloads) or new
  /// (adoption::kBoardNewDays): growth and spikes decide which boards they are on.
  std::unordered_map<NodeId, DerivedPoint> points;
};

/// Live models by a value, largest first, ties by name in byte order.
struct BoardRow {
  std::uint32_t ordinal = 0;
  std::int64_t value = 0;  ///< Growth in millionths.
  friend bool operator==(const BoardRow&, const BoardRow&) = default;
};
enum class ModelBoard : std::uint8_t { downloads, downloads_7d, growth, fresh, likes, derivatives };
inline constexpr std::size_t kModelBoards = 6;
/// As in a path: `new` for `fresh`.
[[nodiscard]] std::string_view to_string(ModelBoard board) noexcept;
inline constexpr std::size_t kBoardRows = 1000;
struct Board {
  ModelBoard board;
  std::string family;  ///< Empty for the whole hub.
  std::vector<BoardRow> rows = {};
};

struct Rollup {
  std::vector<RollupGroup> groups;
  std::vector<Board> boards;
};

/// `families` must be those in the snapshot (FamilySet::in), `counts` have an entry for each node.
/// Cost: a walk of each family, a look at each member for each breakdown, and one at each model for
/// each of its ancestors.
[[nodiscard]] Rollup roll_up(const SnapshotView& snapshot, const FamilySet& families,
                             const DerivedCounts& counts);

/// The key of a node in Breakdown::descendants: the Hub's `_id` in hex; of a ghost `/` and its name
/// in lower case.
[[nodiscard]] std::string descendants_key(const SnapshotView& snapshot, NodeId node);

/// "2024-07"; kNotDeclared for an unknown time.
[[nodiscard]] std::string month_of(UnixSeconds time);

}  // namespace stemma
