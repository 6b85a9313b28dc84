#include "graph/infer.h"

#include "graph/augment.h"
#include "tests/support/catch.h"
#include "tests/support/lineage.h"

namespace stemma {
namespace {

using Lines = std::vector<std::string>;

/// `child <- parent (rule)` lines.
Lines inferred(const std::string& drawing) {
  const auto columns = lineage_of(drawing);
  const auto view = view_of(columns);
  Lines lines;
  for (const InferredParent& edge : view.inferred) {
    lines.push_back(std::string{view.name(edge.child)} + " <- " +
                    std::string{view.name(edge.parent)} + " (" +
                    std::string{facts_of(edge.rule).name} + ")");
  }
  return lines;
}

/// So many children of `parent`, each by an owner of its own.
std::string built_on(const std::string& parent, int count) {
  std::string drawing;
  for (int i = 0; i < count; ++i)
    drawing += parent + " -finetune-> user" + std::to_string(i) + "/of-" +
               parent.substr(parent.find('/') + 1) + "-" + std::to_string(i) + "\n";
  return drawing;
}

TEST_CASE("a copy in another format is told by its name", "[graph][infer]") {
  CHECK(inferred("a/Model\nb/model-GGUF\n") == Lines{"b/model-GGUF <- a/Model (only_namesake)"});
  CHECK(inferred("a/Model\nc/Model\na/Model-AWQ\n") == Lines{"a/Model-AWQ <- a/Model (own_copy)"});
  CHECK(inferred("a/Model\nc/Model\nb/a_Model-GGUF\n") ==
        Lines{"b/a_Model-GGUF <- a/Model (owner_in_name)"});
  CHECK(inferred("a/Model\nc/Model\nb/Model-GGUF\n" + built_on("a/Model", 40)) ==
        Lines{"b/Model-GGUF <- a/Model (most_used_namesake)"});
  SECTION("of two that are built on alike neither is meant") {
    CHECK(inferred("a/Model\nc/Model\nb/Model-GGUF\n").empty());
  }
  SECTION("the original before somebody's copy, the nearest of one's own") {
    CHECK(inferred("a/Model\nc/Model-hf\nb/Model-hf-q4f16_1-MLC\nd/Model-hf-q4f16_1\n") ==
          Lines{"b/Model-hf-q4f16_1-MLC <- c/Model-hf (only_namesake)",
                "d/Model-hf-q4f16_1 <- c/Model-hf (only_namesake)"});
    CHECK(inferred("b/Model\nb/Model-Q4_K_M\nb/Model-Q4_K_M-GGUF\n") ==
          Lines{"b/Model-Q4_K_M <- b/Model (own_copy)",
                "b/Model-Q4_K_M-GGUF <- b/Model-Q4_K_M (own_copy)"});
  }
}

TEST_CASE("what is declared, younger, differently built or in a circle is not inferred",
          "[graph][infer]") {
  CHECK(inferred("a/Model\nc/other -quantized-> b/Model-GGUF\n").empty());
  CHECK(inferred("a/Model created=2024-03-01\nb/Model-GGUF created=2024-01-01\n").empty());
  CHECK(inferred("a/Model created=2024-01-01\nb/Model-GGUF created=2024-03-01\n").size() == 1);
  CHECK(inferred("a/Model architecture=bert\nb/Model-GGUF architecture=qwen2\n").empty());
  CHECK(inferred("a/Model architecture=qwen2\nb/Model-GGUF architecture=llama\n").size() == 1);
  CHECK(inferred("b/Model-GGUF -finetune-> a/Model\n").empty());
  CHECK(inferred("!b/Model-GGUF\na/Model\n").empty());  // gone: nothing is counted of it
}

TEST_CASE("a training script's name tells a base that many build on", "[graph][infer]") {
  const std::string known = built_on("g/bert-base", 10);
  CHECK(inferred(known + "x/bert-base-finetuned-ner\n") ==
        Lines{"x/bert-base-finetuned-ner <- g/bert-base (finetuned_name)"});
  CHECK(inferred(built_on("g/bert-base", 9) + "x/bert-base-finetuned-ner\n").empty());
  CHECK(inferred(known + built_on("g/bert-base-finetuned-squad", 10) +
                 "x/bert-base-finetuned-squad-finetuned-ner\n") ==
        Lines{"g/bert-base-finetuned-squad <- g/bert-base (finetuned_name)",
              "x/bert-base-finetuned-squad-finetuned-ner <- g/bert-base-finetuned-squad "
              "(finetuned_name)"});
  SECTION("of large models this or that copy is finetuned") {
    CHECK(inferred(built_on("m/Mistral-7B", 10) + "x/Mistral-7B-finetuned-chat\n").empty());
  }
  SECTION("a ghost that many name will do") {
    CHECK(inferred("?bert-base\n" + built_on("bert-base", 10) + "x/bert-base-finetuned-ner\n") ==
          Lines{"x/bert-base-finetuned-ner <- bert-base (finetuned_name)"});
  }
}

TEST_CASE("a local path tells a model that many build on", "[graph][infer]") {
  CHECK(inferred(built_on("q/Qwen2-7B", 10) + "/root/models/qwen2-7b/ -adapter-> x/lora\n") ==
        Lines{"x/lora <- q/Qwen2-7B (local_path)"});
}

TEST_CASE("inferred edges are beside the declared ones until they are asked for",
          "[graph][infer]") {
  const auto columns = lineage_of(
      "root/Base -finetune-> a/Model\na/Model\nb/Model-GGUF\na/Model-AWQ\n"
      "b/Model-GGUF -merge-> c/child\n");
  const auto view = view_of(columns);
  const NodeId root = node(view, "root/Base");
  CHECK(view.total().edges == 2);
  CHECK(names(view, descendants_of(view, std::span{&root, 1})) == std::set<std::string>{"a/Model"});

  const AugmentedSnapshot sure{view, {.inferred_from = kSureEnough}};
  CHECK(names(sure.view(), descendants_of(sure.view(), std::span{&root, 1})) ==
        std::set<std::string>{"a/Model", "b/Model-GGUF", "c/child"});
  REQUIRE(sure.view().added);
  CHECK(sure.view().added->edges == 1);
  CHECK(sure.view().total().edges == 2);  // totals count what is declared

  const AugmentedSnapshot all{view, {.inferred_from = 0.0F}};
  CHECK(names(all.view(), descendants_of(all.view(), std::span{&root, 1})) ==
        std::set<std::string>{"a/Model", "a/Model-AWQ", "b/Model-GGUF", "c/child"});
  CHECK_FALSE(find_inconsistency(all.view()));
  const NodeId copy = node(view, "b/Model-GGUF");
  const EdgeId edge = all.view().parent_begin[copy];
  CHECK(all.view().relation[edge] == Relation::quantized);
  CHECK(all.view().claims[all.view().claim_begin[edge]].source == ClaimSource::inferred);
  CHECK(child_of(all.view(), edge) == copy);
  CHECK(explain(all.view(), {copy, node(view, "a/Model"), InferenceRule::only_namesake}) ==
        "named like a copy in another format of the only model of that name: b/Model-GGUF after "
        "a/Model");
}

TEST_CASE("rules are measured on declared parents that are hidden", "[graph][infer]") {
  // Every owner is in one half, whatever the case.
  CHECK(half_of_owner("TheBloke") == half_of_owner("thebloke"));
  const unsigned half = half_of_owner("b");
  const auto columns = lineage_of(
      "a/Model -quantized-> b/Model-GGUF\n"          // exact
      "a/Root -finetune-> a/Deep\n"                  //
      "a/Root -quantized-> b/Deep-GGUF\n"            // nearer than declared
      "a/Else -quantized-> b/Thing-GGUF\na/Thing\n"  // wrong
      "?old/Moved -quantized-> b/Moved-GGUF\nnew/Moved\n"
      "a/Base -finetune-> b/plain\n");
  const auto view = view_of(columns);
  const InferenceMeasurement measured = measure_inference(view, half);
  const auto& row = measured.rules[static_cast<std::size_t>(InferenceRule::only_namesake)];
  CHECK(row.exact == 1);
  CHECK(row.right == 2);
  CHECK(row.wrong == 1);
  CHECK(row.unjudged == 1);
  std::uint64_t of_half = 5;
  if (half_of_owner("a") == half) ++of_half;  // a/Deep
  CHECK(measured.declaring == of_half);
}

TEST_CASE("figures of several rules are added up", "[graph][infer]") {
  const InferenceQuality all = inference_quality(0);
  const InferenceQuality sure = inference_quality(kSureEnough);
  CHECK(all.right > sure.right);
  CHECK(sure.precision() > all.precision());
  CHECK(sure.recall() < all.recall());
  CHECK(inference_quality(1).right == 0);
  CHECK(inference_quality(1).precision() == 0);
  for (std::size_t i = 0; i < inference_rules().size(); ++i)
    CHECK(static_cast<std::size_t>(inference_rules()[i].rule) == i);
}

}  // namespace
}  // namespace stemma
