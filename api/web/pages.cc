#include "api/web/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>

#include "api/query/links.h"
#include "graph/augment.h"
#include "graph/burst.h"
#include "schema/percent.h"
#include "schema/text.h"

namespace stemma {
namespace {

constexpr std::string_view kStyle =
    R"css(:root{color-scheme:light dark;--ink:#1c2226;--soft:#5b6770;
--line:#d9dee2;--paper:#fbfbf9;--card:#fff;--link:#0b5c8a;--mark:#8a4b00;--markbg:#fff2dc}
@media (prefers-color-scheme:dark){
:root{--ink:#e6e9eb;--soft:#9aa6ae;--line:#33393e;--paper:#14181b;
--card:#1b2024;--link:#7cc4ec;--mark:#ffd08a;--markbg:#3a2a10}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
header,main,footer{max-width:62rem;margin:0 auto;padding:0 1rem}
header{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:center;padding-top:1rem}
header a.home{font:600 1.4rem/1.2 Georgia,serif;color:var(--ink);text-decoration:none}
form{display:flex;flex:1 1 16rem;gap:.5rem}
input{flex:1;min-width:0;padding:.5rem .7rem;border:1px solid var(--line);border-radius:.4rem;
background:var(--card);color:inherit;font:inherit}
button{padding:.5rem .9rem;border:0;border-radius:.4rem;background:var(--link);color:var(--paper);
font:inherit;cursor:pointer}
a{color:var(--link)}
h1{font:600 1.6rem/1.25 Georgia,serif;margin:1.5rem 0 .5rem;overflow-wrap:anywhere}
h2{font-size:1.1rem;margin:1.8rem 0 .4rem}
p.soft,footer,td.soft,.soft{color:var(--soft)}
p.mark{background:var(--markbg);color:var(--mark);padding:.5rem .8rem;border-radius:.4rem}
.table{overflow-x:auto;border:1px solid var(--line);border-radius:.5rem;background:var(--card)}
table{border-collapse:collapse;width:100%}
th,td{padding:.4rem .8rem;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td{border-bottom:0}
th{font-size:.85rem;color:var(--soft);font-weight:600;white-space:nowrap}
td.name{overflow-wrap:anywhere;min-width:11rem}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.2rem;margin:.8rem 0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
dt.sub{padding-left:1rem}
@media (max-width:40rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}
dt.sub,dt.sub+dd{padding-left:1rem}table{font-size:.9rem}
th,td{padding:.4rem}th,th.n{white-space:normal}td.name{min-width:7rem}}
footer{padding-top:2rem;padding-bottom:2rem;font-size:.9rem}
)css";

std::string grouped(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string count_or_dash(std::int64_t value) {
  return value == kUnknownCount ? "–" : grouped(static_cast<std::uint64_t>(value));
}

std::string or_dash(std::string_view text) { return text.empty() ? "–" : escape_html(text); }

/// A path to a model's page, safe inside an attribute.
std::string page_link(std::string_view name) { return "/models/" + percent_encode(name, true); }

std::string_view plural(std::uint64_t count) { return count == 1 ? "" : "s"; }

class Page {
 public:
  explicit Page(std::string_view title, std::string_view searched = {}) {
    add("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
        "<title>{}</title><link rel=\"icon\" href=\"data:,\">"
        "<link rel=\"stylesheet\" href=\"/style.css\"></head><body>"
        "<header><a class=\"home\" href=\"/\">Stemma</a><form action=\"/search\" role=\"search\">"
        "<input type=\"search\" name=\"q\" value=\"{}\" aria-label=\"Search models and families\" "
        "placeholder=\"A model or family, e.g. Qwen3-8B\"><button>Search</button></form></header>"
        "<main>",
        escape_html(title), escape_html(searched));
  }

  template <class... Args>
  void add(fmt::format_string<Args...> text, Args&&... args) {
    fmt::format_to(std::back_inserter(html_), text, std::forward<Args>(args)...);
  }

  /// What the reader must know before any number.
  void add_marks(const SnapshotView& view) {
    const SnapshotTotals& total = view.total();
    if (total.generated != 0) {
      add("<p class=\"mark\"><strong>Generated demo data.</strong> These models were made up; none "
          "of "
          "them is on the Hub.</p>");
    }
    if (total.partial != 0) {
      add("<p class=\"mark\"><strong>Partial snapshot.</strong> Only a part of the hub was crawled "
          "({}); every number counts that part alone.</p>",
          escape_html(view.scope_text()));
    }
  }

  void begin_table(std::initializer_list<std::pair<std::string_view, bool>> columns) {
    add("<div class=\"table\"><table><thead><tr>");
    for (const auto& [title, number] : columns) {
      add("<th{}>{}</th>", number ? " class=\"n\"" : "", title);
    }
    add("</tr></thead><tbody>");
  }
  void end_table() { add("</tbody></table></div>"); }

  [[nodiscard]] std::string finish(const SnapshotView* view, std::string_view json_link) {
    add("</main><footer>");
    if (view != nullptr) {
      const SnapshotTotals& total = view->total();
      add("Snapshot {} of {}: {} live models, {} edges.", total.number,
          format_utc(total.observed_at), grouped(total.models), grouped(total.edges));
    }
    if (!json_link.empty()) add(" <a href=\"{}\">This page as JSON</a>.", json_link);
    add(" <a href=\"/v1/stats\">All statistics</a>.</footer></body></html>\n");
    return std::move(html_);
  }

 private:
  std::string html_;
};

void add_family_rows(Page& page, const std::vector<FamilyRow>& rows) {
  page.begin_table({{"Family", false},
                    {"Official", true},
                    {"Derivatives", true},
                    {"All downloads, 30 days", true}});
  for (const FamilyRow& row : rows) {
    const FamilySummary& summary = *row.summary;
    page.add(
        "<tr><td class=\"name\"><a href=\"/families/{}\">{}</a></td><td class=\"n\">{}</td>"
        "<td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
        percent_encode(row.family->name), escape_html(row.family->label), grouped(summary.official),
        grouped(summary.derivatives),
        count_or_dash((summary.downloads_official + summary.downloads_derivatives).value()));
  }
  page.end_table();
}

/// What an edge that is known by hand rests on; empty for one that the hub's metadata declares.
std::string curated_mark(const SnapshotView& view, EdgeId edge) {
  if (!is_curated_only(view, edge)) return {};
  const std::uint16_t note = view.claims[view.claim_begin[edge]].note;
  const std::string why =
      note == 0 ? std::string{} : ": " + escape_html(view.notes[note - std::size_t{1}]);
  return " <span class=\"soft\">(curated" + why + ")</span>";
}

void add_model_rows(Page& page, const SnapshotView& view, const ListAnswer& list) {
  const bool depths = list.kind != ListKind::edges;
  if (depths) {
    page.begin_table({{"Model", false},
                      {"Relation", false},
                      {"Depth", true},
                      {"License", false},
                      {"Downloads, 30 days", true}});
  } else {
    page.begin_table(
        {{"Model", false}, {"Relation", false}, {"License", false}, {"Downloads, 30 days", true}});
  }
  for (const Reached& row : list.listing.items) {
    const NodeState state = view.state[row.node];
    page.add("<tr><td class=\"name\"><a href=\"{}\">{}</a>{}</td><td>{}{}</td>",
             page_link(view.name(row.node)), escape_html(view.name(row.node)),
             state == NodeState::live
                 ? std::string{}
                 : fmt::format(" <span class=\"soft\">({})</span>", to_string(state)),
             row.depth == 0 ? std::string_view{"–"} : to_string(view.relation[row.edge]),
             depths ? std::string{} : curated_mark(view, row.edge));
    if (depths) page.add("<td class=\"n\">{}</td>", row.depth);
    page.add("<td>{}</td><td class=\"n\">{}</td></tr>", or_dash(view.terms[view.license[row.node]]),
             count_or_dash(view.downloads[row.node]));
  }
  page.end_table();
}

void add_cut_note(Page& page, const ListAnswer& list, const std::string& json_link) {
  if (list.listing.items.size() == list.listing.total) return;
  page.add(
      "<p class=\"soft\">The {} with most downloads of {}. <a href=\"{}\">All of them</a> "
      "page by page as JSON.</p>",
      grouped(list.listing.items.size()), grouped(list.listing.total), json_link);
}

void add_fact(Page& page, std::string_view name, const std::string& value) {
  page.add("<dt>{}</dt><dd>{}</dd>", name, value);
}

std::string time_or_dash(UnixSeconds time) { return time == kUnknownTime ? "–" : format_utc(time); }

}  // namespace

std::string escape_html(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string_view stylesheet() noexcept { return kStyle; }

std::string home_page(const SnapshotFacts& facts, const FamiliesAnswer& families) {
  const SnapshotView& view = facts.snapshot();
  Page page{"Stemma: what came from what"};
  page.add("<h1>What came from what, and who uses it</h1>");
  page.add_marks(view);
  page.add("<p>The lineage of {} open models, as their authors declared it.</p>",
           grouped(view.total().models));
  add_family_rows(page, families.items);
  page.add(
      "<p class=\"soft\">Official models are the live ones of the family's owners and name "
      "pattern, "
      "where one is given; derivatives are all other live models that descend from any such model, "
      "live, gone or never observed, directly or not. A model that descends from "
      "several families counts in each. All downloads are those of official models and derivatives "
      "together. {} live models are in none of these.</p>",
      grouped(static_cast<std::uint64_t>(families.other)));
  return page.finish(&view, "/v1/families");
}

std::string search_page(const SnapshotFacts& facts, std::string_view text,
                        const std::vector<SearchItem>& items) {
  const SnapshotView& view = facts.snapshot();
  Page page{text.empty() ? "Search" : fmt::format("{} – Stemma", text), text};
  page.add("<h1>Search</h1>");
  page.add_marks(view);
  if (items.empty()) {
    page.add("<p>{}</p>", text.empty() ? std::string{"Type a part of a model's or family's name."}
                                       : fmt::format("Nothing is called anything like “{}”.",
                                                     escape_html(text)));
    return page.finish(&view, {});
  }
  page.begin_table(
      {{"Name", false}, {"Kind", false}, {"Descendants", true}, {"Downloads, 30 days", true}});
  const std::size_t shown = std::min(items.size(), kSearchRowsShown);
  for (const SearchItem& item : std::span{items}.first(shown)) {
    const std::string link = item.model ? page_link(view.name(*item.model))
                                        : "/families/" + percent_encode(item.family->name);
    const std::string_view name = item.model ? view.name(*item.model) : item.family->label;
    std::string_view kind = "family";
    if (item.model) {
      kind = view.live(*item.model) ? "model" : to_string(view.state[*item.model]);
    }
    page.add(
        "<tr><td class=\"name\"><a href=\"{}\">{}</a></td><td>{}</td><td class=\"n\">{}</td>"
        "<td class=\"n\">{}</td></tr>",
        link, escape_html(name), kind, grouped(item.descendants), count_or_dash(item.downloads));
  }
  page.end_table();
  const std::string more = "/v1/search?limit=1000&amp;q=" + percent_encode(text);
  if (shown < items.size()) {
    page.add(
        "<p class=\"soft\">The first {}; there are more. <a href=\"{}\">Up to 1,000 of them</a> as "
        "JSON.</p>",
        shown, more);
  }
  return page.finish(&view, "/v1/search?limit=50&amp;q=" + percent_encode(text));
}

std::string model_page(const SnapshotFacts& facts, const ModelAnswer& model,
                       const ListAnswer& parents, const ListAnswer& children) {
  const SnapshotView& view = facts.snapshot();
  const NodeId node = model.node;
  const std::string_view name = view.name(node);
  const std::string resource = model_path(name);
  Page page{fmt::format("{} – Stemma", name)};
  page.add("<h1>{}</h1>", escape_html(name));
  page.add_marks(view);
  if (view.state[node] == NodeState::ghost) {
    page.add(
        "<p class=\"mark\">This model is named as a parent but was never observed: deleted, "
        "private, renamed, or it never existed.</p>");
  } else if (view.state[node] == NodeState::gone) {
    page.add("<p class=\"mark\">This model is gone: it was observed, and is no longer there.</p>");
  }
  page.add("<p><a href=\"{}/descendants\">{} live model{}</a> descend{} from it, {} directly.</p>",
           resource, grouped(model.descendants), plural(model.descendants),
           model.descendants == 1 ? "s" : "", grouped(model.children));
  if (model.curated_only != 0) {
    page.add(
        "<p class=\"soft\">{} of them through curated parents alone: <a "
        "href=\"{}/descendants?curated=false\">without those</a>.</p>",
        grouped(model.curated_only), resource);
  }
  if (model.namesake) {
    page.add(
        "<p>{} more descend from the ghost <a href=\"{}\">{}</a>, which only this model's "
        "name matches.</p>",
        grouped(model.namesake->descendants), page_link(view.name(model.namesake->ghost)),
        escape_html(view.name(model.namesake->ghost)));
  }
  page.add("<dl>");
  std::string families;
  for (const std::string& family : model.families) {
    families += fmt::format("{}<a href=\"/families/{}\">{}</a>", families.empty() ? "" : ", ",
                            percent_encode(family), escape_html(family));
  }
  add_fact(page, "Families", families.empty() ? "–" : families);
  std::string aliases;
  for (const std::string& alias : model.aliases) {
    aliases += (aliases.empty() ? "" : ", ") + escape_html(alias);
  }
  if (!aliases.empty()) add_fact(page, "Also called", aliases);
  add_fact(page, "License", or_dash(view.terms[view.license[node]]));
  add_fact(page, "Task", or_dash(view.terms[view.pipeline_tag[node]]));
  add_fact(page, "Library", or_dash(view.terms[view.library[node]]));
  add_fact(page, "Parameters", count_or_dash(view.parameters[node]));
  add_fact(page, "Downloads, 30 days", count_or_dash(view.downloads[node]));
  add_fact(page, "Downloads, all time", count_or_dash(view.downloads_all_time[node]));
  add_fact(page, "Likes", count_or_dash(view.likes[node]));
  add_fact(page, "Created", time_or_dash(view.created_at[node]));
  add_fact(page, "Last modified", time_or_dash(view.last_modified[node]));
  add_fact(page, "First seen", time_or_dash(observed_at(view, view.first_seen[node])));
  add_fact(page, "Last seen", time_or_dash(observed_at(view, view.last_seen[node])));
  page.add("</dl><h2>Parents</h2>");
  if (parents.listing.items.empty()) {
    page.add("<p class=\"soft\">None declared.</p>");
  } else {
    add_model_rows(page, view, parents);
  }
  page.add("<h2>Children</h2>");
  if (children.listing.items.empty()) {
    page.add("<p class=\"soft\">None.</p>");
  } else {
    add_model_rows(page, view, children);
    add_cut_note(page, children, resource + "/children");
  }
  return page.finish(&view, resource);
}

std::string family_page(const SnapshotFacts& facts, const FamilyAnswer& family,
                        const ListAnswer& derivatives) {
  const SnapshotView& view = facts.snapshot();
  const FamilyDefinition& definition = *family.family.family;
  const FamilySummary& summary = *family.family.summary;
  const std::string resource = "/v1/families/" + percent_encode(definition.name);
  Page page{fmt::format("{} – Stemma", definition.label)};
  page.add("<h1>{}</h1>", escape_html(definition.label));
  page.add_marks(view);
  page.add(
      "<p>{} live official model{}, {} live derivative{}.</p>"
      "<p class=\"soft\">Official models are counted while they are live. Derivatives descend from "
      "any official model: live, gone, or named as a parent and never observed.</p><dl>",
      grouped(summary.official), plural(summary.official), grouped(summary.derivatives),
      plural(summary.derivatives));
  add_fact(page, "Derivatives", grouped(summary.derivatives));
  if (family.family.curated_only != 0) {
    page.add("<dt class=\"sub\">of them through curated parents alone</dt><dd>{}</dd>",
             grouped(family.family.curated_only));
  }
  for (const auto& [relation, count] : summary.by_relation) {
    page.add("<dt class=\"sub\">of them {}</dt><dd>{}</dd>", escape_html(relation), grouped(count));
  }
  add_fact(page, "Direct derivatives", grouped(summary.derivatives_direct));
  add_fact(page, "Burst-adjusted derivatives",
           fmt::format("{} <span class=\"soft\">({})</span>",
                       grouped(summary.derivatives_burst_adjusted), escape_html(kBurstRule)));
  const auto sum = [](const CountSum& value) { return count_or_dash(value.value()); };
  add_fact(page, "Downloads of official models, 30 days", sum(summary.downloads_official));
  add_fact(page, "Downloads of derivatives, 30 days", sum(summary.downloads_derivatives));
  page.add("</dl>");
  if (!family.series.empty()) {
    page.add("<h2>Series</h2>");
    add_family_rows(page, family.series);
  }
  page.add("<h2>Derivatives</h2>");
  if (derivatives.listing.items.empty()) {
    page.add("<p class=\"soft\">None.</p>");
  } else {
    add_model_rows(page, view, derivatives);
    add_cut_note(page, derivatives, resource + "/models");
  }
  return page.finish(&view, resource);
}

std::string error_page(std::string_view title, std::string_view detail) {
  Page page{fmt::format("{} – Stemma", title)};
  page.add("<h1>{}</h1><p>{}</p>", title, escape_html(valid_utf8(detail)));
  return page.finish(nullptr, {});
}

}  // namespace stemma
