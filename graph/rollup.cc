#include "graph/rollup.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "graph/descendant_sums.h"
#include "graph/shares.h"
#include "graph/walk.h"
#include "schema/model_name.h"

namespace stemma {

std::string_view to_string(Breakdown breakdown) noexcept {
  constexpr std::array<std::string_view, kBreakdowns> kNames{
      "role",      "relation", "author", "license", "library",    "pipeline_tag",
      "quantizer", "depth",    "series", "created", "descendants"};
  return kNames[static_cast<std::size_t>(breakdown)];
}

std::string_view to_string(ModelBoard board) noexcept {
  constexpr std::array<std::string_view, kModelBoards> kNames{
      "downloads", "downloads_7d", "growth", "new", "likes", "derivatives"};
  return kNames[static_cast<std::size_t>(board)];
}

namespace {

/// `f(a, b)` for every number of two sums.
template <class A, class B, class F>
void each_number(A& a, B& b, F&& f) {
  f(a.models, b.models);
  f(a.share, b.share);
  f(a.fresh, b.fresh);
  f(a.downloaded, b.downloaded);
  for (std::size_t k = 0; k < kCountKinds; ++k) {
    f(a.total[k], b.total[k]);
    f(a.known[k], b.known[k]);
  }
}

/// Sums stay at the largest number where made-up counts would overflow.
void add_number(std::int64_t& to, std::int64_t more) {
  if (__builtin_add_overflow(to, more, &to)) to = std::numeric_limits<std::int64_t>::max();
}

}  // namespace

AdoptionSums& AdoptionSums::operator+=(const AdoptionSums& other) noexcept {
  each_number(*this, other, [](std::int64_t& a, std::int64_t b) { add_number(a, b); });
  return *this;
}
AdoptionSums& AdoptionSums::operator-=(const AdoptionSums& other) noexcept {
  each_number(*this, other, [](std::int64_t& a, std::int64_t b) { a -= b; });
  return *this;
}

std::string descendants_key(const SnapshotView& snapshot, NodeId node) {
  if (snapshot.state[node] != NodeState::ghost) return snapshot.hub_id[node].hex();
  return '/' + fold_case(snapshot.name(node));
}

std::string month_of(UnixSeconds time) {
  return time == kUnknownTime ? kNotDeclared : format_utc(time).substr(0, 7);
}

namespace {

/// What one live model adds to every sum that it is in.
AdoptionSums contribution(const SnapshotView& snapshot, const DerivedCounts& counts, NodeId node) {
  AdoptionSums one;
  one.models = 1;
  const std::array<std::int64_t, kCountKinds> values{
      snapshot.downloads[node], snapshot.downloads_all_time[node], counts.downloads_7d[node],
      snapshot.likes[node]};
  for (std::size_t k = 0; k < kCountKinds; ++k) {
    if (values[k] == kUnknownCount) continue;
    one.total[k] = values[k];
    one.known[k] = 1;
  }
  one.downloaded = snapshot.downloads[node] > 0 && counts.stale[node] == 0 ? 1 : 0;
  const SnapshotNumber number = snapshot.total().number;
  one.fresh = number > 1 && snapshot.first_seen[node] == number ? 1 : 0;
  return one;
}

/// The sums of one group under policy `any`.
struct PlainSums {
  using Part = AdoptionSums;
  AdoptionSums sums;
  void add(const Part& part) { sums += part; }
};

/// The same under `fractional`.
struct SharedSums {
  struct Part {
    AdoptionSums sums;
    Weight share = 0;
  };
  std::int64_t models = 0;
  std::int64_t downloaded = 0;
  Weight share = 0;
  Weight fresh = 0;
  std::array<WeightedSum, kCountKinds> totals{};

