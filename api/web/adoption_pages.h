#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/query/adoption.h"
#include "api/query/alarms.h"
#include "api/query/growth.h"
#include "api/query/leaderboards.h"
#include "api/web/line_chart.h"
#include "api/web/page.h"

namespace stemma {

/// How a chart is drawn and what of: the state of its page, all of it in the address.
struct ChartState {
  std::string path;  ///< Of the page, safe inside an attribute.
  AdoptionMetric metric = AdoptionMetric::derivatives;
  std::optional<Breakdown> by;
  Interval interval = Interval::day;
  std::string from, to;  ///< As given.
  bool log = false;
  bool share = false;                         ///< Of all curves together, in per cent.
  bool lines = false;                         ///< Not upon each other.
  std::string families;                       ///< Of a comparison.
  std::string models;                         ///< Of a comparison of models.
  AdoptionScope scope = AdoptionScope::self;  ///< Of these.
  bool by_age = false;                        ///< By days since the first release, not by date.
  /// Of the home page: by dates of creation, not by nights.
  bool by_creation = false;
  ParamList kept;  ///< Other parameters of the page, which its form carries on.
};

/// "+4 %", "−2 %", "0 %"; a dash where it is unknown.
[[nodiscard]] std::string growth_text(const CurveValue& ratio);

/// A family over time: what it is asked by, the chart, its numbers.
void add_family_chart(Page& page, const FamilyBreakdown& curves, const ChartState& state);
/// Families side by side.
void add_comparison_chart(Page& page, const SnapshotFacts& facts, const Comparison& answer,
                          const ChartState& state);
/// The same by dates of creation, month by month.
void add_growth_comparison(Page& page, const SnapshotFacts& facts,
                           const std::vector<Growth>& growth, const ChartState& state);
/// A chart alone, for a frame on another site. `link` leads to its page, safe inside an attribute.
[[nodiscard]] std::string embed_page(const SnapshotView& view, const Chart& chart,
                                     std::string_view link);
[[nodiscard]] Chart breakdown_chart(const FamilyBreakdown& curves, const ChartState& state);
[[nodiscard]] Chart comparison_chart(const SnapshotFacts& facts, const Comparison& answer,
                                     const ChartState& state);
/// Derivatives by their dates of creation.
void add_growth_chart(Page& page, const Growth& growth);
/// A model's own counts.
void add_model_chart(Page& page, const SnapshotView& view, const ModelAdoption& adoption);
/// What is unusual; nothing where nothing is.
void add_alarms(Page& page, const std::vector<Alarm>& alarms);

/// `answer` is empty where no families were given.
[[nodiscard]] std::string compare_page(const SnapshotFacts& facts,
                                       const std::optional<Comparison>& answer,
                                       const ChartState& state);
[[nodiscard]] std::string leaderboard_page(const SnapshotFacts& facts, const Leaderboard& answer);

}  // namespace stemma
