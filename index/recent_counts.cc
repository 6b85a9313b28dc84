#include "index/recent_counts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <thread>
#include <unordered_map>

#include "index/counts_codec.h"
#include "index/presence.h"
#include "index/rocks.h"
#include "index/store_impl.h"
#include "index/store_keys.h"

namespace stemma {
namespace {

constexpr std::size_t kPlaces = kCountsBlock;

/// Nodes by ordinal; kNoNode where the snapshot has no such model.
std::vector<NodeId> nodes_by_ordinal(const SnapshotView& snapshot) {
  std::uint32_t count = 0;
  for (const std::uint32_t ordinal : snapshot.ordinal) {
    if (ordinal != kNoOrdinal) count = std::max(count, ordinal + 1);
  }
  const std::size_t blocks = (count + kPlaces - 1) / kPlaces;
  std::vector<NodeId> nodes(blocks * kPlaces, kNoNode);
  for (NodeId node = 0; node < snapshot.node_count(); ++node) {
    if (snapshot.ordinal[node] != kNoOrdinal) nodes[snapshot.ordinal[node]] = node;
  }
  return nodes;
}

/// One block of models, read backwards in time: what each snapshot observed, the newest first.
class BlockHistory {
 public:
  explicit BlockHistory(const ModelStore& store)
      : impl_{store.impl()},
        counts_{impl_.rocks.seek_in(rocks::Family::counts)},
        presence_{impl_.rocks.seek_in(rocks::Family::seen)} {}

  /// Goes to `block` as `newest` left it; `known` are its models' counts then.
  void open(std::uint32_t block, SnapshotNumber newest, std::span<const Counts> known) {
    block_ = block;
    std::copy(known.begin(), known.end(), counts_now_.begin());
    counts_->SeekForPrev(rocks::slice(keys::two(block, newest)));
    presence_->SeekForPrev(rocks::slice(keys::two(block, newest)));
    changes_.clear();
    if (any_untold_) untold_.fill(0);
    any_untold_ = false;
  }

  /// Goes back to `snapshot`, which must be older than the one before, or the newest.
  void go_to(SnapshotNumber snapshot) {
    undo();
    // Rows of snapshots that were not asked about are undone on the way.
    while (is_ours(*counts_)) {
      const SnapshotNumber row = keys::number(rocks::view(counts_->key()), 1);
      if (row < snapshot) break;
      changes_.clear();
      if (!each_counts_change(rocks::view(counts_->value()),
                              [this](const CountsChange& change) { changes_.push_back(change); }))
        throw impl_.damaged("a block of counts");
      counts_->Prev();
      if (row == snapshot) break;
      undo();
    }
    for (const CountsChange& change : changes_) {
      if (change.untold == 0) continue;
      untold_[change.place] = static_cast<std::uint8_t>(change.untold / kDownloads);
      any_untold_ = true;
    }
    while (is_ours(*presence_) && keys::number(rocks::view(presence_->key()), 1) > snapshot)
      presence_->Prev();
    present_ = {};
    if (is_ours(*presence_) && !decode_presence(rocks::view(presence_->value()), present_))
      throw impl_.damaged("presence");
  }

  /// At the snapshot that was gone to.
  [[nodiscard]] bool is_seen(std::uint32_t place) const { return is_present(present_, place); }
  [[nodiscard]] Counts observed(std::uint32_t place, FieldSet asked) const {
    Counts counts;
    if (!is_seen(place)) return counts;
    const FieldSet told = asked & ~(FieldSet{untold_[place]} * kDownloads);
    const Counts& known = counts_now_[place];
    if ((told & kDownloads) != 0) counts.downloads = known.downloads;
    if ((told & kDownloadsAllTime) != 0) counts.downloads_all_time = known.downloads_all_time;
    if ((told & kLikes) != 0) counts.likes = known.likes;
    return counts;
  }

