#include "api/web/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <span>

#include "api/fields/family_rows.h"
#include "api/fields/list_rows.h"
#include "api/fields/search_rows.h"
#include "api/query/links.h"
#include "api/render/columns.h"
#include "api/web/line_chart.h"
#include "api/web/page.h"
#include "graph/augment.h"
#include "graph/burst.h"
#include "schema/percent.h"
#include "schema/text.h"

namespace stemma {
namespace {

void add_family_rows(Page& page, const SnapshotView& view, const std::vector<FamilyRow>& rows) {
  const auto name = [](const FamilyItemRow& r) {
    return link("/families/" + percent_encode(r.family.family->name), r.family.family->label);
  };
  const auto downloads = [](const FamilyItemRow& r) {
    const FamilySummary& summary = *r.family.summary;
    return count_or_dash((summary.downloads_official + summary.downloads_derivatives).value());
  };
  page.table<FamilyItemRow>(family_item_fields(),
                            {{"Family", {}, name},
                             {"Official", "official"},
                             {"Derivatives", "derivatives"},
                             {"All downloads, 30 days", {}, downloads, true}},
                            rows, [&](const FamilyRow& row) {
                              return FamilyItemRow{view, row, Policy::any};
                            });
}

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
       {"Growth",
        {},
        [](const TrendRow& r) {
          return r.trend.growth ? fmt::format("{:+.0f} %", *r.trend.growth * 100) : "–";
        },
        true},
       {"90 days",
        {},
        [](const TrendRow& r) {
          return spark_line(r.trend.spark, "Downloads in seven days over the last 90 days");
        }}},
      items, [](const TrendRow& row) { return row; });
}

/// What an edge that is known by hand rests on; empty for one that the hub's metadata declares.
std::string curated_mark(const SnapshotView& view, EdgeId edge) {
  std::string mark;
  if (!is_curated_only(view, edge)) return mark;
  const std::uint16_t note = view.claims[view.claim_begin[edge]].note;
  const std::string why =
      note == 0 ? std::string{} : ": " + escape_html(view.notes[note - std::size_t{1}]);
  fill_part(mark, kList, "curated", fmt::arg("why", why));
  return mark;
}

void add_model_rows(Page& page, const SnapshotView& view, const ListAnswer& list) {
  const auto name = [](const ListItemRow& r) {
    const std::string_view text = r.view.name(r.reached.node);
    return link(page_link(text), text) + state_mark(r.view.state[r.reached.node]);
  };
  const auto relation = [](const ListItemRow& r) {
    return std::string{to_string(r.view.relation[r.reached.edge])} +
           curated_mark(r.view, r.reached.edge);
  };
  const auto license = [](const ListItemRow& r) {
    return or_dash(r.view.terms[r.view.license[r.reached.node]]);
  };
  const auto row = [&](const Reached& reached) { return ListItemRow{view, list, reached}; };
  if (list.kind == ListKind::edges) {
    page.table<ListItemRow>(list_item_fields(list.kind),
                            {{"Model", {}, name},
                             {"Relation", {}, relation},
                             {"License", {}, license},
                             {"Downloads, 30 days", "downloads"}},
                            list.listing.items, row);
  } else {
    page.table<ListItemRow>(list_item_fields(list.kind),
                            {{"Model", {}, name},
                             {"Relation", "relation"},
                             {"Depth", "depth"},
                             {"License", "license"},
                             {"Downloads, 30 days", "downloads"}},
                            list.listing.items, row);
  }
}

void add_cut_note(Page& page, const ListAnswer& list, const std::string& json_link) {
  if (list.listing.items.size() == list.listing.total) return;
  page.add_from(kList, "cut", fmt::arg("shown", grouped(list.listing.items.size())),
                fmt::arg("total", grouped(list.listing.total)), fmt::arg("link", json_link));
}

std::string time_or_dash(UnixSeconds time) { return time == kUnknownTime ? "–" : format_utc(time); }

}  // namespace

std::string home_page(const SnapshotFacts& facts, const FamiliesAnswer& families,
                      const std::vector<FamilyTrend>& trends, const std::vector<Alarm>& alarms) {
  const SnapshotView& view = facts.snapshot();
  Page page{"Stemma: what came from what"};
  page.heading("What came from what, and who uses it");
  page.add_marks(view);
  page.add_from("home.html", "lead", fmt::arg("models", grouped(view.total().models)),
                fmt::arg("edges", grouped(view.total().edges)));
  add_alarms(page, alarms);
  if (trends.empty()) {
    add_family_rows(page, view, families.items);
  } else {
    add_trend_rows(page, families.items, trends);
    std::string names;
    for (std::size_t i = 0; i < std::min<std::size_t>(trends.size(), 6); ++i)
      names += (names.empty() ? "" : ",") + percent_encode(trends[i].family);
    page.add_from("home.html", "compare", fmt::arg("families", names));
  }
  page.add_from("home.html", "note",
                fmt::arg("other", grouped(static_cast<std::uint64_t>(families.other))));
  return page.finish(&view, "/v1/families");
}

