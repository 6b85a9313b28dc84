#include <algorithm>
#include <cmath>

#include "graph/family.h"
#include "graph/shares.h"

namespace stemma {

FractionalShares fractional_shares(const SnapshotView& snapshot, const FamilySet& families) {
  const ShareSplitter splitter{snapshot, families};
  FractionalShares shares;
  shares.total = static_cast<std::uint64_t>(
      std::count(snapshot.state.begin(), snapshot.state.end(), NodeState::live));
  const auto millionths = round_to(splitter.totals(), shares.total * kMillion);
  for (const std::uint64_t share : millionths) {
    shares.by_family.push_back(static_cast<double>(share) / static_cast<double>(kMillion));
  }
  shares.other = shares.by_family.back();
  shares.by_family.pop_back();
  return shares;
}

namespace {

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
  const ShareSplitter splitter{snapshot, families};
  const FamilyMembers members = members_of(snapshot, families, family);

  FractionalSummary summary;
  WeightedSum recent_official, recent_derived, all_official, all_derived;
  Weight official = 0;
  for (const NodeId root : members.roots) {
    if (!snapshot.live(root)) continue;
    const Weight part = splitter.share_of(root, index);
    official += part;
    recent_official.add(snapshot.downloads[root], part);
    all_official.add(snapshot.downloads_all_time[root], part);
  }
  Weight direct = 0;
  Weight adjusted = 0;
  std::map<std::string, Weight> relations, depths, licenses, authors, tasks;
  const auto named = [&](std::uint32_t term) {
    return term == 0 ? std::string{kNotDeclared} : std::string{snapshot.terms[term]};
  };
  for (const Reached& row : members.derivatives) {
    const Weight part = splitter.share_of(row.node, index);
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
