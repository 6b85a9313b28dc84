#pragma once

#include <bit>
#include <cstdint>

namespace stemma::genhub {

/// What a stream of random numbers is for. Each model has one stream a purpose, so that adding a
/// draw in one place does not shift every number after it. Values are part of the output: never
/// renumber.
enum class Purpose : std::uint64_t {
  lineage = 1,
  name = 2,
  parents = 3,
  document = 4,
  counts = 5,
  daily = 6,   ///< The downloads of one day.
  likes = 7,   ///< How likes move in one night.
  gone = 8,    ///< Which models go.
  events = 9,  ///< Which models an event befalls.
};

/// SplitMix64. Written out, integers only: the standard leaves its distributions to each library,
/// and the same seed must give the same bytes everywhere.
class Random {
 public:
  Random(std::uint64_t seed, Purpose purpose, std::uint64_t index)
      : state_{mix(mix(seed ^ (static_cast<std::uint64_t>(purpose) << 56U)) + index)} {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15U;
    return mix(state_);
  }

  /// Uniform in [0, bound); 0 where bound is 0. The bias of the multiplication is below bound /
  /// 2^32.
  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(((next() >> 32U) * bound) >> 32U);
  }

  /// True `permille` times in a thousand.
  bool chance(std::uint32_t permille) { return below(1000) < permille; }

  /// In [0, bound), each power of two as likely as the next: few small numbers very often, the way
  /// a few owners have very many models.
  std::uint32_t skewed(std::uint32_t bound) {
    if (bound < 2) return 0;
    const auto exponents = static_cast<std::uint32_t>(std::bit_width(bound));
    const std::uint32_t low = (1U << below(exponents)) - 1U;
    const std::uint32_t span = low + 1U < bound - low ? low + 1U : bound - low;
    return low + below(span);
  }

  /// Pareto distributed with exponent 1: P(x >= k * scale) is about 1 / k. At most `most`.
  std::uint64_t heavy_tailed(std::uint32_t scale, std::uint64_t most) {
    const std::uint64_t drawn = (std::uint64_t{scale} << 32U) / ((next() >> 32U) + 1U) - scale;
    return drawn < most ? drawn : most - drawn % (most / 4U + 1U);
  }

 private:
  static constexpr std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }

  std::uint64_t state_;
};

}  // namespace stemma::genhub
