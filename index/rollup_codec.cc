#include "index/rollup_codec.h"

#include <array>

#include "schema/bytes.h"

namespace stemma {
namespace {

constexpr std::size_t kNumbers = 11;

/// The numbers in the order of the mask's bits: those that change most often come first, so that
/// most masks are one byte.
template <class Sums>
auto numbers_of(Sums& s) {
  constexpr auto at = [](CountKind kind) { return static_cast<std::size_t>(kind); };
  return std::array{&s.total[at(CountKind::downloads)],
                    &s.total[at(CountKind::downloads_all_time)],
                    &s.total[at(CountKind::downloads_7d)],
                    &s.total[at(CountKind::likes)],
                    &s.models,
                    &s.known[at(CountKind::downloads_7d)],
                    &s.known[at(CountKind::downloads)],
                    &s.known[at(CountKind::downloads_all_time)],
                    &s.known[at(CountKind::likes)],
                    &s.downloaded,
                    &s.share};
}

/// Sums may stand at either end of what fits; the difference then wraps, and back again.
std::int64_t wrapped(std::int64_t a, std::uint64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + b);
}

}  // namespace

std::string encode_sums_change(std::span<const AdoptionSums> from,
                               std::span<const AdoptionSums> to) {
  std::string out;
  ByteWriter writer{out};
  std::size_t last = 0;
  for (std::size_t i = 0; i < to.size(); ++i) {
    const auto before = numbers_of(from[i]);
    const auto after = numbers_of(to[i]);
    unsigned mask = 0;
    for (std::size_t n = 0; n < kNumbers; ++n) mask |= *before[n] != *after[n] ? 1U << n : 0U;
    if (mask == 0) continue;
    writer.varint(i - last);
    last = i;
    writer.varint(mask);
    for (std::size_t n = 0; n < kNumbers; ++n) {
      if ((mask & 1U << n) != 0)
        writer.signed_varint(wrapped(*after[n], ~static_cast<std::uint64_t>(*before[n]) + 1));
    }
  }
  return out;
}

bool apply_sums_change(std::string_view bytes, std::span<AdoptionSums> sums) {
  ByteReader reader{bytes};
  std::uint64_t at = 0;
  while (!reader.at_end()) {
    at += reader.varint();
    const std::uint64_t mask = reader.varint();
    if (!reader.ok() || at >= sums.size() || mask >> kNumbers != 0) return false;
    const auto numbers = numbers_of(sums[at]);
    for (std::size_t n = 0; n < kNumbers; ++n) {
      if ((mask & std::uint64_t{1} << n) != 0)
        *numbers[n] = wrapped(*numbers[n], static_cast<std::uint64_t>(reader.signed_varint()));
    }
  }
  return reader.ok();
}

}  // namespace stemma
