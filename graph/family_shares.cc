#include <algorithm>
#include <boost/graph/filtered_graph.hpp>
#include <boost/graph/reverse_graph.hpp>
#include <boost/graph/strong_components.hpp>
#include <cmath>
#include <numeric>

#include "graph/family.h"
#include "graph/lineage_graph_bgl.h"

namespace stemma {
namespace {

/// A weight in units of 2^-64 model.
///
/// Why not a double: the shares of 5 million models pass through as many additions and splittings.
/// In binary floating point each may err by one part in 2^53, and in the worst case these errors
/// add up to more than the millionth that is shown. Here additions are exact, so their order does
/// not matter, and a splitting gives out exactly what it was given (who gets the indivisible rest
/// is settled by order): nothing is lost, the families and `other` add up to the number of live
/// models to the last bit. A part is off by less than one unit a splitting, which makes less than
/// 1e-12 of a model over ten million edges. 5 million models take 87 of the 128 bits, times a
/// million still only 107. The rounded results are doubles: at less than 2^33 models they hold
/// every multiple of a millionth well enough to print it exactly.
__extension__ using Weight = unsigned __int128;
constexpr Weight kOne = Weight{1} << 64U;
constexpr std::uint64_t kMillion = 1'000'000;

/// Gives `part(i)` each of `parts` its equal part of `whole`.
template <class Give>
void split(Weight whole, std::size_t parts, Give&& give) {
  const Weight each = whole / parts;
  const auto rest = static_cast<std::size_t>(whole % parts);
  for (std::size_t i = 0; i < parts; ++i) give(i, i < rest ? each + 1 : each);
}

/// Who is a root of which top-level families. Roots are few, so they are kept as a sorted list.
class Terminals {
 public:
  Terminals(const SnapshotView& snapshot, const FamilySet& families)
      : terminal_(snapshot.node_count()) {
    std::uint32_t index = 0;
    for (const FamilyDefinition& family : families.definitions()) {
      if (!family.top_level()) continue;
      for (const NodeId root : families.roots(snapshot, family)) {
        terminal_[root] = true;
        roots_.emplace_back(root, index);
      }
      ++index;
    }
    family_count_ = index;
    std::sort(roots_.begin(), roots_.end());
  }

  [[nodiscard]] bool contains(NodeId node) const { return terminal_[node]; }
  [[nodiscard]] std::size_t family_count() const noexcept { return family_count_; }

  /// The (root, family) pairs of one root.
  [[nodiscard]] std::span<const std::pair<NodeId, std::uint32_t>> families_of(NodeId root) const {
    const auto first = std::lower_bound(roots_.begin(), roots_.end(), std::pair{root, 0U});
    auto last = first;
    while (last != roots_.end() && last->first == root) ++last;
    return {first, last};
  }

 private:
  std::vector<bool> terminal_;
  std::vector<std::pair<NodeId, std::uint32_t>> roots_;
  std::size_t family_count_ = 0;
};

/// Keeps the edges that a weight may climb: those into a terminal's parents are cut.
struct Climbs {
  const Terminals* terminals = nullptr;
  template <class ReverseEdge>
  bool operator()(const ReverseEdge& edge) const {
    return !terminals->contains(edge.underlying_descx.child);
  }
};

/// The nodes in an order in which every cycle's members lie together, and each such component after
/// all that its weight may climb to.
struct Components {
  std::vector<NodeId> members;       ///< Grouped by component.
  std::vector<std::uint32_t> begin;  ///< Component c is members[begin[c] .. begin[c + 1]).
  std::vector<std::uint32_t> of;     ///< The component of a node.

