// CSV as two tools want it: other names in the header, and nodes by number, since a live model and
// a gone one may bear the same name.

#include <fmt/format.h>

#include "api/export/formats.h"
#include "api/render/csv.h"

namespace stemma {
namespace {

std::string upper(std::string_view text) {
  std::string out{text};
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

std::string neo4j_header(const FieldInfo& field) {
  switch (field.type) {
    case FieldType::integer:
      return fmt::format("{}:long", field.name);
    case FieldType::number:
      return fmt::format("{}:double", field.name);
    case FieldType::flag:
      return fmt::format("{}:boolean", field.name);
    case FieldType::time:
      return fmt::format("{}:datetime", field.name);
    case FieldType::texts:
      return fmt::format("{}:string[]", field.name);
    default:
      return std::string{field.name};
  }
}

/// neo4j-admin parts the items of an array by a semicolon.
template <class Values>
void append_rest(std::string& out, const Values& values, char list_separator) {
  for (const Value& value : values) {
    out += ',';
    if (const auto* list = std::get_if<TextList>(&value); list != nullptr) {
      append_csv_value(out, fmt::format("{}", fmt::join(*list, std::string(1, list_separator))));
    } else {
      append_csv_value(out, value);
    }
  }
}

}  // namespace

void write_gephi(DumpSource& source, DumpFolder& folder) {
  const SnapshotView& view = source.view();
  std::uint64_t nodes = 0, edges = 0;
  {
    DumpText file{folder, "gephi/nodes.csv"};
    std::string& out = file.out();
    out = "Id,Label";
    for (const FieldInfo& field : infos_of<NodeRow>(kModelFields))
      if (field.name != "id") out += fmt::format(",{}", field.name);
    out += '\n';
    source.each_node([&](NodeId node) {
      ++nodes;
      const ModelValues values = source.rows().model_values(node);
      out += fmt::format("{},", source.place(node));
      append_csv_value(out, values[0]);
      append_rest(out, std::span{values}.subspan(1), ' ');
      out += '\n';
      file.pass();
    });
    file.finish(nodes);
  }
  DumpText file{folder, "gephi/edges.csv"};
  std::string& out = file.out();
  out = "Source,Target,Type,Label,Weight\n";
  source.each_edge([&](EdgeId edge, NodeId child) {
    ++edges;
    out += fmt::format("{},{},Directed,{},{}\n", source.place(view.parent[edge]),
                       source.place(child), to_string(view.relation[edge]), view.confidence[edge]);
    file.pass();
  });
  file.finish(edges);
}

void write_neo4j(DumpSource& source, DumpFolder& folder) {
  const SnapshotView& view = source.view();
  std::uint64_t nodes = 0, edges = 0;
  {
    DumpText file{folder, "neo4j/models.csv"};
    std::string& out = file.out();
    out = "node:ID";
    for (const FieldInfo& field : infos_of<NodeRow>(kModelFields))
      out += fmt::format(",{}", neo4j_header(field));
    out += ",:LABEL\n";
    source.each_node([&](NodeId node) {
      ++nodes;
      out += fmt::format("{}", source.place(node));
      append_rest(out, source.rows().model_values(node), ';');
      out += ",Model\n";
      file.pass();
    });
    file.finish(nodes);
  }
  DumpText file{folder, "neo4j/edges.csv"};
  std::string& out = file.out();
  out = ":START_ID,:END_ID,:TYPE";
  const FieldInfos fields = infos_of<EdgeRow>(kEdgeFields);
  // Behind the names of both ends and the relation.
  constexpr std::size_t kOwn = 3;
  for (std::size_t i = kOwn; i < fields.size(); ++i)
    out += fmt::format(",{}", neo4j_header(fields[i]));
  out += '\n';
  source.each_edge([&](EdgeId edge, NodeId child) {
    ++edges;
    out += fmt::format("{},{},{}", source.place(view.parent[edge]), source.place(child),
                       upper(to_string(view.relation[edge])));
    const EdgeValues values = source.rows().edge_values(edge, child);
    append_rest(out, std::span{values}.subspan(kOwn), ';');
    out += '\n';
    file.pass();
  });
  file.finish(edges);
}

}  // namespace stemma