 private:
  [[nodiscard]] bool is_ours(const rocksdb::Iterator& scan) const {
    if (!scan.Valid()) {
      rocks::check(scan.status(), "reading the store " + impl_.rocks.name());
      return false;
    }
    const std::string_view key = rocks::view(scan.key());
    return key.size() == 8 && keys::number(key, 0) == block_;
  }

  /// Takes the changes of the snapshot at hand back. What was unknown before becomes 0 by it;
  /// nobody looks at it then, as no walk before carried it.
  void undo() {
    for (const CountsChange& change : changes_) {
      Counts& known = counts_now_[change.place];
      known.downloads -= change.downloads;
      known.downloads_all_time -= change.downloads_all_time;
      known.likes -= change.likes;
    }
    changes_.clear();
    if (any_untold_) untold_.fill(0);
    any_untold_ = false;
  }

  const ModelStore::Impl& impl_;
  std::unique_ptr<rocksdb::Iterator> counts_;
  std::unique_ptr<rocksdb::Iterator> presence_;
  std::uint32_t block_ = 0;
  std::array<Counts, kPlaces> counts_now_;
  std::array<std::uint8_t, kPlaces> untold_{};
  PresenceBits present_{};
  bool any_untold_ = false;
  std::vector<CountsChange> changes_;  ///< Of the snapshot at hand.
};

std::vector<PublishedSnapshot> snapshots_up_to(const ModelStore& store, SnapshotNumber newest) {
  std::vector<PublishedSnapshot> snapshots = store.snapshots();
  std::erase_if(snapshots, [&](const auto& one) { return one.number > newest; });
  return snapshots;
}

void known_counts(const SnapshotView& snapshot, std::span<const NodeId> nodes,
                  std::span<Counts> known) {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    known[i] = nodes[i] == kNoNode
                   ? Counts{}
                   : Counts{snapshot.downloads[nodes[i]], snapshot.downloads_all_time[nodes[i]],
                            snapshot.likes[nodes[i]]};
  }
}

class Deriver {
 public:
  Deriver(const ModelStore& store, const SnapshotView& snapshot, std::span<const PastSnapshot> past,
          std::span<const FieldSet> asked, std::span<const NodeId> nodes, DerivedCounts& out)
      : history_{store},
        snapshot_{snapshot},
        past_{past},
        asked_{asked},
        nodes_{nodes},
        out_{out} {}

  [[nodiscard]] const std::vector<std::pair<NodeId, DerivedPoint>>& points() const {
    return points_;
  }
  [[nodiscard]] const CounterMoves& moves() const { return moves_; }

  void derive_block(std::uint32_t block) {
    const auto nodes = nodes_.subspan(std::size_t{block} * kPlaces, kPlaces);
    std::array<Counts, kPlaces> known;
    known_counts(snapshot_, nodes, known);
    const std::size_t last = past_.size() - 1;
    history_.open(block, past_[last].number, known);
    history_.go_to(past_[last].number);
    begin(nodes, last);
    for (std::size_t i = last; i-- > 0 && (!open_.empty() || !large_.empty());) {
      history_.go_to(past_[i].number);
      count_moves(i);
      look_at(i);
    }
    finish(nodes);
  }

 private:
  struct Place {
    std::int64_t all_time = kUnknownCount;  ///< At the snapshot.
    std::int64_t downloads = kUnknownCount;
    std::int64_t later = kUnknownCount;  ///< At the usable observation looked at last.
    std::int64_t week = kUnknownCount;
    bool week_open = false;
    bool stale_open = false;
    bool has_reference = false;
    bool recount = false;  ///< Between what was looked at last and the snapshot.
    bool stale = false;
    bool collect = false;            ///< Its observations are kept: for growth and spikes.
    std::vector<CountPoint> points;  ///< The newest first.
  };

