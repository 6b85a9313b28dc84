#include "api/export/formats.h"

#include <fmt/format.h>

#include "schema/error.h"
#include "schema/parquet/parquet_library.h"

namespace stemma {
namespace {

void require_parquet(DumpSource&) { require_arrow(); }

constexpr DumpFormat kFormats[] = {
    {.name = "csv", .meaning = "models and edges, RFC 4180", .make = &make_csv_format},
    {.name = "ndjson",
     .meaning = "models and edges, a JSON object a line",
     .make = &make_ndjson_format},
    {.name = "parquet",
     .meaning = "all tables, by snapshot; zstd inside",
     .make = &make_parquet_format,
     .all_tables = true,
     .partitioned = true,
     .require = &require_parquet},
    {.name = "parquet-graph",
     .meaning = "vertices and edges by number, as GraphFrames and Spark read them, and arcs.tsv",
     .write = &write_parquet_graph,
     .require = &require_parquet},
    {.name = "sqlite", .meaning = "all tables in one indexed file", .write = &write_sqlite},
    {.name = "graphml", .meaning = "for networkx, igraph, yEd", .write = &write_graphml},
    {.name = "gexf", .meaning = "for Gephi, with births and deaths", .write = &write_gexf},
    {.name = "dot",
     .meaning = "for Graphviz, up to 5,000 nodes",
     .write = &write_dot,
     .require = &require_few_nodes},
    {.name = "csr", .meaning = "binary adjacency arrays, for numpy and for C", .write = &write_csr},
    {.name = "gephi", .meaning = "CSV with the headers that Gephi wants", .write = &write_gephi},
    {.name = "neo4j",
     .meaning = "CSV with the headers that neo4j-admin wants",
     .write = &write_neo4j},
    {.name = "prov",
     .meaning = "ancestry of one model as PROV-O, JSON-LD",
     .write = &write_prov,
     .require = &require_one_model},
    {.name = "cyclonedx",
     .meaning = "ancestry of one model as a CycloneDX 1.6 ML-BOM",
     .write = &write_cyclonedx,
     .require = &require_one_model},
    {.name = "croissant",
     .meaning = "croissant.json and README.md, which describe the tables written beside them",
     .write = &write_croissant},
};

}  // namespace

std::span<const DumpFormat> dump_formats() noexcept { return kFormats; }

std::string dump_format_names() {
  std::string names;
  for (std::size_t i = 0; i < std::size(kFormats); ++i) {
    if (i > 0) names += i + 1 == std::size(kFormats) ? " and " : ", ";
    names += kFormats[i].name;
  }
  return names;
}

const DumpFormat& parse_dump_format(std::string_view name) {
  for (const DumpFormat& format : kFormats) {
    if (format.name == name) return format;
  }
  throw Error{ErrorKind::usage,
              fmt::format("'{}' is no format of dumps; there are {}", name, dump_format_names())};
}

}  // namespace stemma
