#include "index/store_keys.h"

#include "index/packing.h"
#include "schema/bytes.h"

namespace stemma {
namespace {

constexpr std::uint8_t kValueVersion = 1;
enum SnapshotFlag : std::uint8_t { kComplete = 1, kPartial = 2, kGenerated = 4 };

}  // namespace

std::string encode_published(const PublishedSnapshot& snapshot) {
  std::string out;
  ByteWriter writer{out};
  writer.byte(kValueVersion);
  writer.varint(snapshot.number);
  writer.signed_varint(snapshot.observed_at);
  writer.byte(static_cast<std::uint8_t>((snapshot.complete ? kComplete : 0) |
                                        (snapshot.partial ? kPartial : 0) |
                                        (snapshot.generated ? kGenerated : 0)));
  writer.text(snapshot.scope);
  writer.text(snapshot.source);
  writer.signed_varint(snapshot.run);
  writer.varint(snapshot.asked);
  writer.varint(snapshot.documents);
  writer.varint(snapshot.rejected_documents);
  return out;
}

std::optional<PublishedSnapshot> decode_published(std::string_view bytes) {
  ByteReader reader{bytes};
  if (reader.byte() != kValueVersion) return std::nullopt;
  PublishedSnapshot snapshot;
  snapshot.number = static_cast<SnapshotNumber>(reader.varint());
  snapshot.observed_at = reader.signed_varint();
  const std::uint8_t flags = reader.byte();
  snapshot.complete = (flags & kComplete) != 0;
  snapshot.partial = (flags & kPartial) != 0;
  snapshot.generated = (flags & kGenerated) != 0;
  snapshot.scope = reader.text();
  snapshot.source = reader.text();
  snapshot.run = reader.signed_varint();
  snapshot.asked = static_cast<FieldSet>(reader.varint());
  snapshot.documents = reader.varint();
  snapshot.rejected_documents = reader.varint();
  if (!reader.ok() || !reader.at_end()) return std::nullopt;
  return snapshot;
}

std::string encode_lookup(const Lookup& lookup) {
  std::string out;
  ByteWriter writer{out};
  writer.byte(kValueVersion);
  writer.byte(static_cast<std::uint8_t>(lookup.result));
  writer.signed_varint(lookup.asked_at);
  writer.text(lookup.target);
  writer.raw(lookup.target_id.bytes.data(), lookup.target_id.bytes.size());
  return out;
}

std::optional<Lookup> decode_lookup(std::string_view bytes) {
  ByteReader reader{bytes};
  if (reader.byte() != kValueVersion) return std::nullopt;
  Lookup lookup;
  lookup.result = static_cast<Lookup::Result>(reader.byte());
  lookup.asked_at = reader.signed_varint();
  lookup.target = reader.text();
  reader.raw(lookup.target_id.bytes);
  if (!reader.ok() || !reader.at_end() || lookup.result > Lookup::Result::absent)
    return std::nullopt;
  return lookup;
}

std::string encode_seen(const std::vector<bool>& seen) {
  std::string bits;
  ByteWriter{bits}.varint(seen.size());
  const std::size_t head = bits.size();
  bits.resize(head + (seen.size() + 7) / 8);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (seen[i]) bits[head + i / 8] = static_cast<char>(bits[head + i / 8] | 1 << (i % 8));
  }
  return compress(bits, 3);
}

std::optional<std::vector<bool>> decode_seen(std::string_view bytes) {
  const auto bits = decompress(bytes);
  if (!bits) return std::nullopt;
  ByteReader reader{*bits};
  const std::uint64_t count = reader.varint();
  const std::string_view body = reader.rest();
  if (!reader.ok() || body.size() != (count + 7) / 8) return std::nullopt;
  std::vector<bool> seen(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < seen.size(); ++i)
    seen[i] = (static_cast<unsigned>(body[i / 8]) >> (i % 8) & 1U) != 0;
  return seen;
}

}  // namespace stemma
