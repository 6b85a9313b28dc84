#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <initializer_list>

#include "api/fields/list_rows.h"
#include "api/query/leaderboards.h"
#include "api/query/links.h"
#include "api/web/family_charts.h"
#include "api/web/line_chart.h"
#include "api/web/model_tables.h"
#include "api/web/page.h"
#include "api/web/pages.h"
#include "graph/burst.h"
#include "schema/percent.h"

namespace stemma {
namespace {

constexpr std::string_view kFamily = "family.html";
constexpr std::size_t kBars = 8;

void add_headline(Page& page, const FamilyAnswer& family, const std::optional<FamilyTrend>& trend) {
  const FamilySummary& summary = *family.family.summary;
  const std::string name = percent_encode(family.family.family->name);
  const auto number = [&](std::string_view value, std::string_view whole, std::string_view what,
                          std::string_view link) {
    page.add_from(kFamily, "number", arg("value", value), arg("whole", whole), arg("what", what),
                  arg("link", link));
  };
  page.add_from(kFamily, "numbers_begin");
  const std::string api = "/v1/families/" + name;
  number(grouped(summary.derivatives), grouped(summary.derivatives), "derivatives", api);
  number(grouped(summary.derivatives_burst_adjusted), grouped(summary.derivatives_burst_adjusted),
         "burst-adjusted", api);
  if (trend) {
    if (trend->new_in_7_days) {
      const std::string fresh = grouped(static_cast<std::uint64_t>(*trend->new_in_7_days));
      number("+" + fresh, fresh, "new in 7 days",
             api + "/adoption?metric=new_derivatives&amp;by=role");
    }
    if (trend->downloads_7d) {
      number(compact(*trend->downloads_7d),
             grouped(static_cast<std::uint64_t>(*trend->downloads_7d)), "downloads in 7 days",
             api + "/adoption?metric=downloads_7d&amp;by=role");
    }
    if (trend->growth) {
      number(growth_text(trend->growth),
             "The last 7 days against the mean of the three weeks before", "growth",
             api + "/adoption");
    }
  }
  const std::int64_t downloads =
      (summary.downloads_official + summary.downloads_derivatives).value();
  if (downloads != kUnknownCount) {
    number(compact(static_cast<double>(downloads)), count_or_dash(downloads),
           "downloads in 30 days", api);
  }
  page.add_from(kFamily, "numbers_end");
  page.add_from(kFamily, "burst_rule", arg("rule", escape_html(kBurstRule)));
}

/// The largest of a breakdown, each with a bar that is long as its share of the largest.
void add_bars(Page& page, std::string_view title,
              const std::map<std::string, std::uint64_t>& counts, std::string_view filter,
              const std::string& path, const std::string& query, bool in_order = false) {
  if (counts.empty()) return;
  std::vector<std::pair<std::string, std::uint64_t>> rows{counts.begin(), counts.end()};
  if (in_order) {
    std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
      return std::atoi(a.first.c_str()) < std::atoi(b.first.c_str());
    });
  } else {
    std::stable_sort(rows.begin(), rows.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
  }
  const std::size_t shown = std::min(rows.size(), kBars);
  std::uint64_t largest = 1, rest = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i < shown) {
      largest = std::max(largest, rows[i].second);
    } else {
      rest += rows[i].second;
    }
  }
  page.add_from(kFamily, "bars_begin", arg("title", title));
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& [name, count] = rows[i];
    const bool linked = !filter.empty() && name != kNotDeclared && name != kOtherQuantizers;
    const std::string text =
        linked ? link(fmt::format("{}?{}={}#members", path, filter, percent_encode(name)), name)
               : escape_html(name);
    page.add_from(kFamily, "bar", arg("name", text),
                  arg("count", with_query(grouped(count), query)),
                  arg("width", fmt::format("{:.1f}", 100 * static_cast<double>(count) /
                                                         static_cast<double>(largest))));
  }
  if (rest != 0) {
    page.add_from(kFamily, "bars_rest", arg("names", grouped(rows.size() - shown)),
                  arg("count", with_query(grouped(rest), query)));
  }
  page.add_from(kFamily, "bars_end", arg("link", query));
}

