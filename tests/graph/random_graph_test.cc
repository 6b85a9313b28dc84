#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>

#include "graph/build.h"
#include "graph/family.h"
#include "graph/walk.h"
#include "tests/support/catch.h"
#include "tests/support/lineage.h"

// Small random graphs, with cycles, ghosts, gone models and several parents, against slow and plain
// versions.

namespace stemma {
namespace {

struct Plain {
  std::vector<std::string> names;  ///< In byte order, so that positions are nodes.
  std::vector<NodeState> state;
  std::vector<std::set<std::size_t>> parents;
};

Plain random_plain(std::mt19937& random) {
  Plain graph;
  const std::size_t size = 2 + random() % 9;
  for (std::size_t i = 0; i < size; ++i) {
    graph.names.push_back(std::string{"abcz"[random() % 4]} + "/" + static_cast<char>('A' + i));
  }
  std::sort(graph.names.begin(), graph.names.end());
  for (std::size_t i = 0; i < size; ++i) {
    const auto dice = random() % 8;
    graph.state.push_back(dice == 0   ? NodeState::ghost
                          : dice == 1 ? NodeState::gone
                                      : NodeState::live);
  }
  graph.parents.resize(size);
  const std::size_t edges = random() % (2 * size + 1);
  for (std::size_t i = 0; i < edges; ++i) {
    const std::size_t child = random() % size;
    const std::size_t parent = random() % size;
    if (child != parent && graph.state[child] != NodeState::ghost)
      graph.parents[child].insert(parent);
  }
  // A ghost is only there when somebody names it.
  for (std::size_t i = 0; i < size; ++i) {
    const bool named = std::any_of(graph.parents.begin(), graph.parents.end(),
                                   [i](const auto& parents) { return parents.contains(i); });
    if (graph.state[i] == NodeState::ghost && !named) graph.state[i] = NodeState::live;
  }
  return graph;
}

std::string drawing_of(const Plain& graph) {
  std::string drawing;
  const auto mark = [&](std::size_t i) {
    return (graph.state[i] == NodeState::ghost  ? "?"
            : graph.state[i] == NodeState::gone ? "!"
                                                : "") +
           graph.names[i];
  };
  for (std::size_t i = 0; i < graph.names.size(); ++i) drawing += mark(i) + "\n";
  for (std::size_t i = 0; i < graph.names.size(); ++i) {
    for (const std::size_t parent : graph.parents[i])
      drawing += mark(parent) + " -finetune-> " + mark(i) + "\n";
  }
  return drawing;
}

/// Shortest distances by relaxing every edge until nothing changes; `up` against the arrows. Edge
/// ends as (from, to).
std::vector<std::size_t> slow_distances(const Plain& graph, const std::set<std::size_t>& sources,
                                        bool up) {
  constexpr std::size_t kFar = 1000;
  std::vector<std::size_t> distance(graph.names.size(), kFar);
  for (const std::size_t source : sources) distance[source] = 0;
  for (std::size_t round = 0; round < graph.names.size(); ++round) {
    for (std::size_t child = 0; child < graph.names.size(); ++child) {
      for (const std::size_t parent : graph.parents[child]) {
        auto& to = distance[up ? parent : child];
        to = std::min(to, distance[up ? child : parent] + 1);
      }
    }
  }
  return distance;
}

void check_walk(const Plain& graph, const SnapshotView& view, const std::set<std::size_t>& sources,
                bool up) {
  const std::vector<NodeId> nodes{sources.begin(), sources.end()};
  const auto reached = up ? ancestors_of(view, nodes) : descendants_of(view, nodes);
  const auto distance = slow_distances(graph, sources, up);
  std::size_t expected = 0;
  for (std::size_t i = 0; i < distance.size(); ++i)
    expected += distance[i] > 0 && distance[i] < 1000 ? 1 : 0;
  REQUIRE(reached.size() == expected);
  std::uint32_t depth = 1;
  std::set<NodeId> seen;
  for (const Reached& row : reached) {
    REQUIRE(seen.insert(row.node).second);
    REQUIRE(row.depth == distance[row.node]);
    REQUIRE(row.depth >= depth);
    depth = row.depth;
    // The smallest neighbour one step nearer.
    std::size_t via = 0;
    const auto leads = [&](std::size_t from) {
      return up ? graph.parents[from].contains(row.node) : graph.parents[row.node].contains(from);
    };
    while (!(leads(via) && distance[via] + 1 == distance[row.node])) ++via;
    REQUIRE(row.via == via);
    REQUIRE(view.parent[row.edge] == (up ? row.node : row.via));
    const NodeId child = up ? row.via : row.node;
    REQUIRE(view.parent_begin[child] <= row.edge);
    REQUIRE(row.edge < view.parent_begin[child + 1]);
  }
}

/// An exact fraction; the numbers here are tiny.
struct Fraction {
  long long top = 0;
  long long bottom = 1;
  friend Fraction operator+(Fraction a, Fraction b) {
    const long long bottom = std::lcm(a.bottom, b.bottom);
    const long long top = a.top * (bottom / a.bottom) + b.top * (bottom / b.bottom);
    const long long common = std::gcd(top, bottom);
    return {top / common, bottom / common};
  }
  friend Fraction operator/(Fraction a, long long by) { return {a.top, a.bottom * by}; }
};

using Share = std::vector<Fraction>;  // by family, then other

/// The share of one model straight from the rule, by recursion from the model upwards.
class SlowShares {
 public:
  SlowShares(const Plain& graph, std::vector<std::vector<std::size_t>> families_of,
             std::size_t families)
      : graph_{graph}, families_of_{std::move(families_of)}, families_{families} {
    // leads_[a][b]: b can be climbed to from a without passing through a root's parents (Warshall).
    const std::size_t n = graph.names.size();
    leads_.assign(n, std::vector<bool>(n));
    for (std::size_t child = 0; child < n; ++child) {
      if (!families_of_[child].empty()) continue;
      for (const std::size_t parent : graph.parents[child]) leads_[child][parent] = true;
    }
    for (std::size_t k = 0; k < n; ++k) {
      for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
          if (leads_[i][k] && leads_[k][j]) leads_[i][j] = true;
        }
      }
    }
  }

