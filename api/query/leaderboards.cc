#include "api/query/leaderboards.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "graph/family.h"

namespace stemma {
namespace {

constexpr BoardInfo kBoards[] = {
    {BoardKind::downloads, "downloads", "Models by downloads in 30 days."},
    {BoardKind::downloads_7d, "downloads_7d", "Models by downloads in seven days."},
    {BoardKind::growth, "growth",
     "Models by growth: the last seven days against the mean of the three weeks before. Only those "
     "with 10,000 downloads in 30 days and a mean of 1,000; without those whose largest step is "
     "more than 0.6 of the week."},
    {BoardKind::fresh, "new",
     "Models created in the last 30 days, by downloads in seven days; without those whose largest "
     "step is more than 0.8 of the week."},
    {BoardKind::likes, "likes", "Models by likes."},
    {BoardKind::derivatives, "derivatives", "Models by live models that descend from them."},
    {BoardKind::families, "families",
     "Families by downloads in 30 days, official and derived; with a family given, its series. One "
     "that lies within a larger one is left out."},
    {BoardKind::authors, "authors",
     "Authors by downloads in 30 days; with a family given, by those of its derivatives."},
    {BoardKind::quantizers, "quantizers",
     "Authors with at least 100 quantized models, by downloads of these in 30 days."},
};

/// Only the values of a board that is of models.
std::optional<ModelBoard> model_board(BoardKind kind) {
  switch (kind) {
    case BoardKind::downloads:
      return ModelBoard::downloads;
    case BoardKind::downloads_7d:
      return ModelBoard::downloads_7d;
    case BoardKind::growth:
      return ModelBoard::growth;
    case BoardKind::fresh:
      return ModelBoard::fresh;
    case BoardKind::likes:
      return ModelBoard::likes;
    case BoardKind::derivatives:
      return ModelBoard::derivatives;
    default:
      return std::nullopt;
  }
}

CurveValue known(std::int64_t count) {
  if (count == kUnknownCount) return std::nullopt;
  return static_cast<double>(count);
}
CurveValue known(double ratio) {
  if (std::isnan(ratio)) return std::nullopt;
  return ratio;
}
CurveValue difference(CurveValue now, CurveValue before) {
  if (!now || !before) return std::nullopt;
  return *now - *before;
}

/// Which snapshot stands for each of the last 28 intervals: place in the spark -> place in
/// `snapshots`. Days are counted back from the newest snapshot; weeks and months are the
/// calendar's.
std::array<std::optional<std::size_t>, kSparkSteps> spark_places(
    std::span<const RolledSnapshot> snapshots, Interval interval) {
  std::array<std::optional<std::size_t>, kSparkSteps> places;
  const UnixSeconds now = snapshots.back().observed_at;
  std::size_t steps = 0;
  UnixSeconds begin = interval_begin(now, interval);
  for (std::size_t i = snapshots.size(); i-- > 0;) {
    const UnixSeconds at = snapshots[i].observed_at;
    if (interval == Interval::day) {
      steps = static_cast<std::size_t>((now - at) / adoption::kDay);
    } else {
      for (; at < begin && steps < kSparkSteps; ++steps)
        begin = interval_begin(begin - 1, interval);
    }
    if (steps >= kSparkSteps) break;
    // The last snapshot of an interval stands for it.
    if (auto& place = places[kSparkSteps - 1 - steps]; !place) place = i;
  }
  return places;
}

class ModelRows {
 public:
  ModelRows(AdoptionView& view, SnapshotFacts& facts, ModelBoard board, Interval interval,
            const RolledSnapshot* before)
      : view_{view},
        snapshot_{facts.snapshot()},
        board_{board},
        sparks_{spark_places(view.snapshots(), interval)},
        before_{before} {}