  void add(const Part& part) {
    models += 1;
    downloaded += part.sums.downloaded;
    share += part.share;
    if (part.sums.fresh != 0) fresh += part.share;
    for (std::size_t k = 0; k < kCountKinds; ++k)
      totals[k].add(part.sums.known[k] == 0 ? kUnknownCount : part.sums.total[k], part.share);
  }
};

/// Sums by a number that says what tells models apart; memory only for what was added to.
template <class Sums>
class Buckets {
 public:
  void add(std::uint32_t key, const typename Sums::Part& part) {
    if (slot_.size() <= key) slot_.resize(key + std::size_t{1}, kNone);
    if (slot_[key] == kNone) {
      slot_[key] = static_cast<std::uint32_t>(keys_.size());
      keys_.push_back(key);
      sums_.emplace_back();
    }
    sums_[slot_[key]].add(part);
  }
  /// (name, sums), ascending by name, and empties the buckets. Keys of one name become one.
  template <class NameOf>
  std::vector<std::pair<std::string, Sums>> drain(NameOf&& name_of) {
    std::vector<std::pair<std::string, Sums>> named;
    named.reserve(keys_.size());
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      named.emplace_back(name_of(keys_[i]), std::move(sums_[i]));
      slot_[keys_[i]] = kNone;
    }
    keys_.clear();
    sums_.clear();
    std::sort(named.begin(), named.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    return named;
  }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  std::vector<std::uint32_t> slot_;
  std::vector<std::uint32_t> keys_;
  std::vector<Sums> sums_;
};

constexpr std::array kDerivativeBreakdowns{
    Breakdown::relation, Breakdown::author,       Breakdown::license,
    Breakdown::library,  Breakdown::pipeline_tag, Breakdown::quantizer,
    Breakdown::depth,    Breakdown::series,       Breakdown::created};

/// A family's derivatives, told apart in every way.
template <class Sums>
struct FamilyBuckets {
  std::array<Buckets<Sums>, kBreakdowns> by;
  Buckets<Sums>& operator[](Breakdown b) { return by[static_cast<std::size_t>(b)]; }
};

class Roller {
 public:
  Roller(const SnapshotView& snapshot, const FamilySet& families, const DerivedCounts& counts)
      : snapshot_{snapshot}, families_{families}, counts_{counts} {}

  Rollup run() {
    prepare();
    for (const FamilyDefinition& family : families_.definitions()) add_family(family);
    add_hub();
    add_fractional();
    add_boards({}, nullptr);
    return std::move(out_);
  }

 private:
  void prepare() {
    root_of_.resize(snapshot_.node_count());
    // Authors of many quantized models: what makes one is that some edge of it says so.
    std::vector<std::uint32_t> quantized(snapshot_.terms.size());
    for (NodeId node = 0; node < snapshot_.node_count(); ++node) {
      if (snapshot_.live(node) && is_quantized(node)) ++quantized[snapshot_.author[node]];
    }
    quantizer_.resize(snapshot_.terms.size());
    for (std::size_t term = 1; term < quantized.size(); ++term)
      quantizer_[term] = quantized[term] >= adoption::kQuantizerModels;
    sums_of_descendants_ = descendant_sums(snapshot_, [this](NodeId node) {
      AdoptionSums one = contribution(snapshot_, counts_, node);
      one.fresh = one.downloaded = 0;  // nobody asks for these of single models
      return one;
    });
  }

  [[nodiscard]] bool is_quantized(NodeId node) const {
    for (EdgeId e = snapshot_.parent_begin[node]; e < snapshot_.parent_begin[node + 1]; ++e) {
      if (snapshot_.relation[e] == Relation::quantized) return true;
    }
    return false;
  }

  [[nodiscard]] std::string term_name(std::uint32_t term) const {
    const std::string_view text = snapshot_.terms[term];
    return text.empty() ? kNotDeclared : std::string{text};
  }
  [[nodiscard]] std::string name_in(Breakdown breakdown, std::uint32_t key) const {
    switch (breakdown) {
      case Breakdown::relation:
        return std::string{to_string(static_cast<Relation>(key))};
      case Breakdown::depth:
        return std::to_string(key);
      case Breakdown::series:
        return key == 0 ? kNotDeclared : families_.definitions()[key - 1].name;
      case Breakdown::created:
        return key == 0 ? std::string{kNotDeclared}
                        : std::to_string(key / 12 + 1970) + (key % 12 < 9 ? "-0" : "-") +
                              std::to_string(key % 12 + 1);
      case Breakdown::quantizer:
        return key == 0 ? kOtherQuantizers : term_name(key);
      default:
        return term_name(key);
    }
  }

