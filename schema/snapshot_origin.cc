#include "schema/snapshot_origin.h"

namespace stemma {
namespace {

constexpr std::string_view kMark = "backfill of ";

}  // namespace

std::string backfill_source(std::string_view dataset, UnixSeconds date) {
  constexpr std::size_t kDateLength = 10;
  return std::string{kMark} + std::string{dataset} + ", " + format_utc(date).substr(0, kDateLength);
}

std::string backfilled_from(std::string_view source) {
  const auto comma = source.rfind(", ");
  if (!source.starts_with(kMark) || comma == std::string_view::npos || comma < kMark.size())
    return {};
  return std::string{source.substr(kMark.size(), comma - kMark.size())};
}

}  // namespace stemma
