#include <fmt/format.h>

#include "api/export/formats.h"
#include "api/export/xml.h"
#include "api/render/csv.h"

namespace stemma {
namespace {

void append_attributes(std::string& out, const FieldInfos& fields, std::string_view of) {
  out += fmt::format("    <attributes class=\"{}\" mode=\"static\">\n", of);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    out += fmt::format("      <attribute id=\"{}\" title=\"{}\" type=\"{}\"/>\n", i, fields[i].name,
                       xml_type(fields[i].type));
  }
  out += "    </attributes>\n";
}

template <class Values>
void append_values(std::string& out, const Values& values) {
  out += "<attvalues>";
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string text = plain_text(values[i]);
    if (text.empty()) continue;
    fmt::format_to(std::back_inserter(out), "<attvalue for=\"{}\" value=\"", i);
    append_xml(out, text);
    out += "\"/>";
  }
  out += "</attvalues>";
}

std::string date(UnixSeconds time) { return format_utc(time).substr(0, 10); }

/// From its birth to its death, as far as they are known; open where it goes on.
void append_spell(std::string& out, UnixSeconds born, UnixSeconds died) {
  if (born == kUnknownTime && died == kUnknownTime) return;
  out += "<spells><spell";
  if (born != kUnknownTime) out += fmt::format(" start=\"{}\"", date(born));
  if (died != kUnknownTime) out += fmt::format(" end=\"{}\"", date(std::max(born, died)));
  out += "/></spells>";
}

}  // namespace

void write_gexf(DumpSource& source, DumpFolder& folder) {
  const SnapshotView& view = source.view();
  DumpText file{folder, "graph.gexf"};
  std::string& out = file.out();
  out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<gexf xmlns=\"http://gexf.net/1.3\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
      "xsi:schemaLocation=\"http://gexf.net/1.3 http://gexf.net/1.3/gexf.xsd\" version=\"1.3\">\n"
      "  <meta lastmodifieddate=\"{}\">\n    <creator>Stemma</creator>\n    "
      "<description>Derivation "
      "graph of open models, snapshot {}</description>\n  </meta>\n"
      "  <graph defaultedgetype=\"directed\" mode=\"dynamic\" timeformat=\"date\">\n",
      date(view.total().observed_at), view.total().number);
  append_attributes(out, infos_of<NodeRow>(kModelFields), "node");
  append_attributes(out, infos_of<EdgeRow>(kEdgeFields), "edge");
  out += "    <nodes>\n";
  std::uint64_t rows = 0;
  source.each_node([&](NodeId node) {
    ++rows;
    fmt::format_to(std::back_inserter(out), "      <node id=\"{}\" label=\"", source.place(node));
    append_xml(out, view.name(node));
    out += "\">";
    append_values(out, source.rows().model_values(node));
    const UnixSeconds created = view.created_at[node];
    const bool gone = view.state[node] == NodeState::gone;
    append_spell(out, created != kUnknownTime ? created : observed_at(view, view.first_seen[node]),
                 gone ? observed_at(view, view.last_seen[node]) : kUnknownTime);
    out += "</node>\n";
    file.pass();
  });
  out += "    </nodes>\n    <edges>\n";
  std::uint64_t edges = 0;
  source.each_edge([&](EdgeId edge, NodeId child) {
    ++rows;
    fmt::format_to(std::back_inserter(out),
                   "      <edge id=\"{}\" source=\"{}\" target=\"{}\" label=\"{}\">", edges++,
                   source.place(view.parent[edge]), source.place(child),
                   to_string(view.relation[edge]));
    const EdgeRow row = source.rows().edge(edge, child);
    append_values(out, source.rows().edge_values(edge, child));
    // An edge is as old as the model that came to be by it, where that is known.
    const UnixSeconds created = view.created_at[child];
    const bool gone = view.state[child] == NodeState::gone;
    append_spell(out, created != kUnknownTime ? created : observed_at(view, row.first),
                 gone ? observed_at(view, row.last) : kUnknownTime);
    out += "</edge>\n";
    file.pass();
  });
  out += "    </edges>\n  </graph>\n</gexf>\n";
  file.finish(rows);
}

}  // namespace stemma
