#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "schema/utc_time.h"
#include "tools/genhub_document.h"
#include "tools/genhub_lineage.h"

namespace stemma::genhub {

/// A night's number, from 1.
using Night = std::uint32_t;

/// What may happen to a hub's counts, names and files, on demand. Values are part of the output:
/// never renumber.
enum class EventKind : std::uint8_t { stall, rollback, recount, spike, rename, partial };

[[nodiscard]] std::string_view to_string(EventKind kind) noexcept;

/// The first night on which an event can be seen: what shows the counts of an earlier night needs
/// one.
[[nodiscard]] constexpr Night first_night_of(EventKind kind) noexcept {
  return kind == EventKind::stall || kind == EventKind::rollback ? 2 : 1;
}

struct Event {
  Night night = 1;
  EventKind kind = EventKind::stall;
  Index model = kNoParent;  ///< The one that it befalls; kNoParent where it is all of them.

  /// By night, then by kind.
  friend auto operator<=>(const Event&, const Event&) = default;
};

/// What a spike adds to a model's downloads of one day.
inline constexpr std::uint32_t kSpike = 500'000;
/// How far back a rollback goes; to the first night where there are fewer.
inline constexpr Night kRollback = 3;

/// How many models are made a day: one in a thousand, but at least one.
[[nodiscard]] Index arrivals_a_night(Index models) noexcept;
/// How many of the first night's models are gone by a night: three in ten thousand a night, but at
/// least one in three nights, and never more than a quarter.
[[nodiscard]] Index gone_by(Index models, Night night) noexcept;

/// The models that go, and the first night that does not list them.
using GoneNights = std::unordered_map<Index, Night>;
/// Some of them go after the last night: events befall none that is about to go, and must not
/// depend on how many nights are asked for.
[[nodiscard]] GoneNights choose_gone(const Lineage& lineage);

/// The model that the event befalls; nullopt when the hub is too small to have such a model. Of a
/// recount it is one of the largest, of a spike one of the middle, of a rename one that others
/// name.
[[nodiscard]] std::optional<Index> choose_model(const Lineage& lineage, const GoneNights& gone,
                                                const Event& event);
/// Whether an event of the kind befalls one model, not all of them.
[[nodiscard]] constexpr bool befalls_one(EventKind kind) noexcept {
  return kind == EventKind::recount || kind == EventKind::spike || kind == EventKind::rename;
}

/// Whether a stalled night lists the model's downloads of the night before.
[[nodiscard]] bool is_stalled(std::uint64_t seed, Index index, Night night);
/// Whether the model is in the third of the hub that a partial night lists.
[[nodiscard]] bool is_in_part(std::uint64_t seed, Index index, Night night);

/// How busy the day that ends with the night is, in thousandths of a mean day. Weekends are quiet.
[[nodiscard]] std::uint32_t activity_before(UnixSeconds night) noexcept;

/// The ordinary downloads of the day before a night after the first, of a model that has `monthly`
/// downloads in a month.
[[nodiscard]] std::uint32_t daily_downloads(const Lineage& lineage, Index index, Night night,
                                            std::uint32_t monthly);

/// The share of the first night's `monthly` downloads that was made on the day that leaves the last
/// 30 days on `night`, from 2 to 31. Nobody knows those days; they add up to `monthly`.
[[nodiscard]] std::uint32_t leaving_downloads(const Lineage& lineage, Index index, Night night,
                                              std::uint32_t monthly);

/// What becomes of `likes` in a night: hardly ever another number, and one less at worst.
[[nodiscard]] std::uint32_t next_likes(const Lineage& lineage, Index index, Night night,
                                       std::uint32_t likes, std::uint32_t daily);

/// A hub as it is listed night after night. Keeps 40 bytes a model.
class NightlyHub {
 public:
  /// `events` with the models that they befall.
  NightlyHub(const Lineage& lineage, GoneNights gone, std::vector<Event> events);

  [[nodiscard]] Night night() const noexcept { return night_; }
  /// Goes on to the next night.
  void advance();

  /// Whether the night's file holds the model.
  [[nodiscard]] bool lists(Index index) const;
  /// What it shows of the model.
  [[nodiscard]] Counts counts(Index index) const noexcept;

  /// How many models show other counts than the night before, and out of how many, over all nights
  /// so far whose counts are ordinary.
  [[nodiscard]] std::uint64_t moved() const noexcept { return moved_; }
  [[nodiscard]] std::uint64_t compared() const noexcept { return compared_; }

 private:
  struct Downloads {
    std::uint64_t all_time = 0;
    std::uint32_t month = 0;

    friend bool operator==(const Downloads&, const Downloads&) = default;
  };
  struct State {
    Downloads made;           ///< What an event hides for a night is in these.
    std::uint32_t usual = 0;  ///< Downloads of a usual month.
    std::uint32_t likes = 0;
  };
  static_assert(sizeof(Downloads) + sizeof(State) == 40);

  void begin();
  [[nodiscard]] State arrive(Index index) const;
  void pass_day(Index index, State& state) const;
  [[nodiscard]] Downloads shown_of(Index index) const;
  void keep_for_rollbacks();
  void remove_recounted(Index index, State& state) const;
  [[nodiscard]] std::uint32_t spike_of(Index index, Night night) const noexcept;
  [[nodiscard]] bool has(EventKind kind, Night night) const noexcept;
  [[nodiscard]] bool is_ordinary() const noexcept;

  const Lineage& lineage_;
  GoneNights gone_;
  std::vector<Event> events_;
  std::vector<Event> of_models_;  // the spikes and recounts among them, asked for at every step
  Night night_ = 1;
  std::vector<State> states_;
  std::vector<Downloads> shown_;
  std::unordered_map<Night, std::vector<Downloads>> kept_;  // what rollbacks to come go back to
  std::uint64_t moved_ = 0;
  std::uint64_t compared_ = 0;
};

}  // namespace stemma::genhub