  [[nodiscard]] std::size_t size() const noexcept { return begin.size() - 1; }
  [[nodiscard]] std::span<const NodeId> operator[](std::size_t c) const {
    return std::span{members}.subspan(begin[c], begin[c + 1] - begin[c]);
  }
};

Components find_components(const SnapshotView& snapshot, const Terminals& terminals) {
  const LineageGraph lineage{snapshot};
  const auto upwards = boost::make_reverse_graph(lineage);
  const boost::filtered_graph climb{upwards, Climbs{&terminals}};
  Components components;
  components.of.resize(snapshot.node_count());
  // Tarjan's algorithm numbers a component only when all that it leads to are numbered.
  const boost::typed_identity_property_map<NodeId> index;
  const std::uint32_t count = boost::strong_components(
      climb, boost::make_iterator_property_map(components.of.begin(), index),
      boost::vertex_index_map(index));

  components.begin.resize(count + std::size_t{1});
  for (const std::uint32_t c : components.of) ++components.begin[c + std::size_t{1}];
  std::partial_sum(components.begin.begin(), components.begin.end(), components.begin.begin());
  components.members.resize(components.of.size());
  std::vector<std::uint32_t> next{components.begin.begin(), components.begin.end() - 1};
  for (NodeId node = 0; node < snapshot.node_count(); ++node) {
    components.members[next[components.of[node]]++] = node;
  }
  return components;
}

/// The distinct parents that a component has outside itself.
void outside_parents(const SnapshotView& snapshot, const Components& components, std::size_t c,
                     std::vector<NodeId>& parents) {
  const auto members = components[c];
  parents.clear();
  for (const NodeId node : members) {
    for (EdgeId edge = snapshot.parent_begin[node]; edge < snapshot.parent_begin[node + 1];
         ++edge) {
      if (components.of[snapshot.parent[edge]] != c) parents.push_back(snapshot.parent[edge]);
    }
  }
  if (members.size() > 1) {  // one node's parents are distinct and ascending as they are
    std::sort(parents.begin(), parents.end());
    parents.erase(std::unique(parents.begin(), parents.end()), parents.end());
  }
}

/// The weight that ends in each top-level family and, last, in none.
std::vector<Weight> collect(const SnapshotView& snapshot, const Terminals& terminals) {
  const Components components = find_components(snapshot, terminals);
  std::vector<Weight> ends(terminals.family_count() + 1);
  std::vector<Weight> weight(components.size());
  std::vector<NodeId> parents;
  // From the leaves upwards: when a component's turn comes, all that climbs into it has arrived.
  for (std::size_t c = components.size(); c-- > 0;) {
    const auto members = components[c];
    for (const NodeId node : members) {
      if (snapshot.live(node)) weight[c] += kOne;
    }
    if (weight[c] == 0) continue;
    if (terminals.contains(members[0])) {  // alone in its component, as its parents are cut
      const auto families = terminals.families_of(members[0]);
      split(weight[c], families.size(),
            [&](std::size_t i, Weight part) { ends[families[i].second] += part; });
      continue;
    }
    outside_parents(snapshot, components, c, parents);
    if (parents.empty()) {
      ends.back() += weight[c];
    } else {
      split(weight[c], parents.size(),
            [&](std::size_t i, Weight part) { weight[components.of[parents[i]]] += part; });
    }
  }
  return ends;
}

/// Whole millionths that add up to `whole`: each is rounded down, and the missing ones go to those
/// that lost most by it, the earlier one where two lost the same. `whole` is what the weights add
/// up to, but for rounding.
std::vector<std::uint64_t> round_to(std::span<const Weight> weights, std::uint64_t whole) {
  std::vector<std::uint64_t> millionths;
  std::vector<std::pair<std::uint64_t, std::size_t>> lost;
  std::uint64_t missing = whole;
  for (const Weight weight : weights) {
    const Weight scaled = weight * kMillion;
    millionths.push_back(static_cast<std::uint64_t>(scaled >> 64U));
    missing -= std::min(missing, millionths.back());
    // Coarse enough to hide what the splittings' rests made of two equal shares.
    const auto fraction = static_cast<std::uint64_t>(scaled);
    lost.emplace_back((fraction >> 44U) + ((fraction >> 43U) & 1U), lost.size());
  }
  std::stable_sort(lost.begin(), lost.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  for (std::size_t i = 0; i < missing && i < lost.size(); ++i) ++millionths[lost[i].second];
  return millionths;
}

std::uint64_t nearest_millionth(Weight weight) {
  return static_cast<std::uint64_t>((weight * kMillion + kOne / 2) >> 64U);
}

}  // namespace

FractionalShares fractional_shares(const SnapshotView& snapshot, const FamilySet& families) {
  const Terminals terminals{snapshot, families};
  FractionalShares shares;
  shares.total = static_cast<std::uint64_t>(
      std::count(snapshot.state.begin(), snapshot.state.end(), NodeState::live));
  const auto millionths = round_to(collect(snapshot, terminals), shares.total * kMillion);
  for (const std::uint64_t share : millionths) {
    shares.by_family.push_back(static_cast<double>(share) / static_cast<double>(kMillion));
  }
  shares.other = shares.by_family.back();
  shares.by_family.pop_back();
  return shares;
}

namespace {

/// How much of each node's unit ends in one family, from the roots downwards.
std::vector<Weight> share_in(const SnapshotView& snapshot, const Terminals& terminals,
                             std::uint32_t family) {
  const Components components = find_components(snapshot, terminals);
  std::vector<Weight> share(components.size());
  std::vector<NodeId> parents;
  // Components are numbered after all that they climb to.
  for (std::size_t c = 0; c < components.size(); ++c) {
    const auto members = components[c];
    if (terminals.contains(members[0])) {
      const auto ends = terminals.families_of(members[0]);
      const bool ours = std::any_of(ends.begin(), ends.end(),
                                    [&](const auto& end) { return end.second == family; });
      if (ours) share[c] = kOne / ends.size();
      continue;
    }
    outside_parents(snapshot, components, c, parents);
    for (const NodeId parent : parents) share[c] += share[components.of[parent]];
    if (!parents.empty()) share[c] /= parents.size();
  }
  std::vector<Weight> by_node(snapshot.node_count());
  for (NodeId node = 0; node < by_node.size(); ++node) by_node[node] = share[components.of[node]];
  return by_node;
}

std::uint64_t to_millionths(double models) {
  return static_cast<std::uint64_t>(std::llround(models * static_cast<double>(kMillion)));
}
double to_models(std::uint64_t millionths) {
  return static_cast<double>(millionths) / static_cast<double>(kMillion);
}

/// Rounds the parts of a breakdown so that they add up to `whole`.
std::map<std::string, double> breakdown(const std::map<std::string, Weight>& parts,
                                        std::uint64_t whole) {
  std::vector<Weight> weights;
  for (const auto& [name, weight] : parts) weights.push_back(weight);
  const auto millionths = round_to(weights, whole);
  std::map<std::string, double> result;
  std::size_t i = 0;
  for (const auto& [name, weight] : parts) result.emplace(name, to_models(millionths[i++]));
  return result;
}

/// Downloads of models times their shares.
struct WeightedSum {
  Weight whole = 0;  ///< In units of kOne; parts of one are apart, so that nothing overflows.
  Weight rest = 0;
  std::uint64_t known = 0;
  std::uint64_t unknown = 0;