  /// Months since 1970 began, as in name_in().
  [[nodiscard]] static std::uint32_t month_key(UnixSeconds time) {
    if (time == kUnknownTime || time < 31 * adoption::kDay) return 0;
    const std::string text = format_utc(time);
    const int year = std::atoi(text.substr(0, 4).c_str());
    const int month = std::atoi(text.substr(5, 2).c_str());
    return static_cast<std::uint32_t>((year - 1970) * 12 + month - 1);
  }
  /// The same without making a text for each model: months of days are looked up.
  [[nodiscard]] std::uint32_t month_of_node(NodeId node) {
    const UnixSeconds time = snapshot_.created_at[node];
    if (time == kUnknownTime || time < 0) return 0;
    const auto day = static_cast<std::size_t>(time / adoption::kDay);
    if (day >= kMaxDay) return month_key(time);
    if (month_of_day_.size() <= day) month_of_day_.resize(day + 1, UINT32_MAX);
    if (month_of_day_[day] == UINT32_MAX) month_of_day_[day] = month_key(time);
    return month_of_day_[day];
  }

  /// Series of this family by root: the narrowest one that has it.
  void mark_series(const FamilyDefinition& family) {
    const auto& all = families_.definitions();
    std::vector<std::pair<std::size_t, std::size_t>> by_size;  // roots, place in `all`
    std::vector<std::vector<NodeId>> roots(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].parent != family.name) continue;
      roots[i] = families_.roots(snapshot_, all[i]);
      by_size.emplace_back(roots[i].size(), i);
    }
    // The widest first, so that narrower ones replace it; of equals the first name stands.
    std::sort(by_size.begin(), by_size.end(), [&](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first : all[a.second].name > all[b.second].name;
    });
    series_of_root_.clear();
    for (const auto& [size, i] : by_size) {
      for (const NodeId root : roots[i]) series_of_root_[root] = static_cast<std::uint32_t>(i + 1);
    }
  }

  template <class Sums>
  void add_derivative(FamilyBuckets<Sums>& buckets, const Reached& row,
                      const typename Sums::Part& part) {
    const Relation relation = snapshot_.relation[row.edge];
    const std::uint32_t author = snapshot_.author[row.node];
    buckets[Breakdown::role].add(1, part);
    buckets[Breakdown::relation].add(static_cast<std::uint32_t>(relation), part);
    buckets[Breakdown::author].add(author, part);
    buckets[Breakdown::license].add(snapshot_.license[row.node], part);
    buckets[Breakdown::library].add(snapshot_.library[row.node], part);
    buckets[Breakdown::pipeline_tag].add(snapshot_.pipeline_tag[row.node], part);
    if (relation == Relation::quantized)
      buckets[Breakdown::quantizer].add(quantizer_[author] ? author : 0, part);
    buckets[Breakdown::depth].add(row.depth, part);
    if (!series_of_root_.empty()) {
      const auto series = series_of_root_.find(root_of_[row.node]);
      buckets[Breakdown::series].add(series == series_of_root_.end() ? 0 : series->second, part);
    }
    buckets[Breakdown::created].add(month_of_node(row.node), part);
  }

  [[nodiscard]] static std::string role_name(std::uint32_t key) {
    return key == 0 ? kOfficial : kDerivatives;
  }

  void put_plain(const RollupKey& key, std::vector<std::pair<std::string, PlainSums>> named) {
    RollupGroup group{.key = key};
    group.entries.reserve(named.size());
    for (auto& [name, sums] : named) {
      if (!group.entries.empty() && group.entries.back().first == name) {
        group.entries.back().second += sums.sums;
      } else {
        group.entries.emplace_back(std::move(name), sums.sums);
      }
    }
    out_.groups.push_back(std::move(group));
  }

  void add_family(const FamilyDefinition& family) {
    const FamilyMembers members = members_of(snapshot_, families_, family);
    mark_series(family);
    std::vector<NodeId> listed;
    for (const NodeId root : members.roots) {
      root_of_[root] = root;
      if (!snapshot_.live(root)) continue;
      plain_[Breakdown::role].add(0, contribution(snapshot_, counts_, root));
      listed.push_back(root);
    }
    for (const Reached& row : members.derivatives) {
      root_of_[row.node] = root_of_[row.via];
      if (!snapshot_.live(row.node)) continue;
      add_derivative(plain_, row, contribution(snapshot_, counts_, row.node));
      listed.push_back(row.node);
    }
    put_plain({family.name, Breakdown::role, SharePolicy::any},
              plain_[Breakdown::role].drain(role_name));
    for (const Breakdown breakdown : kDerivativeBreakdowns) {
      put_plain(
          {family.name, breakdown, SharePolicy::any},
          plain_[breakdown].drain([&](std::uint32_t key) { return name_in(breakdown, key); }));
    }
    add_boards(family.name, &listed);
  }

