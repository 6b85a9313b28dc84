#include "schema/claim.h"
#include "schema/hub_id.h"
#include "schema/model_name.h"
#include "schema/relation.h"
#include "tests/support/catch.h"

namespace stemma {
namespace {

TEST_CASE("a hub id is 24 hex digits of either case", "[schema][hub_id]") {
  const auto id = HubId::parse("0123456789abcdefABCDEF01");
  REQUIRE(id);
  CHECK(id->hex() == "0123456789abcdefabcdef01");
  CHECK(id->bytes[0] == 0x01);
  CHECK(id->bytes[11] == 0x01);
  CHECK(id->bytes[8] == 0xab);
  CHECK(*HubId::parse(id->hex()) == *id);
  for (const char* wrong :
       {"", "0123456789abcdefABCDEF0", "0123456789abcdefABCDEF012", "0123456789abcdefABCDEF0g",
        "0123456789abcdefABCDEF0 ", "0x23456789abcdefABCDEF01", "-123456789abcdefABCDEF01"}) {
    CAPTURE(wrong);
    CHECK_FALSE(HubId::parse(wrong));
  }
}

TEST_CASE("hub ids are ordered as their hex digits are", "[schema][hub_id]") {
  const auto id = [](const char* hex) { return *HubId::parse(hex); };
  CHECK(id("000000000000000000000001") < id("000000000000000000000010"));
  CHECK(id("7f0000000000000000000000") < id("800000000000000000000000"));
  CHECK(HubId{}.empty());
  CHECK_FALSE(id("000000000000000000000001").empty());
  CHECK(HubIdHash{}(id("000000000000000000000001")) != HubIdHash{}(id("000000000000000000000002")));
  CHECK(HubIdHash{}(id("100000000000000000000000")) != HubIdHash{}(id("200000000000000000000000")));
}

TEST_CASE("relations are the Hub's words", "[schema][relation]") {
  for (const Relation relation : kRelations) CHECK(parse_relation(to_string(relation)) == relation);
  CHECK(parse_relation("quantized") == Relation::quantized);
  CHECK(to_string(Relation::finetune) == "finetune");
  for (const char* wrong : {"", "Finetune", "finetuned", "quantized ", "lora"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_relation(wrong));
  }
  CHECK(static_cast<int>(Relation::unspecified) == 0);  // on disk
  CHECK(static_cast<int>(Relation::quantized) == 4);
}

TEST_CASE("of several relations merge, quantized, adapter, finetune stand in this order",
          "[schema][relation]") {
  const std::vector<Relation> order{Relation::merge, Relation::quantized, Relation::adapter,
                                    Relation::finetune, Relation::unspecified};
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = i; j < order.size(); ++j) {
      CHECK(stronger(order[i], order[j]) == order[i]);
      CHECK(stronger(order[j], order[i]) == order[i]);
    }
  }
}

TEST_CASE("sources of claims have their words and numbers", "[schema][claim]") {
  CHECK(to_string(ClaimSource::base_models) == "base_models");
  CHECK(to_string(ClaimSource::tag) == "tag");
  CHECK(to_string(ClaimSource::card) == "card");
  CHECK(to_string(ClaimSource::peft) == "peft");
  CHECK(to_string(ClaimSource::alias) == "alias");
  CHECK(to_string(ClaimSource::curated) == "curated");
  CHECK(to_string(ClaimSource::inferred) == "inferred");
  CHECK(static_cast<int>(ClaimSource::inferred) == 6);
}

TEST_CASE("folding is ASCII lower case and nothing else", "[schema][model_name]") {
  CHECK(fold_case("Qwen/QwQ-32B_[@`{") == "qwen/qwq-32b_[@`{");
  CHECK(fold_case("\xc3\x84") == "\xc3\x84");
  CHECK(equal_folded("aBc", "AbC"));
  CHECK_FALSE(equal_folded("abc", "abcd"));
  CHECK_FALSE(equal_folded("a[c", "a{c"));  // 32 apart as letters are
  CHECK(equal_folded("", ""));
}

TEST_CASE("owner and base name", "[schema][model_name]") {
  CHECK(owner_of("acme/tiny") == "acme");
  CHECK(base_name_of("acme/tiny") == "tiny");
  CHECK(owner_of("gpt2").empty());
  CHECK(base_name_of("gpt2") == "gpt2");
}

