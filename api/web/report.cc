#include "api/web/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/gzip.h"
#include "api/render/text_table.h"
#include "api/web/assets.h"
#include "api/web/family_charts.h"
#include "api/web/html.h"
#include "api/web/page.h"
#include "graph/burst.h"

namespace stemma {
namespace {

constexpr std::string_view kReport = "report.html";

std::string number_text(const CurveValue& value) {
  return value ? grouped(static_cast<std::uint64_t>(std::max(0.0, *value))) : "–";
}

/// What is told at a glance: words and value.
std::vector<std::pair<std::string, std::string>> headline(const ReportParts& parts) {
  const FamilySummary& summary = *parts.family.family.summary;
  std::vector<std::pair<std::string, std::string>> lines{
      {"derivatives", grouped(summary.derivatives)},
      {"burst-adjusted", grouped(summary.derivatives_burst_adjusted)},
      {"new in 7 days", parts.trend.new_in_7_days
                            ? "+" + grouped(static_cast<std::uint64_t>(*parts.trend.new_in_7_days))
                            : "–"},
      {"downloads in 7 days", number_text(parts.trend.downloads_7d)},
      {"growth", growth_text(parts.trend.growth)},
      {"downloads in 30 days",
       count_or_dash((summary.downloads_official + summary.downloads_derivatives).value())}};
  return lines;
}

std::vector<const Alarm*> alarms_of(const ReportParts& parts) {
  std::vector<const Alarm*> told;
  for (const Alarm& alarm : parts.alarms) {
    if (alarm.subject.empty() || alarm.subject == parts.family.family.family->name)
      told.push_back(&alarm);
  }
  return told;
}

std::string date_of(const SnapshotFacts& facts) {
  return format_utc(facts.snapshot().total().observed_at).substr(0, 10);
}

/// Whatever Markdown would take for its own.
std::string markdown_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view{"\\`*_{}[]<>#|"}.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string board_value(const Leaderboard& board, const LeaderboardRow& row) {
  return board.board->kind == BoardKind::growth ? growth_text(row.value) : number_text(row.value);
}

}  // namespace

ReportParts report_parts(AdoptionView& view, SnapshotFacts& facts, const FamilyDefinition& family,
                         const std::vector<Alarm>& alarms) {
  constexpr std::size_t kCurves = 8, kRows = 10;
  constexpr std::size_t kMostDays = 200;
  CurveQuery query;
  query.interval = view.snapshots().size() > kMostDays ? Interval::week : Interval::day;
  BoardQuery board;
  board.limit = kRows;
  const auto breakdown = [&](AdoptionMetric metric) {
    return family_breakdown(view, facts, family, SharePolicy::any, metric, Breakdown::relation,
                            kCurves, query);
  };
  return {
      .family = show_family(facts, family),
      .trend = family_trend(view, family),
      .alarms = alarms,
      .derivatives = breakdown(AdoptionMetric::derivatives),
      .downloads = breakdown(AdoptionMetric::downloads_7d),
      .growth = family_growth(facts, family, {.from = {}, .to = {}, .interval = Interval::month}),
      .fastest = leaderboard(view, facts, *find_board("growth"), &family, board),
      .newest = leaderboard(view, facts, *find_board("new"), &family, board)};
}

std::vector<ReportPicture> report_pictures(const ReportParts& parts) {
  ChartState state;
  std::vector<ReportPicture> pictures;
  pictures.push_back({"derivatives", breakdown_chart(parts.derivatives, state)});
  pictures.push_back({"downloads", breakdown_chart(parts.downloads, state)});
  if (!parts.growth.points.empty()) {
    Chart chart{.title = "Derivatives created until the end of each month",
                .dates = {},
                .curves = {{"together", {}, "c0"}},
                .marked = {}};
    for (const GrowthPoint& point : parts.growth.points) {
      chart.dates.push_back(point.from);
      chart.curves[0].values.emplace_back(static_cast<double>(point.cumulative));
    }
    pictures.push_back({"growth", std::move(chart)});
  }
  return pictures;
}

std::string report_html(const SnapshotFacts& facts, const ReportParts& parts) {
  const SnapshotTotals& total = facts.snapshot().total();
  std::string html, numbers, unusual, pictures, boards;
  for (const auto& [words, value] : headline(parts))
    fill_part(numbers, kReport, "number", arg("value", value), arg("what", words));
  for (const Alarm* alarm : alarms_of(parts))
    fill_part(unusual, kReport, "unusual", arg("text", escape_html(alarm->text)));
  for (const ReportPicture& picture : report_pictures(parts)) {
    fill_part(pictures, kReport, "picture", arg("title", escape_html(picture.chart.title)),
              arg("svg", line_chart(picture.chart)));
  }
  for (const auto& [title, board] : {std::pair{"Fastest this week", &parts.fastest},
                                     std::pair{"Newest, by downloads in 7 days", &parts.newest}}) {
    std::string rows;
    for (const LeaderboardRow& row : board->rows) {
      if (!row.model) continue;
      fill_part(rows, kReport, "row", arg("name", escape_html(facts.snapshot().name(*row.model))),
                arg("value", board_value(*board, row)));
    }
    if (!rows.empty()) fill_part(boards, kReport, "board", arg("title", title), arg("rows", rows));
  }
  fill_part(html, kReport, "page", arg("label", escape_html(parts.family.family.family->label)),
            arg("date", date_of(facts)), arg("number", total.number),
            arg("style", gunzip(find_asset("style.css")->gzip)), arg("numbers", numbers),
            arg("unusual", unusual.empty() ? "<li>Nothing.</li>" : unusual),
            arg("pictures", pictures), arg("boards", boards), arg("rule", escape_html(kBurstRule)),
            arg("note", escape_html(kGrowthNote)),
            arg("mark", total.generated != 0 ? "<p class=\"mark\">Generated demo data.</p>" : ""));
  return html;
}

std::string report_markdown(const SnapshotFacts& facts, const ReportParts& parts,
                            std::string_view stem) {
  std::string text = fmt::format("# {} on {}\n\nSnapshot {}.{}\n\n",
                                 markdown_text(parts.family.family.family->label), date_of(facts),
                                 facts.snapshot().total().number,
                                 facts.snapshot().total().generated != 0
                                     ? " Generated demo data: none of these models is on the Hub."
                                     : "");
  for (const auto& [words, value] : headline(parts))
    text += fmt::format("- {}: {}\n", words, value);
  text += "\n## Unusual\n\n";
  const auto told = alarms_of(parts);
  for (const Alarm* alarm : told) text += "- " + markdown_text(alarm->text) + "\n";
  if (told.empty()) text += "Nothing.\n";
  for (const ReportPicture& picture : report_pictures(parts)) {
    text +=
        fmt::format("\n![{}]({}-{}.svg)\n", markdown_text(picture.chart.title), stem, picture.name);
  }
  for (const auto& [title, board] : {std::pair{"Fastest this week", &parts.fastest},
                                     std::pair{"Newest, by downloads in 7 days", &parts.newest}}) {
    if (board->rows.empty()) continue;
    text += fmt::format("\n## {}\n\n| model | value |\n|---|---:|\n", title);
    for (const LeaderboardRow& row : board->rows) {
      if (!row.model) continue;
      text += fmt::format("| {} | {} |\n", markdown_text(facts.snapshot().name(*row.model)),
                          board_value(*board, row));
    }
  }
  text += fmt::format(
      "\nDerivatives are live models that descend from an official one, directly or "
      "not. Burst-adjusted: {}.\n",
      kBurstRule);
  return text;
}

std::string report_index(const std::vector<ReportFile>& reports) {
  std::string html, rows;
  std::string date;
  for (const ReportFile& report : reports) {
    if (report.date != date) {
      if (!date.empty()) rows += "</li>\n";
      rows += "<li>" + escape_html(report.date) + ":";
      date = report.date;
    }
    fill_part(rows, kReport, "index_link", arg("file", escape_html(report.file)),
              arg("family", escape_html(report.family)));
  }
  if (!date.empty()) rows += "</li>\n";
  fill_part(html, kReport, "index", arg("style", gunzip(find_asset("style.css")->gzip)),
            arg("rows", rows));
  return html;
}

}  // namespace stemma
