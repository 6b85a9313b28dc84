#include "graph/rollup.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <iterator>
#include <limits>
#include <memory>
#include <thread>
#include <unordered_map>

#include "graph/burst.h"
#include "graph/descendant_sums.h"
#include "graph/model_boards.h"
#include "graph/rollup_sums.h"
#include "graph/shares.h"
#include "graph/walk.h"
#include "schema/model_name.h"

namespace stemma {

std::string_view to_string(Breakdown breakdown) noexcept {
  constexpr std::array<std::string_view, kBreakdowns> kNames{
      "role",      "relation", "author", "license", "library", "pipeline_tag",
      "quantizer", "depth",    "series", "created", "burst",   "descendants"};
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

/// Whether the counts of all models together fit a number, so that no sum of some can overflow.
bool all_counts_fit(const SnapshotView& snapshot, const DerivedCounts& counts) {
  std::array<std::int64_t, kCountKinds> sums{};
  bool fits = true;
  for (NodeId node = 0; node < snapshot.node_count(); ++node) {
    const std::array<std::int64_t, kCountKinds> values{
        snapshot.downloads[node], snapshot.downloads_all_time[node], counts.downloads_7d[node],
        snapshot.likes[node]};
    for (std::size_t k = 0; k < kCountKinds; ++k) {
      if (values[k] != kUnknownCount)
        fits = !__builtin_add_overflow(sums[k], values[k], &sums[k]) && fits;
    }
  }
  return fits;
}

constexpr std::array kDerivativeBreakdowns{
    Breakdown::relation,     Breakdown::author,    Breakdown::license, Breakdown::library,
    Breakdown::pipeline_tag, Breakdown::quantizer, Breakdown::depth,   Breakdown::series,
    Breakdown::created,      Breakdown::burst};

/// A family's derivatives, told apart in every way.
template <class Sums>
struct FamilyBuckets {
  std::array<Buckets<Sums>, kBreakdowns> by;
  Buckets<Sums>& operator[](Breakdown b) { return by[static_cast<std::size_t>(b)]; }
};

/// What all families are told apart by, computed once. const is thread-safe.
struct RollupContext {
  RollupContext(const SnapshotView& view, const FamilySet& set, const DerivedCounts& derived)
      : snapshot{view}, families{set}, counts{derived} {
    find_quantizers();
    fits = all_counts_fit(snapshot, counts);
    for (const FamilyDefinition& family : families.definitions())
      place.push_back(family.top_level() ? top_level++ : UINT32_MAX);
  }

  // The two long walks over the whole graph: they may run beside each other, and families wait for
  // both.

  void sum_up_descendants() {
    below = descendant_sums(snapshot, [this](NodeId node) {
      AdoptionSums one = contribution(snapshot, counts, node);
      one.fresh = one.downloaded = 0;  // nobody asks for these of single models
      return one;
    });
  }
  void split_shares() {
    splitter = std::make_unique<ShareSplitter>(snapshot, families);
    const auto live = static_cast<std::uint64_t>(
        std::count(snapshot.state.begin(), snapshot.state.end(), NodeState::live));
    shares = round_to(splitter->totals(), live * kMillion);
  }

  [[nodiscard]] bool is_quantized(NodeId node) const {
    for (EdgeId e = snapshot.parent_begin[node]; e < snapshot.parent_begin[node + 1]; ++e) {
      if (snapshot.relation[e] == Relation::quantized) return true;
    }
    return false;
  }
  [[nodiscard]] std::string term_name(std::uint32_t term) const {
    const std::string_view text = snapshot.terms[term];
    return text.empty() ? kNotDeclared : std::string{text};
  }
  [[nodiscard]] std::string name_in(Breakdown breakdown, std::uint32_t key) const {
    switch (breakdown) {
      case Breakdown::role:
        return key == 0 ? kOfficial : kDerivatives;
      case Breakdown::relation:
        return std::string{to_string(static_cast<Relation>(key))};
      case Breakdown::depth:
        return std::to_string(key);
      case Breakdown::series:
        return key == 0 ? kNotDeclared : families.definitions()[key - 1].name;
      case Breakdown::created:
        return key == 0 ? std::string{kNotDeclared}
                        : std::to_string(key / 12 + 1970) + (key % 12 < 9 ? "-0" : "-") +
                              std::to_string(key % 12 + 1);
      case Breakdown::burst:
        return key == 0 ? kNotInBurst : kInBurst;
      case Breakdown::quantizer:
        return key == 0 ? kOtherQuantizers : term_name(key);
      default:
        return term_name(key);
    }
  }

  const SnapshotView& snapshot;
  const FamilySet& families;
  const DerivedCounts& counts;
  std::vector<bool> quantizer;  ///< By term.
  std::vector<bool> bursts;     ///< By node: whether it is set aside.
  DescendantSums below;
  const ModelBoards boards{snapshot, counts, below};
  std::unique_ptr<ShareSplitter> splitter;
  std::vector<std::uint64_t> shares;  ///< Of each top-level family and the rest, in millionths.
  std::vector<std::uint32_t> place;  ///< Of each definition among the top-level ones, if it is one.
  std::uint32_t top_level = 0;
  bool fits = false;  ///< all_counts_fit()

 private:
  /// Authors of many quantized models: what makes one is that some edge of it says so.
  void find_quantizers() {
    std::vector<std::uint32_t> quantized(snapshot.terms.size());
    for (NodeId node = 0; node < snapshot.node_count(); ++node) {
      if (snapshot.live(node) && is_quantized(node)) ++quantized[snapshot.author[node]];
    }
    quantizer.resize(snapshot.terms.size());
    for (std::size_t term = 1; term < quantized.size(); ++term)
      quantizer[term] = quantized[term] >= adoption::kQuantizerModels;
  }
};

/// What came of one family, or of the whole hub.
struct RolledPart {
  std::vector<RollupGroup> groups;
  std::vector<Board> boards;
  AdoptionSums whole;  ///< All of it: by shares of a family, as counted of the hub.
};

/// Rolls one family after the other up, keeping its memory. One thread.
class Roller {
 public:
  explicit Roller(const RollupContext& context)
      : context_{context},
        snapshot_{context.snapshot},
        counts_{context.counts},
        root_of_(context.snapshot.node_count()) {}

  RolledPart roll_family(std::size_t definition) {
    const FamilyDefinition& family = context_.families.definitions()[definition];
    const std::uint32_t place = context_.place[definition];
    const bool top_level = place != UINT32_MAX;
    const FamilyMembers members = members_of(snapshot_, context_.families, family);
    mark_series(family);
    RolledPart part;
    std::vector<NodeId> listed;
    const auto share = [&](NodeId node) {
      return top_level ? context_.splitter->share_of(node, place) : Weight{0};
    };
    const bool fits = context_.fits;
    for (const NodeId root : members.roots) {
      root_of_[root] = root;
      if (!snapshot_.live(root)) continue;
      const AdoptionSums sums = contribution(snapshot_, counts_, root);
      plain_[Breakdown::role].add(0, {sums, fits});
      if (top_level) {
        const Weight weight = share(root);
        if (!fits || weight != kOne) shared_[Breakdown::role].add(0, {sums, weight, fits});
      }
      listed.push_back(root);
    }
    for (const Reached& row : members.derivatives) {
      root_of_[row.node] = root_of_[row.via];
      if (!snapshot_.live(row.node)) continue;
      const AdoptionSums sums = contribution(snapshot_, counts_, row.node);
      add_derivative(plain_, row, PlainSums::Part{sums, fits});
      if (top_level) {
        const Weight weight = share(row.node);
        if (!fits || weight != kOne)
          add_derivative(shared_, row, SharedSums::Part{sums, weight, fits});
      }
      listed.push_back(row.node);
    }
    put_plain(part, {family.name, Breakdown::role, SharePolicy::any});
    for (const Breakdown breakdown : kDerivativeBreakdowns)
      put_plain(part, {family.name, breakdown, SharePolicy::any});
    if (top_level) put_fractional(part, family.name, context_.shares[place]);
    add_boards(part, family.name, listed);
    return part;
  }

  /// The whole hub: all models, authors, quantizers. Asks nothing of shares and descendants.
  RolledPart roll_hub() {
    RolledPart part;
    for (NodeId node = 0; node < snapshot_.node_count(); ++node) {
      if (!snapshot_.live(node)) continue;
      const AdoptionSums sums = contribution(snapshot_, counts_, node);
      if (context_.fits) {
        part.whole.add_unchecked(sums);
      } else {
        part.whole += sums;
      }
      const std::uint32_t author = snapshot_.author[node];
      plain_[Breakdown::author].add(author, {sums, context_.fits});
      if (context_.is_quantized(node)) {
        plain_[Breakdown::quantizer].add(context_.quantizer[author] ? author : 0,
                                         {sums, context_.fits});
      }
    }
    part.groups.push_back(
        {.key = {{}, Breakdown::role, SharePolicy::any}, .entries = {{kHubModels, part.whole}}});
    put_plain(part, {{}, Breakdown::author, SharePolicy::any});
    keep_largest(part.groups.back().entries);
    put_plain(part, {{}, Breakdown::quantizer, SharePolicy::any});
    return part;
  }

  /// What is below each model of the hub, and the boards of all models.
  void roll_descendants(RolledPart& part) {
    RollupGroup below{.key = {{}, Breakdown::descendants, SharePolicy::any}};
    // By key: that of a ghost begins with a character below all digits.
    std::vector<std::pair<std::string, NodeId>> ghosts;
    std::vector<std::pair<HubId, NodeId>> models;
    for (const NodeId node : context_.below.nodes()) {
      if (context_.below.find(node)->models == 0) continue;
      if (snapshot_.state[node] == NodeState::ghost) {
        ghosts.emplace_back(descendants_key(snapshot_, node), node);
      } else {
        models.emplace_back(snapshot_.hub_id[node], node);
      }
    }
    std::sort(ghosts.begin(), ghosts.end());
    std::sort(models.begin(), models.end());
    below.entries.reserve(ghosts.size() + models.size());
    for (auto& [key, node] : ghosts)
      below.entries.emplace_back(std::move(key), *context_.below.find(node));
    for (const auto& [id, node] : models)
      below.entries.emplace_back(id.hex(), *context_.below.find(node));
    part.groups.push_back(std::move(below));
    std::vector<NodeId> listed;
    for (NodeId node = 0; node < snapshot_.node_count(); ++node) {
      if (snapshot_.live(node)) listed.push_back(node);
    }
    add_boards(part, {}, listed);
  }

 private:
  /// Months since 1970 began, as in RollupContext::name_in(); days are looked up.
  [[nodiscard]] std::uint32_t month_of_node(NodeId node) {
    const UnixSeconds time = snapshot_.created_at[node];
    if (time == kUnknownTime || time < 0) return 0;
    const auto day = static_cast<std::size_t>(time / adoption::kDay);
    if (day >= kMaxDay) return month_key(time);
    if (month_of_day_.size() <= day) month_of_day_.resize(day + 1, UINT32_MAX);
    if (month_of_day_[day] == UINT32_MAX) month_of_day_[day] = month_key(time);
    return month_of_day_[day];
  }
  [[nodiscard]] static std::uint32_t month_key(UnixSeconds time) {
    const std::string text = format_utc(time);
    const int year = std::atoi(text.substr(0, 4).c_str());
    const int month = std::atoi(text.substr(5, 2).c_str());
    return static_cast<std::uint32_t>((year - 1970) * 12 + month - 1);
  }

  /// Series of this family by root: the narrowest one that has it.
  void mark_series(const FamilyDefinition& family) {
    const auto& all = context_.families.definitions();
    std::vector<std::pair<std::size_t, std::size_t>> by_size;  // roots, place in `all`
    std::vector<std::vector<NodeId>> roots(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].parent != family.name) continue;
      roots[i] = context_.families.roots(snapshot_, all[i]);
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
      buckets[Breakdown::quantizer].add(context_.quantizer[author] ? author : 0, part);
    buckets[Breakdown::depth].add(row.depth, part);
    if (!series_of_root_.empty()) {
      const auto series = series_of_root_.find(root_of_[row.node]);
      buckets[Breakdown::series].add(series == series_of_root_.end() ? 0 : series->second, part);
    }
    buckets[Breakdown::created].add(month_of_node(row.node), part);
    buckets[Breakdown::burst].add(context_.bursts[row.node] ? 1 : 0, part);
  }

  template <class Sums>
  std::vector<std::pair<std::string, Sums>> drained(FamilyBuckets<Sums>& buckets,
                                                    Breakdown breakdown) {
    return buckets[breakdown].drain(
        [&](std::uint32_t key) { return context_.name_in(breakdown, key); });
  }

  void put_plain(RolledPart& part, const RollupKey& key) {
    RollupGroup group{.key = key};
    auto named = drained(plain_, key.breakdown);
    group.entries.reserve(named.size());
    for (auto& [name, sums] : named) {
      if (!group.entries.empty() && group.entries.back().first == name) {
        group.entries.back().second += sums.sums;
      } else {
        group.entries.emplace_back(std::move(name), sums.sums);
      }
    }
    part.groups.push_back(std::move(group));
  }

  /// `share` is the family's whole, in millionths.
  void put_fractional(RolledPart& part, const std::string& family, std::uint64_t share) {
    put_shared(part, {family, Breakdown::role, SharePolicy::fractional}, nullptr);
    auto& roles = part.groups.back().entries;
    std::int64_t official = 0;
    for (const auto& [name, sums] : roles) official += name == kOfficial ? sums.share : 0;
    AdoptionSums derived;
    for (auto& [name, sums] : roles) {
      // The family's whole share was rounded with all others; what is not its own models' is
      // derived.
      if (name == kDerivatives) {
        sums.share = static_cast<std::int64_t>(share) - official;
        derived = sums;
      }
      part.whole += sums;
    }
    for (const Breakdown breakdown : kDerivativeBreakdowns) {
      // Quantizers' buckets are only of quantized models.
      put_shared(part, {family, breakdown, SharePolicy::fractional},
                 breakdown == Breakdown::quantizer ? nullptr : &derived);
    }
  }

  void put_shared(RolledPart& part, const RollupKey& key, const AdoptionSums* whole);

  /// Of the authors of the whole hub, those who lead by downloads or by models.
  static void keep_largest(std::vector<std::pair<std::string, AdoptionSums>>& authors) {
    if (authors.size() <= kBoardRows) return;
    const auto nth_of = [&](auto&& value) {
      std::vector<std::int64_t> values;
      for (const auto& [name, sums] : authors) values.push_back(value(sums));
      std::nth_element(values.begin(), values.begin() + (kBoardRows - 1), values.end(),
                       std::greater<>{});
      return values[kBoardRows - 1];
    };
    const auto downloads = [](const AdoptionSums& sums) { return sums.total[0]; };
    const auto models = [](const AdoptionSums& sums) { return sums.models; };
    const std::int64_t by_downloads = nth_of(downloads);
    const std::int64_t by_models = nth_of(models);
    std::erase_if(authors, [&](const auto& one) {
      return downloads(one.second) < by_downloads && models(one.second) < by_models;
    });
  }

  void add_boards(RolledPart& part, const std::string& family, const std::vector<NodeId>& members) {
    for (std::size_t b = 0; b < kModelBoards; ++b) {
      const auto kind = static_cast<ModelBoard>(b);
      part.boards.push_back(
          {.board = kind, .family = family, .rows = context_.boards.rows(kind, members)});
    }
  }

  static constexpr std::size_t kMaxDay = 100'000;

  const RollupContext& context_;
  const SnapshotView& snapshot_;
  const DerivedCounts& counts_;
  std::vector<NodeId> root_of_;  ///< Of the nodes of the family at hand.
  std::unordered_map<NodeId, std::uint32_t> series_of_root_;
  std::vector<std::uint32_t> month_of_day_;
  FamilyBuckets<PlainSums> plain_;
  FamilyBuckets<SharedSums> shared_;
};

/// Rounds shares and sums so that they add up to `whole`, or each for itself where there is none.
void Roller::put_shared(RolledPart& part, const RollupKey& key, const AdoptionSums* whole) {
  // Every name has plain sums. Keys of one name become one.
  const auto plain = std::find_if(part.groups.begin(), part.groups.end(), [&](const auto& one) {
    return one.key == RollupKey{key.family, key.breakdown, SharePolicy::any};
  });
  auto shared = drained(shared_, key.breakdown);
  std::vector<std::pair<std::string, SharedSums>> merged;
  auto next = shared.begin();
  for (const auto& [name, sums] : plain->entries) {
    SharedSums together;
    for (; next != shared.end() && next->first == name; ++next) together += next->second;
    if (context_.fits) together.add_whole_ones(sums);
    if (together.models != 0) merged.emplace_back(name, together);
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
  part.groups.push_back(std::move(group));
}

/// Calls `work(task)` for each task on two threads, each with what `make()` made for it.
template <class Make, class Work>
void on_two_threads(std::size_t tasks, Make&& make, Work&& work) {
  std::atomic<std::size_t> next{0};
  std::array<std::exception_ptr, 2> failures;
  const auto run = [&](std::size_t thread) {
    try {
      auto tool = make();
      for (std::size_t task = next++; task < tasks; task = next++) work(tool, task);
    } catch (...) {
      failures[thread] = std::current_exception();
    }
  };
  std::thread other{run, 1};
  run(0);
  other.join();
  for (const auto& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace

Rollup roll_up(const SnapshotView& snapshot, const FamilySet& families,
               const DerivedCounts& counts) {
  RollupContext context{snapshot, families, counts};
  // The hub's own part comes first, then families by their place.
  std::vector<RolledPart> parts(families.definitions().size() + 1);
  const auto make_roller = [&] { return Roller{context}; };
  on_two_threads(2, make_roller, [&](Roller& roller, std::size_t task) {
    if (task == 0) {
      context.bursts = find_bursts(snapshot);
      return context.sum_up_descendants();
    }
    context.split_shares();
    parts[0] = roller.roll_hub();
  });
  on_two_threads(parts.size(), make_roller, [&](Roller& roller, std::size_t task) {
    if (task == 0) return roller.roll_descendants(parts[0]);
    parts[task] = roller.roll_family(task - 1);
  });
  Rollup rollup;
  AdoptionSums other = parts[0].whole;
  const auto millionths = static_cast<std::int64_t>(kMillion);
  other.share = other.models * millionths;
  other.fresh *= millionths;
  for (std::size_t task = 0; task < parts.size(); ++task) {
    RolledPart& part = parts[task];
    std::move(part.groups.begin(), part.groups.end(), std::back_inserter(rollup.groups));
    std::move(part.boards.begin(), part.boards.end(), std::back_inserter(rollup.boards));
    if (task == 0) continue;
    other.share -= part.whole.share;
    other.fresh -= part.whole.fresh;
    for (std::size_t k = 0; k < kCountKinds; ++k) other.total[k] -= part.whole.total[k];
  }
  rollup.groups.push_back(
      {.key = {{}, Breakdown::role, SharePolicy::fractional}, .entries = {{kHubOther, other}}});
  return rollup;
}

}  // namespace stemma
