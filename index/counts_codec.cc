#include "index/counts_codec.h"

#include <array>

#include "schema/bytes.h"

namespace stemma {
namespace {

struct Field {
  std::int64_t Counts::*member;
  FieldBit bit;
};
constexpr std::array<Field, 3> kFields{{{&Counts::downloads, kDownloads},
                                        {&Counts::downloads_all_time, kDownloadsAllTime},
                                        {&Counts::likes, kLikes}}};
constexpr unsigned kUnobservedShift = 3;
static_assert(kDownloadsAllTime == kDownloads << 1U && kLikes == kDownloads << 2U,
              "each_counts_change() reads masks as sets of fields");

/// Deltas start from 0 while nothing is known.
std::int64_t base(std::int64_t value) { return value == kUnknownCount ? 0 : value; }

}  // namespace

std::string encode_counts(std::span<Counts> known, std::span<const CountsObservation> observed,
                          FieldSet asked) {
  std::string out;
  ByteWriter writer{out};
  std::uint32_t last = 0;
  for (std::uint32_t i = 0; i < observed.size(); ++i) {
    if (!observed[i].seen) continue;
    unsigned mask = 0;
    for (std::size_t f = 0; f < kFields.size(); ++f) {
      const std::int64_t now = observed[i].counts.*kFields[f].member;
      if (now == kUnknownCount) {
        if ((asked & kFields[f].bit) != 0) mask |= 1U << (f + kUnobservedShift);
      } else if (now != known[i].*kFields[f].member) {
        mask |= 1U << f;
      }
    }
    if (mask == 0) continue;
    writer.varint(i - last);
    last = i;
    writer.byte(static_cast<std::uint8_t>(mask));
    for (std::size_t f = 0; f < kFields.size(); ++f) {
      if ((mask & (1U << f)) == 0) continue;
      const std::int64_t now = observed[i].counts.*kFields[f].member;
      writer.signed_varint(now - base(known[i].*kFields[f].member));
      known[i].*kFields[f].member = now;
    }
  }
  return out;
}

bool apply_counts(std::string_view bytes, std::span<Counts> known) {
  ByteReader reader{bytes};
  std::uint64_t at = 0;
  while (!reader.at_end()) {
    at += reader.varint();
    const unsigned mask = reader.byte();
    if (!reader.ok() || at >= known.size()) return false;
    for (std::size_t f = 0; f < kFields.size(); ++f) {
      if ((mask & (1U << f)) != 0) {
        std::int64_t& value = known[at].*kFields[f].member;
        value = base(value) + reader.signed_varint();
      }
    }
  }
  return reader.ok();
}

bool apply_counts_of(std::string_view bytes, std::uint32_t place, Counts& known, FieldSet& untold) {
  ByteReader reader{bytes};
  std::uint64_t at = 0;
  untold = 0;
  while (!reader.at_end()) {
    at += reader.varint();
    if (reader.ok() && at > place) return true;
    const unsigned mask = reader.byte();
    if (!reader.ok() || at >= kCountsBlock) return false;
    for (std::size_t f = 0; f < kFields.size(); ++f) {
      const std::int64_t delta = (mask & (1U << f)) != 0 ? reader.signed_varint() : 0;
      if (at != place) continue;
      std::int64_t& value = known.*kFields[f].member;
      if ((mask & (1U << f)) != 0) value = base(value) + delta;
      if ((mask & (1U << (f + kUnobservedShift))) != 0) untold |= kFields[f].bit;
    }
    if (at == place) return reader.ok();
  }
  return reader.ok();
}

}  // namespace stemma
