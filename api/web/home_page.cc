#include <fmt/format.h>

#include <algorithm>

#include "api/web/alarm_list.h"
#include "api/web/comparison.h"
#include "api/web/line_chart.h"
#include "api/web/model_tables.h"
#include "api/web/night_rows.h"
#include "api/web/page.h"
#include "api/web/pages.h"
#include "schema/percent.h"

namespace stemma {
namespace {

constexpr std::string_view kHome = "home.html";

/// Families with what moved.
void add_trend_rows(Page& page, const std::vector<FamilyRow>& rows,
                    const std::vector<FamilyTrend>& trends) {
  struct TrendRow {
    const FamilyDefinition& family;
    const FamilyTrend& trend;
  };
  std::vector<TrendRow> items;
  for (std::size_t i = 0; i < rows.size(); ++i) items.push_back({*rows[i].family, trends[i]});
  const auto whole = [](const CurveValue& value) {
    return value ? count_or_dash(static_cast<std::int64_t>(*value)) : std::string{"–"};
  };
  page.table<TrendRow>(
      {},
      {{"Family",
        {},
        [](const TrendRow& r) { return link(family_link(r.family.name), r.family.label); }},
       {"Derivatives",
        {},
        [](const TrendRow& r) { return count_or_dash(r.trend.derivatives); },
        true},
       {"New, 7 days",
        {},
        [](const TrendRow& r) {
          return r.trend.new_in_7_days ? "+" + count_or_dash(*r.trend.new_in_7_days) : "–";
        },
        true},
       {"Downloads, 7 days",
        {},
        [&](const TrendRow& r) { return whole(r.trend.downloads_7d); },
        true},
       {"Growth", {}, [](const TrendRow& r) { return growth_text(r.trend.growth); }, true},
       {"90 days",
        {},
        [](const TrendRow& r) {
          return spark_line(r.trend.spark, "Downloads in seven days over the last 90 days");
        }}},
      items, [](const TrendRow& row) { return row; },
      [](const TrendRow& r) {
        return "/v1/families/" + percent_encode(r.family.name) + "/adoption";
      });
}

}  // namespace

std::string home_page(const SnapshotFacts& facts, const HomeParts& parts) {
  const SnapshotView& view = facts.snapshot();
  const SnapshotTotals& total = view.total();
  Page page{"Stemma: what came from what"};
  page.heading("What came from what, and who uses it");
  page.add_marks(view);
  std::string unusual;
  if (!parts.alarms.empty()) {
    fill_part(unusual, kHome, "unusual", arg("count", parts.alarms.size()),
              arg("things", parts.alarms.size() == 1 ? "thing is" : "things are"));
  }
  const std::size_t nights = view.history.size();
  page.add_from(kHome, "lead", arg("models", grouped(total.models)),
                arg("edges", grouped(total.edges)), arg("nights", grouped(nights)),
                arg("s", plural(nights)),
                arg("since", nights == 0 ? std::string{"–"}
                                         : format_utc(view.history[0].observed_at).substr(0, 10)),
                arg("unusual", unusual));
  if (parts.curves) {
    add_comparison_chart(page, facts, *parts.curves, parts.state);
  } else {
    add_growth_comparison(page, facts, parts.growth, parts.state);
  }
  page.add_from(kHome, "columns_begin");
  if (parts.trends.empty()) {
    add_family_rows(page, view, parts.families.items);
  } else {
    add_trend_rows(page, parts.families.items, parts.trends);
    std::string names;
    for (std::size_t i = 0; i < std::min<std::size_t>(parts.trends.size(), 6); ++i)
      names += (names.empty() ? "" : ",") + percent_encode(parts.trends[i].family);
    page.add_from(kHome, "compare", arg("families", names));
  }
  page.add_from(kHome, "columns_next");
  add_night_summary(page, *parts.night);
  add_alarms(page, parts.alarms);
  page.add_from(kHome, "columns_end");
  page.add_from(kHome, "note",
                arg("other", grouped(static_cast<std::uint64_t>(parts.families.other))));
  return page.finish(&view, "/v1/families");
}

}  // namespace stemma
