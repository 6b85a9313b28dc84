#include "graph/shares.h"

#include <algorithm>
#include <boost/graph/filtered_graph.hpp>
#include <boost/graph/reverse_graph.hpp>
#include <boost/graph/strong_components.hpp>
#include <numeric>

#include "graph/lineage_graph_bgl.h"

namespace stemma {
namespace {

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

/// What is on a cycle, or below one: all that counting parents down does not reach.
struct Remaining {
  const std::vector<std::uint32_t>* waiting = nullptr;
  bool operator()(NodeId node) const { return (*waiting)[node] != 0; }
};

Components find_components(const SnapshotView& snapshot, const Terminals& terminals) {
  const NodeId nodes = snapshot.node_count();
  Components components;
  components.of.resize(nodes);
  components.members.reserve(nodes);
  // Without a cycle a node is a component of its own, and its turn comes when all its parents are
  // done.
  std::vector<std::uint32_t> waiting(nodes);
  for (NodeId node = 0; node < nodes; ++node) {
    if (!terminals.contains(node))
      waiting[node] = snapshot.parent_begin[node + 1] - snapshot.parent_begin[node];
    if (waiting[node] == 0) components.members.push_back(node);
  }
  for (std::size_t done = 0; done < components.members.size(); ++done) {
    const NodeId node = components.members[done];
    components.of[node] = static_cast<std::uint32_t>(done);
    for (std::uint32_t i = snapshot.child_begin[node]; i < snapshot.child_begin[node + 1]; ++i) {
      const NodeId child = snapshot.child[i];
      if (!terminals.contains(child) && --waiting[child] == 0) components.members.push_back(child);
    }
  }
  const auto single = static_cast<std::uint32_t>(components.members.size());
  components.begin.resize(single + std::size_t{1});
  std::iota(components.begin.begin(), components.begin.end(), 0U);
  if (single == nodes) return components;

  const LineageGraph lineage{snapshot};
  const auto upwards = boost::make_reverse_graph(lineage);
  const boost::filtered_graph climb{upwards, Climbs{&terminals}, Remaining{&waiting}};
  // Tarjan's algorithm numbers a component only when all that it leads to are numbered.
  std::vector<std::uint32_t> found(nodes);
  const boost::typed_identity_property_map<NodeId> index;
  const std::uint32_t count =
      boost::strong_components(climb, boost::make_iterator_property_map(found.begin(), index),
                               boost::vertex_index_map(index));
  std::vector<std::uint32_t> sizes(count + std::size_t{1});
  for (NodeId node = 0; node < nodes; ++node) {
    if (waiting[node] == 0) continue;
    components.of[node] = single + found[node];
    ++sizes[found[node] + std::size_t{1}];
  }
  std::partial_sum(sizes.begin(), sizes.end(), sizes.begin());
  for (std::size_t c = 1; c < sizes.size(); ++c) components.begin.push_back(single + sizes[c]);
  components.members.resize(nodes);
  std::vector<std::uint32_t> next{sizes.begin(), sizes.end() - 1};
  for (NodeId node = 0; node < nodes; ++node) {
    if (waiting[node] != 0) components.members[single + next[found[node]]++] = node;
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

}  // namespace

struct ShareSplitter::Impl {
  Impl(const SnapshotView& view, const FamilySet& families)
      : snapshot{view}, terminals{view, families}, components{find_components(view, terminals)} {
    share();
  }

  /// From the roots downwards: components are numbered after all that they climb to. Most nodes
  /// have one parent, and then its very shares: a list is made for roots and for what has several.
  void share() {
    lists.emplace_back(0, 0);
    list_of.resize(components.size());
    std::vector<NodeId> parents;
    std::vector<Weight> sums(terminals.family_count());
    for (std::size_t c = 0; c < components.size(); ++c) {
      const auto members = components[c];
      const NodeId first = members[0];
      if (terminals.contains(first)) {
        const auto ends = terminals.families_of(first);
        begin_list();
        for (const auto& end : ends) shares.push_back({end.second, kOne / ends.size()});
        end_list(c);
        continue;
      }
      const std::uint32_t begin = snapshot.parent_begin[first];
      if (members.size() == 1 && snapshot.parent_begin[first + 1] - begin <= 1) {
        if (snapshot.parent_begin[first + 1] != begin)
          list_of[c] = list_of[components.of[snapshot.parent[begin]]];
        continue;
      }
      outside_parents(snapshot, components, c, parents);
      if (parents.empty()) continue;
      const std::uint32_t one = list_of[components.of[parents[0]]];
      const bool same = std::all_of(parents.begin(), parents.end(), [&](NodeId parent) {
        return list_of[components.of[parent]] == one;
      });
      if (same) {
        list_of[c] = one;
        continue;
      }
      std::fill(sums.begin(), sums.end(), Weight{0});
      for (const NodeId parent : parents) {
        for (const Share& share : of(components.of[parent])) sums[share.family] += share.weight;
      }
      begin_list();
      for (std::uint32_t family = 0; family < sums.size(); ++family) {
        if (sums[family] != 0) shares.push_back({family, sums[family] / parents.size()});
      }
      end_list(c);
    }
  }
  void begin_list() { lists.emplace_back(static_cast<std::uint32_t>(shares.size()), 0); }
  void end_list(std::size_t component) {
    lists.back().second = static_cast<std::uint32_t>(shares.size());
    list_of[component] = static_cast<std::uint32_t>(lists.size() - 1);
  }
  [[nodiscard]] std::span<const Share> of(std::size_t component) const {
    const auto& [begin, end] = lists[list_of[component]];
    return std::span{shares}.subspan(begin, end - begin);
  }

  const SnapshotView& snapshot;
  const Terminals terminals;
  const Components components;
  std::vector<Share> shares;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> lists;  ///< Of `shares`; the first is empty.
  std::vector<std::uint32_t> list_of;                          ///< By component.
};

ShareSplitter::ShareSplitter(const SnapshotView& snapshot, const FamilySet& families)
    : impl_{std::make_unique<Impl>(snapshot, families)} {}
ShareSplitter::~ShareSplitter() = default;

std::vector<Weight> ShareSplitter::totals() const {
  const SnapshotView& snapshot = impl_->snapshot;
  const Terminals& terminals = impl_->terminals;
  const Components& components = impl_->components;
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
    const std::uint32_t begin = snapshot.parent_begin[members[0]];
    if (members.size() == 1 && snapshot.parent_begin[members[0] + 1] - begin == 1) {
      weight[components.of[snapshot.parent[begin]]] += weight[c];
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

std::span<const ShareSplitter::Share> ShareSplitter::shares_of(NodeId node) const {
  return impl_->of(impl_->components.of[node]);
}

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

std::vector<std::int64_t> round_sums(std::span<const WeightedSum> sums, std::int64_t whole) {
  std::vector<std::int64_t> rounded;
  std::vector<std::pair<std::uint64_t, std::size_t>> lost;
  std::int64_t missing = whole;
  for (const WeightedSum& sum : sums) {
    rounded.push_back(sum.floor());
    missing -= std::min(missing, rounded.back());
    const std::uint64_t fraction = sum.fraction();
    lost.emplace_back((fraction >> 44U) + ((fraction >> 43U) & 1U), lost.size());
  }
  std::stable_sort(lost.begin(), lost.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  for (std::size_t i = 0; missing > 0 && i < lost.size(); ++i, --missing) ++rounded[lost[i].second];
  return rounded;
}

}  // namespace stemma
