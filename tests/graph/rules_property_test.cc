#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <set>

#include "graph/build.h"
#include "graph/impact.h"
#include "graph/paths.h"
#include "graph/walk.h"
#include "tests/support/catch.h"

// The rules of the graph (claims to edges, names to nodes, self references, cycles) and the
// questions about paths, on random models: several parents, cycles, ghosts, gone models, names that
// differ only in case, old names, claims that cannot be names. Each case is compared with what a
// slow and plain reading of the rules gives.

namespace stemma {
namespace {

constexpr int kCases = 12000;
constexpr UnixSeconds kDay = 1700000000;

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

/// What the generator meant by a claim; the product sees only its text.
struct Meant {
  std::optional<std::string> name;  ///< None: no repository could be called that.
};

struct Case {
  BuildInput input;
  std::vector<std::vector<Meant>> meant;  ///< By model and claim.
  std::deque<std::string> texts;          ///< What records point at.
};

HubId id_of(std::uint32_t number) {
  HubId id;
  id.bytes[8] = static_cast<std::uint8_t>(number >> 8U);
  id.bytes[9] = static_cast<std::uint8_t>(number);
  id.bytes[0] = 1;
  return id;
}

class Generator {
 public:
  explicit Generator(std::mt19937& random) : random_{random} {}

  Case make() {
    Case made;
    const std::size_t count = 1 + pick(9);
    for (std::size_t m = 0; m < count; ++m) {
      ModelState model;
      model.record.id = id_of(static_cast<std::uint32_t>(m + 1));
      model.record.name = made.texts.emplace_back(name());
      model.first_seen = 1;
      model.last_seen = static_cast<SnapshotNumber>(1 + pick(3));
      model.state = chance(5) ? NodeState::gone : NodeState::live;
      made.input.models.push_back(std::move(model));
    }
    // Two live models never bear one name, letter for letter.
    std::set<std::string_view> taken;
    for (ModelState& model : made.input.models) {
      if (model.state == NodeState::live && !taken.insert(model.record.name).second)
        model.state = NodeState::gone;
    }
    made.meant.resize(count);
    for (std::size_t m = 0; m < count; ++m) {
      struct Said {
        Claim claim;
        Meant meant;
      };
      std::vector<Said> said;
      for (std::size_t c = pick(5); c > 0; --c) {
        Said one;
        one.claim.source = static_cast<ClaimSource>(pick(4));
        one.claim.relation = kRelations[pick(kRelations.size())];
        one.meant.name = chance(8) ? std::nullopt : std::optional{name()};
        one.claim.text =
            made.texts.emplace_back(one.meant.name ? written(*one.meant.name) : impossible());
        if (chance(4)) one.claim.parent_id = id_of(static_cast<std::uint32_t>(1 + pick(count + 2)));
        said.push_back(one);
      }
      std::stable_sort(said.begin(), said.end(), [](const Said& a, const Said& b) {
        return a.claim.source < b.claim.source;
      });
      for (const Said& one : said) {
        made.input.models[m].record.claims.push_back(one.claim);
        made.input.models[m].claim_spans.push_back({1, 1});
        made.meant[m].push_back(one.meant);
      }
    }
    for (std::size_t a = pick(3); a > 0; --a) {
      made.input.aliases.push_back(
          {name(), id_of(static_cast<std::uint32_t>(1 + pick(count + 1))), 1});
    }
    made.input.head.number = 3;
    made.input.head.observed_at = kDay;
    return made;
  }

 private:
  std::size_t pick(std::size_t below) { return random_() % below; }
  bool chance(std::size_t in) { return pick(in) == 0; }

  std::string name() {
    static constexpr std::array<std::string_view, 9> kNames{"a/x", "A/x", "a/X", "b/y",  "B/Y",
                                                            "c",   "d/z", "e/w", "f/v-1"};
    return std::string{kNames[pick(kNames.size())]};
  }
  std::string written(const std::string& name) {
    switch (pick(5)) {
      case 0:
        return "  " + name + "\t";
      case 1:
        return "https://huggingface.co/" + name;
      default:
        return name;
    }
  }
  std::string impossible() {
    static constexpr std::array<std::string_view, 7> kTexts{
        "", "   ", "/root/models/x", "C:\\models\\x", "a/b/c", "a b/c", "./out"};
    return std::string{kTexts[pick(kTexts.size())]};
  }

