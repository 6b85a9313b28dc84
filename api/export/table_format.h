#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "api/fields/field.h"

namespace stemma {

/// Writes the rows of one table in one format. What is ready is appended to `out`, which the caller
/// empties when it likes. One thread at a time.
class TableFormat {
 public:
  virtual ~TableFormat() = default;
  virtual void begin(const FieldInfos& columns, std::string& out) = 0;
  /// One value a column; texts must live until this returns.
  virtual void add(std::span<const Value> row, std::string& out) = 0;
  virtual void end(std::string& out) = 0;
};

/// A format of dumps; `models` becomes the file `models.NAME`.
struct DumpFormat {
  std::string_view name;
  std::unique_ptr<TableFormat> (*make)();
};
/// All of them.
[[nodiscard]] std::span<const DumpFormat> dump_formats() noexcept;
/// Throws Error{usage} that names the formats there are.
[[nodiscard]] const DumpFormat& parse_dump_format(std::string_view name);
/// "csv and ndjson"
[[nodiscard]] std::string dump_format_names();

// One file each.
[[nodiscard]] std::unique_ptr<TableFormat> make_csv_format();
[[nodiscard]] std::unique_ptr<TableFormat> make_ndjson_format();

}  // namespace stemma