  Share of(std::size_t model) const {
    Share share(families_ + 1);
    if (const auto& own = families_of_[model]; !own.empty()) {
      for (const std::size_t family : own)
        share[family] = Fraction{1, static_cast<long long>(own.size())};
      return share;
    }
    const auto together = [&](std::size_t other) {
      return other == model || (leads_[model][other] && leads_[other][model]);
    };
    std::set<std::size_t> outside;
    for (std::size_t member = 0; member < graph_.names.size(); ++member) {
      if (!together(member)) continue;
      for (const std::size_t parent : graph_.parents[member]) {
        if (!together(parent)) outside.insert(parent);
      }
    }
    if (outside.empty()) {
      share.back() = Fraction{1, 1};
      return share;
    }
    for (const std::size_t parent : outside) {
      const Share part = of(parent);
      for (std::size_t f = 0; f < share.size(); ++f) {
        share[f] = share[f] + part[f] / static_cast<long long>(outside.size());
      }
    }
    return share;
  }

 private:
  const Plain& graph_;
  std::vector<std::vector<std::size_t>> families_of_;
  std::size_t families_;
  std::vector<std::vector<bool>> leads_;
};

/// Largest remainders over exact fractions, in millionths.
std::vector<long long> slow_rounding(const Share& sums, long long total) {
  std::vector<long long> rounded;
  std::vector<std::pair<double, std::size_t>> lost;
  long long missing = total * 1'000'000;
  for (const Fraction& sum : sums) {
    const long long scaled = sum.top * 1'000'000;
    rounded.push_back(scaled / sum.bottom);
    lost.emplace_back(-static_cast<double>(scaled % sum.bottom) / static_cast<double>(sum.bottom),
                      lost.size());
    missing -= rounded.back();
  }
  std::sort(lost.begin(), lost.end());
  for (long long i = 0; i < missing; ++i) ++rounded[lost[static_cast<std::size_t>(i)].second];
  return rounded;
}

TEST_CASE("walks and shares of random graphs are those of a slow and plain version",
          "[graph][random]") {
  const FamilySet families{{{"a", "", {"a"}, "", ""},
                            {"b", "", {"b"}, "[A-E]", ""},
                            {"sub", "", {"a"}, "A", "a"},
                            {"ab", "", {"A", "b"}, "[D-F]", ""}}};
  const std::vector<const char*> top_level{"a", "b", "ab"};
  std::mt19937 random{424242};
  std::size_t cycles = 0, ghosts = 0, merges = 0, several = 0;
  for (int round = 0; round < 4000; ++round) {
    const Plain graph = random_plain(random);
    const std::string drawing = drawing_of(graph);
    CAPTURE(round, drawing);
    const auto columns = lineage_of(drawing);
    const auto view = view_of(columns);
    REQUIRE_FALSE(find_inconsistency(view));
    REQUIRE(view.node_count() == graph.names.size());
    for (NodeId node = 0; node < view.node_count(); ++node) {
      REQUIRE(view.name(node) == graph.names[node]);
      REQUIRE(view.state[node] == graph.state[node]);
    }
    std::set<std::size_t> sources{random() % graph.names.size()};
    if (random() % 2 == 0) sources.insert(random() % graph.names.size());
    check_walk(graph, view, sources, false);
    check_walk(graph, view, sources, true);

    std::vector<std::vector<std::size_t>> families_of(graph.names.size());
    for (std::size_t i = 0; i < graph.names.size(); ++i) {
      for (std::size_t f = 0; f < top_level.size(); ++f) {
        if (families.matches(*families.find(top_level[f]), graph.names[i]))
          families_of[i].push_back(f);
      }
      several += families_of[i].size() > 1 ? 1 : 0;
      merges += graph.parents[i].size() > 1 ? 1 : 0;
      ghosts += graph.state[i] == NodeState::ghost ? 1 : 0;
    }
    cycles += view.total().cycles;
    const SlowShares slow{graph, families_of, top_level.size()};
    Share sums(top_level.size() + 1);
    long long live = 0;
    for (std::size_t i = 0; i < graph.names.size(); ++i) {
      if (graph.state[i] != NodeState::live) continue;
      ++live;
      const Share share = slow.of(i);
      for (std::size_t f = 0; f < sums.size(); ++f) sums[f] = sums[f] + share[f];
    }
    const FractionalShares shares = fractional_shares(view, families);
    REQUIRE(shares.total == static_cast<std::uint64_t>(live));
    std::vector<long long> millionths;
    for (const double share : shares.by_family) millionths.push_back(std::llround(share * 1e6));
    millionths.push_back(std::llround(shares.other * 1e6));
    REQUIRE(millionths == slow_rounding(sums, live));
    REQUIRE(std::accumulate(millionths.begin(), millionths.end(), 0LL) == live * 1'000'000);
  }
  // The cases meant are among them.
  CHECK(cycles > 500);
  CHECK(ghosts > 500);
  CHECK(merges > 2000);
  CHECK(several > 500);
}

}  // namespace
}  // namespace stemma
