#include <fmt/format.h>

#include "api/export/formats.h"
#include "schema/parquet/parquet_writer.h"

namespace stemma {
namespace {

/// A file of the flavour `graph`.
class GraphFile {
 public:
  GraphFile(DumpSource& source, DumpFolder& folder, std::string_view table,
            const std::vector<ParquetColumn>& columns)
      : file_{folder, name(source, table), true},
        writer_{make_parquet_writer(columns, {},
                                    [this](std::string_view bytes) { file_.out() += bytes; })} {}

  ParquetWriter& writer() noexcept { return *writer_; }
  void end_row() {
    ++rows_;
    writer_->end_row();
    file_.pass();
  }
  void finish() {
    writer_->close();
    file_.finish(rows_);
  }

 private:
  static std::string name(DumpSource& source, std::string_view table) {
    return fmt::format("graph/{0}/snapshot={1}/{0}.parquet", table,
                       format_utc(source.view().total().observed_at).substr(0, 10));
  }

  DumpText file_;
  std::unique_ptr<ParquetWriter> writer_;
  std::uint64_t rows_ = 0;
};

}  // namespace

void write_parquet_graph(DumpSource& source, DumpFolder& folder) {
  const SnapshotView& view = source.view();
  {
    GraphFile file{source,
                   folder,
                   "vertices",
                   {{"id", ParquetType::integer, false},
                    {"name", ParquetType::text, false},
                    {"state", ParquetType::text, false},
                    {"downloads", ParquetType::integer, true}}};
    source.each_node([&](NodeId node) {
      ParquetWriter& row = file.writer();
      row.integer(0, source.place(node));
      row.text(1, view.name(node));
      row.text(2, to_string(view.state[node]));
      if (view.downloads[node] == kUnknownCount) {
        row.null(3);
      } else {
        row.integer(3, view.downloads[node]);
      }
      file.end_row();
    });
    file.finish();
  }
  {
    GraphFile file{source,
                   folder,
                   "edges",
                   {{"src", ParquetType::integer, false},
                    {"dst", ParquetType::integer, false},
                    {"relation", ParquetType::text, false}}};
    source.each_edge([&](EdgeId edge, NodeId child) {
      ParquetWriter& row = file.writer();
      row.integer(0, source.place(view.parent[edge]));
      row.integer(1, source.place(child));
      row.text(2, to_string(view.relation[edge]));
      file.end_row();
    });
    file.finish();
  }
  // As webgraph and most tools for large graphs read it: numbers of both ends, by source.
  DumpText arcs{folder, "graph/arcs.tsv"};
  std::uint64_t rows = 0;
  source.each_node([&](NodeId node) {
    for (std::uint32_t i = view.child_begin[node]; i < view.child_begin[node + 1]; ++i) {
      if (!source.has(view.child[i])) continue;
      ++rows;
      fmt::format_to(std::back_inserter(arcs.out()), "{}\t{}\n", source.place(node),
                     source.place(view.child[i]));
    }
    arcs.pass();
  });
  arcs.finish(rows);
}

}  // namespace stemma
