#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "api/fields/lineage_rows.h"
#include "api/fields/list_rows.h"
#include "api/query/links.h"
#include "api/web/ancestry_drawing.h"
#include "api/web/family_charts.h"
#include "api/web/model_tables.h"
#include "api/web/page.h"
#include "api/web/pages.h"
#include "schema/percent.h"

namespace stemma {
namespace {

constexpr std::string_view kModel = "model.html";

std::string date_or_dash(UnixSeconds time) {
  return time == kUnknownTime ? "–" : format_utc(time).substr(0, 10);
}
std::string seen_date(const SnapshotView& view, SnapshotNumber number) {
  return date_or_dash(observed_at(view, number));
}

std::string relation_mark(Relation relation) {
  std::string mark;
  fill_part(mark, kModel, "relation", arg("relation", to_string(relation)));
  return mark;
}

void add_facts(Page& page, const SnapshotView& view, const ModelAnswer& model) {
  const NodeId node = model.node;
  page.add("facts_begin_wide");
  std::string families;
  for (const std::string& family : model.families) {
    if (!families.empty()) families += ", ";
    fill_part(families, kModel, "family_link", arg("path", percent_encode(family)),
              arg("name", escape_html(family)));
  }
  page.fact("Families", families.empty() ? "–" : families);
  std::string aliases;
  for (const std::string& alias : model.aliases)
    aliases += (aliases.empty() ? "" : ", ") + escape_html(alias);
  if (!aliases.empty()) page.fact("Also called", aliases);
  page.fact("Licence", or_dash(view.terms[view.license[node]]));
  page.fact("Task", or_dash(view.terms[view.pipeline_tag[node]]));
  page.fact("Library", or_dash(view.terms[view.library[node]]));
  page.fact("Parameters", count_or_dash(view.parameters[node]));
  page.fact("Downloads, 30 days", count_or_dash(view.downloads[node]));
  page.fact("Downloads, all time", count_or_dash(view.downloads_all_time[node]));
  page.fact("Likes", count_or_dash(view.likes[node]));
  page.fact("Created", date_or_dash(view.created_at[node]));
  page.fact("Last modified", date_or_dash(view.last_modified[node]));
  page.fact("First seen", seen_date(view, view.first_seen[node]));
  page.fact("Last seen", seen_date(view, view.last_seen[node]));
  page.add("facts_end");
}

/// The claims of one edge, closed until somebody asks.
void add_evidence(Page& page, const SnapshotView& view, const Ancestry::Drawn& drawn) {
  const EdgeId edge = drawn.edge;
  page.add_from(kModel, "evidence_begin", arg("edge", edge),
                arg("parent", escape_html(view.name(drawn.parent))),
                arg("child", escape_html(view.name(drawn.child))),
                arg("relation", relation_mark(view.relation[edge])),
                arg("confidence", fmt::format("{:.2f}", view.confidence[edge])));
  const std::uint32_t first = view.claim_begin[edge];
  const auto claims = view.claims.subspan(first, view.claim_begin[edge + std::size_t{1}] - first);
  const auto text = [](const ClaimRow& r) {
    std::string html = shown_html(field_named(claim_fields(), "text").get(r));
    if (r.claim.source == ClaimSource::curated && r.claim.note != 0)
      fill_part(html, kModel, "why",
                arg("why", escape_html(r.view.notes[r.claim.note - std::size_t{1}])));
    return html;
  };
  page.table<ClaimRow>(
      claim_fields(),
      {{"It says", {}, text},
       {"Where", "source"},
       {"Relation", "relation"},
       {"First seen", {}, [](const ClaimRow& r) { return seen_date(r.view, r.claim.first_seen); }},
       {"Last seen", {}, [](const ClaimRow& r) { return seen_date(r.view, r.claim.last_seen); }}},
      claims, [&](const StoredClaim& claim) {
        return ClaimRow{view, edge, claim};
      });
  page.add_from(kModel, "evidence_end");
}

void add_ancestry(Page& page, const SnapshotView& view, NodeId node, const std::string& resource) {
  page.section("Came from");
  const Ancestry ancestry = ancestry_of(view, node);
  if (ancestry.edges.empty()) {
    page.soft("No parent is declared.");
    return;
  }
  page.add_from(kModel, "drawing", arg("svg", draw_ancestry(view, ancestry)));
  if (ancestry.left_out != 0) {
    page.add_from(kModel, "ancestors_left_out", arg("count", grouped(ancestry.left_out)),
                  arg("resource", resource));
  }
  page.add_from(kModel, "evidence_lead");
  for (const Ancestry::Drawn& drawn : ancestry.edges) add_evidence(page, view, drawn);
}

void add_tree(Page& page, const SnapshotView& view, const ModelAnswer& model,
              const ListAnswer& children, const std::string& resource, const std::string& api) {
  page.section("What came of it");
  if (children.listing.items.empty()) {
    page.soft(model.descendants == 0 ? "Nothing yet." : "Nothing that is still there.");
    return;
  }
  page.add_from(kModel, "tree_begin", arg("api", api), arg("as_of", view.total().number),
                arg("name", escape_html(view.name(model.node))));
  add_model_rows(page, view, children);
  add_cut_note(page, children, resource + "/children");
  page.add_from(kModel, "tree_end");
}

void add_licenses(Page& page, const SnapshotView& view, const LicensesAnswer& licenses,
                  const std::string& resource) {
  if (licenses.items.empty()) return;
  page.section("Licences along the way");
  std::string own{declared_license(view, licenses.model)};
  page.add_from(kModel, "license_verdict", arg("own", own.empty() ? "none" : escape_html(own)),
                arg("verdict", to_string(*licenses.verdict)), arg("resource", resource));
  struct Row {
    const SnapshotView& view;
    const AncestorLicense& item;
  };
  constexpr std::size_t kShown = 20;
  page.table<Row>(
      {},
      {{"Ancestor",
        {},
        [](const Row& r) {
          const std::string_view name = r.view.name(r.item.node);
          return link(page_link(name), name) + state_mark(r.view.state[r.item.node]);
        }},
       {"Licence", {}, [](const Row& r) { return or_dash(declared_license(r.view, r.item.node)); }},
       {"Verdict",
        {},
        [](const Row& r) { return std::string{to_string(r.item.comparison.verdict)}; }},
       {"Why", {}, [](const Row& r) { return escape_html(r.item.comparison.reason); }},
       {"Away", {}, [](const Row& r) { return std::to_string(r.item.depth); }, true}},
      std::span{licenses.items}.first(std::min(kShown, licenses.items.size())),
      [&](const AncestorLicense& item) {
        return Row{view, item};
      },
      [&](const Row&) { return resource + "/licenses"; });
}

void add_impact(Page& page, const Impact& impact, const std::string& resource) {
  struct Row {
    std::string_view words;
    std::string_view exposure;  ///< For the link; empty where there is none.
    const Impact::Sum& sum;
    const std::string& resource;
  };
  const auto by = [&](Exposure exposure) -> const Impact::Sum& {
    return impact.by_exposure[static_cast<std::size_t>(exposure)];
  };
  const std::array rows{
      Row{"carry weights made from it", "carries", by(Exposure::carries), resource},
      Row{"are adapters, on it or on what came of it", "refers", by(Exposure::refers), resource},
      Row{"may do either: a relation on the way is not given", "unknown", by(Exposure::unknown),
          resource},
      Row{"cannot be used without it", {}, impact.needs, resource},
      Row{"have no other source", {}, impact.only_source, resource}};
  if (std::all_of(rows.begin(), rows.end(), [](const Row& r) { return r.sum.models == 0; })) return;
  page.section("Were it withdrawn");
  page.add_from(kModel, "impact_lead");
  page.table<Row>(
      {},
      {{"Of what descends from it",
        {},
        [](const Row& r) {
          if (r.exposure.empty()) return std::string{r.words};
          return link(fmt::format("{}/impact?exposure={}", r.resource, r.exposure), r.words);
        }},
       {"Models", {}, [](const Row& r) { return grouped(r.sum.models); }, true},
       {"Downloads, 30 days",
        {},
        [](const Row& r) { return count_or_dash(r.sum.downloads.value()); },
        true}},
      rows, [](const Row& row) { return row; },
      [](const Row& r) { return r.resource + "/impact"; });
  page.add_from(kList, "source", arg("link", resource + "/impact"));
}

void add_history(Page& page, const SnapshotView& view, const HistoryAnswer& history,
                 const std::string& resource) {
  const auto no_more = [](const HistoryAnswer::Said& said) { return !said.current; };
  const bool retracted = std::any_of(history.claims.begin(), history.claims.end(), no_more);
  if (history.names.size() < 2 && history.borne_before_by.empty() && !retracted) return;
  page.section("History");
  std::string lines;
  for (const HistoryAnswer::Name& name : history.names) {
    if (name.until == 0) continue;
    fill_part(lines, kModel, "was_called", arg("name", escape_html(name.name)),
              arg("until", seen_date(view, name.until)));
  }
  for (const HistoryAnswer::Bearer& bearer : history.borne_before_by) {
    const std::string_view name = view.name(bearer.node);
    fill_part(lines, kModel, "borne_by", arg("model", link(page_link(name), name)),
              arg("until", seen_date(view, bearer.until)));
  }
  for (const HistoryAnswer::Said& said : history.claims) {
    if (said.current) continue;
    fill_part(lines, kModel, "said_once", arg("text", escape_html(view.texts[said.claim.text])),
              arg("relation", to_string(said.claim.relation)),
              arg("first", seen_date(view, said.claim.first_seen)),
              arg("last", seen_date(view, said.claim.last_seen)));
  }
  page.add_from(kModel, "history", arg("lines", lines), arg("resource", resource));
}

}  // namespace

std::string model_page(const SnapshotFacts& facts, const ModelParts& parts) {
  const SnapshotView& view = facts.snapshot();
  const ModelAnswer& model = parts.model;
  const NodeId node = model.node;
  const std::string_view name = view.name(node);
  const std::string resource = model_path(name);
  Page page{fmt::format("{} – Stemma", name)};
  page.heading(name);
  page.add_marks(view);
  if (view.state[node] == NodeState::ghost) page.add_from(kModel, "ghost");
  if (view.state[node] == NodeState::gone) page.add_from(kModel, "gone");
  page.add_from(kModel, "descendants", arg("resource", resource),
                arg("descendants", grouped(model.descendants)), arg("s", plural(model.descendants)),
                arg("descend", model.descendants == 1 ? "descends" : "descend"),
                arg("children", grouped(model.children)));
  if (model.curated_only != 0) {
    page.add_from(kModel, "curated", arg("models", grouped(model.curated_only)),
                  arg("resource", resource));
  }
  if (model.namesake) {
    const std::string_view ghost = view.name(model.namesake->ghost);
    page.add_from(kModel, "namesake", arg("models", grouped(model.namesake->descendants)),
                  arg("link", page_link(ghost)), arg("name", escape_html(ghost)));
  }
  if (view.total().generated == 0) {
    page.add_from(kModel, "links", arg("hub", percent_encode(name, true)),
                  arg("page", page_link(name)), arg("number", view.total().number));
  } else {
    page.add_from(kModel, "links_of_made_up", arg("page", page_link(name)),
                  arg("number", view.total().number));
  }
  add_facts(page, view, model);
  add_ancestry(page, view, node, resource);
  add_tree(page, view, model, parts.children, resource, resource);
  if (parts.adoption) add_model_chart(page, view, *parts.adoption);
  add_licenses(page, view, parts.licenses, resource);
  add_impact(page, *parts.impact.impact, resource);
  add_history(page, view, parts.history, resource);
  return page.finish(&view, resource);
}

}  // namespace stemma
