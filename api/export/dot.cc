#include <fmt/format.h>

#include "api/export/formats.h"
#include "schema/error.h"

namespace stemma {
namespace {

/// More than that no layout of Graphviz draws in a reasonable time.
constexpr std::uint64_t kMostNodes = 5000;

std::string quoted(std::string_view text) {
  std::string out{"\""};
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  return out + '"';
}

std::string_view style_of(NodeState state) {
  switch (state) {
    case NodeState::live:
      break;
    case NodeState::gone:
      return ", style=\"rounded,dashed\"";
    case NodeState::ghost:
      return ", style=\"rounded,dotted\"";
  }
  return "";
}

}  // namespace

void require_few_nodes(DumpSource& source) {
  std::uint64_t nodes = 0;
  source.each_node([&](NodeId) { ++nodes; });
  if (nodes > kMostNodes) {
    throw Error{ErrorKind::usage,
                fmt::format("dot: {} nodes are more than Graphviz can lay out (5,000): choose a "
                            "part with --root MODEL or --family NAME, or take gexf or graphml, "
                            "which Gephi draws",
                            nodes)};
  }
}

void write_dot(DumpSource& source, DumpFolder& folder) {
  const SnapshotView& view = source.view();
  DumpText file{folder, "graph.dot"};
  std::string& out = file.out();
  out = fmt::format(
      "// Snapshot {} of {}\ndigraph stemma {{\n  rankdir=LR;\n  node [shape=box, "
      "style=rounded, fontname=\"Helvetica\"];\n  edge [fontname=\"Helvetica\", "
      "fontsize=10];\n",
      view.total().number, format_utc(view.total().observed_at));
  std::uint64_t rows = 0;
  source.each_node([&](NodeId node) {
    ++rows;
    out += fmt::format("  {} [label={}{}];\n", source.place(node), quoted(view.name(node)),
                       style_of(view.state[node]));
    file.pass();
  });
  source.each_edge([&](EdgeId edge, NodeId child) {
    ++rows;
    out += fmt::format("  {} -> {} [label=\"{}\"];\n", source.place(view.parent[edge]),
                       source.place(child), to_string(view.relation[edge]));
    file.pass();
  });
  out += "}\n";
  file.finish(rows);
}

}  // namespace stemma
