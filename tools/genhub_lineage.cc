#include "tools/genhub_lineage.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <string_view>
#include <utility>

#include "schema/model_name.h"
#include "tools/genhub_names.h"
#include "tools/genhub_random.h"

namespace stemma::genhub {
namespace {

constexpr std::uint32_t kDeepest = 40;
constexpr std::uint32_t kMostParents = 65;
constexpr std::size_t kMostCycles = 12;

/// Out of 1000 models, how many declare a parent; out of 1000 that do, how they derive.
constexpr std::uint32_t kDeclaring = 420;
constexpr std::array<std::pair<Relation, std::uint32_t>, 4> kRelationShares{
    {{Relation::finetune, 460},
     {Relation::adapter, 270},
     {Relation::quantized, 240},
     {Relation::merge, 30}}};

/// Out of 1000 children, how many go to each family, in the order of Family. Qwen's burst comes on
/// top of its own.
constexpr std::array<std::uint32_t, kFamilyCount> kFamilyShares{165, 55, 150, 75, 75, 20,
                                                                12,  8,  3,   2,  435};

UnixSeconds second_of_share(double share, UnixSeconds last) {
  // The hub grows evenly faster: half of all models are from the last third of the time. Division,
  // square root and product are rounded the same everywhere by IEEE 754.
  const double passed = std::sqrt(share) * static_cast<double>(last - kFirstSecond);
  return kFirstSecond + static_cast<UnixSeconds>(passed);
}

/// Of a model made before the first night.
UnixSeconds plain_second(Index index, const Calendar& calendar) {
  return second_of_share(static_cast<double>(index) / static_cast<double>(calendar.models),
                         calendar.first_night);
}

Index first_index_at(UnixSeconds second, const Calendar& calendar) {
  if (second >= calendar.first_night) return calendar.models;
  const double passed = static_cast<double>(second - kFirstSecond) /
                        static_cast<double>(calendar.first_night - kFirstSecond);
  return passed <= 0 ? 0
                     : static_cast<Index>(passed * passed * static_cast<double>(calendar.models));
}

/// Midnight before the burst: the first that follows the model before it.
UnixSeconds burst_day(const Lineage& lineage) {
  return (plain_second(lineage.burst_begin, lineage.calendar) / kDay + 1) * kDay;
}

/// FNV-1a: std::hash gives other numbers in other libraries.
std::size_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001B3U;
  return static_cast<std::size_t>(hash ^ (hash >> 32U));
}

std::uint32_t merged_parents(Random& random) {
  const std::uint32_t drawn = random.below(100);
  if (drawn < 55) return 2;
  if (drawn < 77) return 3;
  if (drawn < 90) return 4;
  if (drawn < 99) return 5 + random.below(4);
  return 9 + random.skewed(kMostParents - 8);
}

class Grower {
 public:
  /// Whatever is planned ahead is planned by the models of the first night alone, so that later
  /// nights change nothing in them.
  Grower(const Calendar& calendar, std::uint64_t seed) {
    const Index size = calendar.models;
    const Index in_all = calendar.made_by(calendar.nights);
    lineage_.seed = seed;
    lineage_.calendar = calendar;
    lineage_.nodes.resize(in_all);
    lineage_.name_taken.resize(in_all);
    lineage_.members.resize(kFamilyCount);
    lineage_.catalog = official_models(size / 6);
    lineage_.owners = std::max<std::uint32_t>(size / 6, 1);
    released_.resize(kFamilyCount);
    names_.resize(std::bit_ceil<std::size_t>(std::size_t{size} * 16));
    plan_officials();
    plan_burst();
  }

  Lineage grow() {
    for (Index i = 0; i < lineage_.size(); ++i) {
      Node& node = lineage_.nodes[i];
      if (node.trait != Trait::official) decide(i, node);
      if (declares(node)) ++declaring_;
      settle(i, node);
    }
    return std::move(lineage_);
  }

