#include <bit>
#include <cstring>

#include "api/export/formats.h"
#include "schema/text.h"

namespace stemma {
namespace {

static_assert(std::endian::native == std::endian::little, "the file is little-endian");

template <class T>
void append_raw(std::string& out, T value) {
  const auto at = out.size();
  out.resize(at + sizeof value);
  std::memcpy(out.data() + at, &value, sizeof value);
}

}  // namespace

// The layout is told in schema_text.cc, for the SCHEMA.md of each dump.
void write_csr(DumpSource& source, DumpFolder& folder) {
  const SnapshotView& view = source.view();
  const auto each_child = [&](NodeId parent, const auto& visit) {
    for (std::uint32_t i = view.child_begin[parent]; i < view.child_begin[parent + 1]; ++i) {
      if (source.has(view.child[i])) visit(i);
    }
  };
  std::uint64_t nodes = 0, edges = 0;
  source.each_node([&](NodeId node) {
    ++nodes;
    each_child(node, [&](std::uint32_t) { ++edges; });
  });
  {
    DumpText file{folder, "graph.csr"};
    std::string& out = file.out();
    out = "STEMCSR1";
    append_raw(out, nodes);
    append_raw(out, edges);
    std::uint64_t offset = 0;
    append_raw(out, offset);
    source.each_node([&](NodeId node) {
      each_child(node, [&](std::uint32_t) { ++offset; });
      append_raw(out, offset);
      file.pass();
    });
    const auto each_entry = [&](const auto& visit) {
      source.each_node([&](NodeId node) {
        each_child(node, visit);
        file.pass();
      });
    };
    each_entry([&](std::uint32_t i) { append_raw(out, source.place(view.child[i])); });
    each_entry([&](std::uint32_t i) { append_raw(out, view.confidence[view.child_edge[i]]); });
    each_entry([&](std::uint32_t i) {
      append_raw(out, static_cast<std::uint8_t>(view.relation[view.child_edge[i]]));
    });
    source.each_node([&](NodeId node) {
      append_raw(out, static_cast<std::uint8_t>(view.state[node]));
      file.pass();
    });
    file.finish(nodes + edges);
  }
  DumpText ids{folder, "graph.ids.tsv"};
  source.each_node([&](NodeId node) {
    ids.out() += view.name(node);
    ids.out() += '\t';
    if (!view.hub_id[node].empty()) ids.out() += view.hub_id[node].hex();
    ids.out() += '\n';
    ids.pass();
  });
  ids.finish(nodes);
}

}  // namespace stemma