  std::mt19937& random_;
};

/// A node as this test names it: a model's place, or a ghost's folded name.
struct Key {
  std::size_t model = SIZE_MAX;
  std::string ghost;
  friend auto operator<=>(const Key&, const Key&) = default;
};

struct PlainEdge {
  Relation relation = Relation::unspecified;
  float confidence = 0;
  std::size_t claims = 0;
  std::optional<ClaimSource> stated_by;
};

/// The rules, read plainly.
struct PlainGraph {
  std::map<std::pair<Key, Key>, PlainEdge> edges;                    ///< By (parent, child).
  std::map<std::string, std::map<std::string, std::size_t>> ghosts;  ///< Spellings by folded name.
  std::size_t rejected = 0, self = 0, observed = 0;

  explicit PlainGraph(const Case& made) : models{made.input.models}, aliases{made.input.aliases} {
    for (std::size_t m = 0; m < models.size(); ++m) {
      for (std::size_t c = 0; c < models[m].record.claims.size(); ++c)
        take(m, models[m].record.claims[c], made.meant[m][c]);
    }
  }

 private:
  void take(std::size_t child, const Claim& claim, const Meant& meant) {
    const bool live = models[child].state == NodeState::live;
    observed += live;
    Key parent;
    float trust = 1;
    for (std::size_t m = 0; m < models.size(); ++m) {
      if (!claim.parent_id.empty() && models[m].record.id == claim.parent_id) parent.model = m;
    }
    if (parent.model == SIZE_MAX) {
      if (!meant.name) {
        rejected += live;
        return;
      }
      std::tie(parent, trust) = find(*meant.name);
      if (parent.model == SIZE_MAX) ++ghosts[parent.ghost][*meant.name];
    }
    if (parent.model == child) {
      self += live;
      return;
    }
    constexpr std::array<float, 4> kTrust{1.0F, 0.98F, 0.95F, 0.90F};
    PlainEdge& edge = edges[{parent, Key{child, {}}}];
    ++edge.claims;
    edge.confidence =
        std::max(edge.confidence, kTrust[static_cast<std::size_t>(claim.source)] * trust);
    if (claim.relation == Relation::unspecified) return;
    // merge, quantized, adapter, finetune
    const auto rank = [](Relation relation) {
      return relation == Relation::merge       ? 0
             : relation == Relation::quantized ? 1
             : relation == Relation::adapter   ? 2
                                               : 3;
    };
    if (!edge.stated_by || claim.source < *edge.stated_by ||
        (claim.source == *edge.stated_by && rank(claim.relation) < rank(edge.relation))) {
      edge.stated_by = claim.source;
      edge.relation = claim.relation;
    }
  }

  /// Exact, alias, unique without regard to case, ghost.
  [[nodiscard]] std::pair<Key, float> find(const std::string& name) const {
    std::vector<std::size_t> exact;
    std::vector<std::size_t> folded;
    for (std::size_t m = 0; m < models.size(); ++m) {
      if (models[m].record.name == name) exact.push_back(m);
      if (lower(std::string{models[m].record.name}) == lower(name)) folded.push_back(m);
    }
    if (!exact.empty()) return {Key{best(exact), {}}, 1};
    for (auto alias = aliases.rbegin(); alias != aliases.rend(); ++alias) {
      if (lower(alias->name) != lower(name)) continue;
      for (std::size_t m = 0; m < models.size(); ++m) {
        if (models[m].record.id == alias->target) return {Key{m, {}}, 0.99F};
      }
    }
    const auto live = std::count_if(folded.begin(), folded.end(), [&](std::size_t m) {
      return models[m].state == NodeState::live;
    });
    if (!folded.empty() && live < 2) return {Key{best(folded), {}}, 0.97F};
    return {Key{SIZE_MAX, lower(name)}, 0.95F};
  }

