#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "graph/count_sum.h"
#include "graph/family.h"
#include "schema/snapshot_sections.h"

namespace stemma {

// Policy `fractional` in exact arithmetic: every live model is one unit, split over its direct
// parents and upwards, ending at the first root of a top-level family.

/// A weight in units of 2^-64 model.
///
/// Why not a double: the shares of 5 million models pass through as many additions and splittings.
/// In binary floating point each may err by one part in 2^53, and in the worst case these errors
/// add up to more than the millionth that is shown. Here additions are exact, so their order does
/// not matter, and a splitting gives out exactly what it was given (who gets the indivisible rest
/// is settled by order): nothing is lost, the families and `other` add up to the number of live
/// models to the last bit. A part is off by less than one unit a splitting, which makes less than
/// 1e-12 of a model over ten million edges. 5 million models take 87 of the 128 bits, times a
/// million still only 107. The rounded results are doubles: at less than 2^33 models they hold
/// every multiple of a millionth well enough to print it exactly.
__extension__ using Weight = unsigned __int128;
inline constexpr Weight kOne = Weight{1} << 64U;
inline constexpr std::uint64_t kMillion = 1'000'000;

/// Whole millionths that add up to `whole`: each is rounded down, and the missing ones go to those
/// that lost most by it, the earlier one where two lost the same. `whole` is what the weights add
/// up to, but for rounding.
[[nodiscard]] std::vector<std::uint64_t> round_to(std::span<const Weight> weights,
                                                  std::uint64_t whole);
[[nodiscard]] inline std::uint64_t nearest_millionth(Weight weight) noexcept {
  return static_cast<std::uint64_t>((weight * kMillion + kOne / 2) >> 64U);
}

/// Downloads of models times their shares.
struct WeightedSum {
  Weight whole = 0;  ///< In units of kOne; parts of one are apart, so that nothing overflows.
  Weight rest = 0;
  std::uint64_t known = 0;
  std::uint64_t unknown = 0;

  void add(std::int64_t count, Weight share) {
    ++(count == kUnknownCount ? unknown : known);
    if (count == kUnknownCount) return;
    const Weight part = share * static_cast<std::uint64_t>(count);
    whole += part / kOne;
    rest += part % kOne;
  }
  [[nodiscard]] std::int64_t floor() const {
    constexpr Weight kMost = std::numeric_limits<std::int64_t>::max();
    return static_cast<std::int64_t>(std::min(whole + rest / kOne, kMost));
  }
  /// What is lost by that, in units of 2^-64.
  [[nodiscard]] std::uint64_t fraction() const { return static_cast<std::uint64_t>(rest); }
  [[nodiscard]] CountSum rounded() const {
    constexpr Weight kMost = std::numeric_limits<std::int64_t>::max();
    const Weight sum = whole + (rest + kOne / 2) / kOne;
    return {static_cast<std::int64_t>(std::min(sum, kMost)), known, unknown};
  }
};

/// The same for sums of counts: whole numbers that add up to `whole`.
[[nodiscard]] std::vector<std::int64_t> round_sums(std::span<const WeightedSum> sums,
                                                   std::int64_t whole);

/// What is split over whom. Immutable; const is thread-safe. `snapshot` must outlive it. Cost:
/// linear in nodes and edges, and in totals().
class ShareSplitter {
 public:
  ShareSplitter(const SnapshotView& snapshot, const FamilySet& families);
  ~ShareSplitter();
  ShareSplitter(const ShareSplitter&) = delete;
  ShareSplitter& operator=(const ShareSplitter&) = delete;

  /// The weight that ends in each top-level family and, last, in none.
  [[nodiscard]] std::vector<Weight> totals() const;

  /// How much of a node's unit ends in a top-level family, by its place among those.
  struct Share {
    std::uint32_t family;
    Weight weight;
  };
  /// Of one node, ascending by family; families that have nothing of it are left out.
  [[nodiscard]] std::span<const Share> shares_of(NodeId node) const;
  /// 0 where the family has nothing of it.
  [[nodiscard]] Weight share_of(NodeId node, std::uint32_t family) const {
    for (const Share& share : shares_of(node)) {
      if (share.family == family) return share.weight;
    }
    return 0;
  }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stemma