TEST_CASE("texts that mean a repository", "[schema][model_name]") {
  using Row = std::pair<const char*, const char*>;
  const auto [text, name] = GENERATE(values<Row>({
      {"acme/tiny", "acme/tiny"},
      {"gpt2", "gpt2"},
      {"  acme/tiny\n", "acme/tiny"},
      {"\tacme/tiny \r\n", "acme/tiny"},
      {"https://huggingface.co/acme/tiny", "acme/tiny"},
      {"http://huggingface.co/acme/tiny", "acme/tiny"},
      {"HTTPS://HuggingFace.co/Acme/Tiny", "Acme/Tiny"},
      {"https://www.huggingface.co/acme/tiny", "acme/tiny"},
      {"huggingface.co/acme/tiny", "acme/tiny"},
      {"https://hf.co/acme/tiny", "acme/tiny"},
      {"https://huggingface.co/acme/tiny/", "acme/tiny"},
      {"https://huggingface.co/acme/tiny/tree/main", "acme/tiny"},
      {"https://huggingface.co/acme/tiny/blob/main/README.md", "acme/tiny"},
      {"https://huggingface.co/acme/tiny?library=transformers", "acme/tiny"},
      {"https://huggingface.co/acme/tiny#usage", "acme/tiny"},
      {"https://huggingface.co/models/acme/tiny", "acme/tiny"},
      {"https://huggingface.co/gpt2", "gpt2"},
      {" https://huggingface.co/acme/tiny ", "acme/tiny"},
      {"runwayml/x.", "runwayml/x."},
      {"acme/tiny-7B_v0.1", "acme/tiny-7B_v0.1"},
      {"acme/tree", "acme/tree"},
      {"www.acme/tiny", "www.acme/tiny"},
      {"huggingface.com/tiny", "huggingface.com/tiny"},
  }));
  CAPTURE(text);
  const auto found = repository_name(text);
  REQUIRE(found);
  CHECK(*found == name);
}

TEST_CASE("texts that cannot mean a repository", "[schema][model_name]") {
  const std::string text = GENERATE(values<std::string>({
      "",
      " \t\r\n ",
      "./tiny",
      "../acme/tiny",
      ".",
      "/home/me/tiny",
      "/tiny",
      "~/models/tiny",
      "~",
      "C:\\models\\tiny",
      "None",
      "null",
      " NIL ",
      "n/a",
      "-",
      "C:/models",
      "acme\\tiny",
      "models/acme/tiny",
      "acme//tiny",
      "acme/",
      "acme/tiny/",
      "acme tiny",
      "acme/tiny 7B",
      "acme/ti\nny",
      std::string{"acme/ti\0ny", 10},
      "acme/ti\x7fny",
      "https://example.com/acme/tiny",
      "s3://bucket/tiny",
      "https://huggingface.co/",
      "https://huggingface.co/datasets/acme/tiny",
      "https://huggingface.co/acme/tiny/x/y",
  }));
  CAPTURE(text);
  CHECK_FALSE(repository_name(text));
}

TEST_CASE("the view that is returned lies in the text", "[schema][model_name]") {
  const std::string text = " https://hf.co/acme/tiny ";
  const auto name = repository_name(text);
  REQUIRE(name);
  CHECK(name->data() == text.data() + text.find("acme"));
}

TEST_CASE("names that the Hub could bear", "[schema][model_name]") {
  for (const char* right : {"acme/tiny", "gpt2", "a/b", "A.b_c-9/9", "runwayml/x."}) {
    CAPTURE(right);
    CHECK(valid_repository_id(right));
  }
  for (const char* wrong : {"", "/", "a/", "/b", "a/b/c", "a b", "a/b c", "a:b", "a/b\n", "a\\b",
                            "\xc3\xa4/b", "a/b@1"}) {
    CAPTURE(wrong);
    CHECK_FALSE(valid_repository_id(wrong));
  }
  CHECK(valid_repository_id(std::string(96, 'a') + "/" + std::string(96, 'b')));
  CHECK_FALSE(valid_repository_id(std::string(97, 'a') + "/b"));
  CHECK_FALSE(valid_repository_id("a/" + std::string(97, 'b')));
}

}  // namespace
}  // namespace stemma