  [[nodiscard]] std::size_t best(const std::vector<std::size_t>& of) const {
    return *std::max_element(of.begin(), of.end(), [&](std::size_t a, std::size_t b) {
      const auto rank = [&](std::size_t m) {
        return std::tuple{models[m].state == NodeState::live, models[m].last_seen,
                          models[m].record.id};
      };
      return rank(a) < rank(b);
    });
  }

  const std::vector<ModelState>& models;
  const std::vector<AliasState>& aliases;
};

/// Both graphs with the product's nodes.
struct Compared {
  std::map<Key, NodeId> nodes;
  std::map<NodeId, Key> keys;
};

Compared compare(const Case& made, const PlainGraph& plain, const SnapshotView& view) {
  Compared both;
  for (NodeId node = 0; node < view.node_count(); ++node) {
    Key key;
    if (view.state[node] == NodeState::ghost) {
      key.ghost = lower(std::string{view.name(node)});
    } else {
      for (std::size_t m = 0; m < made.input.models.size(); ++m) {
        if (made.input.models[m].record.id == view.hub_id[node]) key.model = m;
      }
    }
    REQUIRE(both.nodes.emplace(key, node).second);
    both.keys.emplace(node, key);
  }
  REQUIRE(view.node_count() == made.input.models.size() + plain.ghosts.size());
  for (const auto& [folded, spellings] : plain.ghosts) {
    const auto most = std::max_element(
        spellings.begin(), spellings.end(),
        [](const auto& a, const auto& b) { return a.second < b.second; });  // the first of equals
    REQUIRE(both.nodes.contains(Key{SIZE_MAX, folded}));
    CHECK(view.name(both.nodes.at(Key{SIZE_MAX, folded})) == most->first);
  }
  REQUIRE(view.edge_count() == plain.edges.size());
  for (NodeId child = 0; child < view.node_count(); ++child) {
    for (EdgeId e = view.parent_begin[child]; e < view.parent_begin[child + 1]; ++e) {
      const auto found = plain.edges.find({both.keys.at(view.parent[e]), both.keys.at(child)});
      REQUIRE(found != plain.edges.end());
      CHECK(view.relation[e] == found->second.relation);
      CHECK(std::abs(view.confidence[e] - found->second.confidence) < 1e-6F);
      CHECK(view.claim_begin[e + 1] - view.claim_begin[e] == found->second.claims);
    }
  }
  const SnapshotTotals& total = view.total();
  CHECK(total.claims_observed == plain.observed);
  CHECK(total.claims_rejected == plain.rejected);
  CHECK(total.claims_self == plain.self);
  CHECK(total.claims_kept + total.claims_rejected + total.claims_self == total.claims_observed);
  return both;
}

/// Parents by node, and what can be found out by trying everything.
class Slow {
 public:
  explicit Slow(const SnapshotView& view) : parents_(view.node_count()) {
    for (NodeId child = 0; child < view.node_count(); ++child) {
      for (EdgeId e = view.parent_begin[child]; e < view.parent_begin[child + 1]; ++e)
        parents_[child].insert(view.parent[e]);
    }
  }

  /// Distance from `from` down to each node without going through `without`; relaxed until still.
  [[nodiscard]] std::map<NodeId, std::uint32_t> down(const std::set<NodeId>& from,
                                                     NodeId without = kNoNode) const {
    std::map<NodeId, std::uint32_t> distance;
    for (const NodeId node : from) {
      if (node != without) distance[node] = 0;
    }
    for (bool changed = true; changed;) {
      changed = false;
      for (NodeId child = 0; child < parents_.size(); ++child) {
        if (child == without) continue;
        for (const NodeId parent : parents_[child]) {
          const auto known = distance.find(parent);
          if (known == distance.end()) continue;
          const std::uint32_t far = known->second + 1;
          const auto [entry, added] = distance.emplace(child, far);
          if (!added && entry->second <= far) continue;
          entry->second = far;
          changed = true;
        }
      }
    }
    return distance;
  }

