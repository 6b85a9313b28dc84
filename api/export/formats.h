#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "api/export/dump_folder.h"
#include "api/export/dump_source.h"
#include "api/export/table_format.h"

namespace stemma {

/// A format of dumps: either one of tables, a file each, or one that writes its own files.
struct DumpFormat {
  std::string_view name;
  std::string_view meaning;  ///< In a few words, for help and SCHEMA.md.
  std::unique_ptr<TableFormat> (*make)() = nullptr;
  bool all_tables = false;  ///< Else models and edges alone.
  /// Each snapshot in a folder `TABLE/snapshot=YYYY-MM-DD/`, so that those of many nights are one
  /// table.
  bool partitioned = false;
  void (*write)(DumpSource&, DumpFolder&) = nullptr;
  /// Throws Error{unavailable} or Error{usage} where it cannot be written; may be null. Asked
  /// before anything is written.
  void (*require)(DumpSource&) = nullptr;
};

/// All of them.
[[nodiscard]] std::span<const DumpFormat> dump_formats() noexcept;
/// Throws Error{usage} that names the formats there are.
[[nodiscard]] const DumpFormat& parse_dump_format(std::string_view name);
/// "csv, ndjson and parquet"
[[nodiscard]] std::string dump_format_names();

/// Writes the tables of a format.
void write_tables(DumpSource& source, const DumpFormat& format, DumpFolder& folder);

// One file each.
void write_parquet_graph(DumpSource& source, DumpFolder& folder);
void write_graphml(DumpSource& source, DumpFolder& folder);
void write_gexf(DumpSource& source, DumpFolder& folder);
void write_dot(DumpSource& source, DumpFolder& folder);
void write_sqlite(DumpSource& source, DumpFolder& folder);
void write_csr(DumpSource& source, DumpFolder& folder);
void write_gephi(DumpSource& source, DumpFolder& folder);
void write_neo4j(DumpSource& source, DumpFolder& folder);
void write_prov(DumpSource& source, DumpFolder& folder);
void write_cyclonedx(DumpSource& source, DumpFolder& folder);
void write_croissant(DumpSource& source, DumpFolder& folder);
void require_few_nodes(DumpSource& source);  ///< For dot.
void require_one_model(DumpSource& source);  ///< For prov and cyclonedx.

}  // namespace stemma