  void begin(std::span<const NodeId> nodes, std::size_t last) {
    const UnixSeconds now = past_[last].observed_at;
    open_.clear();
    large_.clear();
    for (std::uint32_t i = 0; i < kPlaces; ++i) {
      Place& place = places_[i];
      place = Place{};
      if (nodes[i] == kNoNode || !snapshot_.live(nodes[i])) continue;
      const Counts counts = history_.observed(i, asked_[last]);
      if (counts.downloads_all_time == kUnknownCount) continue;
      if (counts.downloads >= adoption::kLargeDownloads) large_.push_back(i);
      place.all_time = place.later = counts.downloads_all_time;
      place.downloads = counts.downloads;
      place.week_open = true;
      place.stale_open = counts.downloads > 0;
      const UnixSeconds created = snapshot_.created_at[nodes[i]];
      place.collect = counts.downloads >= adoption::kBoardGrowthDownloads ||
                      (created != kUnknownTime && created >= now - adoption::kBoardNewDays);
      if (place.collect) place.points.push_back({now, true, counts});
      open_.push_back(i);
    }
  }

  /// Of the large models, against the snapshot before, which is gone to first.
  void count_moves(std::size_t i) {
    for (const std::uint32_t p : large_) {
      moves_.add(places_[p].downloads, places_[p].all_time,
                 history_.observed(p, asked_[i]).downloads_all_time);
    }
    large_.clear();
  }

  void look_at(std::size_t i) {
    const PastSnapshot& past = past_[i];
    const UnixSeconds now = past_.back().observed_at;
    const UnixSeconds age = now - past.observed_at;
    std::erase_if(open_, [&](std::uint32_t p) {
      Place& place = places_[p];
      if (place.week_open && age > adoption::kOldestReference) place.week_open = false;
      if (place.collect && age > kCollected) place.collect = false;
      if (past.usable) {
        const Counts counts = history_.observed(p, asked_[i]);
        if (counts.downloads_all_time != kUnknownCount) observe(place, counts, age);
        if (place.collect && history_.is_seen(p))
          place.points.push_back({past.observed_at, true, counts});
      }
      return !place.week_open && !place.stale_open && !place.collect;
    });
  }

  static void observe(Place& place, const Counts& counts, UnixSeconds age) {
    place.recount = place.recount || counts.downloads_all_time > place.later;
    place.later = counts.downloads_all_time;
    if (place.week_open && age >= adoption::kWindow) {
      place.week_open = false;
      place.has_reference = true;
      if (!place.recount)
        place.week =
            scaled_to_week(place.all_time - counts.downloads_all_time, age, place.downloads);
    }
    if (place.stale_open && age >= adoption::kStaleAfter) {
      place.stale_open = false;
      place.stale = counts.downloads_all_time == place.all_time;
    }
  }

  void finish(std::span<const NodeId> nodes) {
    const UnixSeconds now = past_.back().observed_at;
    for (std::uint32_t i = 0; i < kPlaces; ++i) {
      Place& place = places_[i];
      if (place.all_time == kUnknownCount) continue;
      const NodeId node = nodes[i];
      const UnixSeconds created = snapshot_.created_at[node];
      out_.downloads_7d[node] =
          place.has_reference
              ? place.week
              : since_creation({.downloads = place.downloads, .downloads_all_time = place.all_time},
                               now, created);
      out_.stale[node] = place.stale ? 1 : 0;
      if (place.points.empty()) continue;
      std::reverse(place.points.begin(), place.points.end());
      points_.emplace_back(node, derive_points(place.points, created).back());
    }
  }

  /// Growth compares with a week that ended up to 31 days ago, whose own reference may be 17 days
  /// older.
  static constexpr UnixSeconds kCollected = 49 * adoption::kDay;