 private:
  /// Gives each official model the place in time at which it was really released.
  void plan_officials() {
    const auto& catalog = lineage_.catalog;
    std::vector<std::uint32_t> by_date(catalog.size());
    for (std::uint32_t i = 0; i < by_date.size(); ++i) by_date[i] = i;
    std::stable_sort(by_date.begin(), by_date.end(),
                     [&](auto a, auto b) { return catalog[a].released < catalog[b].released; });
    lineage_.index_of_official.resize(catalog.size());
    Index next_free = 0;
    auto left = static_cast<Index>(by_date.size());
    for (const std::uint32_t place : by_date) {
      const Index wanted =
          std::max(next_free, first_index_at(catalog[place].released, lineage_.calendar));
      const Index index = std::min(wanted, lineage_.calendar.models - left--);
      lineage_.index_of_official[place] = index;
      lineage_.nodes[index] = {.parent = kNoParent,
                               .owner = place,
                               .relation = Relation::unspecified,
                               .family = catalog[place].family,
                               .depth = 0,
                               .trait = Trait::official};
      next_free = index + 1;
    }
    for (std::uint32_t place = 0; place < catalog.size(); ++place) {
      if (catalog[place].parent == kNoParent) continue;
      Node& node = lineage_.nodes[lineage_.index_of_official[place]];
      node.parent = lineage_.index_of_official[catalog[place].parent];
      node.relation = catalog[place].relation;
      node.depth = 1;
    }
  }

  void plan_burst() {
    const Index size = lineage_.calendar.models;
    for (std::uint32_t place = 0; place < lineage_.catalog.size(); ++place) {
      const std::string& name = lineage_.catalog[place].name;
      if (name != "Qwen/Qwen1.5-0.5B" && name != "Qwen/Qwen1.5-1.8B") continue;
      burst_parents_.push_back(lineage_.index_of_official[place]);
    }
    if (burst_parents_.size() < 2) return;
    const Index begin = std::max(burst_parents_[0], burst_parents_[1]) + size / 50;
    if (begin >= size) return;
    lineage_.burst_begin = begin;
    lineage_.burst_end = std::min(size, lineage_.burst_begin + std::max<Index>(size / 50, 30));
  }

  static bool declares(const Node& node) {
    return node.parent != kNoParent || node.trait == Trait::self_reference ||
           node.trait == Trait::no_name;
  }

  void decide(Index index, Node& node) {
    Random random{lineage_.seed, Purpose::lineage, index};
    node.owner = random.skewed(lineage_.owners);
    if (index >= lineage_.burst_begin && index < lineage_.burst_end)
      return join_burst(random, node);

    // Steered toward the share, so that a small hub has it as well as a large one.
    const bool behind = std::uint64_t{declaring_} * 1000 < std::uint64_t{kDeclaring} * index;
    if (!random.chance(behind ? kDeclaring + 200 : kDeclaring - 200)) return;
    node.relation = draw_relation(random);
    if (!declare_oddly(index, random, node)) adopt(index, random, node);
    if (!declares(node)) node.relation = Relation::unspecified;
  }

  void join_burst(Random& random, Node& node) {
    node = {.parent = burst_parents_[random.below(2)],
            .owner = kBurstOwner,
            .relation = Relation::adapter,
            .family = Family::qwen,
            .depth = 0,
            .trait = Trait::burst};
  }

  Relation draw_relation(Random& random) {
    std::uint64_t total = 0;
    for (const std::uint32_t count : by_relation_) total += count;
    Relation drawn = Relation::finetune;
    for (int attempt = 0; attempt < 4; ++attempt) {
      std::uint32_t left = random.below(1000);
      for (const auto& [relation, share] : kRelationShares) {
        drawn = relation;
        const auto count = std::uint64_t{by_relation_[static_cast<std::size_t>(relation)]};
        if (left < share && count * 1000 <= share * (total + 1)) return relation;
        if (left < share) break;
        left -= share;
      }
    }
    return drawn;
  }

  /// The oddities come at fixed intervals, not at random: then each of them is in the smallest hub
  /// as well.
  bool declare_oddly(Index index, Random& random, Node& node) {
    const std::uint32_t turn = turns_++;
    if (turn % 800 == 37) node.trait = Trait::self_reference;
    if (turn % 400 == 91) node.trait = Trait::no_name;
    if (turn % 33 == 5) node.trait = Trait::ghost;
    if (node.trait != Trait::none) {
      // One name each, which makes no merge.
      if (node.relation == Relation::merge) node.relation = Relation::finetune;
      if (node.trait != Trait::ghost) return true;
      node.parent = random.skewed(std::max<Index>(lineage_.calendar.models / 300, 4));
      return true;
    }
    // One chain at a time, its links spread over the time that it took to make them.
    if (turn % (17 + lineage_.calendar.models / 5000) == 3 && index > 100) {
      extend_chain(index, random, node);
      return node.parent != kNoParent;
    }
    if (turn % 120 == 7) node.trait = Trait::letter_case;
    if (turn % 60 == 11) node.trait = Trait::untyped_tag;
    if (turn % 60 == 41) node.trait = Trait::card_only;
    return false;
  }

