#include "index/rollup_store.h"

#include <algorithm>
#include <random>

#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace stemma;
using namespace stemma::test;

namespace {

constexpr int kNights = 4;

/// Groups of many and of few names, whose sums move, are unknown at times, and often equal.
Rollup random_night(std::mt19937& random) {
  Rollup rollup;
  for (const auto& [breakdown, names] :
       {std::pair{Breakdown::author, 1500}, std::pair{Breakdown::library, 40}}) {
    for (const SharePolicy policy : {SharePolicy::any, SharePolicy::fractional}) {
      RollupGroup group{{"red", breakdown, policy}, {}};
      for (int name = 0; name < names; ++name) {
        if (random() % 20 == 0) continue;
        AdoptionSums sums;
        sums.models = 1 + static_cast<std::int64_t>(random() % 9);
        sums.fresh = std::max<std::int64_t>(0, static_cast<std::int64_t>(random() % 6) - 3);
        if (policy == SharePolicy::fractional)
          sums.share = static_cast<std::int64_t>(random() % 5) * 250'000;
        for (std::size_t kind = 0; kind < kCountKinds; ++kind) {
          sums.known[kind] = static_cast<std::int64_t>(random() % 3);
          if (sums.known[kind] != 0) sums.total[kind] = static_cast<std::int64_t>(random() % 200);
        }
        group.entries.emplace_back("name" + std::to_string(name), sums);
      }
      std::sort(group.entries.begin(), group.entries.end(),
                [](const auto& a, const auto& b) { return a.first < b.first; });
      rollup.groups.push_back(std::move(group));
    }
  }
  return rollup;
}

std::int64_t value_of(const AdoptionSums& sums, SumsRank by, SharePolicy policy) {
  if (by == SumsRank::fresh) return sums.fresh;
  if (by == SumsRank::models) return policy == SharePolicy::any ? sums.models : sums.share;
  const CountKind kinds[] = {CountKind::downloads, CountKind::downloads_all_time,
                             CountKind::downloads_7d, CountKind::likes};
  return sums.value(kinds[static_cast<std::size_t>(by) - 1]);
}

std::vector<std::string> sorted_names(std::vector<std::pair<std::string, AdoptionSums>> entries,
                                      SumsRank by, SharePolicy policy, std::size_t most) {
  std::sort(entries.begin(), entries.end(), [&](const auto& a, const auto& b) {
    const auto x = value_of(a.second, by, policy), y = value_of(b.second, by, policy);
    return x != y ? x > y : a.first < b.first;
  });
  std::vector<std::string> names;
  for (std::size_t i = 0; i < entries.size() && i < most; ++i) names.push_back(entries[i].first);
  return names;
}

}  // namespace

TEST_CASE("the largest names at any snapshot are those of the sorted group", "[index][rollup]") {
  const TempDir dir;
  std::mt19937 random{7};
  std::vector<Rollup> nights;
  {
    RollupStore store{dir / "rollups.sqlite", RollupStore::Mode::read_write};
    for (int night = 1; night <= kNights; ++night) {
      nights.push_back(random_night(random));
      store.add({.number = static_cast<SnapshotNumber>(night), .observed_at = night * 86'400},
                nights.back());
    }
  }
  RollupStore store{dir / "rollups.sqlite", RollupStore::Mode::read_only};
  for (int night = 1; night <= kNights; ++night) {
    for (const RollupGroup& group : nights[static_cast<std::size_t>(night - 1)].groups) {
      for (std::size_t rank = 0; rank < kSumsRanks; ++rank) {
        const auto by = static_cast<SumsRank>(rank);
        for (const std::size_t most : {0U, 1U, 10U, 128U, 129U, 1000U, 2000U}) {
          CAPTURE(night, to_string(group.key.breakdown), rank, most);
          CHECK(store.largest(group.key, static_cast<SnapshotNumber>(night), most, by) ==
                sorted_names(group.entries, by, group.key.policy, most));
        }
      }
    }
  }
}