  [[nodiscard]] bool reaches(NodeId from, NodeId to) const { return down({from}).contains(to); }

  /// Those whose ancestors all descend from them.
  [[nodiscard]] std::set<NodeId> roots() const {
    std::set<NodeId> roots;
    for (NodeId node = 0; node < parents_.size(); ++node) {
      bool root = true;
      for (NodeId other = 0; other < parents_.size(); ++other)
        root = root && (!reaches(other, node) || reaches(node, other));
      if (root) roots.insert(node);
    }
    return roots;
  }

  /// Every shortest path, by names.
  [[nodiscard]] std::set<std::vector<NodeId>> paths(NodeId from, NodeId to) const {
    const auto distance = down({from});
    std::set<std::vector<NodeId>> found;
    if (!distance.contains(to)) return found;
    std::vector<std::vector<NodeId>> open{{to}};
    while (!open.empty()) {
      const std::vector<NodeId> path = open.back();
      open.pop_back();
      if (path.back() == from) {
        found.insert({path.rbegin(), path.rend()});
        continue;
      }
      for (const NodeId parent : parents_[path.back()]) {
        const auto far = distance.find(parent);
        if (far == distance.end() || far->second + 1 != distance.at(path.back())) continue;
        std::vector<NodeId> longer = path;
        longer.push_back(parent);
        open.push_back(std::move(longer));
      }
    }
    return found;
  }

  [[nodiscard]] const std::vector<std::set<NodeId>>& parents() const { return parents_; }