  void extend_chain(Index index, Random& random, Node& node) {
    if (chain_tip_ == kNoParent || lineage_.nodes[chain_tip_].depth >= kDeepest) {
      node.relation = Relation::finetune;
      adopt(index, random, node);
      chain_owner_ = node.owner;
    } else {
      const Node& tip = lineage_.nodes[chain_tip_];
      node = {.parent = chain_tip_,
              .owner = chain_owner_,
              .relation = Relation::finetune,
              .family = tip.family,
              .depth = 0,
              .trait = Trait::chain};
    }
    if (node.parent != kNoParent) chain_tip_ = index;
  }

  void adopt(Index index, Random& random, Node& node) {
    const auto family = static_cast<std::size_t>(draw_family(random));
    if (lineage_.members[family].empty()) return;
    const Index parent = draw_parent(random, family, node.relation);
    const Node& chosen = lineage_.nodes[parent];
    if (chosen.depth + 1U >= kDeepest) return;
    node.parent = parent;
    node.family = static_cast<Family>(family);
    if (node.relation == Relation::merge) return become_merge(index, node);
    if (node.relation == Relation::quantized && random.chance(450)) {
      node.owner = kFirstQuantizer + random.skewed(kQuantizers);
    }
    if (node.trait != Trait::none) return;
    if (chosen.trait == Trait::official && !lineage_.catalog[chosen.owner].old_name.empty() &&
        random.chance(150)) {
      node.trait = Trait::old_name;
    } else if (index < lineage_.calendar.models &&  // the parent names it from the first night on
               lineage_.closes_cycle.size() < kMostCycles && turns_ % 50 == 20 &&
               chosen.trait == Trait::none && chosen.relation != Relation::merge) {
      lineage_.closes_cycle.emplace(parent, index);
    }
  }

  void become_merge(Index index, Node& node) {
    // A merge needs something to merge: before that, it is a fine-tune like others.
    if (index < 4 * kMostParents ||
        lineage_.members[static_cast<std::size_t>(node.family)].size() < 2) {
      node.relation = Relation::finetune;
    } else if (by_relation_[static_cast<std::size_t>(Relation::merge)] == 10) {
      node.trait = Trait::huge_merge;
    }
  }

  Family draw_family(Random& random) {
    std::uint32_t left = random.below(1000);
    for (std::size_t family = 0; family < kFamilyCount; ++family) {
      if (left < kFamilyShares[family]) {
        return released_[family].empty() ? Family::other : static_cast<Family>(family);
      }
      left -= kFamilyShares[family];
    }
    return Family::other;
  }

  /// Preferential attachment without weights to keep: the parent of a random child is a parent with
  /// a probability proportional to the number of its children.
  Index draw_parent(Random& random, std::size_t family, Relation relation) const {
    const auto& members = lineage_.members[family];
    const auto& officials = released_[family];
    const auto count = static_cast<std::uint32_t>(members.size());
    const std::uint32_t drawn = random.below(100);
    if (drawn < 20 && !officials.empty()) return draw_official(random, officials);
    const bool copies = drawn < 82;
    const std::uint32_t oldest = copies ? count / 2 : 0;  // what is in fashion now
    Index chosen = members[oldest + random.below(count - oldest)];
    if (copies) chosen = step_up(chosen);
    // Few build on a quantization or an adapter; most of those who name one mean what it was made
    // from.
    for (int steps = 0; steps < 4; ++steps) {
      const Relation of_chosen = lineage_.nodes[chosen].relation;
      const bool final_form = of_chosen == Relation::quantized || of_chosen == Relation::adapter;
      if (!final_form || (relation == Relation::quantized && random.chance(100)) ||
          random.chance(80))
        break;
      chosen = step_up(chosen);
    }
    return chosen;
  }

  /// One of two: now the newer, now the one that stands further up in the catalog.
  Index draw_official(Random& random, const std::vector<Index>& officials) const {
    const auto count = static_cast<std::uint32_t>(officials.size());
    const Index one = officials[random.below(count)];
    const Index two = officials[random.below(count)];
    if (random.chance(400)) return std::max(one, two);
    return lineage_.nodes[one].owner < lineage_.nodes[two].owner ? one : two;
  }

