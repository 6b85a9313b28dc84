#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schema/model_record.h"

namespace stemma {

/// Where the raw document of a version lies: which pack of its snapshot and which document in the pack.
struct DocumentRef {
  std::uint32_t pack = 0;
  std::uint32_t index = 0;
};

/// One version of a model: its record from one snapshot on, until the next version. The value of the column family
/// `versions`; the bytes are described in schema/KEYS.md.
struct ModelVersion {
  std::uint64_t document_hash = 0;  ///< Of the raw document without its counts.
  DocumentRef document;
  ModelRecord record;
};

/// Appends the encoded version to `out`.
void encode_version(const ModelVersion& version, std::string& out);

/// nullopt when the bytes are damaged or of a value version that this program does not know. The record's strings are
/// views into `bytes`.
[[nodiscard]] std::optional<ModelVersion> decode_version(std::string_view bytes);

}  // namespace stemma
