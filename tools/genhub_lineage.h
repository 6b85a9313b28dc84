#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "schema/hub_id.h"
#include "schema/relation.h"
#include "schema/utc_time.h"
#include "tools/genhub_catalog.h"

namespace stemma::genhub {

/// A model's number: its place in the order of creation, which is the order of the output.
using Index = std::uint32_t;

/// What is special about a model, and above all about the way it declares its parent. Real hubs
/// hold all of these.
enum class Trait : std::uint8_t {
  none,
  official,        ///< From the catalog; `owner` is its place there.
  burst,           ///< One of very many by one author in one day.
  chain,           ///< A link of a long chain by one author.
  ghost,           ///< The parent is no model of this hub; `parent` is the ghost's number.
  old_name,        ///< The parent is called by the name it had before it was renamed.
  letter_case,     ///< The parent is written in lower case.
  untyped_tag,     ///< Only the tag without a relation.
  card_only,       ///< Only the card says so: no tags.
  self_reference,  ///< The model names itself.
  no_name,         ///< What is named can be no repository: a local path.
  huge_merge,      ///< A merge of as many models as the largest on the Hub.
};

/// What is kept of each model between deciding the lineage and writing it: names and all other
/// fields are worked out again from the seed when they are needed, so that millions of models fit
/// in little memory.
struct Node {
  std::uint32_t parent = kNoParent;
  std::uint32_t owner = 0;
  Relation relation = Relation::unspecified;
  Family family = Family::other;
  std::uint8_t depth = 0;
  Trait trait = Trait::none;
};
static_assert(sizeof(Node) == 12);

/// The first and the last second in which a model may be made, unless a calendar says otherwise.
inline constexpr UnixSeconds kFirstSecond =
    1646263744;  // 2022-03-02T23:29:04Z, the Hub's own beginning
inline constexpr UnixSeconds kLastSecond = 1795305600;  // 2026-11-22T00:00:00Z

inline constexpr UnixSeconds kDay = 86400;

/// When the hub is listed: once, or on consecutive nights, which are numbered from 1. The lineage
/// of the models of a night does not depend on how many nights follow.
struct Calendar {
  Index models = 0;    ///< Made before the first night.
  Index arrivals = 0;  ///< Made on each day between two nights.
  std::uint32_t nights = 1;
  UnixSeconds first_night = kLastSecond;

  [[nodiscard]] UnixSeconds time_of(std::uint32_t night) const noexcept {
    return first_night + kDay * (UnixSeconds{night} - 1);
  }
  /// How many models were ever made by then: those with a lower index.
  [[nodiscard]] Index made_by(std::uint32_t night) const noexcept {
    return models + arrivals * (night - 1);
  }
  /// The first night that lists the model.
  [[nodiscard]] std::uint32_t arrival_of(Index index) const noexcept {
    return index < models ? 1 : (index - models) / arrivals + 2;
  }
};

/// Who came from whom in a made-up hub. Immutable once grown.
struct Lineage {
  std::uint64_t seed = 0;
  Calendar calendar;
  std::vector<OfficialModel> catalog;
  std::vector<Node> nodes;
  std::vector<bool>
      name_taken;  ///< Whether the plain name was taken before, and the model's number is appended.
  std::vector<std::vector<Index>> members;  ///< By family, ascending.
  std::vector<Index> index_of_official;     ///< By place in the catalog.
  std::unordered_map<Index, Index>
      closes_cycle;          ///< A model, and the descendant that it claims to come from.
  std::uint32_t owners = 1;  ///< Number of community owners.
  Index burst_begin = 0;     ///< Models [burst_begin, burst_end) were made in one day.
  Index burst_end = 0;

  [[nodiscard]] Index size() const noexcept { return static_cast<Index>(nodes.size()); }
  /// When the model is listed for the first time, as far as the calendar goes.
  [[nodiscard]] UnixSeconds first_listed(Index index) const noexcept {
    return calendar.time_of(calendar.arrival_of(index));
  }
  /// Never falls as the index rises.
  [[nodiscard]] UnixSeconds created_at(Index index) const noexcept;
  /// Rises with the index.
  [[nodiscard]] HubId hub_id(Index index) const noexcept;
  /// All parents in the hub that the model declares, the most important first; empty where the
  /// trait says that what it declares is no model of this hub.
  void parents_of(Index index, std::vector<Index>& parents) const;
};

/// Decides the lineage of all models of the calendar. Time and memory are linear in their number.
[[nodiscard]] Lineage grow_lineage(const Calendar& calendar, std::uint64_t seed);

}  // namespace stemma::genhub
