#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "graph/rollup.h"
#include "graph/shares.h"

namespace stemma {

// How sums grow while a family is rolled up.

/// The sums of one group under policy `any`.
struct PlainSums {
  struct Part {
    const AdoptionSums& sums;
    bool fits;  ///< Whether all models' counts together are far from overflowing.
  };
  AdoptionSums sums;
  void add(const Part& part) {
    if (part.fits) {
      sums.add_unchecked(part.sums);
    } else {
      sums += part.sums;
    }
  }
};

/// The same under `fractional`. Most models are wholly one family's: only the others are added, and
/// what the plain sums have of them is taken back.
struct SharedSums {
  struct Part {
    const AdoptionSums& sums;
    Weight share = 0;
    bool in_plain = false;  ///< The plain sums have it, and count here.
  };
  std::int64_t models = 0;
  std::int64_t downloaded = 0;
  Weight share = 0;
  Weight fresh = 0;
  std::array<WeightedSum, kCountKinds> totals{};
  AdoptionSums taken_back;

  void add(const Part& part) {
    if (part.in_plain) taken_back.add_unchecked(part.sums);
    if (part.share == 0) return;
    models += 1;
    downloaded += part.sums.downloaded;
    share += part.share;
    if (part.sums.fresh != 0) fresh += part.share;
    for (std::size_t k = 0; k < kCountKinds; ++k)
      totals[k].add(part.sums.known[k] == 0 ? kUnknownCount : part.sums.total[k], part.share);
  }
  SharedSums& operator+=(const SharedSums& other) {
    models += other.models;
    downloaded += other.downloaded;
    share += other.share;
    fresh += other.fresh;
    for (std::size_t k = 0; k < kCountKinds; ++k) {
      totals[k].whole += other.totals[k].whole;
      totals[k].rest += other.totals[k].rest;
      totals[k].known += other.totals[k].known;
      totals[k].unknown += other.totals[k].unknown;
    }
    taken_back.add_unchecked(other.taken_back);
    return *this;
  }
  /// With the models that are wholly the family's: those in `plain` that were not taken back.
  void add_whole_ones(const AdoptionSums& plain) {
    AdoptionSums rest = plain;
    rest -= taken_back;
    models += rest.models;
    downloaded += rest.downloaded;
    share += static_cast<Weight>(rest.models) * kOne;
    fresh += static_cast<Weight>(rest.fresh) * kOne;
    for (std::size_t k = 0; k < kCountKinds; ++k) {
      totals[k].whole += static_cast<Weight>(rest.total[k]);
      totals[k].known += static_cast<std::uint64_t>(rest.known[k]);
    }
  }
};

/// Sums by a number that says what tells models apart; memory only for what was added to.
template <class Sums>
class Buckets {
 public:
  void add(std::uint32_t key, const typename Sums::Part& part) {
    if (slot_.size() <= key) slot_.resize(key + std::size_t{1}, kNone);
    if (slot_[key] == kNone) {
      slot_[key] = static_cast<std::uint32_t>(keys_.size());
      keys_.push_back(key);
      sums_.emplace_back();
    }
    sums_[slot_[key]].add(part);
  }
  /// (name, sums), ascending by name, and empties the buckets. Keys of one name become one.
  template <class NameOf>
  std::vector<std::pair<std::string, Sums>> drain(NameOf&& name_of) {
    std::vector<std::pair<std::string, Sums>> named;
    named.reserve(keys_.size());
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      named.emplace_back(name_of(keys_[i]), std::move(sums_[i]));
      slot_[keys_[i]] = kNone;
    }
    keys_.clear();
    sums_.clear();
    std::sort(named.begin(), named.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    return named;
  }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  std::vector<std::uint32_t> slot_;
  std::vector<std::uint32_t> keys_;
  std::vector<Sums> sums_;
};

}  // namespace stemma