std::string search_page(const SnapshotFacts& facts, std::string_view text,
                        const std::vector<SearchItem>& items) {
  const SnapshotView& view = facts.snapshot();
  Page page{text.empty() ? "Search" : fmt::format("{} – Stemma", text), text};
  page.heading("Search");
  page.add_marks(view);
  if (items.empty()) {
    page.paragraph(text.empty()
                       ? std::string{"Type a part of a model's or family's name."}
                       : fmt::format("Nothing is called anything like “{}”.", escape_html(text)));
    return page.finish(&view, {});
  }
  const auto name = [](const SearchItemRow& r) {
    if (!r.item.model)
      return link("/families/" + percent_encode(r.item.family->name), r.item.family->label);
    const std::string_view model = r.view.name(*r.item.model);
    return link(page_link(model), model);
  };
  const auto kind = [](const SearchItemRow& r) -> std::string {
    if (!r.item.model) return "family";
    const NodeState state = r.view.state[*r.item.model];
    return state == NodeState::live ? "model" : std::string{to_string(state)};
  };
  const std::size_t shown = std::min(items.size(), kSearchRowsShown);
  page.table<SearchItemRow>(search_item_fields(),
                            {{"Name", {}, name},
                             {"Kind", {}, kind},
                             {"Descendants", "descendants"},
                             {"Downloads, 30 days", "downloads"}},
                            std::span{items}.first(shown), [&](const SearchItem& item) {
                              return SearchItemRow{view, item};
                            });
  if (shown < items.size()) {
    page.add_from(kList, "more_hits", fmt::arg("shown", shown),
                  fmt::arg("link", "/v1/search?limit=1000&amp;q=" + percent_encode(text)));
  }
  return page.finish(&view, "/v1/search?limit=50&amp;q=" + percent_encode(text));
}

std::string model_page(const SnapshotFacts& facts, const ModelAnswer& model,
                       const ListAnswer& parents, const ListAnswer& children,
                       const std::optional<ModelAdoption>& adoption) {
  constexpr std::string_view kModel = "model.html";
  const SnapshotView& view = facts.snapshot();
  const NodeId node = model.node;
  const std::string_view name = view.name(node);
  const std::string resource = model_path(name);
  Page page{fmt::format("{} – Stemma", name)};
  page.heading(name);
  page.add_marks(view);
  if (view.state[node] == NodeState::ghost) page.add_from(kModel, "ghost");
  if (view.state[node] == NodeState::gone) page.add_from(kModel, "gone");
  page.add_from(kModel, "descendants", fmt::arg("resource", resource),
                fmt::arg("descendants", grouped(model.descendants)),
                fmt::arg("s", plural(model.descendants)),
                fmt::arg("descend", model.descendants == 1 ? "descends" : "descend"),
                fmt::arg("children", grouped(model.children)));
  if (model.curated_only != 0) {
    page.add_from(kModel, "curated", fmt::arg("models", grouped(model.curated_only)),
                  fmt::arg("resource", resource));
  }
  if (model.namesake) {
    const std::string_view ghost = view.name(model.namesake->ghost);
    page.add_from(kModel, "namesake", fmt::arg("models", grouped(model.namesake->descendants)),
                  fmt::arg("link", page_link(ghost)), fmt::arg("name", escape_html(ghost)));
  }
  page.add("facts_begin");
  std::string families;
  for (const std::string& family : model.families) {
    if (!families.empty()) families += ", ";
    fill_part(families, kModel, "family_link", fmt::arg("path", percent_encode(family)),
              fmt::arg("name", escape_html(family)));
  }
  page.fact("Families", families.empty() ? "–" : families);
  std::string aliases;
  for (const std::string& alias : model.aliases)
    aliases += (aliases.empty() ? "" : ", ") + escape_html(alias);
  if (!aliases.empty()) page.fact("Also called", aliases);
  page.fact("License", or_dash(view.terms[view.license[node]]));
  page.fact("Task", or_dash(view.terms[view.pipeline_tag[node]]));
  page.fact("Library", or_dash(view.terms[view.library[node]]));
  page.fact("Parameters", count_or_dash(view.parameters[node]));
  page.fact("Downloads, 30 days", count_or_dash(view.downloads[node]));
  page.fact("Downloads, all time", count_or_dash(view.downloads_all_time[node]));
  page.fact("Likes", count_or_dash(view.likes[node]));
  page.fact("Created", time_or_dash(view.created_at[node]));
  page.fact("Last modified", time_or_dash(view.last_modified[node]));
  page.fact("First seen", time_or_dash(observed_at(view, view.first_seen[node])));
  page.fact("Last seen", time_or_dash(observed_at(view, view.last_seen[node])));
  page.add("facts_end");
  if (adoption) add_model_chart(page, view, *adoption);
  page.section("Parents");
  if (parents.listing.items.empty()) {
    page.soft("None declared.");
  } else {
    add_model_rows(page, view, parents);
  }
  page.section("Children");
  if (children.listing.items.empty()) {
    page.soft("None.");
  } else {
    add_model_rows(page, view, children);
    add_cut_note(page, children, resource + "/children");
  }
  return page.finish(&view, resource);
}

