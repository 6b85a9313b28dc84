#include "crawler/document_parse.h"

#include "tests/support/catch.h"

namespace stemma {
namespace {

std::string document(const std::string& rest) {
  return R"({"_id":"000000000000000000000001","id":"a/b",)" + rest + "}";
}

ParsedBatch parse(const std::string& rest) {
  return DocumentParser{}.parse_lines(document(rest), "test", 1);
}

std::vector<std::string> told(const ParsedBatch& batch) {
  std::vector<std::string> claims;
  for (const Claim& claim : batch.documents.at(0).record.claims) {
    claims.push_back(std::string{to_string(claim.source)} + ' ' +
                     std::string{to_string(claim.relation)} + ' ' + std::string{claim.text});
  }
  return claims;
}

TEST_CASE("claims of tags, each once, without the untyped twins", "[crawler][parse]") {
  const auto batch = parse(
      R"("tags":["base_model:q/a","base_model:finetune:q/a","base_model:q/b","base_model:q/b",)"
      R"("base_model:merge:q/a","base_model:finetune:q/a","x"])");
  CHECK(told(batch) ==
        std::vector<std::string>{"tag finetune q/a", "tag unspecified q/b", "tag merge q/a"});
  CHECK(batch.unread.empty());
}

TEST_CASE("a document claims so many parents at most", "[crawler][parse]") {
  // Enough of them to stall whoever compares each with each.
  std::string tags, card;
  for (int i = 0; i < 100000; ++i) {
    tags += (i == 0 ? "\"" : ",\"") + std::string{"base_model:q/m"} + std::to_string(i) + '"';
    card += (i == 0 ? "\"" : ",\"") + std::string{"q/m"} + std::to_string(i) + '"';
  }
  const bool in_tags = GENERATE(true, false);
  const auto batch = in_tags ? parse("\"tags\":[" + tags + "]")
                             : parse("\"cardData\":{\"base_model\":[" + card + "]}");
  REQUIRE(batch.documents.size() == 1);
  CHECK(batch.rejected.empty());
  CHECK(batch.documents[0].record.claims.size() == kMaxClaims);
  CHECK(batch.unread.at(in_tags ? "tags" : "cardData") == 1);
}

TEST_CASE("a count that no hub has is refused", "[crawler][parse]") {
  const std::string field = GENERATE("downloads", "downloadsAllTime", "likes");
  const auto [count, fine] = GENERATE(table<std::string, bool>({
      {"0", true},
      {"1000000000000000", true},
      {"1000000000000001", false},
      {"9223372036854775807", false},
      {"9223372036854775808", false},
      {"-1", false},
      {"1e3", false},
  }));
  CAPTURE(field, count);
  const auto batch = parse('"' + field + "\":" + count);
  CHECK(batch.documents.size() == (fine ? 1 : 0));
  CHECK(batch.rejected.size() == (fine ? 0 : 1));
  if (!fine) CHECK(batch.rejected.at(0).field == field);
}

TEST_CASE("a number of parameters beyond all measure is unread", "[crawler][parse]") {
  const auto batch = parse(R"("safetensors":{"total":9223372036854775807})");
  REQUIRE(batch.documents.size() == 1);
  CHECK(batch.documents[0].record.parameters() == kUnknownCount);
  CHECK(batch.unread.at("safetensors") == 1);
}

}  // namespace
}  // namespace stemma
