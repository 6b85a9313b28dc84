#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stemma {

/// Which columns become fields of a document, and how; the rest is left.
struct ParquetDocument {
  std::span<const std::string_view> fields;
  /// Of these, texts that begin like an object or an array are JSON already, and go into the
  /// document as they stand; what only begins like it is left out.
  std::span<const std::string_view> json;
  /// Of these, texts are times; one without a zone is UTC.
  std::span<const std::string_view> times;
};

/// Reads a Parquet file as JSON documents, one a row: a column by its name, whatever its physical
/// type. Structs become objects, lists arrays, times RFC 3339 in UTC (what has no time zone is
/// taken as UTC), dates their first moment, dictionaries their values; nulls, binary that is not
/// UTF-8 and numbers that JSON does not have are left out. Memory is that of one batch of rows and
/// of the pages that it is read from, whatever the file's size. One thread at a time; Arrow uses
/// one more. Opening throws Error{unavailable} where there is no Arrow, Error{usage} when the file
/// cannot be opened, Error{corrupt} when it is no Parquet file or is damaged, naming it.
class ParquetReader {
 public:
  virtual ~ParquetReader() = default;

  /// The columns that are read, and those that are there and are not, in the file's order.
  [[nodiscard]] virtual const std::vector<std::string>& read_columns() const = 0;
  [[nodiscard]] virtual const std::vector<std::string>& other_columns() const = 0;
  /// How many the file says that it has.
  [[nodiscard]] virtual std::uint64_t rows() const = 0;

  /// Appends the documents of the next batch to `lines`, one a line, in the file's order; false
  /// when there are no more.
  [[nodiscard]] virtual bool next(std::string& lines) = 0;
};

[[nodiscard]] std::unique_ptr<ParquetReader> open_parquet(const std::string& file,
                                                          const ParquetDocument& document);

}  // namespace stemma
