#pragma once

#include "schema/parquet/parquet_library.h"

namespace stemma {

// Within stemma_parquet.so.
[[nodiscard]] std::unique_ptr<ParquetWriter> make_arrow_writer(
    const std::vector<ParquetColumn>& columns, const ParquetOptions& options, ParquetSink sink);
[[nodiscard]] std::unique_ptr<ParquetReader> make_arrow_reader(const std::string& file,
                                                               const ParquetDocument& document);

}  // namespace stemma
