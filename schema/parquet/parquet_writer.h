#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "schema/utc_time.h"

namespace stemma {

/// What a column of a Parquet file holds.
enum class ParquetType {
  text,     ///< UTF-8
  integer,  ///< 64 bits, signed
  number,   ///< double
  flag,     ///< true or false
  time,     ///< milliseconds since 1970, UTC
  texts,    ///< list of text
};

struct ParquetColumn {
  std::string name;
  ParquetType type = ParquetType::text;
  bool nullable = true;
};

struct ParquetOptions {
  /// Of the file, in this order; readers show it as the schema's metadata.
  std::vector<std::pair<std::string, std::string>> metadata;
  std::size_t row_group = std::size_t{128} << 10U;  ///< Rows.
};

/// Writes one Parquet file, zstd-compressed, with dictionaries and statistics, row group by row
/// group: memory is that of one row group. The same rows, options and version of Arrow give the
/// same bytes. One thread at a time. Throws Error{storage} when Arrow fails; making one throws
/// Error{unavailable} where there is no Arrow. The sink must not throw.
class ParquetWriter {
 public:
  virtual ~ParquetWriter() = default;

  // One value for each column of a row, in any order of columns; then `end_row`. The type is that
  // of the column. Text that is not UTF-8 is written with U+FFFD for what is not.
  virtual void null(std::size_t column) = 0;
  virtual void text(std::size_t column, std::string_view value) = 0;
  virtual void integer(std::size_t column, std::int64_t value) = 0;
  virtual void number(std::size_t column, double value) = 0;
  virtual void flag(std::size_t column, bool value) = 0;
  virtual void time(std::size_t column, UnixSeconds value) = 0;
  virtual void texts(std::size_t column, std::span<const std::string_view> values) = 0;
  virtual void end_row() = 0;

  /// Writes what is left and the file's footer.
  virtual void close() = 0;
};

/// Takes the file's bytes, in order.
using ParquetSink = std::function<void(std::string_view bytes)>;
[[nodiscard]] std::unique_ptr<ParquetWriter> make_parquet_writer(
    const std::vector<ParquetColumn>& columns, const ParquetOptions& options, ParquetSink sink);

}  // namespace stemma
