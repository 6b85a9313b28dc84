#include "api/query/lineage_queries.h"

#include <algorithm>
#include <tuple>

#include "schema/error.h"
#include "schema/model_name.h"

namespace stemma {

PathAnswer find_path(SnapshotFacts& facts, NodeId from, NodeId to) {
  const SnapshotView& view = facts.snapshot();
  PathAnswer answer{from, to, shortest_paths(view, from, to)};
  if (answer.paths.paths.empty()) answer.paths = shortest_paths(view, to, from);
  if (!answer.paths.paths.empty()) return answer;
  const std::string one{view.name(from)};
  throw Error{ErrorKind::not_found,
              from == to ? one + " is one model: no path leads from it to itself"
                         : "neither of " + one + " and " + std::string{view.name(to)} +
                               " derives from the other"};
}

CommonAnswer find_common(SnapshotFacts& facts, NodeId a, NodeId b) {
  return {{a, b}, common_ancestors(facts.snapshot(), a, b)};
}

DominatorsAnswer find_dominators(SnapshotFacts& facts, NodeId model) {
  const SnapshotView& view = facts.snapshot();
  return {model, view.parent_begin[model] == view.parent_begin[model + std::size_t{1}],
          dominators_of(view, model)};
}

std::vector<Exposure> read_exposures(ParamReader& reader) {
  std::vector<Exposure> exposures;
  for (const std::string_view word : reader.choices(param::exposure)) {
    for (const Exposure exposure : {Exposure::carries, Exposure::unknown, Exposure::refers}) {
      if (to_string(exposure) == word) exposures.push_back(exposure);
    }
  }
  return exposures;
}

ListAnswer list_impact(SnapshotFacts& facts, NodeId model, const std::vector<Exposure>& exposures,
                       const ListQuery& query) {
  const SnapshotView& view = facts.snapshot();
  const auto impact = std::make_shared<Impact>();
  std::vector<Reached> reached;
  bool curated = false;
  for (const ImpactRow& row : impact_of(view, model)) {
    const NodeId node = row.reached.node;
    impact->rows.emplace(node, row);
    curated = curated || facts.touches_curated(std::span{&row.reached, 1});
    if (exposures.empty() ||
        std::find(exposures.begin(), exposures.end(), row.exposure) != exposures.end())
      reached.push_back(row.reached);
    if (!view.live(node)) continue;
    impact->for_each_sum(row, [&](Impact::Sum& sum) {
      ++sum.models;
      sum.downloads.add(view.downloads[node]);
    });
  }
  ListAnswer answer{ListKind::impact, model, {}, {}, 0, impact};
  answer.listing = list_nodes(view, std::move(reached), query);
  if (curated) {
    ListQuery none = query;
    none.offset = none.limit = 0;
    const ListAnswer left = list_impact(facts.without_curated(), model, exposures, none);
    answer.curated_only = answer.listing.total - std::min(answer.listing.total, left.listing.total);
    for (const auto& [node, row] : impact->rows) {
      if (!view.live(node)) continue;
      impact->for_each_sum(row, [&](Impact::Sum& sum) { ++sum.curated_only; });
      const auto other = left.impact->rows.find(node);
      if (other == left.impact->rows.end()) continue;
      // What is counted there either way does not hang on them.
      std::array<Impact::Sum*, 3> same{};
      std::size_t found = 0;
      impact->for_each_sum(other->second, [&](Impact::Sum& sum) { same[found++] = &sum; });
      impact->for_each_sum(row, [&](Impact::Sum& sum) {
        if (std::find(same.begin(), same.end(), &sum) != same.end()) --sum.curated_only;
      });
    }
  }
  return answer;
}

LicensesAnswer show_licenses(SnapshotFacts& facts, NodeId model) {
  LicensesAnswer answer{model, std::nullopt, licenses_above(facts.snapshot(), model)};
  if (!answer.items.empty()) answer.verdict = gravest(answer.items);
  return answer;
}

HistoryAnswer show_history(SnapshotFacts& facts, NodeId model) {
  const SnapshotView& view = facts.snapshot();
  HistoryAnswer answer;
  answer.model = model;
  for (std::size_t i = 0; i < view.alias_node.size(); ++i) {
    if (view.alias_node[i] == model)
      answer.names.push_back({view.alias_names[i], view.alias_learned[i]});
  }
  std::sort(answer.names.begin(), answer.names.end(), [](const auto& a, const auto& b) {
    return std::pair{a.until, a.name} < std::pair{b.until, b.name};
  });
  answer.names.push_back({view.name(model), 0});
  const std::string folded = fold_case(view.name(model));
  for (std::size_t i = 0; i < view.alias_node.size(); ++i) {
    if (view.alias_node[i] != model && view.aliases[i] == folded)
      answer.borne_before_by.push_back({view.alias_node[i], view.alias_learned[i]});
  }
  for (EdgeId e = view.parent_begin[model]; e < view.parent_begin[model + std::size_t{1}]; ++e) {
    for (std::uint32_t i = view.claim_begin[e]; i < view.claim_begin[e + std::size_t{1}]; ++i) {
      if (view.claims[i].source == ClaimSource::inferred) continue;
      answer.claims.push_back({view.claims[i], true, view.parent[e]});
    }
  }
  const auto add = [&](std::span<const DroppedClaim> claims, bool current) {
    auto at = std::lower_bound(claims.begin(), claims.end(), model,
                               [](const DroppedClaim& c, NodeId node) { return c.node < node; });
    for (; at != claims.end() && at->node == model; ++at)
      answer.claims.push_back({at->claim, current, kNoNode});
  };
  add(view.dropped, true);
  add(view.past, false);
  std::stable_sort(answer.claims.begin(), answer.claims.end(), [&](const auto& a, const auto& b) {
    return std::tuple{a.claim.first_seen, a.claim.source, view.texts[a.claim.text]} <
           std::tuple{b.claim.first_seen, b.claim.source, view.texts[b.claim.text]};
  });
  return answer;
}

std::vector<LintKind> read_lint_kinds(ParamReader& reader) {
  std::vector<LintKind> kinds;
  for (const std::string_view word : reader.choices(param::lint_kind))
    kinds.push_back(*parse_lint_kind(word));
  return kinds;
}

LintAnswer list_lint(SnapshotFacts& facts, const std::vector<LintKind>& kinds, std::size_t offset,
                     std::size_t limit) {
  LintAnswer answer;
  for (const LintItem& item : facts.lint()) {
    ++answer.by_kind[static_cast<std::size_t>(item.kind)];
    if (!kinds.empty() && std::find(kinds.begin(), kinds.end(), item.kind) == kinds.end()) continue;
    if (answer.total++ >= offset && answer.items.size() < limit) answer.items.push_back(item);
  }
  return answer;
}

}  // namespace stemma
