#pragma once

#include <cstdint>
#include <limits>

#include "schema/model_record.h"

namespace stemma {

/// A sum of counts of which some may be unknown. Unknown is never 0: a sum of which no part is
/// known is unknown itself, and how many parts are unknown stands beside it. A sum that does not
/// fit stays at the largest number, which only made-up counts reach.
struct CountSum {
  std::int64_t total = 0;     ///< Of the known parts.
  std::uint64_t known = 0;    ///< How many parts had a count.
  std::uint64_t unknown = 0;  ///< How many had none.

  void add(std::int64_t count) noexcept {
    if (count == kUnknownCount) {
      ++unknown;
      return;
    }
    ++known;
    add_total(count);
  }
  CountSum& operator+=(const CountSum& other) noexcept {
    known += other.known;
    unknown += other.unknown;
    add_total(other.total);
    return *this;
  }
  friend CountSum operator+(CountSum a, const CountSum& b) noexcept { return a += b; }

  /// kUnknownCount where no part is known, be it that there is none.
  [[nodiscard]] std::int64_t value() const noexcept { return known == 0 ? kUnknownCount : total; }

 private:
  void add_total(std::int64_t more) noexcept {
    if (__builtin_add_overflow(total, more, &total))
      total = std::numeric_limits<std::int64_t>::max();
  }
};

}  // namespace stemma
