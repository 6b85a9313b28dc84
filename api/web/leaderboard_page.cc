#include "api/web/leaderboard_page.h"

#include "api/query/links.h"
#include "api/web/chart_parts.h"
#include "api/web/line_chart.h"
#include "schema/percent.h"

namespace stemma {

std::string leaderboard_page(const SnapshotFacts& facts, const Leaderboard& answer) {
  const SnapshotView& view = facts.snapshot();
  const std::string family =
      answer.family == nullptr ? "" : "family=" + percent_encode(answer.family->name);
  Page page{"Leaderboards – Stemma"};
  page.heading(answer.family == nullptr ? "Leaderboards"
                                        : "Leaderboards of " + answer.family->label);
  page.add_marks(view);
  page.add_from(kCharts, "boards_begin");
  for (const BoardInfo& board : boards()) {
    std::string current;
    if (&board == answer.board) current = " aria-current=\"page\"";
    page.add_from(kCharts, "tab",
                  arg("path", fmt::format("/leaderboards/{}{}{}", board.name,
                                          family.empty() ? "" : "?", family)),
                  arg("current", current), arg("text", board.name));
  }
  page.add_from(kCharts, "boards_end");
  page.paragraph(escape_html(answer.board->meaning));
  const std::string json = fmt::format("/v1/leaderboards/{}?window={}d{}{}", answer.board->name,
                                       answer.window_days, family.empty() ? "" : "&amp;", family);
  if (answer.rows.empty()) {
    page.soft("Nobody is on this board: the counts that it needs were not observed long enough.");
    return page.finish(&view, json);
  }
  const bool growth = answer.board->kind == BoardKind::growth;
  const bool families = answer.board->kind == BoardKind::families;
  struct BoardRowOf {
    const SnapshotView& view;
    const LeaderboardRow& row;
  };
  const auto rank = [](const BoardRowOf& r) {
    return fmt::format("{}{}", r.row.rank,
                       r.row.previous_rank && *r.row.previous_rank != r.row.rank
                           ? fmt::format(" ({})", *r.row.previous_rank)
                           : "");
  };
  const auto name = [families](const BoardRowOf& r) {
    if (r.row.model) return link(page_link(r.view.name(*r.row.model)), r.view.name(*r.row.model));
    return families ? link(family_link(r.row.name), r.row.name) : escape_html(r.row.name);
  };
  const auto value = [growth](const BoardRowOf& r) {
    return growth ? growth_text(r.row.value) : value_text(r.row.value);
  };
  const auto change = [growth](const BoardRowOf& r) {
    return growth ? growth_text(r.row.change) : change_text(r.row.change);
  };
  const std::string span = fmt::format("28 {}s", to_string(answer.interval));
  const std::string spark_title = "The last " + span;
  const auto spark = [&spark_title](const BoardRowOf& r) {
    return spark_line({r.row.spark.begin(), r.row.spark.end()}, spark_title);
  };
  const std::string since =
      answer.since == kUnknownTime ? "Change" : "Since " + format_utc(answer.since).substr(0, 10);
  page.table<BoardRowOf>(
      {},
      {{"Name", {}, name},
       {"Rank (was)", {}, rank, true},
       {growth ? "Growth" : "Value", {}, value, true},
       {since, {}, change, true},
       {span, {}, spark}},
      answer.rows,
      [&](const LeaderboardRow& row) {
        return BoardRowOf{view, row};
      },
      [&](const BoardRowOf& r) {
        if (r.row.model) return model_path(r.view.name(*r.row.model)) + "/adoption";
        return families ? "/v1/families/" + percent_encode(r.row.name) + "/adoption" : json;
      });
  page.add_from(kList, "source", arg("link", json));
  return page.finish(&view, json);
}

}  // namespace stemma
