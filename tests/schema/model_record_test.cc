#include "schema/model_record.h"

#include "tests/support/catch.h"

namespace stemma {
namespace {

Claim claim(ClaimSource source, const char* text) {
  return {source, Relation::unspecified, {}, text};
}

ModelRecord before() {
  ModelRecord record;
  record.name = "old/name";
  record.author = "old";
  record.created_at = 1;
  record.last_modified = 2;
  record.license_tag = "mit";
  record.license_card = "apache-2.0";
  record.license_name = "some-license";
  record.model_type = "qwen2";
  record.gguf_architecture = "qwen2";
  record.pipeline_tag = "text-generation";
  record.library_name = "transformers";
  record.sha = "abc";
  record.gated = Gated::manual;
  record.disabled = true;
  record.parameters_safetensors = 3;
  record.parameters_gguf = 4;
  record.claims = {claim(ClaimSource::base_models, "a"), claim(ClaimSource::tag, "b"),
                   claim(ClaimSource::card, "c"), claim(ClaimSource::peft, "d"),
                   claim(ClaimSource::curated, "e")};
  record.known = kAuthor | kTags;
  return record;
}

std::vector<std::string> texts(const ModelRecord& record) {
  std::vector<std::string> result;
  for (const Claim& one : record.claims) result.emplace_back(one.text);
  return result;
}

using List = std::vector<std::string>;

TEST_CASE("a field that was neither carried nor asked for stays", "[schema][carry_over]") {
  ModelRecord next;
  next.name = "new/name";
  const ModelRecord after = carry_over(before(), next, 0);
  ModelRecord expected = before();
  expected.name = "new/name";
  CHECK(after == expected);
}

TEST_CASE("a field that was asked for and is absent is absent", "[schema][carry_over]") {
  const ModelRecord after = carry_over(before(), ModelRecord{}, ~FieldSet{0});
  ModelRecord expected;
  expected.claims = {claim(ClaimSource::curated, "e")};  // no document tells these
  expected.known = ~FieldSet{0};
  CHECK(after == expected);
}

TEST_CASE("a field that is carried is as it is carried, asked for or not", "[schema][carry_over]") {
  ModelRecord next;
  next.author = "new";
  next.pipeline_tag = "ignored";  // not marked as carried
  next.claims = {claim(ClaimSource::tag, "new")};
  next.known = kAuthor | kTags | kLastModified;
  const ModelRecord after = carry_over(before(), next, 0);
  CHECK(after.author == "new");
  CHECK(after.last_modified == kUnknownTime);
  CHECK(after.created_at == 1);
  CHECK(after.license_tag.empty());  // told by the tags
  CHECK(after.license_card == "apache-2.0");
  CHECK(after.pipeline_tag == "text-generation");
  CHECK(texts(after) == List{"a", "new", "c", "d", "e"});
  CHECK(after.known == (kAuthor | kTags | kLastModified));
}

TEST_CASE("each field is carried over by its own bit", "[schema][carry_over]") {
  const ModelRecord old = before();
  const auto changed = [&old](FieldSet bit) { return carry_over(old, ModelRecord{}, bit); };
  CHECK(changed(kAuthor).author.empty());
  CHECK(changed(kCreatedAt).created_at == kUnknownTime);
  CHECK(changed(kLastModified).last_modified == kUnknownTime);
  CHECK(changed(kPipelineTag).pipeline_tag.empty());
  CHECK(changed(kLibraryName).library_name.empty());
  CHECK(changed(kSha).sha.empty());
  CHECK(changed(kGated).gated == Gated::unknown);
  CHECK_FALSE(changed(kDisabled).disabled);
  CHECK(changed(kSafetensors).parameters_safetensors == kUnknownCount);
  CHECK(changed(kGguf).parameters_gguf == kUnknownCount);
  CHECK(changed(kGguf).gguf_architecture.empty());
  CHECK(changed(kConfig).model_type.empty());
  CHECK(changed(kCardData).license_card.empty());
  CHECK(changed(kCardData).license_name.empty());
  CHECK(texts(changed(kBaseModels)) == List{"b", "c", "d", "e"});
  CHECK(texts(changed(kTags)) == List{"a", "c", "d", "e"});
  CHECK(texts(changed(kCardData)) == List{"a", "b", "d", "e"});
  CHECK(texts(changed(kConfig)) == List{"a", "b", "c", "e"});
  // One bit's change leaves everything else alone.
  ModelRecord expected = old;
  expected.name = {};  // always told; here by an empty record
  expected.sha = {};
  expected.known |= kSha;
  CHECK(changed(kSha) == expected);
}

TEST_CASE("claims come strongest source first, whoever told them", "[schema][carry_over]") {
  ModelRecord next;
  next.claims = {claim(ClaimSource::peft, "p"), claim(ClaimSource::base_models, "m"),
                 claim(ClaimSource::base_models, "n")};
  next.known = kConfig | kBaseModels;
  CHECK(texts(carry_over(before(), next, 0)) == List{"m", "n", "b", "c", "p", "e"});
}

TEST_CASE("the tag's licence goes before the card's, safetensors before GGUF", "[schema][record]") {
  ModelRecord record = before();
  CHECK(record.license() == "mit");
  record.license_tag = {};
  CHECK(record.license() == "apache-2.0");
  CHECK(record.parameters() == 3);
  record.parameters_safetensors = kUnknownCount;
  CHECK(record.parameters() == 4);
}

}  // namespace
}  // namespace stemma