void add_board(Page& page, const SnapshotView& view, std::string_view title,
               const std::optional<Leaderboard>& board, const std::string& family) {
  if (!board || board->rows.empty()) return;
  page.add_from(kFamily, "board_begin", arg("title", title), arg("board", board->board->name),
                arg("family", family));
  const std::string query =
      fmt::format("/v1/leaderboards/{}?family={}", board->board->name, family);
  for (const LeaderboardRow& row : board->rows) {
    if (!row.model) continue;
    const std::string_view name = view.name(*row.model);
    const std::string value = board->board->kind == BoardKind::growth
                                  ? growth_text(row.value)
                                  : compact(row.value.value_or(0));
    page.add_from(kFamily, "board_row", arg("name", link(page_link(name), name)),
                  arg("value", with_query(value, query)));
  }
  page.add_from(kFamily, "bars_end", arg("link", query));
}

void add_survival(Page& page, const Survival& survival) {
  const std::string query = "/v1/families/" + percent_encode(survival.family->name) + "/survival";
  const auto observed = [](const SurvivalPoint& point) {
    return std::any_of(point.alive.begin(), point.alive.end(),
                       [](const auto& value) { return value.has_value(); });
  };
  std::vector<const SurvivalPoint*> rows;
  for (const SurvivalPoint& point : survival.points) {
    if (observed(point)) rows.push_back(&point);
  }
  if (rows.empty()) return;
  constexpr std::size_t kMonths = 24;
  if (rows.size() > kMonths) rows.erase(rows.begin(), rows.end() - kMonths);
  page.add_from(kFamily, "survival_begin", arg("note", escape_html(kSurvivalNote)));
  struct Row {
    const SurvivalPoint& point;
  };
  const auto share = [](const Row& r, const std::vector<std::optional<std::int64_t>>& values,
                        std::size_t at) -> std::string {
    if (!values[at] || r.point.created == 0) return "–";
    return fmt::format(
        "{:.0f} %", 100 * static_cast<double>(*values[at]) / static_cast<double>(r.point.created));
  };
  page.table<Row>(
      {},
      {{"Created in", {}, [](const Row& r) { return format_utc(r.point.from).substr(0, 7); }},
       {"Models", {}, [](const Row& r) { return grouped(r.point.created); }, true},
       {"There after 1 month", {}, [&](const Row& r) { return share(r, r.point.alive, 0); }, true},
       {"3", {}, [&](const Row& r) { return share(r, r.point.alive, 1); }, true},
       {"6", {}, [&](const Row& r) { return share(r, r.point.alive, 2); }, true},
       {"12", {}, [&](const Row& r) { return share(r, r.point.alive, 3); }, true},
       {"Downloaded after 1",
        {},
        [&](const Row& r) { return share(r, r.point.downloaded, 0); },
        true},
       {"12", {}, [&](const Row& r) { return share(r, r.point.downloaded, 3); }, true}},
      rows, [](const SurvivalPoint* point) { return Row{*point}; },
      [&](const Row&) { return query; });
  page.add_from(kList, "source", arg("link", query));
  page.add_from(kFamily, "survival_end");
}

/// The address of the members as they are shown, with one parameter otherwise.
std::string members_link(const MembersState& state, std::string_view name, std::string_view value) {
  std::string query;
  for (const Param& param : state.given) {
    if (param.name == name || param.name == "page" || param.value.empty()) continue;
    query += (query.empty() ? "?" : "&amp;") + param.name + "=" + percent_encode(param.value);
  }
  if (!value.empty()) {
    query += fmt::format("{}{}={}", query.empty() ? "?" : "&amp;", name, percent_encode(value));
  }
  return state.path + query + "#members";
}

std::string given(const MembersState& state, std::string_view name) {
  for (const Param& param : state.given) {
    if (param.name == name) return param.value;
  }
  return {};
}

