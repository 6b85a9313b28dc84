#include "api/query/alarms.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "graph/burst.h"
#include "graph/forecast.h"

namespace stemma {
namespace {

constexpr std::size_t kTopModels = 100;

/// 1,234,567
std::string whole(double value) {
  std::string text = fmt::format("{:.0f}", std::abs(value));
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return (value < 0 ? "-" : "") + text;
}
std::string whole(std::uint64_t value) { return whole(static_cast<double>(value)); }

void add_flags(AdoptionView& view, std::vector<Alarm>& alarms) {
  const RolledSnapshot& now = view.snapshots().back();
  const auto add = [&](Alarm::Kind kind, std::uint64_t models, const char* what) {
    alarms.push_back({.kind = kind,
                      .subject = {},
                      .text = fmt::format("the hub's counters {}: {} of {} large models {}",
                                          kind == Alarm::Kind::stall ? "stalled" : "rolled back",
                                          whole(models), whole(now.moves.large), what),
                      .command = fmt::format("stemma stats --as-of {}", now.number),
                      .weight = static_cast<double>(models)});
  };
  if (now.flags.stall)
    add(Alarm::Kind::stall, now.moves.stood, "stand at the all-time count of the night before");
  if (now.flags.rollback)
    add(Alarm::Kind::rollback, now.moves.fell, "have a lower all-time count than the night before");
}

void add_band(const FamilyDefinition& family, const std::vector<NightValue>& nights,
              AdoptionMetric metric, const char* what, std::vector<Alarm>& alarms) {
  const auto band = expected_band(nights);
  if (!band) return;
  const double value = nights.back().value;
  if (value >= band->low && value <= band->high) return;
  const double width = std::max(band->high - band->low, 1.0);
  const double beyond = value > band->high ? value - band->high : band->low - value;
  alarms.push_back(
      {.kind = Alarm::Kind::outside_band,
       .subject = family.name,
       .text = fmt::format("{}: {} {}, expected {} to {}", family.label, whole(value), what,
                           whole(std::max(band->low, 0.0)), whole(std::max(band->high, 0.0))),
       .command =
           fmt::format("stemma adoption {} --by role --metric {}", family.name, to_string(metric)),
       .weight = beyond / width});
}

void add_bands(AdoptionView& view, SnapshotFacts& facts, std::vector<Alarm>& alarms) {
  const UnixSeconds now = view.snapshots().back().observed_at;
  CurveQuery query;
  query.from = now - forecast::kHistory - forecast::kSeason - forecast::kTolerance;
  for (const FamilyDefinition& family : facts.families().definitions()) {
    if (!family.top_level()) continue;
    const FamilyAdoption curve = family_adoption(view, facts, family, SharePolicy::any, query);
    std::vector<NightValue> fresh, week;
    for (const FamilyPoint& point : curve.points) {
      const bool late =
          std::find(point.flags.begin(), point.flags.end(), "gap") != point.flags.end();
      // A night that came late has the new models of several.
      if (point.new_derivatives && !late && !point.at.flags.partial)
        fresh.push_back({point.at.observed_at, static_cast<double>(*point.new_derivatives)});
      AdoptionSums sums = point.official;
      sums += point.derivatives;
      if (const std::int64_t value = sums.value(CountKind::downloads_7d); value != kUnknownCount)
        week.push_back({point.at.observed_at, static_cast<double>(value)});
    }
    const auto add = [&](const std::vector<NightValue>& nights, AdoptionMetric metric,
                         const char* what) {
      if (!nights.empty() && nights.back().at == now)
        add_band(family, nights, metric, what, alarms);
    };
    add(fresh, AdoptionMetric::new_derivatives, "new derivatives");
    add(week, AdoptionMetric::downloads_7d, "downloads in seven days");
  }
}

void add_bursts(AdoptionView& view, SnapshotFacts& facts, std::vector<Alarm>& alarms) {
  const SnapshotView& snapshot = facts.snapshot();
  if (view.number() == 1) return;  // in the first snapshot everything is new
  const std::vector<bool> bursts = find_bursts(snapshot);
  std::map<std::pair<std::uint32_t, NodeId>, std::uint64_t> by_author_and_parent;
  for (NodeId node = 0; node < snapshot.node_count(); ++node) {
    if (!bursts[node] || !snapshot.live(node) || snapshot.first_seen[node] != view.number())
      continue;
    for (EdgeId e = snapshot.parent_begin[node]; e < snapshot.parent_begin[node + 1]; ++e)
      ++by_author_and_parent[{snapshot.author[node], snapshot.parent[e]}];
  }
  for (const auto& [key, models] : by_author_and_parent) {
    const std::string_view author = snapshot.terms[key.first];
    const std::string_view parent = snapshot.name(key.second);
    alarms.push_back(
        {.kind = Alarm::Kind::burst,
         .subject = std::string{author},
         .text = fmt::format("a burst: {} new children of {} by {} beyond the first {} of a day",
                             whole(models), parent, author, kBurstKept),
         .command = fmt::format("stemma children {} --author {} --sort created_at", parent, author),
         .weight = static_cast<double>(models)});
  }
}

void add_gone(AdoptionView& view, SnapshotFacts& facts, std::vector<Alarm>& alarms) {
  if (view.snapshots().size() < 2) return;
  const SnapshotNumber before = view.snapshots()[view.snapshots().size() - 2].number;
  auto rows = view.rollups().board(ModelBoard::downloads, {}, before);
  if (rows.size() > kTopModels) rows.resize(kTopModels);
  std::vector<std::uint32_t> ordinals;
  for (const BoardRow& row : rows) ordinals.push_back(row.ordinal);
  const auto nodes = facts.nodes_of_ordinals(ordinals);
  const SnapshotView& snapshot = facts.snapshot();
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i] == kNoNode || snapshot.live(nodes[i])) continue;
    alarms.push_back(
        {.kind = Alarm::Kind::model_gone,
         .subject = std::string{snapshot.name(nodes[i])},
         .text =
             fmt::format("{} is gone: it was number {} with {} downloads in 30 days",
                         snapshot.name(nodes[i]), i + 1, whole(static_cast<double>(rows[i].value))),
         .command = fmt::format("stemma impact {}", snapshot.name(nodes[i])),
         .weight = static_cast<double>(rows[i].value)});
  }
}

}  // namespace

std::string_view to_string(Alarm::Kind kind) noexcept {
  switch (kind) {
    case Alarm::Kind::stall:
      return "stall";
    case Alarm::Kind::rollback:
      return "rollback";
    case Alarm::Kind::outside_band:
      return "outside_band";
    case Alarm::Kind::burst:
      return "burst";
    case Alarm::Kind::model_gone:
      return "model_gone";
  }
  return {};
}

std::vector<Alarm> find_alarms(AdoptionView& view, SnapshotFacts& facts) {
  std::vector<Alarm> alarms;
  add_flags(view, alarms);
  add_gone(view, facts, alarms);
  add_bands(view, facts, alarms);
  add_bursts(view, facts, alarms);
  std::stable_sort(alarms.begin(), alarms.end(), [](const Alarm& a, const Alarm& b) {
    return a.kind != b.kind ? a.kind < b.kind : a.weight > b.weight;
  });
  return alarms;
}

}  // namespace stemma