  BlockHistory history_;
  const SnapshotView& snapshot_;
  std::span<const PastSnapshot> past_;
  std::span<const FieldSet> asked_;
  std::span<const NodeId> nodes_;
  DerivedCounts& out_;
  std::array<Place, kPlaces> places_;
  std::vector<std::uint32_t> open_;   ///< Places that something is still to be found of.
  std::vector<std::uint32_t> large_;  ///< Large models that were not yet compared.
  std::vector<std::pair<NodeId, DerivedPoint>> points_;
  CounterMoves moves_;
};

/// Fields asked for, of each of `past`.
std::vector<FieldSet> asked_of(const ModelStore& store, std::span<const PastSnapshot> past) {
  std::vector<FieldSet> asked;
  const auto snapshots = snapshots_up_to(store, past.back().number);
  for (const PastSnapshot& one : past) {
    const auto found = std::find_if(snapshots.begin(), snapshots.end(),
                                    [&](const auto& other) { return other.number == one.number; });
    asked.push_back(found == snapshots.end() ? 0 : found->asked);
  }
  return asked;
}

}  // namespace

SnapshotCounts derive_counts(const ModelStore& store, const SnapshotView& snapshot,
                             std::span<const PastSnapshot> before) {
  SnapshotCounts out;
  const auto unknown = [&] {
    out.derived = {.downloads_7d = std::vector<std::int64_t>(snapshot.node_count(), kUnknownCount),
                   .stale = std::vector<std::uint8_t>(snapshot.node_count()),
                   .points = {}};
  };
  unknown();
  // As if it were usable: whether it is, is known when all models were looked at.
  std::vector<PastSnapshot> past{before.begin(), before.end()};
  const SnapshotTotals& now = snapshot.total();
  past.push_back({now.number, now.observed_at, true});
  const std::vector<NodeId> nodes = nodes_by_ordinal(snapshot);
  const std::vector<FieldSet> asked = asked_of(store, past);
  const auto blocks = static_cast<std::uint32_t>(nodes.size() / kPlaces);
  // Two halves: blocks share no model.
  std::array<std::unique_ptr<Deriver>, 2> halves;
  for (auto& half : halves)
    half = std::make_unique<Deriver>(store, snapshot, past, asked, nodes, out.derived);
  std::array<std::exception_ptr, 2> failures;
  const auto derive = [&](std::size_t half) {
    try {
      for (std::uint32_t block = half == 0 ? 0 : blocks / 2;
           block < (half == 0 ? blocks / 2 : blocks); ++block)
        halves[half]->derive_block(block);
    } catch (...) {
      failures[half] = std::current_exception();
    }
  };
  std::thread other{derive, 1};
  derive(0);
  other.join();
  for (std::size_t half = 0; half < 2; ++half) {
    if (failures[half]) std::rethrow_exception(failures[half]);
    const CounterMoves& moves = halves[half]->moves();
    out.moves.large += moves.large;
    out.moves.stood += moves.stood;
    out.moves.fell += moves.fell;
    out.derived.points.insert(halves[half]->points().begin(), halves[half]->points().end());
  }
  const UnixSeconds distance = before.empty() ? 0 : now.observed_at - before.back().observed_at;
  out.flags = judge_snapshot(out.moves, distance, now.partial != 0);
  if (!out.flags.usable()) unknown();
  return out;
}

NightObservations observe_night(const ModelStore& store, const SnapshotView& snapshot) {
  NightObservations night{.seen = std::vector<bool>(snapshot.node_count()),
                          .counts = std::vector<Counts>(snapshot.node_count())};
  const SnapshotTotals& now = snapshot.total();
  const std::vector<NodeId> nodes = nodes_by_ordinal(snapshot);
  const std::vector<PastSnapshot> past{{now.number, now.observed_at, true}};
  const FieldSet asked = asked_of(store, past).front();
  BlockHistory history{store};
  std::array<Counts, kPlaces> known;
  for (std::uint32_t block = 0; block < nodes.size() / kPlaces; ++block) {
    const auto here = std::span{nodes}.subspan(std::size_t{block} * kPlaces, kPlaces);
    known_counts(snapshot, here, known);
    history.open(block, now.number, known);
    history.go_to(now.number);
    for (std::uint32_t i = 0; i < kPlaces; ++i) {
      if (here[i] == kNoNode || !history.is_seen(i)) continue;
      night.seen[here[i]] = true;
      night.counts[here[i]] = history.observed(i, asked);
    }
  }
  return night;
}

}  // namespace stemma
