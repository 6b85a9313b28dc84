#pragma once

#include <fmt/format.h>

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "api/param.h"
#include "api/render/columns.h"
#include "api/web/html.h"
#include "api/web/template.h"
#include "schema/snapshot_sections.h"

namespace stemma {

// What all pages are put together from.

/// The template of rows.
inline constexpr std::string_view kList = "list.html";

[[nodiscard]] std::string count_or_dash(std::int64_t value);
[[nodiscard]] std::string or_dash(std::string_view text);
/// A path to a model's page, safe inside an attribute.
[[nodiscard]] std::string page_link(std::string_view name);
[[nodiscard]] std::string family_link(std::string_view name);
[[nodiscard]] std::string_view plural(std::uint64_t count);
/// A value as HTML.
[[nodiscard]] std::string shown_html(const Value& value);
/// `path` is safe inside an attribute already, `text` is escaped here.
[[nodiscard]] std::string link(std::string_view path, std::string_view text);
/// " (gone)" of a model that is not live.
[[nodiscard]] std::string state_mark(NodeState state);

/// What stands around every page: which snapshot it is of, and how to get to another.
struct PageFrame {
  std::string path;  ///< Of the page, encoded.
  ParamList params;  ///< As given.
};
/// The page with a control for its snapshot. Where an older one was asked for, links and forms lead
/// on within it. Cost: one look at the page.
[[nodiscard]] std::string framed(std::string html, const SnapshotView& view,
                                 const PageFrame& frame);

/// A number that leads to the query that gives it, safe inside an attribute; what has no digit
/// stays as it is. Not a stop of the tab key: beside each table stands a link that is one.
[[nodiscard]] std::string with_query(std::string_view number, std::string_view query);

/// HTML without its tags, safe inside an attribute.
[[nodiscard]] std::string without_tags(std::string_view html);

/// A column of a table of such rows: a field by its name, or HTML made of the row.
template <class Row>
struct HtmlColumn {
  std::string_view title;
  std::string_view field;
  std::function<std::string(const Row&)> html = {};
  bool number = false;  ///< Of HTML: aligned to the right.
  /// Where this column's numbers are asked for, if not where the other ones of the row are.
  std::function<std::string(const Row&)> query = {};
};

/// A page as it is put together from parts of templates.
class Page {
 public:
  explicit Page(std::string_view title, std::string_view searched = {}, std::string_view head = {});

  /// A part of the layout.
  template <class... Args>
  void add(std::string_view part, const Args&... args) {
    add_from("layout.html", part, args...);
  }
  template <class... Args>
  void add_from(std::string_view file, std::string_view part, const Args&... args) {
    fill_part(html_, file, part, args...);
    html_ += '\n';
  }

  /// `title` is escaped here; other texts are HTML already.
  void heading(std::string_view title) { add("heading", arg("title", escape_html(title))); }
  void section(std::string_view title) { add("section", arg("title", escape_html(title))); }
  void paragraph(std::string_view text) { add("paragraph", arg("text", text)); }
  void soft(std::string_view text) { add("soft", arg("text", text)); }
  void fact(std::string_view name, std::string_view value) {
    add("fact", arg("name", name), arg("value", value));
  }
  void sub_fact(std::string_view name, std::string_view value) {
    add("sub_fact", arg("name", name), arg("value", value));
  }

  /// What the reader must know before any number.
  void add_marks(const SnapshotView& view);
  /// HTML as it stands.
  void html(std::string_view text) {
    html_ += text;
    html_ += '\n';
  }

  /// The rows as a table; `row_of` makes a row of an item. The first column is the name. Numbers
  /// lead to the query that gives them: `query_of` tells of a row where it is asked, safe inside an
  /// attribute, or nothing.
  template <class Row, class Items, class RowOf>
  void table(FieldList<Row> fields, std::initializer_list<HtmlColumn<Row>> columns,
             const Items& items, RowOf&& row_of,
             const std::function<std::string(const Row&)>& query_of = {}) {
    std::string headings;
    std::vector<std::string> labels;
    std::vector<const Field<Row>*> sources;
    for (const HtmlColumn<Row>& column : columns) {
      sources.push_back(column.html ? nullptr : &field_named(fields, column.field));
      const bool number = column.number || (sources.back() && is_number(sources.back()->type));
      fill_part(headings, kList, number ? "heading_number" : "heading", arg("title", column.title));
      labels.push_back(without_tags(column.title));
    }
    add("table_begin", arg("headings", headings));
    std::string cells;
    for (const auto& item : items) {
      const Row row = row_of(item);
      const std::string query = query_of ? query_of(row) : std::string{};
      cells.clear();
      std::size_t i = 0;
      for (const HtmlColumn<Row>& column : columns) {
        const Field<Row>* field = sources[i++];
        const bool number = column.number || (field != nullptr && is_number(field->type));
        std::string text = field != nullptr ? shown_html(field->get(row)) : column.html(row);
        if (number) {
          const std::string own = column.query ? column.query(row) : query;
          if (!own.empty()) text = with_query(text, own);
        }
        fill_part(cells, kList,
                  i == 1   ? "cell_name"
                  : number ? "cell_number"
                           : "cell",
                  arg("label", labels[i - 1]), arg("text", text));
      }
      add("row", arg("cells", cells));
    }
    add("table_end");
  }

  /// The whole page. `view` is the snapshot that it is of, `json_link` where it is to be had as
  /// JSON.
  [[nodiscard]] std::string finish(const SnapshotView* view, std::string_view json_link);

 private:
  std::string html_;
};

}  // namespace stemma
