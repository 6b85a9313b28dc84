#pragma once

#include <string>
#include <utility>

#include "api/chunk_source.h"
#include "api/fields/answer_parts.h"
#include "api/render/json_fields.h"
#include "index/snapshot_file.h"

namespace stemma {

/// `count` rows one a line, a few hundred a piece, closed by a line that tells their number: a
/// stream without it was cut. `row_at(i)` makes row i and holds what its rows refer to.
template <class Row, class RowAt>
[[nodiscard]] ChunkSource ndjson(FieldList<Row> fields, SnapshotHandle snapshot, std::size_t count,
                                 RowAt row_at) {
  constexpr std::size_t kLinesAPiece = 500;
  return [fields, snapshot = std::move(snapshot), count, row_at = std::move(row_at),
          next = std::size_t{0}, ended = false](std::string& out) mutable {
    if (ended) return false;
    JsonWriter json;
    for (std::size_t i = 0; i < kLinesAPiece && next < count; ++i, ++next)
      write_line<Row>(json, fields, row_at(next));
    if (next == count) {
      write_line<EndRow>(json, end_fields(), {*snapshot, count});
      ended = true;
    }
    out += json.take();
    return true;
  };
}

}  // namespace stemma
