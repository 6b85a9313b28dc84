// How long a family's curves take over a year of nights. The nights are made from the newest
// roll-up of a data directory: night by night some of the sums move, as counts do, and the rest
// stands. Writes a new file; what is in the data directory is only read. Without NIGHTS there are
// as many, at the same times, as the data directory has snapshots: put in the place of its own
// roll-ups, the file can be served.
//
// Usage: bench_year_of_rollups DATA_DIR NEW_FILE [NIGHTS]

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <random>

#include "graph/family.h"
#include "index/data_dir.h"
#include "index/family_file.h"
#include "index/rollup_store.h"
#include "index/rollups.h"
#include "index/snapshot_set.h"

namespace stemma {
namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

/// All groups of the newest snapshot.
Rollup newest_rollup(RollupStore& store, const FamilySet& families) {
  Rollup rollup;
  const SnapshotNumber newest = store.newest();
  std::vector<std::string> names{""};
  for (const FamilyDefinition& family : families.definitions()) names.push_back(family.name);
  for (const std::string& family : names) {
    for (std::size_t breakdown = 0; breakdown < kBreakdowns; ++breakdown) {
      for (const SharePolicy policy : {SharePolicy::any, SharePolicy::fractional}) {
        const RollupKey key{family, static_cast<Breakdown>(breakdown), policy};
        if (store.has(key)) rollup.groups.push_back({key, store.at(key, newest)});
      }
    }
    for (std::size_t board = 0; board < kModelBoards; ++board) {
      const auto kind = static_cast<ModelBoard>(board);
      rollup.boards.push_back({kind, family, store.board(kind, family, newest)});
    }
  }
  return rollup;
}

/// One night: about as many sums move as have models whose counts moved.
void move_counts(Rollup& rollup, std::mt19937_64& random) {
  constexpr std::uint64_t kOneNewIn = 1000;
  for (RollupGroup& group : rollup.groups) {
    for (auto& [name, sums] : group.entries) {
      sums.fresh = (sums.models + static_cast<std::int64_t>(random() % kOneNewIn)) / kOneNewIn;
      const double likely =
          1 - std::pow(0.56, static_cast<double>(std::min<std::int64_t>(sums.models, 20)));
      if (std::uniform_real_distribution<>{}(random) > likely) continue;
      const auto step =
          static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(sums.models * 9 + 1));
      sums.total[0] += step - sums.models * 4;
      sums.total[1] += step;
      sums.total[2] += step / 2 - sums.models * 2;
      if (random() % 50 == 0) sums.models += 1;
    }
  }
}

void run(const std::string& data_path, const std::string& file, std::size_t nights) {
  const DataDir data = DataDir::open(data_path);
  SnapshotSet snapshots{data};
  const FamilySet families = FamilySet{load_families({})}.in(*snapshots.current());
  RollupStore source = open_rollups(data);
  Rollup rollup = newest_rollup(source, families);
  const std::vector<RolledSnapshot> rolled = source.snapshots();
  if (nights == 0) nights = rolled.size();
  std::filesystem::remove(file);
  RollupStore store{file, RollupStore::Mode::read_write};
  store.set_definitions(source.definitions());
  std::mt19937_64 random{1};
  std::vector<SnapshotNumber> numbers;
  const auto begin = Clock::now();
  for (std::size_t night = 1; night <= nights; ++night) {
    const auto number = static_cast<SnapshotNumber>(night);
    // As many nights as there are snapshots are theirs; more of them end with the newest.
    const UnixSeconds observed_at =
        nights == rolled.size()
            ? rolled[night - 1].observed_at
            : rolled.back().observed_at - static_cast<UnixSeconds>(nights - night) * 86'400;
    store.add({.number = number, .observed_at = observed_at}, rollup);
    move_counts(rollup, random);
    numbers.push_back(number);
  }
  store.set_complete();
  fmt::print("{} nights written in {:.0f} s, {:.1f} MB\n", nights, ms_since(begin) / 1000,
             static_cast<double>(std::filesystem::file_size(file)) / 1e6);

  RollupStore reader{file, RollupStore::Mode::read_only};
  for (const Breakdown by : {Breakdown::role, Breakdown::relation, Breakdown::author,
                             Breakdown::license, Breakdown::library, Breakdown::pipeline_tag,
                             Breakdown::quantizer, Breakdown::depth, Breakdown::series}) {
    const RollupKey key{"qwen", by, SharePolicy::any};
    std::vector<double> times;
    for (int round = 0; round < 7; ++round) {
      const auto start = Clock::now();
      const auto names = reader.largest(key, numbers.back(), 10, SumsRank::downloads);
      const auto curves = reader.series(key, names, numbers);
      times.push_back(ms_since(start));
    }
    std::sort(times.begin(), times.end());
    fmt::print("qwen by {:<13} median {:7.2f} ms, longest {:7.2f} ms\n", to_string(by), times[3],
               times[6]);
  }
}

}  // namespace
}  // namespace stemma

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "Usage: bench_year_of_rollups DATA_DIR NEW_FILE [NIGHTS]\n");
    return 2;
  }
  stemma::run(argv[1], argv[2], argc > 3 ? std::stoul(argv[3]) : 0);
}
