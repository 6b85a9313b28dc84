#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/query/adoption.h"

namespace stemma {

/// The boards, in the order in which they are listed.
enum class BoardKind {
  downloads,
  downloads_7d,
  growth,
  fresh,
  likes,
  derivatives,
  families,
  authors,
  quantizers
};
struct BoardInfo {
  BoardKind kind;
  std::string_view name;  ///< As in a path.
  std::string_view meaning;
};
[[nodiscard]] std::span<const BoardInfo> boards() noexcept;
/// nullptr where there is no such board.
[[nodiscard]] const BoardInfo* find_board(std::string_view name) noexcept;

inline constexpr std::size_t kSparkSteps = 28;

struct LeaderboardRow {
  std::size_t rank = 0;
  std::optional<std::size_t> previous_rank;  ///< A window ago.
  std::optional<NodeId> model;
  std::string name;  ///< Where there is no model.
  CurveValue value;
  CurveValue change;  ///< Of the value since the snapshot that is looked back to.
  CurveValue growth;
  CurveValue spike_share;
  std::array<CurveValue, kSparkSteps> spark;  ///< The value of each of the last 28 intervals.
  std::vector<std::string_view> flags;
};

struct Leaderboard {
  const BoardInfo* board = nullptr;
  const FamilyDefinition* family = nullptr;  ///< nullptr for the whole hub.
  int window_days = 7;
  Interval interval = Interval::day;  ///< Of the spark.
  /// What change and previous ranks look back to; kUnknownTime where there is no such snapshot.
  UnixSeconds since = kUnknownTime;
  std::vector<LeaderboardRow> rows;
};

struct BoardQuery {
  int window_days = 7;
  std::size_t limit = kDefaultLimit;
  /// `from` takes the place of the window; `to` is for AdoptionView::go_back_to().
  CurveQuery range;
};
/// Takes `window`, `limit`, `from`, `to` and `interval`.
[[nodiscard]] BoardQuery read_board_query(ParamReader& params);

/// `facts` must be those of the view's snapshot. Cost: the series of each model shown.
[[nodiscard]] Leaderboard leaderboard(AdoptionView& view, SnapshotFacts& facts,
                                      const BoardInfo& board, const FamilyDefinition* family,
                                      const BoardQuery& query);

}  // namespace stemma