  /// The whole hub: all models, authors, quantizers, and what is below each model.
  void add_hub() {
    PlainSums all;
    for (NodeId node = 0; node < snapshot_.node_count(); ++node) {
      if (!snapshot_.live(node)) continue;
      const AdoptionSums part = contribution(snapshot_, counts_, node);
      all.add(part);
      const std::uint32_t author = snapshot_.author[node];
      plain_[Breakdown::author].add(author, part);
      if (is_quantized(node))
        plain_[Breakdown::quantizer].add(quantizer_[author] ? author : 0, part);
    }
    std::vector<std::pair<std::string, PlainSums>> named;
    named.emplace_back(kHubModels, all);
    put_plain({{}, Breakdown::role, SharePolicy::any}, std::move(named));
    auto authors = plain_[Breakdown::author].drain([&](auto key) { return term_name(key); });
    keep_largest(authors);
    put_plain({{}, Breakdown::author, SharePolicy::any}, std::move(authors));
    put_plain({{}, Breakdown::quantizer, SharePolicy::any},
              plain_[Breakdown::quantizer].drain(
                  [&](auto key) { return name_in(Breakdown::quantizer, key); }));
    hub_ = all.sums;

    RollupGroup below{.key = {{}, Breakdown::descendants, SharePolicy::any}};
    for (const auto& [node, sums] : sums_of_descendants_) {
      if (sums.models != 0) below.entries.emplace_back(descendants_key(snapshot_, node), sums);
    }
    std::sort(below.entries.begin(), below.entries.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    out_.groups.push_back(std::move(below));
  }

  /// Of the authors of the whole hub, those who lead by downloads or by models.
  static void keep_largest(std::vector<std::pair<std::string, PlainSums>>& authors) {
    if (authors.size() <= kBoardRows) return;
    const auto nth_of = [&](auto&& value) {
      std::vector<std::int64_t> values;
      for (const auto& [name, sums] : authors) values.push_back(value(sums.sums));
      std::nth_element(values.begin(), values.begin() + (kBoardRows - 1), values.end(),
                       std::greater<>{});
      return values[kBoardRows - 1];
    };
    const auto downloads = [](const AdoptionSums& sums) { return sums.total[0]; };
    const auto models = [](const AdoptionSums& sums) { return sums.models; };
    const std::int64_t by_downloads = nth_of(downloads);
    const std::int64_t by_models = nth_of(models);
    std::erase_if(authors, [&](const auto& one) {
      return downloads(one.second.sums) < by_downloads && models(one.second.sums) < by_models;
    });
  }

  void add_fractional();
  void put_shared(const RollupKey& key, std::vector<std::pair<std::string, SharedSums>> named,
                  const AdoptionSums* whole);

  [[nodiscard]] std::vector<NodeId> all_live() const {
    std::vector<NodeId> nodes;
    for (NodeId node = 0; node < snapshot_.node_count(); ++node) {
      if (snapshot_.live(node)) nodes.push_back(node);
    }
    return nodes;
  }

  /// kNoValue where the model is not on the board.
  static constexpr std::int64_t kNoValue = std::numeric_limits<std::int64_t>::min();
  [[nodiscard]] std::int64_t board_value(ModelBoard board, NodeId node) const {
    switch (board) {
      case ModelBoard::downloads:
        return snapshot_.downloads[node] > 0 ? snapshot_.downloads[node] : kNoValue;
      case ModelBoard::downloads_7d:
        return counts_.downloads_7d[node] > 0 ? counts_.downloads_7d[node] : kNoValue;
      case ModelBoard::likes:
        return snapshot_.likes[node] > 0 ? snapshot_.likes[node] : kNoValue;
      case ModelBoard::derivatives: {
        const auto found = sums_of_descendants_.find(node);
        return found == sums_of_descendants_.end() || found->second.models == 0
                   ? kNoValue
                   : found->second.models;
      }
      case ModelBoard::growth: {
        const DerivedPoint* point = point_of(node);
        if (point == nullptr || std::isnan(point->growth) ||
            point->growth_mean < adoption::kBoardGrowthMean ||
            snapshot_.downloads[node] < adoption::kBoardGrowthDownloads ||
            point->spike_share > adoption::kBoardGrowthSpike)
          return kNoValue;
        return std::llround(point->growth * 1e6);
      }
      case ModelBoard::fresh: {
        const UnixSeconds created = snapshot_.created_at[node];
        const UnixSeconds now = snapshot_.total().observed_at;
        if (created == kUnknownTime || created < now - adoption::kBoardNewDays ||
            counts_.downloads_7d[node] <= 0)
          return kNoValue;
        const DerivedPoint* point = point_of(node);
        if (point != nullptr && point->spike_share > adoption::kBoardNewSpike) return kNoValue;
        return counts_.downloads_7d[node];
      }
    }
    return kNoValue;
  }

  [[nodiscard]] const DerivedPoint* point_of(NodeId node) const {
    const auto found = counts_.points.find(node);
    return found == counts_.points.end() ? nullptr : &found->second;
  }

  /// `members`: nullptr for every live model.
  void add_boards(const std::string& family, const std::vector<NodeId>* members) {
    std::vector<NodeId> everyone;
    if (members == nullptr) everyone = all_live();
    const std::vector<NodeId>& nodes = members == nullptr ? everyone : *members;
    for (std::size_t b = 0; b < kModelBoards; ++b) {
      const auto kind = static_cast<ModelBoard>(b);
      std::vector<std::pair<std::int64_t, NodeId>> rows;
      for (const NodeId node : nodes) {
        if (const std::int64_t value = board_value(kind, node); value != kNoValue)
          rows.emplace_back(value, node);
      }
      const auto before = [](const auto& one, const auto& other) {
        return one.first != other.first ? one.first > other.first : one.second < other.second;
      };
      if (rows.size() > kBoardRows) {
        std::nth_element(rows.begin(), rows.begin() + kBoardRows, rows.end(), before);
        rows.resize(kBoardRows);
      }
      std::sort(rows.begin(), rows.end(), before);
      Board board{.board = kind, .family = family};
      for (const auto& [value, node] : rows) board.rows.push_back({snapshot_.ordinal[node], value});
      out_.boards.push_back(std::move(board));
    }
  }

  static constexpr std::size_t kMaxDay = 100'000;

  const SnapshotView& snapshot_;
  const FamilySet& families_;
  const DerivedCounts& counts_;
  Rollup out_;
  std::vector<NodeId> root_of_;  ///< Of the nodes of the family at hand.
  std::vector<bool> quantizer_;  ///< By term.
  std::map<NodeId, std::uint32_t> series_of_root_;
  std::vector<std::uint32_t> month_of_day_;
  FamilyBuckets<PlainSums> plain_;
  FamilyBuckets<SharedSums> shared_;
  DescendantSums sums_of_descendants_;
  AdoptionSums hub_;
};

/// Rounds shares and sums so that they add up to `whole`, or each for itself where there is none.
void Roller::put_shared(const RollupKey& key, std::vector<std::pair<std::string, SharedSums>> named,
                        const AdoptionSums* whole) {
  // Keys of one name first become one.
  std::vector<std::pair<std::string, SharedSums>> merged;
  for (auto& one : named) {
    if (merged.empty() || merged.back().first != one.first) {
      merged.push_back(std::move(one));
      continue;
    }
    SharedSums& to = merged.back().second;
    to.models += one.second.models;
    to.downloaded += one.second.downloaded;
    to.share += one.second.share;
    to.fresh += one.second.fresh;
    for (std::size_t k = 0; k < kCountKinds; ++k) {
      to.totals[k].whole += one.second.totals[k].whole;
      to.totals[k].rest += one.second.totals[k].rest;
      to.totals[k].known += one.second.totals[k].known;
      to.totals[k].unknown += one.second.totals[k].unknown;
    }
  }
  RollupGroup group{.key = key};
  std::vector<Weight> shares, fresh;
  for (const auto& [name, sums] : merged) {
    shares.push_back(sums.share);
    fresh.push_back(sums.fresh);
    AdoptionSums& to = group.entries.emplace_back(name, AdoptionSums{}).second;
    to.models = sums.models;
    to.downloaded = sums.downloaded;
    to.share = static_cast<std::int64_t>(nearest_millionth(sums.share));
    to.fresh = static_cast<std::int64_t>(nearest_millionth(sums.fresh));
    for (std::size_t k = 0; k < kCountKinds; ++k) {
      to.total[k] = sums.totals[k].rounded().total;
      to.known[k] = static_cast<std::int64_t>(sums.totals[k].known);
    }
  }
  if (whole != nullptr) {
    const auto rounded = round_to(shares, static_cast<std::uint64_t>(whole->share));
    const auto fresh_rounded = round_to(fresh, static_cast<std::uint64_t>(whole->fresh));
    for (std::size_t i = 0; i < merged.size(); ++i) {
      group.entries[i].second.share = static_cast<std::int64_t>(rounded[i]);
      group.entries[i].second.fresh = static_cast<std::int64_t>(fresh_rounded[i]);
    }
    for (std::size_t k = 0; k < kCountKinds; ++k) {
      std::vector<WeightedSum> sums;
      for (const auto& one : merged) sums.push_back(one.second.totals[k]);
      const auto totals = round_sums(sums, whole->total[k]);
      for (std::size_t i = 0; i < merged.size(); ++i) group.entries[i].second.total[k] = totals[i];
    }
  }
  out_.groups.push_back(std::move(group));
}

void Roller::add_fractional() {
  const ShareSplitter splitter{snapshot_, families_};
  const std::vector<std::uint64_t> shares =
      round_to(splitter.totals(), static_cast<std::uint64_t>(hub_.models) * kMillion);
  AdoptionSums other = hub_;
  other.share = static_cast<std::int64_t>(hub_.models) * static_cast<std::int64_t>(kMillion);
  other.fresh *= static_cast<std::int64_t>(kMillion);
  std::size_t index = 0;
  for (const FamilyDefinition& family : families_.definitions()) {
    if (!family.top_level()) continue;
    const std::vector<Weight> share = splitter.shares_in(index);
    const FamilyMembers members = members_of(snapshot_, families_, family);
    mark_series(family);
    const auto part_of = [&](NodeId node) {
      return SharedSums::Part{.sums = contribution(snapshot_, counts_, node), .share = share[node]};
    };
    for (const NodeId root : members.roots) {
      root_of_[root] = root;
      if (snapshot_.live(root) && share[root] != 0) shared_[Breakdown::role].add(0, part_of(root));
    }
    for (const Reached& row : members.derivatives) {
      root_of_[row.node] = root_of_[row.via];
      if (snapshot_.live(row.node) && share[row.node] != 0)
        add_derivative(shared_, row, part_of(row.node));
    }
    put_shared({family.name, Breakdown::role, SharePolicy::fractional},
               shared_[Breakdown::role].drain(role_name), nullptr);
    AdoptionSums derived;
    std::int64_t official = 0;
    std::int64_t* share_of_derived = nullptr;
    for (auto& [name, sums] : out_.groups.back().entries) {
      if (name == kOfficial) official = sums.share;
      if (name == kDerivatives) share_of_derived = &sums.share;
    }
    // The family's whole share was rounded with all others; what is not its own models' is derived.
    if (share_of_derived != nullptr)
      *share_of_derived = static_cast<std::int64_t>(shares[index]) - official;
    for (const auto& [name, sums] : out_.groups.back().entries) {
      if (name == kDerivatives) derived = sums;
      other.share -= sums.share;
      other.fresh -= sums.fresh;
      for (std::size_t k = 0; k < kCountKinds; ++k) other.total[k] -= sums.total[k];
    }
    for (const Breakdown breakdown : kDerivativeBreakdowns) {
      // Quantizers' buckets are only of quantized models.
      put_shared(
          {family.name, breakdown, SharePolicy::fractional},
          shared_[breakdown].drain([&](std::uint32_t key) { return name_in(breakdown, key); }),
          breakdown == Breakdown::quantizer ? nullptr : &derived);
    }
    ++index;
  }
  out_.groups.push_back(
      {.key = {{}, Breakdown::role, SharePolicy::fractional}, .entries = {{kHubOther, other}}});
}

}  // namespace

Rollup roll_up(const SnapshotView& snapshot, const FamilySet& families,
               const DerivedCounts& counts) {
  return Roller{snapshot, families, counts}.run();
}

}  // namespace stemma