  /// Fills what the model's own series tells.
  void fill(NodeId node, LeaderboardRow& row, const std::vector<AdoptionSums>* below) {
    const auto snapshots = view_.snapshots();
    const auto series = view_.series().read(snapshot_.hub_id[node], view_.number());
    std::map<SnapshotNumber, std::size_t> place;
    for (std::size_t i = 0; i < snapshots.size(); ++i) place[snapshots[i].number] = i;
    std::vector<CountPoint> points;
    for (const Observation& one : series) {
      const RolledSnapshot& at = snapshots[place.at(one.snapshot)];
      points.push_back({at.observed_at, at.flags.usable(), one.counts});
    }
    const auto derived = derive_points(points, snapshot_.created_at[node]);
    std::vector<CurveValue> values(snapshots.size());
    for (std::size_t i = 0; i < series.size(); ++i)
      values[place.at(series[i].snapshot)] = value_at(series[i].counts, derived[i]);
    if (below != nullptr) {
      for (std::size_t i = 0; i < snapshots.size(); ++i) {
        if (snapshots[i].number >= snapshot_.first_seen[node])
          values[i] = static_cast<double>((*below)[i].models);
      }
    }
    for (std::size_t step = 0; step < kSparkSteps; ++step)
      row.spark[step] = sparks_[step] ? values[*sparks_[step]] : std::nullopt;
    if (before_ != nullptr) row.change = difference(row.value, values[place.at(before_->number)]);
    if (!series.empty() && series.back().snapshot == view_.number()) {
      row.growth = known(derived.back().growth);
      row.spike_share = known(derived.back().spike_share);
      if (derived.back().gap) row.flags.emplace_back("gap");
      if (derived.back().recount) row.flags.emplace_back("recount");
      if (derived.back().stale) row.flags.emplace_back("stale");
    }
  }

 private:
  [[nodiscard]] CurveValue value_at(const Counts& counts, const DerivedPoint& derived) const {
    switch (board_) {
      case ModelBoard::downloads:
        return known(counts.downloads);
      case ModelBoard::likes:
        return known(counts.likes);
      case ModelBoard::growth:
        return known(derived.growth);
      case ModelBoard::downloads_7d:
      case ModelBoard::fresh:
        return known(derived.downloads_7d);
      case ModelBoard::derivatives:
        break;
    }
    return std::nullopt;
  }

