#include "api/query/queries.h"

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

/// `llama-3` -> `llama`.
std::string_view without_version(std::string_view text) {
  const auto last = text.find_last_not_of(" \t-_.0123456789");
  return last == std::string_view::npos ? std::string_view{} : text.substr(0, last + 1);
}

/// Of the families that have models, those that answer to `text` by name or label, the best match
/// first, else in the definitions' order. Where none does, the one that is called so but for a
/// version (`llama3`); else, if `typos`, those nearly called so: qwen2 does not mean qwen as well,
/// and llava, a model that many know, not llama.
std::vector<const FamilyDefinition*> find_families(SnapshotFacts& facts, std::string_view text,
                                                   bool typos) {
  const std::string_view name = without_version(text);
  constexpr int kVersion = static_cast<int>(MatchKind::fuzzy), kTypo = kVersion + 1;
  const auto rank_of = [&](std::string_view own) -> std::optional<int> {
    const auto match = match_name(own, text);
    if (match && *match != MatchKind::fuzzy) return static_cast<int>(*match);
    if (match_name(own, name) == MatchKind::exact) return kVersion;
    if (match && typos) return kTypo;
    return std::nullopt;
  };
  std::vector<std::pair<int, const FamilyDefinition*>> found;
  for (const FamilyDefinition& family : facts.families().definitions()) {
    const auto by_name = rank_of(family.name), by_label = rank_of(family.label);
    if (!by_name && !by_label) continue;
    // Series that were found in names are many: they answer to their own names alone.
    const int rank = std::min(by_name.value_or(kTypo), by_label.value_or(kTypo));
    if (!family.series_value.empty() && rank > static_cast<int>(MatchKind::exact)) continue;
    const FamilySummary& summary = facts.summary(family);
    if (summary.official + summary.derivatives == 0) continue;
    found.emplace_back(rank, &family);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<const FamilyDefinition*> list;
  for (const auto& [rank, family] : found) {
    if (rank >= kVersion && rank != found.front().first) break;
    list.push_back(family);
  }
  return list;
}

}  // namespace

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
  answer.namesake = facts.ghost_namesake(node);
  answer.curated_only = facts.curated_only(node);
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
  const SearchIndex& index = facts.search_index();
  const auto descendants = [&facts](NodeId node) { return facts.live_descendants(node); };
  const std::vector<SearchHit> hits = search_names(index, text, limit, descendants);
  std::vector<SearchItem> items;
  const auto add_model = [&](const SearchHit& hit) {
    if (items.size() == limit) return;
    items.push_back({hit.node, nullptr, facts.snapshot().downloads[hit.node],
                     facts.live_descendants(hit.node), facts.curated_only(hit.node)});
  };
  auto hit = hits.begin();
  for (; hit != hits.end() && hit->match == MatchKind::whole; ++hit) add_model(*hit);
  const bool typos = hits.empty() || !well_known(index, hits.front());
  for (const FamilyDefinition* family : find_families(facts, text, typos)) {
    if (items.size() == limit) break;
    const FamilySummary& summary = facts.summary(*family);
    items.push_back({std::nullopt, family,
                     (summary.downloads_official + summary.downloads_derivatives).value(),
                     summary.derivatives, facts.curated_only(*family)});
  }
  for (; hit != hits.end(); ++hit) add_model(*hit);
  return items;
}

}  // namespace stemma
