#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "api/fields/field.h"
#include "schema/snapshot_sections.h"

namespace stemma {

/// What a file of a table is.
struct TableInfo {
  std::string_view table;
  FieldInfos columns;
  SnapshotNumber snapshot = 0;
  UnixSeconds observed_at = 0;
};

/// Writes the rows of one table in one format. What is ready is appended to `out`, which the caller
/// empties when it likes. One thread at a time.
class TableFormat {
 public:
  virtual ~TableFormat() = default;
  virtual void begin(const TableInfo& info, std::string& out) = 0;
  /// One value a column; texts must live until this returns.
  virtual void add(std::span<const Value> row, std::string& out) = 0;
  virtual void end(std::string& out) = 0;
};

// One file each.
[[nodiscard]] std::unique_ptr<TableFormat> make_csv_format();
[[nodiscard]] std::unique_ptr<TableFormat> make_ndjson_format();
[[nodiscard]] std::unique_ptr<TableFormat> make_parquet_format();

}  // namespace stemma
