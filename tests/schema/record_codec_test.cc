#include "schema/record_codec.h"

#include <random>

#include "schema/bytes.h"
#include "tests/support/catch.h"

namespace stemma {
namespace {

HubId id_of(const char* hex) { return *HubId::parse(hex); }

ModelVersion full_version() {
  ModelVersion version;
  version.document_hash = 0xfedcba9876543210;
  version.document = {.pack = 7, .index = 4'000'000'000};
  ModelRecord& record = version.record;
  record.id = id_of("0123456789abcdef01234567");
  record.name = "acme/tiny";
  record.author = "acme";
  record.created_at = -1;
  record.last_modified = 1709210096;
  record.license_tag = "mit";
  record.license_card = "apache-2.0";
  record.pipeline_tag = "text-generation";
  record.library_name = "transformers";
  record.sha = "abc";
  record.gated = Gated::manual;
  record.disabled = true;
  record.parameters_safetensors = 7'000'000'000;
  record.parameters_gguf = 0;
  record.model_type = "qwen2";
  record.gguf_architecture = "llama";
  record.license_name = "qwen-research";
  record.claims = {
      {ClaimSource::base_models, Relation::quantized, id_of("aaaaaaaaaaaaaaaaaaaaaaaa"),
       "acme/base"},
      {ClaimSource::inferred, Relation::unspecified, {}, ""},
      {ClaimSource::card, Relation::merge, {}, " acme/\xc3\xa4 \n"},
  };
  record.known = kAuthor | kLikes | kTags;
  return version;
}

std::string encoded(const ModelVersion& version) {
  std::string bytes;
  encode_version(version, bytes);
  return bytes;
}

bool same(const ModelVersion& a, const ModelVersion& b) {
  return a.document_hash == b.document_hash && a.document.pack == b.document.pack &&
         a.document.index == b.document.index && a.record == b.record;
}

TEST_CASE("a version is read back as it was written", "[schema][record_codec]") {
  const ModelVersion full = full_version();
  const std::string bytes = encoded(full);
  const auto back = decode_version(bytes);
  REQUIRE(back);
  CHECK(same(*back, full));

  ModelVersion bare;
  bare.record.name = "gpt2";
  const std::string bare_bytes = encoded(bare);
  const auto bare_back = decode_version(bare_bytes);
  REQUIRE(bare_back);
  CHECK(same(*bare_back, bare));
  CHECK(bare_back->record.created_at == kUnknownTime);
  CHECK(bare_back->record.parameters_gguf == kUnknownCount);
}

TEST_CASE("encoding appends", "[schema][record_codec]") {
  std::string bytes = "before";
  encode_version(full_version(), bytes);
  CHECK(bytes == "before" + encoded(full_version()));
}

TEST_CASE("texts are views into the bytes", "[schema][record_codec]") {
  const std::string bytes = encoded(full_version());
  const auto version = decode_version(bytes);
  REQUIRE(version);
  for (const std::string_view text : {version->record.name, version->record.claims[2].text}) {
    CHECK(text.data() >= bytes.data());
    CHECK(text.data() + text.size() <= bytes.data() + bytes.size());
  }
}

TEST_CASE("bytes that are cut off, run on or are of another version are refused",
          "[schema][record_codec]") {
  const std::string bytes = encoded(full_version());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    // A copy of its own, so that a sanitizer sees a read past its end.
    const std::vector<char> cut{bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)};
    CHECK_FALSE(decode_version({cut.data(), cut.size()}));
  }
  CHECK_FALSE(decode_version(bytes + '\0'));
  std::string other = bytes;
  for (const char version : {'\0', '\3', '\xFF'}) {
    other[0] = version;
    CHECK_FALSE(decode_version(other));
  }
}

TEST_CASE("the version before architectures were kept is still read", "[schema][record_codec]") {
  ModelVersion version = full_version();
  version.record.model_type = {};
  version.record.gguf_architecture = {};
  version.record.license_name = {};
  version.record.claims.clear();
  std::string bytes = encoded(version);
  // The same without the three empty texts before the number of claims, which end it.
  REQUIRE(bytes.substr(bytes.size() - 4) == std::string(4, '\0'));
  bytes.resize(bytes.size() - 3);
  bytes[0] = 1;
  const auto back = decode_version(bytes);
  REQUIRE(back);
  CHECK(same(*back, version));
  CHECK(version_head(bytes).ok);
}

TEST_CASE("damaged bytes are refused or give values in range", "[schema][record_codec]") {
  const std::string bytes = encoded(full_version());
  std::mt19937 random{99};
  std::size_t accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string damaged = bytes;
    const auto hits = 1 + random() % 4;
    for (unsigned i = 0; i < hits; ++i)
      damaged[random() % damaged.size()] = static_cast<char>(random());
    const auto version = decode_version(damaged);
    if (!version) continue;
    ++accepted;
    REQUIRE(version->record.gated <= Gated::manual);
    for (const Claim& claim : version->record.claims) {
      REQUIRE(claim.source <= ClaimSource::inferred);
      REQUIRE(claim.relation <= Relation::quantized);
    }
    // What was read can be written and read again.
    const std::string again = encoded(*version);
    const auto back = decode_version(again);
    REQUIRE(back);
    REQUIRE(back->record == version->record);
  }
  CHECK(accepted > 100);  // damage inside a text cannot be seen here
}

TEST_CASE("noise never crashes", "[schema][record_codec]") {
  std::mt19937 random{7};
  for (int round = 0; round < 20000; ++round) {
    std::string noise(random() % 80, '\0');
    for (char& c : noise) c = static_cast<char>(random());
    if (!noise.empty()) noise[0] = 1;
    if (const auto version = decode_version(noise)) CHECK(version->record.claims.size() < 80);
  }
}

TEST_CASE("numbers of any size survive", "[schema][bytes]") {
  const std::vector<std::int64_t> values{0,
                                         1,
                                         -1,
                                         63,
                                         64,
                                         -64,
                                         -65,
                                         127,
                                         128,
                                         std::numeric_limits<std::int64_t>::max(),
                                         std::numeric_limits<std::int64_t>::min()};
  std::string bytes;
  ByteWriter writer{bytes};
  for (const std::int64_t value : values) {
    writer.signed_varint(value);
    writer.varint(static_cast<std::uint64_t>(value));
  }
  ByteReader reader{bytes};
  for (const std::int64_t value : values) {
    CHECK(reader.signed_varint() == value);
    CHECK(reader.varint() == static_cast<std::uint64_t>(value));
  }
  CHECK(reader.ok());
  CHECK(reader.at_end());
  CHECK(reader.byte() == 0);
  CHECK_FALSE(reader.ok());
}

TEST_CASE("a varint that never ends and a text that is too long are refused", "[schema][bytes]") {
  ByteReader endless{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"};
  CHECK(endless.varint() == 0);
  CHECK_FALSE(endless.ok());
  ByteReader longer{
      "\x05"
      "abc"};
  CHECK(longer.text().empty());
  CHECK_FALSE(longer.ok());
}

}  // namespace
}  // namespace stemma
