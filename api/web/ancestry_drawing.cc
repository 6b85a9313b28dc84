#include "api/web/ancestry_drawing.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "api/web/html.h"
#include "api/web/page.h"
#include "graph/walk.h"
#include "schema/relation.h"

namespace stemma {
namespace {

// All in CSS pixels.
constexpr double kBoxWidth = 208;
constexpr double kLineHeight = 17;
constexpr double kBoxPadding = 8;
constexpr double kColumnGap = 96;
constexpr double kRowGap = 18;
constexpr double kMargin = 6;
constexpr std::size_t kLineWidth = 24;  // characters

struct Box {
  double x = 0, y = 0, height = 0;
  std::vector<std::string> lines;
  [[nodiscard]] double middle() const { return y + height / 2; }
};

/// Columns by depth, each in the order of what its nodes lead to, so that few edges cross.
std::vector<std::vector<NodeId>> columns_of(const Ancestry& ancestry) {
  std::vector<std::vector<NodeId>> columns;
  for (const Ancestry::Placed& placed : ancestry.nodes) {
    if (columns.size() <= placed.depth) columns.resize(placed.depth + std::size_t{1});
    columns[placed.depth].push_back(placed.node);
  }
  std::map<NodeId, double> place;
  for (auto& column : columns) {
    std::map<NodeId, double> wish;
    for (const NodeId node : column) {
      double sum = 0;
      int children = 0;
      for (const Ancestry::Drawn& edge : ancestry.edges) {
        const auto child = place.find(edge.child);
        if (edge.parent != node || child == place.end()) continue;
        sum += child->second;
        ++children;
      }
      wish[node] = children == 0 ? 0 : sum / children;
    }
    std::stable_sort(column.begin(), column.end(),
                     [&](NodeId a, NodeId b) { return wish.at(a) < wish.at(b); });
    for (std::size_t i = 0; i < column.size(); ++i) {
      place[column[i]] = (static_cast<double>(i) + 0.5) / static_cast<double>(column.size());
    }
  }
  return columns;
}

std::string_view class_of(NodeState state) {
  return state == NodeState::ghost ? " ghost" : state == NodeState::gone ? " gone" : "";
}

}  // namespace

std::vector<std::string> name_lines(std::string_view name, std::size_t width) {
  std::vector<std::string> lines;
  while (name.size() > width) {
    // Behind the last separator that fits; a part without one is cut between characters.
    std::size_t cut = name.substr(0, width).find_last_of("/-_.");
    cut = cut == std::string_view::npos || cut == 0 ? width : cut + 1;
    while (cut > 1 && (static_cast<unsigned char>(name[cut]) & 0xC0U) == 0x80U) --cut;
    lines.emplace_back(name.substr(0, cut));
    name.remove_prefix(cut);
  }
  lines.emplace_back(name);
  return lines;
}

Ancestry ancestry_of(const SnapshotView& snapshot, NodeId model, std::size_t most) {
  Ancestry ancestry;
  ancestry.nodes.push_back({model, 0});
  auto above = ancestors_of(snapshot, std::span{&model, 1});
  std::sort(above.begin(), above.end(), [](const Reached& a, const Reached& b) {
    return a.depth != b.depth ? a.depth < b.depth : a.node < b.node;
  });
  const std::size_t drawn = std::min(above.size(), most - 1);
  ancestry.left_out = above.size() - drawn;
  std::map<NodeId, bool> chosen{{model, true}};
  for (std::size_t i = 0; i < drawn; ++i) {
    ancestry.nodes.push_back({above[i].node, above[i].depth});
    chosen[above[i].node] = true;
  }
  for (const Ancestry::Placed& placed : ancestry.nodes) {
    const NodeId child = placed.node;
    for (EdgeId edge = snapshot.parent_begin[child]; edge < snapshot.parent_begin[child + 1];
         ++edge) {
      if (chosen.count(snapshot.parent[edge]) != 0)
        ancestry.edges.push_back({edge, snapshot.parent[edge], child});
    }
  }
  return ancestry;
}

std::string draw_ancestry(const SnapshotView& snapshot, const Ancestry& ancestry) {
  const auto columns = columns_of(ancestry);
  std::map<NodeId, Box> boxes;
  double tallest = 0;
  for (std::size_t depth = 0; depth < columns.size(); ++depth) {
    double y = kMargin;
    for (const NodeId node : columns[depth]) {
      Box box;
      box.lines = name_lines(snapshot.name(node), kLineWidth);
      box.x = kMargin + static_cast<double>(columns.size() - 1 - depth) * (kBoxWidth + kColumnGap);
      box.y = y;
      box.height = static_cast<double>(box.lines.size()) * kLineHeight + 2 * kBoxPadding;
      y += box.height + kRowGap;
      boxes[node] = std::move(box);
    }
    tallest = std::max(tallest, y - kRowGap + kMargin);
  }
  // Shorter columns stand in the middle.
  for (const auto& column : columns) {
    const Box& last = boxes.at(column.back());
    const double shift = (tallest - kMargin - (last.y + last.height)) / 2;
    for (const NodeId node : column) boxes.at(node).y += shift;
  }
  const double width =
      2 * kMargin + static_cast<double>(columns.size()) * (kBoxWidth + kColumnGap) - kColumnGap;
  std::string svg = fmt::format(
      R"(<svg class="ancestry" width="{0:.0f}" height="{1:.0f}" viewBox="0 0 {0:.0f} {1:.0f}" )"
      R"(role="group" aria-label="What {2} was made from">)",
      width, tallest, escape_html(snapshot.name(ancestry.nodes.front().node)));
  for (const Ancestry::Drawn& drawn : ancestry.edges) {
    const Box& parent = boxes.at(drawn.parent);
    const Box& child = boxes.at(drawn.child);
    const std::string_view relation = to_string(snapshot.relation[drawn.edge]);
    const double x0 = parent.x + kBoxWidth;
    const double x1 = child.x;
    const double bend = std::max(30.0, (x1 - x0) / 2);
    svg += fmt::format(
        R"(<a class="edge r-{0}" href="#edge-{1}"><title>{2} → {3}: {0}</title>)"
        R"(<path d="M{4:.0f} {5:.1f}C{6:.0f} {5:.1f} {7:.0f} {8:.1f} {9:.0f} {8:.1f}"/>)"
        R"(<text x="{10:.0f}" y="{11:.1f}" text-anchor="middle">{0}</text></a>)",
        relation, drawn.edge, escape_html(snapshot.name(drawn.parent)),
        escape_html(snapshot.name(drawn.child)), x0, parent.middle(), x0 + bend, x1 - bend,
        child.middle(), x1, (x0 + x1) / 2, (parent.middle() + child.middle()) / 2 - 5);
  }
  for (const Ancestry::Placed& placed : ancestry.nodes) {
    const Box& box = boxes.at(placed.node);
    const NodeState state = snapshot.state[placed.node];
    const std::string_view name = snapshot.name(placed.node);
    svg += fmt::format(
        R"(<a class="node{}{}" href="{}"><title>{}{}</title><rect x="{:.0f}" y="{:.1f}" )"
        R"(width="{:.0f}" height="{:.0f}" rx="6"/>)",
        placed.depth == 0 ? " self" : "", class_of(state), page_link(name), escape_html(name),
        state == NodeState::ghost  ? ": a ghost, named as a parent and never observed"
        : state == NodeState::gone ? ": gone"
                                   : "",
        box.x, box.y, kBoxWidth, box.height);
    for (std::size_t i = 0; i < box.lines.size(); ++i) {
      svg += fmt::format(R"(<text x="{:.0f}" y="{:.1f}">{}</text>)", box.x + 10,
                         box.y + kBoxPadding + kLineHeight * (static_cast<double>(i) + 0.75),
                         escape_html(box.lines[i]));
    }
    svg += "</a>";
  }
  return svg + "</svg>";
}

}  // namespace stemma
