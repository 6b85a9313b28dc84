#include "tools/genhub_nights.h"

#include <algorithm>
#include <array>
#include <utility>

#include "tools/genhub_random.h"

namespace stemma::genhub {
namespace {

constexpr std::uint32_t kDaysInMonth = 30;
constexpr std::uint32_t kWeekday = 1060;
constexpr std::uint32_t kWeekend = 850;

/// What mirrors and crawlers add in a month to whatever anybody uses at all.
constexpr std::uint32_t kPassersBy = 6;

/// How long a model is still there after an event: until a spike has left the month again.
constexpr Night kStays = kDaysInMonth + 1;

constexpr std::size_t kLargest = 10;

constexpr auto kKindNames =
    std::to_array<std::string_view>({"stall", "rollback", "recount", "spike", "rename", "partial"});

/// Each model has numbers of its own a night, so that no night depends on what was asked of
/// another.
constexpr std::uint64_t key_of(Index index, Night night) {
  return (std::uint64_t{night} << 32U) | index;
}

Random event_random(std::uint64_t seed, EventKind kind, Index index, Night night) {
  return Random{seed + static_cast<std::uint64_t>(kind), Purpose::events, key_of(index, night)};
}

bool is_gone(const GoneNights& gone, Index index, Night night) {
  const auto found = gone.find(index);
  return found != gone.end() && found->second <= night;
}

/// Models with a number, those with the most first; among equals, the older first.
using Ranking = std::vector<std::pair<std::uint64_t, Index>>;
void sort_largest_first(Ranking& ranking) {
  std::sort(ranking.begin(), ranking.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
}

/// One of [begin, end) of the ranking.
std::optional<Index> pick(const Ranking& ranking, std::size_t begin, std::size_t end,
                          Random random) {
  end = std::min(end, ranking.size());
  if (begin >= end) return std::nullopt;
  return ranking[begin + random.below(static_cast<std::uint32_t>(end - begin))].second;
}

std::optional<Index> choose_recounted(const Lineage& lineage, const GoneNights& gone,
                                      const Event& event) {
  Ranking large;
  for (Index i = 0; i < lineage.calendar.models; ++i) {
    const Counts counts = first_counts(lineage, i);
    // The month must stay well below what is left of all time.
    const bool enough = counts.downloads_all_time / 10 * 6 > counts.downloads * 2;
    if (enough && !is_gone(gone, i, event.night + kStays)) {
      large.emplace_back(counts.downloads_all_time, i);
    }
  }
  sort_largest_first(large);
  return pick(large, 0, kLargest, event_random(lineage.seed, event.kind, 0, event.night));
}

std::optional<Index> choose_spiking(const Lineage& lineage, const GoneNights& gone,
                                    const Event& event) {
  Ranking used;
  for (Index i = 0; i < lineage.calendar.models; ++i) {
    const Counts counts = first_counts(lineage, i);
    if (!is_gone(gone, i, event.night + kStays)) used.emplace_back(counts.downloads, i);
  }
  sort_largest_first(used);
  return pick(used, used.size() / 10 + 1, used.size() / 2 + 1,
              event_random(lineage.seed, event.kind, 0, event.night));
}

std::optional<Index> choose_renamed(const Lineage& lineage, const GoneNights& gone,
                                    const Event& event) {
  // Parents and children were listed the night before, for the rename to be seen.
  const Night before = std::max<Night>(event.night, 2) - 1;
  std::vector<bool> is_named(lineage.size());
  for (Index i = 0; i < lineage.calendar.made_by(before); ++i) {
    const Node& node = lineage.nodes[i];
    // Only these call their parent by its plain name, in tags and card alike.
    const bool names = node.trait == Trait::none && node.parent != kNoParent;
    if (names && !is_gone(gone, i, event.night + kStays)) is_named[node.parent] = true;
  }
  Ranking named;
  for (Index i = 0; i < lineage.calendar.made_by(before); ++i) {
    if (is_named[i] && !is_gone(gone, i, event.night + kStays)) named.emplace_back(0, i);
  }
  return pick(named, 0, named.size(), event_random(lineage.seed, event.kind, 0, event.night));
}

}  // namespace

std::string_view to_string(EventKind kind) noexcept {
  return kKindNames[static_cast<std::size_t>(kind)];
}

Index arrivals_a_night(Index models) noexcept { return std::max<Index>((models + 500) / 1000, 1); }

Index gone_by(Index models, Night night) noexcept {
  const std::uint64_t passed = night - 1;
  const std::uint64_t gone = std::max(std::uint64_t{models} * 3 * passed / 10'000, passed / 3);
  return static_cast<Index>(std::min<std::uint64_t>(gone, models / 4));
}

GoneNights choose_gone(const Lineage& lineage) {
  GoneNights gone;
  const Index models = lineage.calendar.models;
  for (Night night = 2; night <= lineage.calendar.nights + kStays; ++night) {
    for (auto turn = static_cast<Index>(gone.size()); turn < gone_by(models, night); ++turn) {
      Index index = Random{lineage.seed, Purpose::gone, turn}.below(models);
      // Owners of note withdraw nothing. At most a quarter goes, and a sixth is official.
      while (lineage.nodes[index].trait == Trait::official || gone.contains(index)) {
        index = (index + 1) % models;
      }
      gone.emplace(index, night);
    }
  }
  return gone;
}

std::optional<Index> choose_model(const Lineage& lineage, const GoneNights& gone,
                                  const Event& event) {
  switch (event.kind) {
    case EventKind::recount:
      return choose_recounted(lineage, gone, event);
    case EventKind::spike:
      return choose_spiking(lineage, gone, event);
    case EventKind::rename:
      return choose_renamed(lineage, gone, event);
    case EventKind::stall:
    case EventKind::rollback:
    case EventKind::partial:
      break;
  }
  return std::nullopt;
}

bool is_stalled(std::uint64_t seed, Index index, Night night) {
  return event_random(seed, EventKind::stall, index, night).chance(970);
}

bool is_in_part(std::uint64_t seed, Index index, Night night) {
  return event_random(seed, EventKind::partial, index, night).below(3) == 0;
}

std::uint32_t activity_before(UnixSeconds night) noexcept {
  // 1970-01-01 was a Thursday. The days are counted from a Saturday here.
  const UnixSeconds day = (night / kDay - 1 + 5) % 7;
  return day < 2 ? kWeekend : kWeekday;
}

std::uint32_t daily_downloads(const Lineage& lineage, Index index, Night night,
                              std::uint32_t monthly) {
  Random random{lineage.seed, Purpose::daily, key_of(index, night)};
  if (monthly == 0) return random.chance(4) ? 1 : 0;
  const std::uint64_t noise = 500 + random.below(1001);
  const std::uint64_t thousandths = (std::uint64_t{monthly} + kPassersBy) *
                                    activity_before(lineage.calendar.time_of(night)) * noise / 1000;
  // Rounded up as often as the fraction says: otherwise nothing small would ever be downloaded.
  constexpr std::uint32_t kUnit = 1000 * kDaysInMonth;
  return static_cast<std::uint32_t>((thousandths + random.below(kUnit)) / kUnit);
}

std::uint32_t leaving_downloads(const Lineage& lineage, Index index, Night night,
                                std::uint32_t monthly) {
  std::uint64_t before = 0;
  std::uint64_t own = 0;
  std::uint64_t total = 0;
  for (Night leaving = 2; leaving < 2 + kDaysInMonth; ++leaving) {
    const std::uint32_t activity =
        activity_before(lineage.calendar.time_of(leaving) - kDaysInMonth * kDay);
    if (leaving < night) before += activity;
    if (leaving == night) own = activity;
    total += activity;
  }
  // Each model is rounded elsewhere: not all single downloads were made on the same day.
  const std::uint64_t shift = Random{lineage.seed, Purpose::daily, key_of(index, 0)}.below(
      static_cast<std::uint32_t>(total));
  return static_cast<std::uint32_t>(((before + own) * monthly + shift) / total -
                                    (before * monthly + shift) / total);
}

std::uint32_t next_likes(const Lineage& lineage, Index index, Night night, std::uint32_t likes,
                         std::uint32_t daily) {
  Random random{lineage.seed, Purpose::likes, key_of(index, night)};
  if (random.chance(2)) return likes > 0 ? likes - 1 : 0;
  constexpr std::uint32_t kDownloadsALike = 40'000;
  const std::uint32_t liked = (daily + random.below(kDownloadsALike)) / kDownloadsALike;
  return likes + liked + (random.chance(5) ? 1 : 0);
}

NightlyHub::NightlyHub(const Lineage& lineage, GoneNights gone, std::vector<Event> events)
    : lineage_{lineage}, gone_{std::move(gone)}, events_{std::move(events)} {
  for (const Event& event : events_) {
    if (event.kind == EventKind::spike || event.kind == EventKind::recount) {
      of_models_.push_back(event);
    }
  }
  begin();
}

void NightlyHub::begin() {
  const Index models = lineage_.calendar.models;
  const Index in_all = lineage_.size();
  states_.reserve(in_all);
  shown_.reserve(in_all);
  for (Index i = 0; i < models; ++i) {
    const Counts first = first_counts(lineage_, i);
    const auto usual = static_cast<std::uint32_t>(first.downloads);
    const std::uint32_t spike = spike_of(i, 1);
    State& state = states_.emplace_back(
        State{.made = {.all_time = first.downloads_all_time + spike, .month = usual + spike},
              .usual = usual,
              .likes = static_cast<std::uint32_t>(first.likes)});
    remove_recounted(i, state);
    shown_.push_back(state.made);
  }
  keep_for_rollbacks();
}

void NightlyHub::advance() {
  const Index made_before = lineage_.calendar.made_by(night_);
  ++night_;
  const bool ordinary = is_ordinary();
  for (Index i = 0; i < made_before; ++i) {
    if (is_gone(gone_, i, night_)) continue;
    State& state = states_[i];
    const std::uint32_t likes = state.likes;
    pass_day(i, state);
    const Downloads shown = shown_of(i);
    if (ordinary) {
      ++compared_;
      if (shown != shown_[i] || likes != state.likes) ++moved_;
    }
    shown_[i] = shown;
  }
  for (Index i = made_before; i < lineage_.calendar.made_by(night_); ++i) {
    shown_.push_back(states_.emplace_back(arrive(i)).made);
  }
  keep_for_rollbacks();
}

bool NightlyHub::lists(Index index) const {
  if (is_gone(gone_, index, night_)) return false;
  return !has(EventKind::partial, night_) || is_in_part(lineage_.seed, index, night_);
}

Counts NightlyHub::counts(Index index) const noexcept {
  return {.downloads = shown_[index].month,
          .downloads_all_time = shown_[index].all_time,
          .likes = states_[index].likes};
}

/// A new model has had no month yet, nor any likes.
NightlyHub::State NightlyHub::arrive(Index index) const {
  const auto usual = static_cast<std::uint32_t>(first_counts(lineage_, index).downloads);
  const std::uint32_t daily = daily_downloads(lineage_, index, night_, usual);
  return {.made = {.all_time = daily, .month = daily}, .usual = usual, .likes = 0};
}

void NightlyHub::pass_day(Index index, State& state) const {
  const std::uint32_t daily = daily_downloads(lineage_, index, night_, state.usual);
  const std::uint32_t made = daily + spike_of(index, night_);
  const Night arrival = lineage_.calendar.arrival_of(index);
  std::uint32_t left = 0;
  if (night_ > kDaysInMonth) {
    const Night then = night_ - kDaysInMonth;
    left = spike_of(index, then);
    // The first night's own day is among those of which only the sum is known.
    if (then >= std::max<Night>(arrival, 2)) {
      left += daily_downloads(lineage_, index, then, state.usual);
    }
  }
  if (arrival == 1 && night_ < 2 + kDaysInMonth) {
    left += leaving_downloads(lineage_, index, night_, state.usual);
  }
  state.made.all_time += made;
  state.made.month += made - left;  // at least `left` is in the month
  remove_recounted(index, state);
  state.likes = next_likes(lineage_, index, night_, state.likes, daily);
}

/// For good: what is made later comes on top of what the recount leaves.
void NightlyHub::remove_recounted(Index index, State& state) const {
  for (const Event& event : of_models_) {
    if (event.kind != EventKind::recount || event.model != index || event.night != night_) continue;
    state.made.all_time -= state.made.all_time / 10 * 4;
    // Only several recounts of one model get there.
    state.made.all_time = std::max<std::uint64_t>(state.made.all_time, state.made.month);
  }
}

NightlyHub::Downloads NightlyHub::shown_of(Index index) const {
  if (has(EventKind::rollback, night_)) {
    const auto& then = kept_.at(std::max(night_, kRollback + 1) - kRollback);
    if (index < then.size()) return then[index];
  }
  if (has(EventKind::stall, night_) && is_stalled(lineage_.seed, index, night_)) {
    return shown_[index];
  }
  return states_[index].made;
}

void NightlyHub::keep_for_rollbacks() {
  for (Night later = night_ + 1; later <= night_ + kRollback; ++later) {
    const bool back_to_here = std::max(later, kRollback + 1) - kRollback == night_;
    if (back_to_here && has(EventKind::rollback, later)) kept_[night_] = shown_;
  }
  if (night_ > kRollback) kept_.erase(night_ - kRollback);
}

std::uint32_t NightlyHub::spike_of(Index index, Night night) const noexcept {
  std::uint32_t downloads = 0;
  for (const Event& event : of_models_) {
    const bool here = event.model == index && event.night == night;
    if (here && event.kind == EventKind::spike) downloads += kSpike;
  }
  return downloads;
}

bool NightlyHub::has(EventKind kind, Night night) const noexcept {
  return std::any_of(events_.begin(), events_.end(), [&](const Event& event) {
    return event.kind == kind && event.night == night;
  });
}

/// The night after a stall or a rollback moves everything back into place.
bool NightlyHub::is_ordinary() const noexcept {
  for (const EventKind kind : {EventKind::stall, EventKind::rollback}) {
    if (has(kind, night_) || has(kind, night_ - 1)) return false;
  }
  return true;
}

}  // namespace stemma::genhub