  AdoptionView& view_;
  const SnapshotView& snapshot_;
  ModelBoard board_;
  std::array<std::optional<std::size_t>, kSparkSteps> sparks_;
  const RolledSnapshot* before_;
};

void rank_models(AdoptionView& view, SnapshotFacts& facts, ModelBoard board, std::size_t limit,
                 const RolledSnapshot* before, Leaderboard& answer) {
  const std::string family = answer.family == nullptr ? "" : answer.family->name;
  const auto rows = view.rollups().board(board, family, view.number());
  std::map<std::uint32_t, std::size_t> previous;
  if (before != nullptr) {
    const auto old = view.rollups().board(board, family, before->number);
    for (std::size_t i = 0; i < old.size(); ++i) previous[old[i].ordinal] = i + 1;
  }
  const std::size_t shown = std::min(limit, rows.size());
  std::vector<std::uint32_t> ordinals;
  for (std::size_t i = 0; i < shown; ++i) ordinals.push_back(rows[i].ordinal);
  const auto nodes = facts.nodes_of_ordinals(ordinals);
  std::vector<std::vector<AdoptionSums>> below;
  if (board == ModelBoard::derivatives) {
    std::vector<std::string> keys;
    for (const NodeId node : nodes) keys.push_back(descendants_key(facts.snapshot(), node));
    std::vector<SnapshotNumber> numbers;
    for (const RolledSnapshot& one : view.snapshots()) numbers.push_back(one.number);
    below = view.rollups().series({{}, Breakdown::descendants, SharePolicy::any}, keys, numbers);
  }
  ModelRows filler{view, facts, board, answer.interval, before};
  for (std::size_t i = 0; i < shown; ++i) {
    LeaderboardRow& row = answer.rows.emplace_back();
    row.rank = i + 1;
    if (const auto found = previous.find(rows[i].ordinal); found != previous.end())
      row.previous_rank = found->second;
    row.model = nodes[i];
    row.value = board == ModelBoard::growth ? static_cast<double>(rows[i].value) / 1e6
                                            : static_cast<double>(rows[i].value);
    filler.fill(nodes[i], row, below.empty() ? nullptr : &below[i]);
  }
}

/// The first usable snapshot at or after `time`, but for the newest; nullptr where there is none.
const RolledSnapshot* first_usable(std::span<const RolledSnapshot> snapshots, UnixSeconds time) {
  for (const RolledSnapshot& one : snapshots.first(snapshots.size() - 1)) {
    if (one.observed_at >= time && one.flags.usable()) return &one;
  }
  return nullptr;
}

/// Sums by name, each at every snapshot.
struct NamedSums {
  std::vector<std::string> names;
  std::vector<std::vector<AdoptionSums>> curves;
};

NamedSums sums_of_board(AdoptionView& view, SnapshotFacts& facts, BoardKind kind,
                        const FamilyDefinition* family, const std::vector<SnapshotNumber>& numbers,
                        const RolledSnapshot* before) {
  NamedSums all;
  if (kind != BoardKind::families) {
    const RollupKey key{family == nullptr ? "" : family->name,
                        kind == BoardKind::authors ? Breakdown::author : Breakdown::quantizer,
                        SharePolicy::any};
    // The names of today, and of a window ago: ranks then are among those.
    std::set<std::string> names;
    for (const SnapshotNumber number :
         {before == nullptr ? numbers.back() : before->number, numbers.back()}) {
      for (auto& name : view.rollups().largest(key, number, kBoardRows, SumsRank::downloads))
        names.insert(std::move(name));
    }
    if (kind == BoardKind::quantizers) names.erase(kOtherQuantizers);
    all.names.assign(names.begin(), names.end());
    all.curves = view.rollups().series(key, all.names, numbers);
    return all;
  }
  const std::vector<std::string> roles{kOfficial, kDerivatives};
  for (const FamilyDefinition& one : facts.families().definitions()) {
    if (family == nullptr ? !one.top_level() : one.parent != family->name) continue;
    auto curves =
        view.rollups().series({one.name, Breakdown::role, SharePolicy::any}, roles, numbers);
    for (std::size_t i = 0; i < numbers.size(); ++i) curves[0][i] += curves[1][i];
    all.names.push_back(one.name);
    all.curves.push_back(std::move(curves[0]));
  }
  return all;
}

/// Names with a value, the largest first, ties by name.
std::vector<std::size_t> ranked(const NamedSums& sums, std::size_t at) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < sums.names.size(); ++i) {
    if (sums.curves[i][at].value(CountKind::downloads) != kUnknownCount) order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const std::int64_t x = sums.curves[a][at].total[0];
    const std::int64_t y = sums.curves[b][at].total[0];
    return x != y ? x > y : sums.names[a] < sums.names[b];
  });
  return order;
}

/// Leaves out a family whose roots are all roots of one that stands above it.
void leave_out_inner(SnapshotFacts& facts, const NamedSums& sums, std::vector<std::size_t>& order) {
  std::vector<std::vector<NodeId>> kept;
  std::erase_if(order, [&](std::size_t i) {
    auto roots = facts.families().roots(facts.snapshot(), *facts.families().find(sums.names[i]));
    const bool inner = std::any_of(kept.begin(), kept.end(), [&](const auto& larger) {
      return std::includes(larger.begin(), larger.end(), roots.begin(), roots.end());
    });
    if (!inner) kept.push_back(std::move(roots));
    return inner;
  });
}

