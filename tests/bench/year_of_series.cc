// What a year of nights of counts takes on disk, and how long one model's year takes to read. The
// nights are those of stemma-genhub; they are written as a publish writes them, but for the
// documents: a store without names, whose models are numbered in the order of the hub.
//
// Usage: bench_year_of_series DIR MODELS NIGHTS
// A directory that holds such nights already is only read.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <random>
#include <vector>

#include "index/counts_codec.h"
#include "index/model_store.h"
#include "index/presence.h"
#include "index/rocks.h"
#include "index/series.h"
#include "index/store_impl.h"
#include "index/store_keys.h"
#include "tools/genhub_nights.h"

namespace stemma {
namespace {

using Clock = std::chrono::steady_clock;
constexpr FieldSet kAsked = kDownloads | kDownloadsAllTime | kLikes;

double ms_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

std::uintmax_t bytes_in(const std::filesystem::path& folder) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{folder})
    if (entry.is_regular_file()) bytes += entry.file_size();
  return bytes;
}

/// What nights add to: the counts as they are known, and who was seen the night before.
struct Year {
  std::vector<Counts> known;
  std::vector<bool> seen;
};

void write_counts(const genhub::NightlyHub& hub, SnapshotNumber number, Year& year,
                  rocks::BulkLoad& load) {
  std::vector<CountsObservation> observed(kCountsBlock);
  for (std::size_t begin = 0; begin < year.known.size(); begin += kCountsBlock) {
    for (std::size_t place = 0; place < kCountsBlock; ++place) {
      const auto index = static_cast<genhub::Index>(begin + place);
      const bool seen = index < year.seen.size() && year.seen[index];
      observed[place] = {};
      if (!seen) continue;
      const genhub::Counts counts = hub.counts(index);
      observed[place] = {
          .seen = true,
          .counts = {.downloads = static_cast<std::int64_t>(counts.downloads),
                     .downloads_all_time = static_cast<std::int64_t>(counts.downloads_all_time),
                     .likes = static_cast<std::int64_t>(counts.likes)}};
    }
    const std::string bytes =
        encode_counts(std::span{year.known}.subspan(begin, kCountsBlock), observed, kAsked);
    const auto block = static_cast<std::uint32_t>(begin / kCountsBlock);
    if (!bytes.empty()) load.put(rocks::Family::counts, keys::two(block, number), bytes);
  }
}

void write_night(const rocks::Handle& handle, const std::filesystem::path& scratch,
                 const genhub::Lineage& lineage, const genhub::NightlyHub& hub, Year& year) {
  const SnapshotNumber number = hub.night();
  const genhub::Index made = lineage.calendar.made_by(number);
  const std::vector<bool> before = std::move(year.seen);
  year.seen.assign(made, false);
  for (genhub::Index i = 0; i < made; ++i) year.seen[i] = hub.lists(i);
  year.known.resize((made + kCountsBlock - 1) / kCountsBlock * kCountsBlock);

  rocks::BulkLoad load{handle, scratch};
  write_counts(hub, number, year, load);
  std::vector<std::pair<std::string, std::string>> presence;
  append_presence(number, before, year.seen, presence);
  presence.emplace_back(keys::one(number), encode_seen(year.seen));
  presence.emplace_back(keys::presence(), keys::one(number));
  std::sort(presence.begin(), presence.end());
  for (const auto& [key, value] : presence) load.put(rocks::Family::seen, key, value);
  const PublishedSnapshot snapshot{.number = number,
                                   .observed_at = lineage.calendar.time_of(number),
                                   .complete = true,
                                   .asked = kAsked,
                                   .documents = made};
  load.put(rocks::Family::snapshots, keys::one(number), encode_published(snapshot));
  load.ingest();
}

/// In one go through: most blocks are read for the first time, from files that were just written.
void time_reads(const std::filesystem::path& folder, std::uint32_t models, SnapshotNumber nights) {
  constexpr int kReads = 1000;
  const ModelStore store{folder / "store", ModelStore::Mode::read_only};
  const SeriesReader reader{store};
  std::mt19937_64 random{1};
  std::vector<double> times;
  std::size_t points = 0;
  for (int i = 0; i < kReads; ++i) {
    const auto ordinal = static_cast<Ordinal>(random() % models);
    const auto start = Clock::now();
    points += reader.read(ordinal, nights).size();
    times.push_back(ms_since(start));
  }
  std::sort(times.begin(), times.end());
  fmt::print(
      "one model's year, {} models, {:.0f} points each: median {:.2f} ms, 95th {:.2f}, "
      "longest {:.2f}\n",
      kReads, static_cast<double>(points) / kReads, times[kReads / 2], times[kReads * 95 / 100],
      times[kReads - 1]);
}

void run(const std::filesystem::path& folder, std::uint32_t models, genhub::Night nights) {
  if (std::filesystem::exists(folder / "store")) return time_reads(folder, models, nights);
  std::filesystem::create_directories(folder);
  genhub::Calendar calendar{.models = models,
                            .arrivals = genhub::arrivals_a_night(models),
                            .nights = nights,
                            .first_night = 1'700'006'400};
  const genhub::Lineage lineage = genhub::grow_lineage(calendar, 1);
  genhub::NightlyHub hub{lineage, genhub::choose_gone(lineage), {}};
  Year year;
  std::uintmax_t first = 0;
  const auto begin = Clock::now();
  {
    ModelStore store{folder / "store", ModelStore::Mode::read_write};
    const rocks::Handle& handle = store.impl().rocks;
    for (genhub::Night night = 1; night <= nights; ++night) {
      if (night > 1) hub.advance();
      write_night(handle, folder / "scratch", lineage, hub, year);
      if (night == 1) first = bytes_in(folder);
      if (night % 30 == 0 || night == nights) {
        fmt::print("night {}: {:.1f} MB after {:.0f} s\n", night,
                   static_cast<double>(bytes_in(folder)) / 1e6, ms_since(begin) / 1000);
        std::fflush(stdout);
      }
    }
  }
  const std::uintmax_t last = bytes_in(folder);
  fmt::print(
      "{} nights of {} models, {:.1f} % of the counts moved a night: {:.1f} MB, the first "
      "night {:.1f} MB, every other {:.2f} MB\n",
      nights, models,
      100.0 * static_cast<double>(hub.moved()) / static_cast<double>(hub.compared()),
      static_cast<double>(last) / 1e6, static_cast<double>(first) / 1e6,
      static_cast<double>(last - first) / 1e6 / std::max(1U, nights - 1));
  time_reads(folder, models, nights);
}

}  // namespace
}  // namespace stemma

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "Usage: bench_year_of_series DIR MODELS NIGHTS\n");
    return 2;
  }
  try {
    stemma::run(argv[1], static_cast<std::uint32_t>(std::stoul(argv[2])),
                static_cast<std::uint32_t>(std::stoul(argv[3])));
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_year_of_series: {}\n", error.what());
    return 1;
  }
  return 0;
}
