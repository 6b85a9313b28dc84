#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schema/model_record.h"

namespace stemma {

/// Where the raw document of a version lies: which pack of which snapshot and which document in the
/// pack. The snapshot is older than the version's own where the version came about without a new
/// document.
struct DocumentRef {
  std::uint32_t snapshot = 0;
  std::uint32_t pack = 0;
  std::uint32_t index = 0;
};

/// One version of a model: its record from one snapshot on, until the next version. The value of
/// the column family `versions`; the bytes are described in schema/KEYS.md.
struct ModelVersion {
  std::uint64_t document_hash = 0;  ///< Of the raw document without its counts.
  DocumentRef document;
  ModelRecord record;
};

/// Appends the encoded version to `out`.
void encode_version(const ModelVersion& version, std::string& out);

/// nullopt when the bytes are damaged or of a value version that this program does not know. The
/// record's strings are views into `bytes`.
[[nodiscard]] std::optional<ModelVersion> decode_version(std::string_view bytes);

/// The fixed-size front of an encoded version, read without decoding the rest. `ok` is false for
/// damaged bytes.
struct VersionHead {
  bool ok = false;
  std::uint64_t document_hash = 0;
  DocumentRef document;
  FieldSet known = 0;
  HubId id;
};
[[nodiscard]] VersionHead version_head(std::string_view bytes);

/// Sets the document and the known fields of the version encoded at `out[at...]`: what is only
/// settled after encoding.
void patch_version(std::string& out, std::size_t at, DocumentRef document, FieldSet known);

}  // namespace stemma