void rank_names(AdoptionView& view, SnapshotFacts& facts, BoardKind kind, std::size_t limit,
                const RolledSnapshot* before, Leaderboard& answer) {
  // What growth, the spark and the change look back at, no more.
  const auto all = view.snapshots();
  UnixSeconds oldest = all.back().observed_at - 42 * adoption::kDay;
  for (const auto& place : spark_places(all, answer.interval)) {
    if (place) oldest = std::min(oldest, all[*place].observed_at);
  }
  if (before != nullptr) oldest = std::min(oldest, before->observed_at);
  const auto first = std::find_if(
      all.begin(), all.end(), [&](const RolledSnapshot& one) { return one.observed_at >= oldest; });
  const std::span<const RolledSnapshot> snapshots{first, all.end()};
  std::vector<SnapshotNumber> numbers;
  for (const RolledSnapshot& one : snapshots) numbers.push_back(one.number);
  const NamedSums sums = sums_of_board(view, facts, kind, answer.family, numbers, before);
  std::map<std::size_t, std::size_t> previous;
  std::optional<std::size_t> then;
  if (before != nullptr) {
    const auto found = std::find(numbers.begin(), numbers.end(), before->number);
    if (found != numbers.end()) {
      then = static_cast<std::size_t>(found - numbers.begin());
      auto order = ranked(sums, *then);
      if (kind == BoardKind::families) leave_out_inner(facts, sums, order);
      for (std::size_t i = 0; i < order.size(); ++i) previous[order[i]] = i + 1;
    }
  }
  auto order = ranked(sums, numbers.size() - 1);
  if (kind == BoardKind::families) leave_out_inner(facts, sums, order);
  const auto sparks = spark_places(snapshots, answer.interval);
  for (std::size_t i = 0; i < std::min(limit, order.size()); ++i) {
    const std::size_t name = order[i];
    const std::vector<AdoptionSums>& curve = sums.curves[name];
    LeaderboardRow& row = answer.rows.emplace_back();
    row.rank = i + 1;
    if (const auto found = previous.find(name); found != previous.end())
      row.previous_rank = found->second;
    row.name = sums.names[name];
    row.value = known(curve.back().value(CountKind::downloads));
    if (then) row.change = difference(row.value, known(curve[*then].value(CountKind::downloads)));
    row.growth = growth_of_sums(snapshots, curve);
    for (std::size_t step = 0; step < kSparkSteps; ++step) {
      row.spark[step] =
          sparks[step] ? known(curve[*sparks[step]].value(CountKind::downloads)) : std::nullopt;
    }
  }
}

}  // namespace

std::span<const BoardInfo> boards() noexcept { return kBoards; }

const BoardInfo* find_board(std::string_view name) noexcept {
  for (const BoardInfo& board : kBoards) {
    if (board.name == name) return &board;
  }
  return nullptr;
}

BoardQuery read_board_query(ParamReader& params) {
  return {.window_days = params.choice(param::window) == "7d" ? 7 : 30,
          .limit = params.limit(),
          .range = read_curve_query(params)};
}

Leaderboard leaderboard(AdoptionView& view, SnapshotFacts& facts, const BoardInfo& board,
                        const FamilyDefinition* family, const BoardQuery& query) {
  Leaderboard answer{.board = &board,
                     .family = family,
                     .window_days = query.window_days,
                     .interval = query.range.interval,
                     .rows = {}};
  const auto snapshots = view.snapshots();
  const RolledSnapshot* before =
      query.range.from ? first_usable(snapshots, *query.range.from)
                       : last_usable(snapshots, snapshots.back().observed_at -
                                                    query.window_days * adoption::kDay);
  if (before != nullptr) answer.since = before->observed_at;
  if (const auto models = model_board(board.kind)) {
    rank_models(view, facts, *models, query.limit, before, answer);
  } else {
    rank_names(view, facts, board.kind, query.limit, before, answer);
  }
  return answer;
}

}  // namespace stemma