  Index step_up(Index index) const {
    const Node& node = lineage_.nodes[index];
    return node.parent == kNoParent || node.trait == Trait::ghost ? index : node.parent;
  }

  void settle(Index index, Node& node) {
    if (declares(node)) ++by_relation_[static_cast<std::size_t>(node.relation)];
    if (node.trait != Trait::official && node.parent != kNoParent && node.trait != Trait::ghost) {
      node.depth = static_cast<std::uint8_t>(lineage_.nodes[node.parent].depth + 1);
    }
    // What descends from nothing known is among the others.
    if (node.parent == kNoParent && node.trait != Trait::official) node.family = Family::other;
    const auto family = static_cast<std::size_t>(node.family);
    if (node.trait == Trait::official) released_[family].push_back(index);
    if (node.trait != Trait::burst) lineage_.members[family].push_back(index);
    name_.clear();
    append_name(lineage_, index, name_);
    // One bit a name: a false alarm only makes a name longer.
    const std::size_t bit = hash_of(fold_case(name_)) & (names_.size() - 1);
    lineage_.name_taken[index] = names_[bit] && node.trait != Trait::official;
    names_[bit] = true;
  }

  Lineage lineage_;
  std::vector<std::vector<Index>> released_;  // official models by family
  std::vector<bool> names_;
  std::vector<Index> burst_parents_;
  std::array<std::uint32_t, kRelations.size()> by_relation_{};
  std::uint32_t declaring_ = 0;
  std::uint32_t turns_ = 0;  // models other than official ones that were to declare a parent
  Index chain_tip_ = kNoParent;
  std::uint32_t chain_owner_ = 0;
  std::string name_;
};

}  // namespace

UnixSeconds Lineage::created_at(Index index) const noexcept {
  if (index >= calendar.models) {
    const UnixSeconds in_day =
        UnixSeconds{(index - calendar.models) % calendar.arrivals} * kDay / calendar.arrivals;
    return first_listed(index) - kDay + in_day;
  }
  if (index < burst_begin || burst_begin == burst_end) return plain_second(index, calendar);
  const UnixSeconds day = burst_day(*this);
  const UnixSeconds in_day =
      UnixSeconds{index - burst_begin} * (kDay - 1) / (burst_end - burst_begin);
  // Where the calendar begins early, the burst may reach into the first night.
  const UnixSeconds last = calendar.first_night - 1;
  if (index < burst_end) return std::min(day + in_day, last);
  return std::min(std::max(plain_second(index, calendar), day + kDay), last);
}

HubId Lineage::hub_id(Index index) const noexcept {
  HubId id;
  const auto second = static_cast<std::uint32_t>(created_at(index));
  const auto machine = static_cast<std::uint32_t>(seed);
  const std::array<std::uint32_t, 3> words{second, machine, index};
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(words[i / 4] >> (8 * (3 - i % 4)));
  }
  return id;
}

void Lineage::parents_of(Index index, std::vector<Index>& parents) const {
  parents.clear();
  const Node& node = nodes[index];
  if (node.parent != kNoParent && node.trait != Trait::ghost) parents.push_back(node.parent);
  if (const auto found = closes_cycle.find(index); found != closes_cycle.end()) {
    parents.push_back(found->second);
  }
  if (node.relation != Relation::merge || parents.empty()) return;

  Random random{seed, Purpose::parents, index};
  const auto wanted = node.trait == Trait::huge_merge ? kMostParents : merged_parents(random);
  const auto& kin = members[static_cast<std::size_t>(node.family)];
  const auto older_kin =
      static_cast<std::uint32_t>(std::lower_bound(kin.begin(), kin.end(), index) - kin.begin());
  // Bounded: a small family may not have as many distinct members.
  for (std::uint32_t attempts = 0; parents.size() < wanted && attempts < 8 * kMostParents;
       ++attempts) {
    Index other = random.chance(750) ? kin[random.below(older_kin)] : random.below(index);
    const Relation made = nodes[other].relation;
    if ((made == Relation::adapter || made == Relation::quantized) && attempts < 4 * kMostParents)
      continue;
    if (std::find(parents.begin(), parents.end(), other) == parents.end()) parents.push_back(other);
  }
}

Lineage grow_lineage(const Calendar& calendar, std::uint64_t seed) {
  return Grower{calendar, seed}.grow();
}

}  // namespace stemma::genhub
