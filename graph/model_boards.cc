#include "graph/model_boards.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace stemma {
namespace {

/// Of a model that is not on the board.
constexpr std::int64_t kNoValue = std::numeric_limits<std::int64_t>::min();

}  // namespace

ModelBoards::ModelBoards(const SnapshotView& snapshot, const DerivedCounts& counts,
                         const DescendantSums& below)
    : snapshot_{snapshot}, counts_{counts}, below_{below}, has_point_(snapshot.node_count()) {
  for (const auto& [node, point] : counts.points) has_point_[node] = true;
}

std::int64_t ModelBoards::value(ModelBoard board, NodeId node) const {
  switch (board) {
    case ModelBoard::downloads:
      return snapshot_.downloads[node] > 0 ? snapshot_.downloads[node] : kNoValue;
    case ModelBoard::downloads_7d:
      return counts_.downloads_7d[node] > 0 ? counts_.downloads_7d[node] : kNoValue;
    case ModelBoard::likes:
      return snapshot_.likes[node] > 0 ? snapshot_.likes[node] : kNoValue;
    case ModelBoard::derivatives: {
      if (snapshot_.child_begin[node + 1] == snapshot_.child_begin[node]) return kNoValue;
      const AdoptionSums* sums = below_.find(node);
      return sums == nullptr || sums->models == 0 ? kNoValue : sums->models;
    }
    case ModelBoard::growth: {
      const DerivedPoint* point = point_of(node);
      if (point == nullptr || std::isnan(point->growth) ||
          point->growth_mean < adoption::kBoardGrowthMean ||
          snapshot_.downloads[node] < adoption::kBoardGrowthDownloads ||
          point->spike_share > adoption::kBoardGrowthSpike)
        return kNoValue;
      return std::llround(point->growth * 1e6);
    }
    case ModelBoard::fresh: {
      const UnixSeconds created = snapshot_.created_at[node];
      const UnixSeconds now = snapshot_.total().observed_at;
      if (created == kUnknownTime || created < now - adoption::kBoardNewDays ||
          counts_.downloads_7d[node] <= 0)
        return kNoValue;
      const DerivedPoint* point = point_of(node);
      if (point != nullptr && point->spike_share > adoption::kBoardNewSpike) return kNoValue;
      return counts_.downloads_7d[node];
    }
  }
  return kNoValue;
}

const DerivedPoint* ModelBoards::point_of(NodeId node) const {
  if (!has_point_[node]) return nullptr;
  const auto found = counts_.points.find(node);
  return found == counts_.points.end() ? nullptr : &found->second;
}

std::vector<BoardRow> ModelBoards::rows(ModelBoard board,
                                        const std::vector<NodeId>& members) const {
  std::vector<std::pair<std::int64_t, NodeId>> rows;
  const auto before = [](const auto& one, const auto& other) {
    return one.first != other.first ? one.first > other.first : one.second < other.second;
  };
  const auto cut = [&] {
    if (rows.size() <= kBoardRows) return;
    std::nth_element(rows.begin(), rows.begin() + kBoardRows, rows.end(), before);
    rows.resize(kBoardRows);
  };
  // What is smaller than the last of those that were kept is not looked at twice.
  constexpr std::size_t kCutAt = 8 * kBoardRows;
  std::int64_t least = kNoValue;
  for (const NodeId node : members) {
    const std::int64_t found = value(board, node);
    if (found == kNoValue || found < least) continue;
    rows.emplace_back(found, node);
    if (rows.size() < kCutAt) continue;
    cut();
    least = std::min_element(rows.begin(), rows.end())->first;
  }
  cut();
  std::sort(rows.begin(), rows.end(), before);
  std::vector<BoardRow> best;
  for (const auto& [found, node] : rows) best.push_back({snapshot_.ordinal[node], found});
  return best;
}

}  // namespace stemma
