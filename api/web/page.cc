#include "api/web/page.h"

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
  fill_part(html, kList, "link", fmt::arg("path", path), fmt::arg("text", escape_html(text)));
  return html;
}

std::string state_mark(NodeState state) {
  std::string mark;
  if (state != NodeState::live)
    fill_part(mark, kList, "state", fmt::arg("state", to_string(state)));
  return mark;
}

Page::Page(std::string_view title, std::string_view searched, std::string_view head) {
  add("begin", fmt::arg("title", escape_html(title)), fmt::arg("searched", escape_html(searched)),
      fmt::arg("head", head));
}

void Page::add_marks(const SnapshotView& view) {
  const SnapshotTotals& total = view.total();
  if (total.generated != 0) add("generated");
  if (total.partial != 0) add("partial", fmt::arg("scope", escape_html(view.scope_text())));
}

std::string Page::finish(const SnapshotView* view, std::string_view json_link) {
  add("footer_begin");
  if (view != nullptr) {
    const SnapshotTotals& total = view->total();
    add("footer_snapshot", fmt::arg("number", total.number),
        fmt::arg("observed_at", format_utc(total.observed_at)),
        fmt::arg("models", grouped(total.models)), fmt::arg("edges", grouped(total.edges)));
  }
  if (!json_link.empty()) add("footer_json", fmt::arg("link", json_link));
  add("end");
  return std::move(html_);
}

}  // namespace stemma