void add_members(Page& page, const SnapshotView& view, const FamilySummary& summary,
                 const ListAnswer& members, const MembersState& state) {
  page.add_from(kFamily, "members_begin", arg("path", state.path));
  // What the charts above were asked stays as it is.
  for (const Param& param : state.given) {
    if (std::find(state.own.begin(), state.own.end(), param.name) == state.own.end()) {
      page.add_from(kCharts, "hidden", arg("name", escape_html(param.name)),
                    arg("value", escape_html(param.value)));
    }
  }
  const auto select = [&](std::string_view label, std::string_view name,
                          const std::vector<std::pair<std::string, std::string>>& options,
                          const std::string& chosen) {
    page.add_from(kCharts, "select_begin", arg("label", label), arg("name", name));
    for (const auto& [value, text] : options) {
      page.add_from(kCharts, "option", arg("value", escape_html(value)),
                    arg("selected", value == chosen ? " selected" : ""),
                    arg("text", escape_html(text)));
    }
    page.add_from(kCharts, "select_end");
  };
  std::vector<std::pair<std::string, std::string>> relations{{"", "every relation"}};
  for (const auto& [name, count] : summary.by_relation) relations.emplace_back(name, name);
  select("relation", "relation", relations, given(state, "relation"));
  std::vector<std::pair<std::string, std::string>> licenses{{"", "every licence"}};
  std::vector<std::pair<std::uint64_t, std::string>> by_count;
  for (const auto& [name, count] : summary.by_license) {
    if (name != kNotDeclared) by_count.emplace_back(count, name);
  }
  std::sort(by_count.rbegin(), by_count.rend());
  if (by_count.size() > 30) by_count.resize(30);
  for (const auto& [count, name] : by_count) licenses.emplace_back(name, name);
  const std::string license = given(state, "license");
  if (!license.empty() && std::none_of(licenses.begin(), licenses.end(),
                                       [&](const auto& one) { return one.first == license; }))
    licenses.emplace_back(license, license);
  select("licence", "license", licenses, license);
  const auto field = [&](std::string_view label, std::string_view name, std::string_view type) {
    page.add_from(kFamily, "field", arg("label", label), arg("name", name), arg("type", type),
                  arg("value", escape_html(given(state, name))));
  };
  field("author", "author", "text");
  field("name contains", "name", "search");
  field("created from", "created_after", "date");
  field("before", "created_before", "date");
  field("downloads from", "min_downloads", "number");
  page.add_from(kFamily, "members_form_end");

  std::string chips;
  for (const Param& param : state.given) {
    if (param.value.empty() || param.name == "sort" || param.name == "order" ||
        param.name == "page" ||
        std::find(state.own.begin(), state.own.end(), param.name) == state.own.end())
      continue;
    fill_part(chips, kFamily, "chip", arg("link", members_link(state, param.name, {})),
              arg("name", escape_html(param.name)), arg("value", escape_html(param.value)));
  }
  const std::uint64_t first = state.offset + (members.listing.items.empty() ? 0 : 1);
  page.add_from(kFamily, "members_count", arg("chips", chips), arg("first", grouped(first)),
                arg("last", grouped(state.offset + members.listing.items.size())),
                arg("total", grouped(members.listing.total)), arg("csv", state.csv),
                arg("json", state.json));
  if (members.listing.items.empty()) {
    page.soft("No model is left by these filters. Remove one of them above.");
    page.add_from(kFamily, "members_end");
    return;
  }
  const std::string sort = given(state, "sort").empty() ? "downloads" : given(state, "sort");
  const bool ascending = given(state, "order") == "asc";
  const auto head = [&](std::string_view title, std::string_view key) {
    // A second click turns the order around.
    const bool current = sort == key;
    MembersState turned = state;
    std::erase_if(turned.given, [](const Param& p) { return p.name == "order"; });
    if (current ? !ascending : key == "id" || key == "depth")
      turned.given.push_back({"order", "asc"});
    std::string html;
    fill_part(html, kFamily, "sort", arg("link", members_link(turned, "sort", key)),
              arg("title", title),
              arg("arrow", !current    ? ""
                           : ascending ? " ▲"
                                       : " ▼"));
    return html;
  };
  const std::string name_head = head("Model", "id"), depth_head = head("Depth", "depth"),
                    downloads_head = head("Downloads, 30 days", "downloads"),
                    likes_head = head("Likes", "likes"),
                    created_head = head("Created", "created_at");
  page.table<ListItemRow>(
      list_item_fields(members.kind),
      {{name_head,
        {},
        [](const ListItemRow& r) {
          const std::string_view text = r.view.name(r.reached.node);
          return link(page_link(text), text) + state_mark(r.view.state[r.reached.node]);
        }},
       {"Relation",
        {},
        [](const ListItemRow& r) -> std::string {
          if (r.reached.depth == 0) return "official";
          std::string html;
          fill_part(html, "model.html", "relation",
                    arg("relation", to_string(r.view.relation[r.reached.edge])));
          return html + curated_mark(r.view, r.reached.edge);
        }},
       {depth_head, "depth", {}, true, [&](const ListItemRow&) { return state.json; }},
       {"Licence", "license"},
       {downloads_head, "downloads"},
       {likes_head, "likes"},
       {created_head,
        {},
        [](const ListItemRow& r) {
          const UnixSeconds time = r.view.created_at[r.reached.node];
          return time == kUnknownTime ? std::string{"–"} : format_utc(time).substr(0, 10);
        }}},
      members.listing.items,
      [&](const Reached& reached) {
        return ListItemRow{view, members, reached};
      },
      [](const ListItemRow& r) { return model_path(r.view.name(r.reached.node)); });
  const auto page_at = [&](std::size_t number) {
    MembersState other = state;
    std::erase_if(other.given, [](const Param& p) { return p.name == "page"; });
    return members_link(other, "page", number <= 1 ? "" : std::to_string(number));
  };
  std::string turns;
  const std::size_t pages = (members.listing.total + kMembersPerPage - 1) / kMembersPerPage;
  const std::size_t number = state.offset / kMembersPerPage + 1;
  if (number > 1)
    fill_part(turns, kFamily, "turn", arg("link", page_at(number - 1)), arg("text", "← before"));
  if (number < pages)
    fill_part(turns, kFamily, "turn", arg("link", page_at(number + 1)), arg("text", "next →"));
  if (pages > 1) {
    page.add_from(kFamily, "turns", arg("turns", turns), arg("number", grouped(number)),
                  arg("pages", grouped(pages)));
  }
  page.add_from(kFamily, "members_end");
}

}  // namespace

