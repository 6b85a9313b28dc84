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
  page.table<SearchItemRow>(
      search_item_fields(),
      {{"Name", {}, name},
       {"Kind", {}, kind},
       {"Descendants", "descendants"},
       {"Downloads, 30 days", "downloads"}},
      std::span{items}.first(shown),
      [&](const SearchItem& item) {
        return SearchItemRow{view, item};
      },
      [](const SearchItemRow& r) {
        return r.item.model ? model_path(r.view.name(*r.item.model))
                            : "/v1/families/" + percent_encode(r.item.family->name);
      });
  if (shown < items.size()) {
    page.add_from(kList, "more_hits", arg("shown", shown),
                  arg("link", "/v1/search?limit=1000&amp;q=" + percent_encode(text)));
  }
  return page.finish(&view, "/v1/search?limit=50&amp;q=" + percent_encode(text));
}

std::string docs_page(std::span<const DocumentedRoute> routes, bool with_swagger) {
  constexpr std::string_view kDocs = "docs.html";
  std::string style;
  if (with_swagger) fill_part(style, kDocs, "swagger_style");
  Page page{"API – Stemma", {}, style};
  page.add_from(kDocs, "begin");
  for (const DocumentedRoute& route : routes) {
    page.add_from(kDocs, "route", arg("path", escape_html(route.path)),
                  arg("summary", escape_html(route.summary)));
    if (!route.params.empty()) {
      page.add("facts_begin");
      for (const ParamInfo& param : route.params)
        page.add_from(kDocs, "param", arg("name", param.name),
                      arg("meaning", escape_html(param.meaning)));
      page.add("facts_end");
    }
    if (!route.example.empty()) {
      page.add_from(kDocs, "example", arg("link", escape_html(route.example)),
                    arg("example", escape_html(route.example)));
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
