#include "api/web/night_rows.h"

#include <algorithm>

#include "api/query/links.h"
#include "graph/augment.h"
#include "schema/relation.h"

namespace stemma {
namespace {

constexpr std::string_view kChanges = "changes.html";

constexpr NightKind kKinds[] = {
    {"model_added", "new models", [](const NightChanges& c) { return c.models_added.size(); }},
    {"edge_added", "new edges", [](const NightChanges& c) { return c.edges_added.size(); }},
    {"license_changed", "changed licence",
     [](const NightChanges& c) { return c.licenses_changed.size(); }},
    {"edge_retyped", "edges retyped", [](const NightChanges& c) { return c.edges_retyped.size(); }},
    {"edge_removed", "edges withdrawn",
     [](const NightChanges& c) { return c.edges_removed.size(); }},
    {"model_renamed", "renamed", [](const NightChanges& c) { return c.models_renamed.size(); }},
    {"model_gone", "gone", [](const NightChanges& c) { return c.models_gone.size(); }},
    {"model_back", "back again", [](const NightChanges& c) { return c.models_back.size(); }},
};

std::string model(const SnapshotView& view, NodeId node) {
  const std::string_view name = view.name(node);
  return link(page_link(name), name) + state_mark(view.state[node]);
}

std::string relation(Relation one) {
  std::string html;
  fill_part(html, "model.html", "relation", arg("relation", to_string(one)));
  return html;
}

/// The rows of one list that are on the page.
template <class Item>
std::span<const Item> cut(const std::vector<Item>& items, std::size_t first, std::size_t count) {
  const std::size_t begin = std::min(first, items.size());
  return std::span{items}.subspan(begin, std::min(count, items.size() - begin));
}

void add_models(Page& page, const SnapshotView& view, std::span<const NodeId> nodes) {
  struct Row {
    const SnapshotView& view;
    NodeId node;
  };
  page.table<Row>(
      {},
      {{"Model", {}, [](const Row& r) { return model(r.view, r.node); }},
       {"Licence", {}, [](const Row& r) { return or_dash(r.view.terms[r.view.license[r.node]]); }},
       {"Task",
        {},
        [](const Row& r) { return or_dash(r.view.terms[r.view.pipeline_tag[r.node]]); }},
       {"Downloads, 30 days",
        {},
        [](const Row& r) { return count_or_dash(r.view.downloads[r.node]); },
        true}},
      nodes,
      [&](NodeId node) {
        return Row{view, node};
      },
      [](const Row& r) { return model_path(r.view.name(r.node)); });
}

void add_edges(Page& page, const SnapshotView& view, std::span<const EdgeId> edges) {
  struct Row {
    const SnapshotView& view;
    EdgeId edge;
  };
  page.table<Row>(
      {},
      {{"Model", {}, [](const Row& r) { return model(r.view, child_of(r.view, r.edge)); }},
       {"Relation", {}, [](const Row& r) { return relation(r.view.relation[r.edge]); }},
       {"Parent", {}, [](const Row& r) { return model(r.view, r.view.parent[r.edge]); }}},
      edges, [&](EdgeId edge) {
        return Row{view, edge};
      });
}

}  // namespace

std::span<const NightKind> night_kinds() noexcept { return kKinds; }

void add_night_summary(Page& page, const NightFacts& night) {
  const SnapshotTotals& total = night.after->total();
  if (night.before == nullptr) {
    page.add_from(kChanges, total.number == 1 ? "summary_first" : "summary_pruned");
    return;
  }
  page.add_from(kChanges, "summary_begin",
                arg("before", format_utc(night.before->total().observed_at).substr(0, 10)),
                arg("after", format_utc(total.observed_at).substr(0, 10)));
  for (const NightKind& kind : kKinds) {
    const std::size_t count = kind.count(night.changes);
    page.add_from(kChanges, count == 0 ? "summary_none" : "summary_row",
                  arg("count", grouped(count)), arg("kind", kind.name), arg("words", kind.words));
  }
  page.add_from(kChanges, "summary_end");
}

void add_night_rows(Page& page, const NightFacts& night, const NightKind& kind, std::size_t first,
                    std::size_t count) {
  const NightChanges& changes = night.changes;
  const SnapshotView& after = *night.after;
  const SnapshotView& before = *night.before;
  struct Row {
    const SnapshotView& before;
    const SnapshotView& after;
    NightChanges::Both both;
  };
  const auto row_of = [&](const NightChanges::Both& both) { return Row{before, after, both}; };
  const auto now = [](const Row& r) { return model(r.after, r.both.after); };
  if (kind.name == "model_added")
    return add_models(page, after, cut(changes.models_added, first, count));
  if (kind.name == "model_gone")
    return add_models(page, after, cut(changes.models_gone, first, count));
  if (kind.name == "model_back")
    return add_models(page, after, cut(changes.models_back, first, count));
  if (kind.name == "edge_added")
    return add_edges(page, after, cut(changes.edges_added, first, count));
  if (kind.name == "edge_removed")
    return add_edges(page, before, cut(changes.edges_removed, first, count));
  if (kind.name == "model_renamed") {
    page.table<Row>(
        {},
        {{"Now", {}, now},
         {"Before", {}, [](const Row& r) { return escape_html(r.before.name(r.both.before)); }}},
        cut(changes.models_renamed, first, count), row_of);
  } else if (kind.name == "license_changed") {
    page.table<Row>(
        {},
        {{"Model", {}, now},
         {"From",
          {},
          [](const Row& r) { return or_dash(r.before.terms[r.before.license[r.both.before]]); }},
         {"To",
          {},
          [](const Row& r) { return or_dash(r.after.terms[r.after.license[r.both.after]]); }}},
        cut(changes.licenses_changed, first, count), row_of);
  } else {
    struct EdgeRow {
      const SnapshotView& before;
      const SnapshotView& after;
      NightChanges::BothEdges both;
    };
    page.table<EdgeRow>(
        {},
        {{"Model",
          {},
          [](const EdgeRow& r) { return model(r.after, child_of(r.after, r.both.after)); }},
         {"Parent",
          {},
          [](const EdgeRow& r) { return model(r.after, r.after.parent[r.both.after]); }},
         {"From", {}, [](const EdgeRow& r) { return relation(r.before.relation[r.both.before]); }},
         {"To", {}, [](const EdgeRow& r) { return relation(r.after.relation[r.both.after]); }}},
        cut(changes.edges_retyped, first, count), [&](const NightChanges::BothEdges& both) {
          return EdgeRow{before, after, both};
        });
  }
}

}  // namespace stemma