std::string family_page(const SnapshotFacts& facts, const FamilyParts& parts) {
  const SnapshotView& view = facts.snapshot();
  const FamilyAnswer& family = parts.family;
  const FamilyDefinition& definition = *family.family.family;
  const FamilySummary& summary = *family.family.summary;
  const std::string encoded = percent_encode(definition.name);
  const std::string resource = "/v1/families/" + encoded;
  const std::string path = family_link(definition.name);
  Page page{fmt::format("{} – Stemma", definition.label)};
  page.heading(definition.label);
  page.add_marks(view);
  std::string of;
  if (!definition.parent.empty()) {
    fill_part(of, kFamily, "series_of", arg("link", family_link(definition.parent)),
              arg("name", escape_html(definition.parent)));
  }
  page.add_from(kFamily, "lead", arg("series_of", of), arg("official", grouped(summary.official)),
                arg("s", plural(summary.official)));
  add_headline(page, family, parts.trend);
  if (family.family.curated_only != 0) {
    page.add_from(kFamily, "curated", arg("models", grouped(family.family.curated_only)),
                  arg("resource", resource));
  }
  if (parts.charts.curves) add_family_chart(page, *parts.charts.curves, parts.charts.state);
  if (!parts.charts.growth.points.empty()) add_growth_chart(page, parts.charts.growth);
  page.add_from(kFamily, "small_begin");
  add_board(page, view, "Fastest this week", parts.fastest, encoded);
  add_board(page, view, "Newest", parts.newest, encoded);
  add_bars(page, "By relation", summary.by_relation, "relation", path, resource);
  add_bars(page, "By author", summary.by_author, "author", path, resource);
  add_bars(page, "By quantizer", parts.by_quantizer, "author", path,
           resource + "/adoption?by=quantizer");
  add_bars(page, "By licence", summary.by_license, "license", path, resource);
  add_bars(page, "By task", summary.by_pipeline_tag, {}, path, resource);
  add_bars(page, "By depth", summary.by_depth, {}, path, resource, true);
  page.add_from(kFamily, "small_end");
  page.add_from(kFamily, "boards", arg("family", encoded));
  if (parts.survival) add_survival(page, *parts.survival);
  if (!family.series.empty()) {
    page.section("Series");
    add_family_rows(page, view, family.series);
  }
  add_members(page, view, summary, parts.members, parts.state);
  return page.finish(&view, resource);
}

}  // namespace stemma
