#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <string>

#include "crawler/document_reader.h"

namespace stemma {

/// Whether the file begins as Parquet files do. False for what cannot be opened and for pipes, of
/// which nothing is read.
[[nodiscard]] bool is_parquet(const std::string& file);

/// What a Parquet file of hub models did not give.
struct ParquetGaps {
  /// Columns of fields that documents have, whose type cannot be read.
  std::map<std::string, std::uint64_t> unreadable;  ///< With the number of rows.
};

/// The rows of a Parquet file as documents of the hub, in the form of the public weekly snapshots:
/// columns are found by name, whatever columns and types are there
/// (https://huggingface.co/datasets/cfahlgren1/hub-stats). Chunks are as those of each_chunk, a
/// document a line, numbered by row from 1. Throws as ParquetReader does, and Error{corrupt} where
/// there is neither `_id` nor `id`.
ParquetGaps each_parquet_chunk(const std::string& file, std::size_t chunk_bytes,
                               const std::function<void(DocumentChunk&&)>& visit);

}  // namespace stemma
