#include "graph/name_marks.h"

#include <map>

#include "tests/support/catch.h"

namespace stemma {
namespace {

using Texts = std::vector<std::string>;

Texts stems(std::string_view name) {
  const auto found = quantization_stems(name);
  return {found.begin(), found.end()};
}

TEST_CASE("marks of copies in other formats come off the end of a name", "[graph][name_marks]") {
  const std::map<std::string, Texts> table{
      {"qwen2-7b-gguf", {"qwen2-7b"}},
      {"qwen2-7b-instruct-awq", {"qwen2-7b-instruct"}},
      {"qwen2-7b-i1-gguf", {"qwen2-7b-i1", "qwen2-7b"}},
      {"qwen2-7b-q4_k_m-gguf", {"qwen2-7b-q4_k_m", "qwen2-7b"}},
      {"model.q8_0.gguf", {"model.q8_0", "model"}},
      {"x-7b-iq4_xs", {"x-7b"}},
      {"mixtral-4.0bpw-h6-exl2", {"mixtral-4.0bpw-h6", "mixtral-4.0bpw", "mixtral"}},
      {"llama-3-8b-bnb-4bit", {"llama-3-8b-bnb", "llama-3-8b"}},
      {"model-4-bit", {"model"}},
      {"gemma-2b-w4a16", {"gemma-2b"}},
      {"tiny-q4f16_1-mlc", {"tiny-q4f16_1", "tiny"}},
      {"codellama-7b-hf-gguf", {"codellama-7b-hf", "codellama-7b"}},
      // Nothing that only a copy bears.
      {"llama-2-7b-hf", {}},
      {"main-16bit", {}},
      {"qwen2-7b", {}},
      {"gguf", {}},
      {"phi-3-m", {}},
      {"ab-gguf", {}},
      {"", {}},
  };
  for (const auto& [name, expected] : table) {
    CAPTURE(name);
    CHECK(stems(name) == expected);
  }
}

TEST_CASE("what stands before the last word for finetuning is the base", "[graph][name_marks]") {
  const auto stem = [](std::string_view name) {
    return std::string{finetuning_stem(name).value_or("-")};
  };
  CHECK(stem("bert-base-cased-finetuned-ner") == "bert-base-cased");
  CHECK(stem("bert-base-finetuned-squad-finetuned-ner") == "bert-base-finetuned-squad");
  CHECK(stem("swin_finetuned") == "swin");
  CHECK(stem("vit-base-fine-tuned-cats") == "vit-base");
  CHECK(stem("ft-finetuned") == "-");
  CHECK(stem("finetuned-bert") == "-");
  CHECK(stem("bert-finetunedly") == "-");
  CHECK(stem("") == "-");
}

TEST_CASE("a size in billions is told from other numbers", "[graph][name_marks]") {
  for (const char* name : {"llama-2-7b", "mixtral-8x7b-v0.1", "qwen1.5-1.8b-chat", "x_70b"})
    CHECK(names_a_size(name));
  for (const char* name : {"bert-base", "gpt2", "b", "vit-base-patch16-224", "mb-b"})
    CHECK_FALSE(names_a_size(name));
}

TEST_CASE("a name may hold its owner's", "[graph][name_marks]") {
  CHECK(owners_in_name("a__b_c") == Texts{"a/b_c", "a/_b_c", "a_/b_c", "a__b/c"});
  CHECK(owners_in_name("plain").empty());
  CHECK(owners_in_name("a-").empty());
}

TEST_CASE("a local path ends in a model's name", "[graph][name_marks]") {
  const auto model = [](std::string_view path) {
    return std::string{model_in_path(path).value_or("-")};
  };
  CHECK(model("/root/models/Qwen2-7B/") == "Qwen2-7B");
  CHECK(model("C:\\Users\\me\\Qwen2-7B") == "Qwen2-7B");
  CHECK(model("./Qwen2-7B/checkpoint-500") == "Qwen2-7B");
  CHECK(model("/data/out/final/") == "out");
  CHECK(model("Qwen2-7B") == "-");
  CHECK(model("/my model/") == "-");
  CHECK(model("///") == "-");
  CHECK(model("") == "-");
  CHECK(repository_in_path("/data/meta-llama/Llama-2-7b") == "meta-llama/Llama-2-7b");
  CHECK(repository_in_path("C:\\models\\Qwen\\Qwen2-7B\\checkpoint-5") == "Qwen/Qwen2-7B");
  CHECK_FALSE(repository_in_path("/Llama-2-7b"));
  CHECK_FALSE(repository_in_path("./x"));
  CHECK(repository_in_cache("models--org--some-model") == "org/some-model");
  CHECK(repository_in_cache("unsloth--llama-3.2-3b") == "unsloth/llama-3.2-3b");
  CHECK_FALSE(repository_in_cache("plain-model"));
  CHECK_FALSE(repository_in_cache("--x"));
}

}  // namespace
}  // namespace stemma
