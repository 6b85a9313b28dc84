#include "index/presence.h"

#include <algorithm>

#include "index/store_impl.h"
#include "index/store_keys.h"

namespace stemma {
namespace {

PresenceBits bits_of(const std::vector<bool>& seen, std::size_t block) {
  PresenceBits bits{};
  const std::size_t begin = block * kCountsBlock;
  const std::size_t end = std::min(begin + kCountsBlock, seen.size());
  for (std::size_t i = begin; i < end; ++i) {
    if (seen[i]) bits[(i - begin) / 8] |= static_cast<std::uint8_t>(1U << ((i - begin) % 8));
  }
  return bits;
}

}  // namespace

std::vector<std::pair<std::uint32_t, PresenceBits>> changed_presence(
    const std::vector<bool>& before, const std::vector<bool>& after) {
  std::vector<std::pair<std::uint32_t, PresenceBits>> changed;
  const std::size_t count = std::max(before.size(), after.size());
  for (std::size_t block = 0; block * kCountsBlock < count; ++block) {
    const PresenceBits now = bits_of(after, block);
    if (now != bits_of(before, block)) changed.emplace_back(static_cast<std::uint32_t>(block), now);
  }
  return changed;
}

std::string encode_presence(const PresenceBits& bits) {
  return {reinterpret_cast<const char*>(bits.data()), bits.size()};
}

bool decode_presence(std::string_view bytes, PresenceBits& bits) {
  if (bytes.size() != bits.size()) return false;
  std::copy(bytes.begin(), bytes.end(), bits.begin());
  return true;
}

std::vector<bool> ModelStore::Impl::seen_by(SnapshotNumber snapshot) const {
  if (snapshot == 0) return {};
  std::string bytes;
  if (!rocks.get(rocks::Family::seen, keys::one(snapshot), bytes)) throw damaged("presence");
  auto seen = decode_seen(bytes);
  if (!seen) throw damaged("presence");
  return std::move(*seen);
}

void append_presence(SnapshotNumber snapshot, const std::vector<bool>& before,
                     const std::vector<bool>& after,
                     std::vector<std::pair<std::string, std::string>>& rows) {
  for (const auto& [block, bits] : changed_presence(before, after))
    rows.emplace_back(keys::two(block, snapshot), encode_presence(bits));
}

std::vector<std::pair<std::string, std::string>> presence_rows(const ModelStore::Impl& impl,
                                                               SnapshotNumber covered,
                                                               SnapshotNumber newest) {
  std::vector<std::pair<std::string, std::string>> rows;
  std::vector<bool> before = impl.seen_by(covered);
  while (covered < newest) {
    auto after = impl.seen_by(++covered);
    append_presence(covered, before, after, rows);
    before = std::move(after);
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace stemma
