#include <fmt/format.h>

#include "api/export/formats.h"
#include "api/export/xml.h"
#include "api/render/csv.h"

namespace stemma {
namespace {

/// What igraph calls the text that a vertex is looked up by.
std::string_view key_name(std::string_view field) { return field == "id" ? "name" : field; }

void append_keys(std::string& out, const FieldInfos& fields, std::string_view of, char prefix) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    out += fmt::format("  <key id=\"{}{}\" for=\"{}\" attr.name=\"{}\" attr.type=\"{}\"/>\n",
                       prefix, i, of, key_name(fields[i].name), xml_type(fields[i].type));
  }
}

template <class Values>
void append_data(std::string& out, const Values& values, char prefix) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string text = plain_text(values[i]);
    if (text.empty()) continue;
    fmt::format_to(std::back_inserter(out), "<data key=\"{}{}\">", prefix, i);
    append_xml(out, text);
    out += "</data>";
  }
}

}  // namespace

void write_graphml(DumpSource& source, DumpFolder& folder) {
  DumpText file{folder, "graph.graphml"};
  std::string& out = file.out();
  out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\" "
      "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
      "xsi:schemaLocation=\"http://graphml.graphdrawing.org/xmlns "
      "http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd\">\n";
  append_keys(out, infos_of<NodeRow>(kModelFields), "node", 'n');
  append_keys(out, infos_of<EdgeRow>(kEdgeFields), "edge", 'e');
  out += "  <graph id=\"G\" edgedefault=\"directed\">\n";
  std::uint64_t rows = 0;
  source.each_node([&](NodeId node) {
    ++rows;
    fmt::format_to(std::back_inserter(out), "    <node id=\"{}\">", source.place(node));
    append_data(out, source.rows().model_values(node), 'n');
    out += "</node>\n";
    file.pass();
  });
  source.each_edge([&](EdgeId edge, NodeId child) {
    ++rows;
    fmt::format_to(std::back_inserter(out), "    <edge source=\"{}\" target=\"{}\">",
                   source.place(source.view().parent[edge]), source.place(child));
    append_data(out, source.rows().edge_values(edge, child), 'e');
    out += "</edge>\n";
    file.pass();
  });
  out += "  </graph>\n</graphml>\n";
  file.finish(rows);
}

}  // namespace stemma