 private:
  std::vector<std::set<NodeId>> parents_;
};

void check_paths(const SnapshotView& view, const Slow& slow, NodeId from, NodeId to) {
  const ShortestPaths found = shortest_paths(view, from, to);
  std::set<std::vector<NodeId>> plain;
  if (from != to) plain = slow.paths(from, to);
  REQUIRE(found.paths.size() == plain.size());
  std::vector<std::vector<NodeId>> in_order;
  for (const Path& path : found.paths) {
    std::vector<NodeId> nodes;
    for (std::size_t i = 0; i < path.size(); ++i) {
      nodes.push_back(path[i].node);
      if (i > 0) CHECK(view.parent[path[i].edge] == path[i - 1].node);
    }
    CHECK(nodes.size() == found.length + 1);
    CHECK(plain.contains(nodes));
    in_order.push_back(nodes);
  }
  CHECK(std::is_sorted(in_order.begin(), in_order.end()));
  if (plain.size() > 1) CHECK(shortest_paths(view, from, to, 1).truncated);

  std::set<NodeId> common;
  for (const CommonAncestor& item : common_ancestors(view, from, to)) {
    common.insert(item.node);
    CHECK(item.depths[0] == slow.down({item.node}).at(from));
    CHECK(item.depths[1] == slow.down({item.node}).at(to));
    bool nearest = true;
    for (NodeId other = 0; other < view.node_count(); ++other) {
      const bool is_common = slow.reaches(other, from) && slow.reaches(other, to);
      if (is_common && slow.reaches(item.node, other) && !slow.reaches(other, item.node))
        nearest = false;
    }
    CHECK(item.nearest == nearest);
  }
  for (NodeId node = 0; node < view.node_count(); ++node)
    CHECK(common.contains(node) == (slow.reaches(node, from) && slow.reaches(node, to)));
}

void check_dominators(const SnapshotView& view, const Slow& slow, NodeId model) {
  const std::vector<NodeId> found = dominators_of(view, model);
  const std::set<NodeId> roots = slow.roots();
  for (NodeId node = 0; node < view.node_count(); ++node) {
    const bool on_every_path =
        node != model && slow.reaches(node, model) && !slow.down(roots, node).contains(model);
    CHECK(on_every_path == (std::find(found.begin(), found.end(), node) != found.end()));
  }
}

/// Exposure by walking every way without going round twice.
void check_impact(const SnapshotView& view, const Slow& slow, NodeId model) {
  std::map<NodeId, std::set<char>> seen;  // c, u, m (refers to the model), d (to a derivative)
  std::vector<std::pair<NodeId, char>> open{{model, 's'}};
  while (!open.empty()) {
    const auto [node, state] = open.back();
    open.pop_back();
    for (std::uint32_t i = view.child_begin[node]; i < view.child_begin[node + 1]; ++i) {
      const Relation relation = view.relation[view.child_edge[i]];
      char next = 'u';
      if (relation == Relation::adapter) {
        next = state == 's' ? 'm' : state == 'm' || state == 'd' ? state : 'd';
      } else if (relation != Relation::unspecified) {
        next = state == 's' ? 'c' : state;
        if (relation == Relation::merge && (state == 'm' || state == 'd')) next = 'u';
      }
      if (view.child[i] != model && seen[view.child[i]].insert(next).second)
        open.emplace_back(view.child[i], next);
    }
  }
  const std::vector<ImpactRow> rows = impact_of(view, model);
  CHECK(rows.size() == seen.size());
  std::set<NodeId> inside{model};
  for (const auto& [node, states] : seen) inside.insert(node);
  for (const ImpactRow& row : rows) {
    const std::set<char>& states = seen.at(row.reached.node);
    CHECK(row.exposure == (states.contains('c')   ? Exposure::carries
                           : states.contains('u') ? Exposure::unknown
                                                  : Exposure::refers));
    CHECK(row.needs == (!states.contains('c') && !states.contains('u') && states.contains('m')));
    std::set<NodeId> outside;
    for (NodeId node = 0; node < view.node_count(); ++node) {
      if (!inside.contains(node)) outside.insert(node);
    }
    CHECK(row.only_source == !slow.down(outside, model).contains(row.reached.node));
  }
}

template <class Sections>
bool same_bytes(const Sections& a, const Sections& b) {
  std::vector<std::string> left;
  const auto bytes = [](const auto& array) {
    return std::string{reinterpret_cast<const char*>(array.data()),
                       array.size() * sizeof(*array.data())};
  };
  for_each_section(a, [&](const char*, const auto& array) { left.push_back(bytes(array)); });
  std::size_t next = 0;
  bool same = true;
  for_each_section(
      b, [&](const char*, const auto& array) { same = same && left[next++] == bytes(array); });
  return same;
}

}  // namespace

TEST_CASE("random models obey the rules, and questions about paths are answered right",
          "[graph][property]") {
  std::mt19937 random{20261124};
  std::size_t with_ghosts = 0, with_cycles = 0, with_self = 0, with_paths = 0, with_dominators = 0;
  for (int round = 0; round < kCases; ++round) {
    INFO("case " << round);
    Case made = Generator{random}.make();
    const PlainGraph plain{made};
    const SnapshotColumns columns = build_snapshot(made.input);
    const SnapshotView view = view_of(columns);
    REQUIRE_FALSE(find_inconsistency(view));
    compare(made, plain, view);
    const Slow slow{view};
    const auto any = [&] { return static_cast<NodeId>(random() % view.node_count()); };
    const NodeId from = any(), to = any(), model = any();
    check_paths(view, slow, from, to);
    check_dominators(view, slow, model);
    check_impact(view, slow, model);
    with_ghosts += plain.ghosts.empty() ? 0 : 1;
    with_self += plain.self > 0 ? 1 : 0;
    with_cycles += view.total().cycles > 0 ? 1 : 0;
    with_paths += from != to && slow.reaches(from, to) ? 1 : 0;
    with_dominators += dominators_of(view, model).empty() ? 0 : 1;
    // Whatever the order.
    std::shuffle(made.input.models.begin(), made.input.models.end(), random);
    CHECK(same_bytes(columns, build_snapshot(made.input)));
  }
  // The cases are worth something.
  CHECK(with_ghosts > kCases / 4);
  CHECK(with_cycles > kCases / 50);
  CHECK(with_self > kCases / 20);
  CHECK(with_paths > kCases / 20);
  CHECK(with_dominators > kCases / 20);
}

}  // namespace stemma
