#include "api/queries.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "graph/lookup.h"
#include "graph/search.h"
#include "graph/walk.h"
#include "schema/error.h"
#include "schema/model_name.h"
#include "schema/utc_time.h"

namespace stemma {
namespace {

std::vector<Reached> children_of(const SnapshotView& view, NodeId node) {
  std::vector<Reached> rows;
  for (std::uint32_t i = view.child_begin[node]; i < view.child_begin[node + 1]; ++i) {
    rows.push_back({view.child[i], 1, node, view.child_edge[i]});
  }
  return rows;
}

/// One page of what `reach` finds, and how much of it hangs on curated parents alone.
template <class Reach>
ListAnswer listed(SnapshotFacts& facts, ListKind kind, const ListQuery& query, Reach&& reach) {
  ListAnswer answer;
  answer.kind = kind;
  std::vector<Reached> rows = reach(facts.snapshot());
  const bool curated = facts.touches_curated(rows);
  answer.listing = list_nodes(facts.snapshot(), std::move(rows), query);
  if (curated) {
    const SnapshotView& without = facts.without_curated().snapshot();
    ListQuery none = query;
    none.offset = none.limit = 0;
    const std::uint64_t left = list_nodes(without, reach(without), none).total;
    answer.curated_only = answer.listing.total - std::min(answer.listing.total, left);
  }
  return answer;
}

/// Lists upwards hold what was never observed, too: a ghost is where a lineage ends.
ListAnswer ancestors(SnapshotFacts& facts, std::span<const NodeId> sources, ListQuery query) {
  query.filters.include_ghosts = true;
  return listed(facts, ListKind::lineage, query,
                [&](const SnapshotView& view) { return ancestors_of(view, sources); });
}

FamilyRow family_row(SnapshotFacts& facts, const FamilyDefinition& family) {
  const FamilySummary& summary = facts.summary(family);
  return {&family, &summary, static_cast<double>(summary.official + summary.derivatives),
          facts.curated_only(family)};
}

/// Families that answer to `text` by name or label, the best match first, else in the definitions'
/// order. Typos count only where nothing answers without: qwen2 does not mean qwen as well.
std::vector<const FamilyDefinition*> find_families(const FamilySet& families,
                                                   std::string_view text) {
  std::vector<std::pair<MatchKind, const FamilyDefinition*>> found;
  for (const FamilyDefinition& family : families.definitions()) {
    const auto name = match_name(family.name, text);
    const auto label = match_name(family.label, text);
    if (name || label) {
      found.emplace_back(
          std::min(name.value_or(MatchKind::fuzzy), label.value_or(MatchKind::fuzzy)), &family);
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  if (!found.empty() && found.front().first != MatchKind::fuzzy) {
    std::erase_if(found, [](const auto& match) { return match.first == MatchKind::fuzzy; });
  }
  std::vector<const FamilyDefinition*> list;
  for (const auto& [match, family] : found) list.push_back(family);
  return list;
}

/// Without the blanks around it, as models are looked for.
std::string_view without_blanks(std::string_view text) {
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<GhostNamesake> find_ghost_namesake(SnapshotFacts& facts, NodeId model) {
  const SnapshotView& view = facts.snapshot();
  const std::string_view name = view.name(model);
  const std::string_view base = base_name_of(name);
  const auto much_used = [&](NodeId node) {
    return view.live(node) && (view.child_begin[node + 1] - view.child_begin[node] >= 10 ||
                               view.downloads[node] >= 10'000);
  };
  if (base == name || !much_used(model)) return std::nullopt;
  const auto ghost = find_name(view, base);
  if (!ghost || view.state[*ghost] != NodeState::ghost) return std::nullopt;
  const std::uint64_t descendants = facts.live_descendants(*ghost);
  if (descendants == 0) return std::nullopt;
  for (const NodeId other : find_base_name(view, base, std::numeric_limits<std::size_t>::max())) {
    if (other != model && much_used(other)) return std::nullopt;
  }
  return GhostNamesake{*ghost, descendants};
}

SnapshotNumber number_as_of(SnapshotSource& snapshots, const AsOf& as_of) {
  if (as_of.number != 0) return as_of.number;
  const SnapshotHandle newest = snapshots.current();
  SnapshotNumber number = 0;
  for (const SnapshotRow& row : newest->history) {
    if (row.observed_at <= as_of.time) number = row.number;
  }
  if (number != 0) return number;
  const SnapshotRow& first = newest->history.front();
  throw Error{ErrorKind::not_found, "no snapshot was observed at or before " + as_of.text +
                                        ": the first, " + std::to_string(first.number) +
                                        ", is of " + format_utc(first.observed_at)};
}

ModelAnswer show_model(SnapshotFacts& facts, NodeId node) {
  const SnapshotView& view = facts.snapshot();
  ModelAnswer answer;
  answer.node = node;
  for (std::size_t i = 0; i < view.alias_node.size(); ++i) {
    if (view.alias_node[i] == node) answer.aliases.emplace_back(view.alias_names[i]);
  }
  answer.families = families_of(view, facts.families(), node);
  for (const Reached& row : children_of(view, node)) {
    if (!view.live(row.node)) continue;
    ++answer.children;
    ++answer.by_relation[static_cast<std::size_t>(view.relation[row.edge])];
  }
  answer.descendants = facts.live_descendants(node);
  answer.namesake = find_ghost_namesake(facts, node);
  answer.curated_only = answer.descendants - facts.without_curated().live_descendants(node);
  return answer;
}

ListAnswer list_parents(SnapshotFacts& facts, NodeId node, const ListQuery& query) {
  ListQuery all;
  all.filters.include_gone = true;
  all.filters.include_ghosts = true;
  all.sort = SortKey::id;
  all.descending = false;
  all.offset = query.offset;
  all.limit = query.limit;
  ListAnswer answer = listed(facts, ListKind::edges, all, [&](const SnapshotView& view) {
    std::vector<Reached> rows;
    for (EdgeId edge = view.parent_begin[node]; edge < view.parent_begin[node + 1]; ++edge)
      rows.push_back({view.parent[edge], 1, node, edge});
    return rows;
  });
  answer.model = node;
  return answer;
}

ListAnswer list_children(SnapshotFacts& facts, NodeId node, const ListQuery& query) {
  ListAnswer answer = listed(facts, ListKind::edges, query,
                             [&](const SnapshotView& view) { return children_of(view, node); });
  answer.model = node;
  return answer;
}

ListAnswer list_ancestors(SnapshotFacts& facts, NodeId node, ListQuery query) {
  ListAnswer answer = ancestors(facts, std::span{&node, 1}, std::move(query));
  answer.model = node;
  return answer;
}

ListAnswer list_descendants(SnapshotFacts& facts, NodeId node, const ListQuery& query) {
  ListAnswer answer = listed(facts, ListKind::lineage, query, [&](const SnapshotView& view) {
    return descendants_of(view, std::span{&node, 1});
  });
  answer.model = node;
  return answer;
}

ListAnswer list_ancestors(SnapshotFacts& facts, const FamilyDefinition& family, ListQuery query) {
  const auto roots = facts.families().roots(facts.snapshot(), family);
  ListAnswer answer = ancestors(facts, roots, std::move(query));
  answer.family = family.name;
  return answer;
}

ListAnswer list_descendants(SnapshotFacts& facts, const FamilyDefinition& family,
                            const ListQuery& query) {
  ListAnswer answer = listed(facts, ListKind::lineage, query, [&](const SnapshotView& view) {
    return members_of(view, facts.families(), family).derivatives;
  });
  answer.family = family.name;
  return answer;
}

ListAnswer list_family_models(SnapshotFacts& facts, const FamilyDefinition& family,
                              const ListQuery& query) {
  ListAnswer answer = listed(facts, ListKind::family_models, query, [&](const SnapshotView& view) {
    FamilyMembers members = members_of(view, facts.families(), family);
    std::vector<Reached> rows = std::move(members.derivatives);
    for (const NodeId root : members.roots) rows.push_back({root, 0, kNoNode, 0});
    return rows;
  });
  answer.family = family.name;
  return answer;
}

std::string_view to_string(Policy policy) noexcept {
  return policy == Policy::any ? "any" : "fractional";
}

FamiliesAnswer list_families(SnapshotFacts& facts, Policy policy) {
  FamiliesAnswer answer;
  answer.policy = policy;
  answer.total = facts.snapshot().total().models;
  for (const FamilyDefinition& family : facts.families().definitions()) {
    if (family.top_level()) answer.items.push_back(family_row(facts, family));
  }
  if (policy == Policy::any) {
    answer.other = static_cast<double>(facts.in_no_family());
    return answer;
  }
  const FractionalShares& shares = facts.shares();
  for (std::size_t i = 0; i < answer.items.size(); ++i)
    answer.items[i].models = shares.by_family[i];
  answer.other = shares.other;
  return answer;
}

FamilyAnswer show_family(SnapshotFacts& facts, const FamilyDefinition& family, Policy policy) {
  FamilyAnswer answer;
  answer.family = family_row(facts, family);
  if (policy == Policy::fractional) {
    if (!family.top_level()) {
      throw Error{ErrorKind::usage, "only top-level families take part in the policy fractional: " +
                                        family.name + " is a series of " + family.parent};
    }
    answer.fractional = &facts.fractional(family);
    answer.family.models = answer.fractional->models;
    return answer;
  }
  for (const FamilyDefinition& other : facts.families().definitions()) {
    if (other.parent == family.name) answer.series.push_back(family_row(facts, other));
  }
  return answer;
}

InferenceAnswer show_inference(SnapshotFacts& facts, bool measure) {
  InferenceAnswer answer;
  for (const InferredParent& edge : facts.snapshot().inferred)
    ++answer.edges[static_cast<std::size_t>(edge.rule)];
  if (measure) {
    for (const unsigned half : {0U, 1U})
      answer.measured.push_back(measure_inference(facts.snapshot(), half));
  }
  return answer;
}

std::vector<SearchItem> search(SnapshotFacts& facts, std::string_view text, std::size_t limit) {
  const SnapshotView& view = facts.snapshot();
  std::vector<SearchItem> items;
  for (const FamilyDefinition* family : find_families(facts.families(), without_blanks(text))) {
    if (items.size() == limit) break;
    const FamilySummary& summary = facts.summary(*family);
    if (summary.official + summary.derivatives == 0) continue;
    items.push_back({std::nullopt, family,
                     (summary.downloads_official + summary.downloads_derivatives).value(),
                     summary.derivatives});
  }
  for (const SearchHit& hit : search_names(view, text, limit - items.size())) {
    items.push_back(
        {hit.node, nullptr, view.downloads[hit.node], facts.live_descendants(hit.node)});
  }
  return items;
}

}  // namespace stemma
