#include "api/web/model_tables.h"

#include <fmt/format.h>

#include "api/fields/family_rows.h"
#include "api/fields/list_rows.h"
#include "api/query/links.h"
#include "graph/augment.h"
#include "schema/percent.h"

namespace stemma {

void add_family_rows(Page& page, const SnapshotView& view, const std::vector<FamilyRow>& rows) {
  const auto name = [](const FamilyItemRow& r) {
    return link("/families/" + percent_encode(r.family.family->name), r.family.family->label);
  };
  const auto downloads = [](const FamilyItemRow& r) {
    const FamilySummary& summary = *r.family.summary;
    return count_or_dash((summary.downloads_official + summary.downloads_derivatives).value());
  };
  page.table<FamilyItemRow>(
      family_item_fields(),
      {{"Family", {}, name},
       {"Official", "official"},
       {"Derivatives", "derivatives"},
       {"All downloads, 30 days", {}, downloads, true}},
      rows,
      [&](const FamilyRow& row) {
        return FamilyItemRow{view, row, Policy::any};
      },
      [](const FamilyItemRow& r) {
        return "/v1/families/" + percent_encode(r.family.family->name);
      });
}

std::string curated_mark(const SnapshotView& view, EdgeId edge) {
  std::string mark;
  if (!is_curated_only(view, edge)) return mark;
  const std::uint16_t note = view.claims[view.claim_begin[edge]].note;
  const std::string why =
      note == 0 ? std::string{} : ": " + escape_html(view.notes[note - std::size_t{1}]);
  fill_part(mark, kList, "curated", arg("why", why));
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
  const auto query = [](const ListItemRow& r) { return model_path(r.view.name(r.reached.node)); };
  page.table<ListItemRow>(list_item_fields(list.kind),
                          {{"Model", {}, name},
                           {"Relation", {}, relation},
                           {"Licence", {}, license},
                           {"Downloads, 30 days", "downloads"}},
                          list.listing.items, row, query);
}

void add_cut_note(Page& page, const ListAnswer& list, const std::string& json_link) {
  if (list.listing.items.size() == list.listing.total) return;
  page.add_from(kList, "cut", arg("shown", grouped(list.listing.items.size())),
                arg("total", grouped(list.listing.total)), arg("link", json_link));
}

}  // namespace stemma