std::string family_page(const SnapshotFacts& facts, const FamilyAnswer& family,
                        const ListAnswer& derivatives, const FamilyCharts& charts) {
  const SnapshotView& view = facts.snapshot();
  const FamilyDefinition& definition = *family.family.family;
  const FamilySummary& summary = *family.family.summary;
  const std::string resource = "/v1/families/" + percent_encode(definition.name);
  Page page{fmt::format("{} – Stemma", definition.label)};
  page.heading(definition.label);
  page.add_marks(view);
  page.add_from("family.html", "lead", fmt::arg("official", grouped(summary.official)),
                fmt::arg("s", plural(summary.official)),
                fmt::arg("derivatives", grouped(summary.derivatives)),
                fmt::arg("ss", plural(summary.derivatives)));
  page.add("facts_begin");
  page.fact("Derivatives", grouped(summary.derivatives));
  if (family.family.curated_only != 0)
    page.sub_fact("of them through curated parents alone", grouped(family.family.curated_only));
  for (const auto& [relation, count] : summary.by_relation)
    page.sub_fact("of them " + escape_html(relation), grouped(count));
  page.fact("Direct derivatives", grouped(summary.derivatives_direct));
  std::string adjusted;
  fill_part(adjusted, "family.html", "burst_adjusted",
            fmt::arg("derivatives", grouped(summary.derivatives_burst_adjusted)),
            fmt::arg("rule", escape_html(kBurstRule)));
  page.fact("Burst-adjusted derivatives", adjusted);
  const auto sum = [](const CountSum& value) { return count_or_dash(value.value()); };
  page.fact("Downloads of official models, 30 days", sum(summary.downloads_official));
  page.fact("Downloads of derivatives, 30 days", sum(summary.downloads_derivatives));
  page.add("facts_end");
  if (charts.curves) add_family_chart(page, *charts.curves, charts.state);
  if (!charts.growth.points.empty()) add_growth_chart(page, charts.growth);
  page.add_from("family.html", "boards", fmt::arg("family", percent_encode(definition.name)));
  if (!family.series.empty()) {
    page.section("Series");
    add_family_rows(page, view, family.series);
  }
  page.section("Derivatives");
  if (derivatives.listing.items.empty()) {
    page.soft("None.");
  } else {
    add_model_rows(page, view, derivatives);
    add_cut_note(page, derivatives, resource + "/models");
  }
  return page.finish(&view, resource);
}

std::string docs_page(std::span<const DocumentedRoute> routes, bool with_swagger) {
  constexpr std::string_view kDocs = "docs.html";
  std::string style;
  if (with_swagger) fill_part(style, kDocs, "swagger_style");
  Page page{"API – Stemma", {}, style};
  page.add_from(kDocs, "begin");
  for (const DocumentedRoute& route : routes) {
    page.add_from(kDocs, "route", fmt::arg("path", escape_html(route.path)),
                  fmt::arg("summary", escape_html(route.summary)));
    if (!route.params.empty()) {
      page.add("facts_begin");
      for (const ParamInfo& param : route.params)
        page.add_from(kDocs, "param", fmt::arg("name", param.name),
                      fmt::arg("meaning", escape_html(param.meaning)));
      page.add("facts_end");
    }
    if (!route.example.empty()) {
      page.add_from(kDocs, "example", fmt::arg("link", escape_html(route.example)),
                    fmt::arg("example", escape_html(route.example)));
    }
  }
  page.add_from(kDocs, "end");
  if (with_swagger) page.add_from(kDocs, "swagger");
  return page.finish(nullptr, "/openapi.json");
}

std::string error_page(std::string_view title, std::string_view detail) {
  Page page{fmt::format("{} – Stemma", title)};
  page.heading(title);
  page.paragraph(escape_html(valid_utf8(detail)));
  return page.finish(nullptr, {});
}

}  // namespace stemma
