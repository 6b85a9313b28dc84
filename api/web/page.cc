#include "api/web/page.h"

#include <array>

#include "api/web/assets.h"
#include "schema/percent.h"

namespace stemma {

std::string count_or_dash(std::int64_t value) {
  return value == kUnknownCount ? "–" : grouped(static_cast<std::uint64_t>(value));
}

std::string or_dash(std::string_view text) { return text.empty() ? "–" : escape_html(text); }

std::string page_link(std::string_view name) { return "/models/" + percent_encode(name, true); }
std::string family_link(std::string_view name) { return "/families/" + percent_encode(name); }

std::string_view plural(std::uint64_t count) { return count == 1 ? "" : "s"; }

std::string shown_html(const Value& value) {
  return std::holds_alternative<std::monostate>(value) ? "–" : escape_html(shown(value));
}

std::string link(std::string_view path, std::string_view text) {
  std::string html;
  fill_part(html, kList, "link", arg("path", path), arg("text", escape_html(text)));
  return html;
}

std::string state_mark(NodeState state) {
  std::string mark;
  if (state != NodeState::live) fill_part(mark, kList, "state", arg("state", to_string(state)));
  return mark;
}

Page::Page(std::string_view title, std::string_view searched, std::string_view head) {
  std::string client;
  if (find_asset("client.js") != nullptr) {
    fill_part(client, "layout.html", "client", arg("style", asset_path("client.css")),
              arg("script", asset_path("client.js")));
  } else {
    fill_part(client, "layout.html", "no_client");
  }
  add("begin", arg("title", escape_html(title)), arg("searched", escape_html(searched)),
      arg("style", asset_path("style.css")), arg("client", client), arg("head", head));
}

void Page::add_marks(const SnapshotView& view) {
  const SnapshotTotals& total = view.total();
  if (total.generated != 0) add("generated");
  if (total.partial != 0) add("partial", arg("scope", escape_html(view.scope_text())));
}

std::string without_tags(std::string_view html) {
  std::string text;
  bool inside = false;
  for (const char c : html) {
    if (c == '<') inside = true;
    if (!inside) text += c;
    if (c == '>') inside = false;
  }
  return text;
}

namespace {

/// Whether the address is one that answers as of a snapshot.
bool takes_as_of(std::string_view path) {
  constexpr std::array<std::string_view, 11> kNot{
      "/assets/", "/docs",         "/openapi.json", "/metrics",    "/healthz",      "/readyz",
      "/badges/", "/v1/snapshots", "/v1/licenses?", "/v1/changes", "/v1/licenses\""};
  for (const std::string_view one : kNot) {
    if (path.starts_with(one)) return false;
  }
  return true;
}

/// Adds the snapshot to every link and form of the page that does not name one.
std::string keep_snapshot(std::string_view html, const std::string& as_of) {
  constexpr std::string_view kLink = " href=\"/";
  constexpr std::string_view kForm = "<form ";
  const std::string value = percent_encode(as_of);
  std::string out;
  out.reserve(html.size() + html.size() / 16);
  std::size_t at = 0;
  while (true) {
    const std::size_t link = html.find(kLink, at);
    const std::size_t form = html.find(kForm, at);
    const std::size_t next = std::min(link, form);
    if (next == std::string_view::npos) break;
    if (next == form) {
      const std::size_t end = html.find('>', form) + 1;
      out += html.substr(at, end - at);
      at = end;
      if (html.substr(form, end - form).find("class=\"as-of\"") == std::string_view::npos) {
        out += "<input type=\"hidden\" name=\"as_of\" value=\"" + escape_html(as_of) + "\">";
      }
      continue;
    }
    const std::size_t begin = link + kLink.size() - 1;
    const std::size_t end = html.find('"', begin);
    const std::string_view url = html.substr(begin, end - begin);
    out += html.substr(at, begin - at);
    const std::size_t hash = std::min(url.find('#'), url.size());
    out += url.substr(0, hash);
    if (takes_as_of(html.substr(begin, end + 1 - begin)) &&
        url.find("as_of=") == std::string_view::npos) {
      out += url.substr(0, hash).find('?') == std::string_view::npos ? "?" : "&amp;";
      out += "as_of=" + value;
    }
    out += url.substr(hash);
    at = end;
  }
  out += html.substr(at);
  return out;
}

}  // namespace

std::string with_query(std::string_view number, std::string_view query) {
  if (number.find_first_of("0123456789") == std::string_view::npos) return std::string{number};
  std::string html;
  fill_part(html, kList, "query", arg("link", query), arg("text", number));
  return html;
}

std::string framed(std::string html, const SnapshotView& view, const PageFrame& frame) {
  constexpr std::string_view kMark = "<!-- as-of -->";
  std::string as_of, hidden, query;
  for (const Param& param : frame.params) {
    if (param.name == "as_of") {
      as_of = param.value;
      continue;
    }
    if (param.value.empty()) continue;
    fill_part(hidden, "layout.html", "hidden", arg("name", escape_html(param.name)),
              arg("value", escape_html(param.value)));
    query += (query.empty() ? "?" : "&amp;") + percent_encode(param.name) + "=" +
             percent_encode(param.value);
  }
  if (!as_of.empty()) html = keep_snapshot(html, as_of);
  const SnapshotTotals& total = view.total();
  const std::string date = format_utc(total.observed_at).substr(0, 10);
  const std::string path = escape_html(frame.path);
  std::string control, others;
  const auto other = [&](std::string_view text, std::string_view number) {
    std::string link = path + query;
    if (!number.empty()) link += fmt::format("{}as_of={}", query.empty() ? "?" : "&amp;", number);
    fill_part(others, "layout.html", "other_snapshot", arg("link", link), arg("text", text));
  };
  if (total.number > 1) other("The one before", std::to_string(total.number - 1));
  if (!as_of.empty()) other("The newest", {});
  other("This one, to cite", std::to_string(total.number));
  fill_part(control, "layout.html", "as_of", arg("number", total.number), arg("date", date),
            arg("path", path), arg("hidden", hidden), arg("others", others),
            arg("older", as_of.empty() ? "" : " older"));
  if (const auto mark = html.find(kMark); mark != std::string::npos)
    html.replace(mark, kMark.size(), control);
  return html;
}

std::string Page::finish(const SnapshotView* view, std::string_view json_link) {
  add("footer_begin");
  if (view != nullptr) {
    const SnapshotTotals& total = view->total();
    add("footer_snapshot", arg("number", total.number),
        arg("observed_at", format_utc(total.observed_at)), arg("models", grouped(total.models)),
        arg("edges", grouped(total.edges)));
  }
  if (!json_link.empty()) add("footer_json", arg("link", json_link));
  add("end");
  return std::move(html_);
}

}  // namespace stemma
