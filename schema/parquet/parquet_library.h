#pragma once

#include <memory>
#include <string>
#include <vector>

#include "schema/parquet/parquet_reader.h"
#include "schema/parquet/parquet_writer.h"

namespace stemma {

/// What the shared library `stemma_parquet.so` gives: all that knows Apache Arrow. It is loaded
/// when it is first needed, and apart from everything else: Arrow's libraries, as PyPI has them,
/// carry other versions of simdjson, OpenSSL and protobuf under the names that the system's have,
/// and linked to the program each would take the other's for its own.
class ParquetLibrary {
 public:
  virtual ~ParquetLibrary() = default;
  [[nodiscard]] virtual std::string version() const = 0;
  [[nodiscard]] virtual std::unique_ptr<ParquetWriter> writer(
      const std::vector<ParquetColumn>& columns, const ParquetOptions& options,
      ParquetSink sink) const = 0;
  [[nodiscard]] virtual std::unique_ptr<ParquetReader> reader(
      const std::string& file, const ParquetDocument& document) const = 0;
};

/// The one function that it exports has C linkage, this name and this type.
inline constexpr const char* kParquetEntry = "stemma_parquet_library";
using ParquetEntry = const ParquetLibrary* (*)();

/// Whether Parquet can be read and written: "26.0.1" of Arrow, empty where not.
[[nodiscard]] std::string arrow_version();
/// Throws Error{unavailable} that tells how to get it, where not.
void require_arrow();

}  // namespace stemma
