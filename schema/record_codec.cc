#include "schema/record_codec.h"

#include "schema/bytes.h"

namespace stemma {
namespace {

constexpr std::uint8_t kValueVersion = 2;
constexpr std::uint8_t kOldestVersion = 1;  // without model_type, gguf_architecture, license_name
constexpr bool readable(std::uint8_t version) noexcept {
  return version >= kOldestVersion && version <= kValueVersion;
}
constexpr std::size_t kDocumentOffset = 1 + sizeof(std::uint64_t);

void put_optional(ByteWriter& out, std::int64_t value, std::int64_t unknown) {
  out.byte(value == unknown ? 0 : 1);
  if (value != unknown) out.signed_varint(value);
}

std::int64_t get_optional(ByteReader& in, std::int64_t unknown) {
  return in.byte() == 0 ? unknown : in.signed_varint();
}

}  // namespace

void encode_version(const ModelVersion& version, std::string& out) {
  const ModelRecord& record = version.record;
  ByteWriter writer{out};
  writer.byte(kValueVersion);
  writer.raw(&version.document_hash, sizeof version.document_hash);
  writer.raw(&version.document, sizeof version.document);
  writer.raw(&record.known, sizeof record.known);
  writer.raw(record.id.bytes.data(), record.id.bytes.size());
  writer.text(record.name);
  writer.text(record.author);
  put_optional(writer, record.created_at, kUnknownTime);
  put_optional(writer, record.last_modified, kUnknownTime);
  writer.text(record.license_tag);
  writer.text(record.license_card);
  writer.text(record.pipeline_tag);
  writer.text(record.library_name);
  writer.text(record.sha);
  writer.byte(static_cast<std::uint8_t>(record.gated));
  writer.byte(record.disabled ? 1 : 0);
  put_optional(writer, record.parameters_safetensors, kUnknownCount);
  put_optional(writer, record.parameters_gguf, kUnknownCount);
  writer.text(record.model_type);
  writer.text(record.gguf_architecture);
  writer.text(record.license_name);
  writer.varint(record.claims.size());
  for (const Claim& claim : record.claims) {
    writer.byte(static_cast<std::uint8_t>(static_cast<unsigned>(claim.source) << 4U |
                                          static_cast<unsigned>(claim.relation)));
    writer.byte(claim.parent_id.empty() ? 0 : 1);
    if (!claim.parent_id.empty())
      writer.raw(claim.parent_id.bytes.data(), claim.parent_id.bytes.size());
    writer.text(claim.text);
  }
}

VersionHead version_head(std::string_view bytes) {
  VersionHead head;
  ByteReader reader{bytes};
  if (!readable(reader.byte())) return head;
  reader.raw(head.document_hash);
  reader.raw(head.document);
  reader.raw(head.known);
  reader.raw(head.id.bytes);
  head.ok = reader.ok();
  return head;
}

void patch_version(std::string& out, std::size_t at, DocumentRef document, FieldSet known) {
  static_assert(sizeof(DocumentRef) == 12);
  std::memcpy(out.data() + at + kDocumentOffset, &document, sizeof document);
  std::memcpy(out.data() + at + kDocumentOffset + sizeof document, &known, sizeof known);
}

std::optional<ModelVersion> decode_version(std::string_view bytes) {
  ByteReader reader{bytes};
  const std::uint8_t value_version = reader.byte();
  if (!readable(value_version)) return std::nullopt;
  ModelVersion version;
  ModelRecord& record = version.record;
  reader.raw(version.document_hash);
  reader.raw(version.document);
  reader.raw(record.known);
  reader.raw(record.id.bytes);
  record.name = reader.text();
  record.author = reader.text();
  record.created_at = get_optional(reader, kUnknownTime);
  record.last_modified = get_optional(reader, kUnknownTime);
  record.license_tag = reader.text();
  record.license_card = reader.text();
  record.pipeline_tag = reader.text();
  record.library_name = reader.text();
  record.sha = reader.text();
  record.gated = static_cast<Gated>(reader.byte());
  record.disabled = reader.byte() != 0;
  record.parameters_safetensors = get_optional(reader, kUnknownCount);
  record.parameters_gguf = get_optional(reader, kUnknownCount);
  if (value_version > kOldestVersion) {
    record.model_type = reader.text();
    record.gguf_architecture = reader.text();
    record.license_name = reader.text();
  }
  const std::uint64_t claims = reader.varint();
  if (claims > reader.rest().size()) return std::nullopt;  // a claim takes at least three bytes
  record.claims.reserve(static_cast<std::size_t>(claims));
  for (std::uint64_t i = 0; i < claims && reader.ok(); ++i) {
    Claim claim;
    const std::uint8_t packed = reader.byte();
    claim.source = static_cast<ClaimSource>(packed >> 4U);
    claim.relation = static_cast<Relation>(packed & 15U);
    if (claim.source > ClaimSource::inferred || claim.relation > Relation::quantized)
      return std::nullopt;
    if (reader.byte() != 0) reader.raw(claim.parent_id.bytes);
    claim.text = reader.text();
    record.claims.push_back(claim);
  }
  if (!reader.ok() || !reader.at_end() || record.gated > Gated::manual) return std::nullopt;
  return version;
}

}  // namespace stemma