  void add(std::int64_t count, Weight share) {
    ++(count == kUnknownCount ? unknown : known);
    if (count == kUnknownCount) return;
    const Weight part = share * static_cast<std::uint64_t>(count);
    whole += part / kOne;
    rest += part % kOne;
  }
  [[nodiscard]] CountSum rounded() const {
    constexpr Weight kMost = std::numeric_limits<std::int64_t>::max();
    const Weight sum = whole + (rest + kOne / 2) / kOne;
    return {static_cast<std::int64_t>(std::min(sum, kMost)), known, unknown};
  }
};

}  // namespace

FractionalSummary summarise_fractional(const SnapshotView& snapshot, const FamilySet& families,
                                       const FamilyDefinition& family,
                                       const FractionalShares& shares,
                                       const std::vector<bool>& set_aside) {
  std::uint32_t index = 0;
  for (const FamilyDefinition& other : families.definitions()) {
    if (other.name == family.name) break;
    if (other.top_level()) ++index;
  }
  const Terminals terminals{snapshot, families};
  const std::vector<Weight> share = share_in(snapshot, terminals, index);
  const FamilyMembers members = members_of(snapshot, families, family);

  FractionalSummary summary;
  WeightedSum recent_official, recent_derived, all_official, all_derived;
  Weight official = 0;
  for (const NodeId root : members.roots) {
    if (!snapshot.live(root)) continue;
    official += share[root];
    recent_official.add(snapshot.downloads[root], share[root]);
    all_official.add(snapshot.downloads_all_time[root], share[root]);
  }
  Weight direct = 0;
  Weight adjusted = 0;
  std::map<std::string, Weight> relations, depths, licenses, authors, tasks;
  const auto named = [&](std::uint32_t term) {
    return term == 0 ? std::string{kNotDeclared} : std::string{snapshot.terms[term]};
  };
  for (const Reached& row : members.derivatives) {
    const Weight part = share[row.node];
    if (!snapshot.live(row.node) || part == 0) continue;
    if (row.depth == 1) direct += part;
    if (!set_aside[row.node]) adjusted += part;
    recent_derived.add(snapshot.downloads[row.node], part);
    all_derived.add(snapshot.downloads_all_time[row.node], part);
    relations[std::string{to_string(snapshot.relation[row.edge])}] += part;
    depths[std::to_string(row.depth)] += part;
    licenses[named(snapshot.license[row.node])] += part;
    authors[named(snapshot.author[row.node])] += part;
    tasks[named(snapshot.pipeline_tag[row.node])] += part;
  }
  // What the whole share was rounded to stands; the parts are fitted into it.
  const std::uint64_t whole = to_millionths(shares.by_family[index]);
  const std::uint64_t roots = std::min(whole, nearest_millionth(official));
  const std::uint64_t derived = whole - roots;
  summary.models = shares.by_family[index];
  summary.official = to_models(roots);
  summary.derivatives = to_models(derived);
  summary.derivatives_direct = to_models(std::min(derived, nearest_millionth(direct)));
  summary.derivatives_burst_adjusted = to_models(std::min(derived, nearest_millionth(adjusted)));
  summary.downloads_official = recent_official.rounded();
  summary.downloads_derivatives = recent_derived.rounded();
  summary.downloads_all_time_official = all_official.rounded();
  summary.downloads_all_time_derivatives = all_derived.rounded();
  summary.by_relation = breakdown(relations, derived);
  summary.by_depth = breakdown(depths, derived);
  summary.by_license = breakdown(licenses, derived);
  summary.by_author = breakdown(authors, derived);
  summary.by_pipeline_tag = breakdown(tasks, derived);
  return summary;
}

}  // namespace stemma
