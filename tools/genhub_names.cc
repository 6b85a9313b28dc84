#include "tools/genhub_names.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "schema/model_name.h"
#include "tools/genhub_random.h"

namespace stemma::genhub {
namespace {

constexpr std::size_t kLongestStem = 40;
constexpr std::size_t kLongestBase = 72;

constexpr auto kFirst = std::to_array<std::string_view>(
    {"amber",  "birch",   "cedar",   "delta",  "ember", "fjord",  "grove",  "harbor",
     "indigo", "juniper", "kestrel", "lumen",  "maple", "nimbus", "orbit",  "pebble",
     "quartz", "raven",   "sable",   "tundra", "umbra", "violet", "willow", "xenon",
     "yarrow", "zephyr",  "acorn",   "basalt", "coral", "dune",   "echo",   "fern"});
constexpr auto kSecond = std::to_array<std::string_view>(
    {"labs", "forge", "works", "mind", "ai", "research", "studio", "craft", "lab", "data", "nlp",
     "tech", "net", "models", "stack", "team"});
constexpr auto kTraits = std::to_array<std::string_view>(
    {"Aurora",   "Reasoner",     "Medical",  "Coder",  "Roleplay",  "Math",       "Legal",
     "Instruct", "Chat",         "SFT",      "DPO",    "GRPO",      "Uncensored", "Storyteller",
     "Finance",  "Tool-Calling", "Agent",    "SQL",    "Translate", "Thinking",   "Summarizer",
     "Creative", "Korean",       "Japanese", "German", "Arabic",    "Vietnamese", "Hindi",
     "Tutor",    "Judge",        "Guard",    "Lite"});
constexpr auto kAdapters =
    std::to_array<std::string_view>({"LoRA", "lora", "adapter", "QLoRA", "peft", "dora"});
constexpr auto kMerges =
    std::to_array<std::string_view>({"Merge", "slerp", "TIES", "DARE", "model-stock", "blend"});
constexpr auto kFormats =
    std::to_array<std::string_view>({"GGUF", "GGUF", "i1-GGUF", "GGUF", "4bit", "AWQ", "GPTQ-Int4",
                                     "8bit", "FP8", "bnb-4bit", "ONNX", "EXL2"});
constexpr auto kQuantizerNames = std::to_array<std::string_view>(
    {"gguf-foundry", "quantworks", "lowbit-lab", "mlx-shelf", "tinybits", "awq-bench"});
static_assert(kQuantizerNames.size() == kQuantizers);
constexpr auto kOwnSizes =
    std::to_array<std::string_view>({"350M", "1B", "3B", "7B", "13B", "70M"});
constexpr auto kOwnKinds = std::to_array<std::string_view>(
    {"classifier", "embedding", "tts", "segmentation", "vae", "ppo-lunar", "ner", "detector",
     "checkpoint", "my-awesome-model"});

template <std::size_t N>
std::string_view pick(const std::array<std::string_view, N>& words, Random& random) {
  return words[random.below(static_cast<std::uint32_t>(N))];
}

void append_number(std::uint32_t number, std::string& out) { out += std::to_string(number); }

void append_owner_word(std::uint32_t owner, std::string& out) {
  // Mixed radix: every number has another name.
  out += kFirst[owner % kFirst.size()];
  owner /= static_cast<std::uint32_t>(kFirst.size());
  const std::uint32_t second = owner % kSecond.size();
  owner /= static_cast<std::uint32_t>(kSecond.size());
  if (second % 2 == 0) out += '-';
  out += kSecond[second];
  if (owner > 0) append_number(owner, out);
}

void append_base(const Lineage& lineage, Index index, std::string& out);

/// What a child's name begins with: the name of the model at the top of its line.
void append_stem(const Lineage& lineage, Index index, std::string& out) {
  const Index root = root_of(lineage, index);
  const std::size_t begin = out.size();
  if (lineage.nodes[root].trait == Trait::ghost) {
    std::string ghost;
    append_ghost_name(lineage.nodes[root].parent, ghost);
    out += base_name_of(ghost);
  } else {
    append_base(lineage, root, out);
  }
  if (out.size() > begin + kLongestStem) out.resize(begin + kLongestStem);
  while (out.back() == '-' || out.back() == '.') out.pop_back();
}

void append_own_base(Random& random, std::string& out) {
  if (random.chance(350)) {
    out.append(pick(kTraits, random)).append("-").append(pick(kFirst, random));
    out.append("-").append(pick(kOwnSizes, random));
    return;
  }
  out.append(pick(kFirst, random)).append("-").append(pick(kOwnKinds, random));
  if (random.chance(600)) {
    out += "-v";
    append_number(1 + random.below(40), out);
  }
}

void append_finetune(const Lineage& lineage, Index index, Random& random, std::string& out) {
  append_stem(lineage, index, out);
  out.append("-").append(pick(kTraits, random));
  if (random.chance(400)) out.append("-").append(pick(kTraits, random));
  if (random.chance(300)) {
    out += "-v";
    append_number(1 + random.below(9), out);
  }
}

void append_quantized(const Lineage& lineage, Index index, std::string& out) {
  const Node& node = lineage.nodes[index];
  const std::size_t begin = out.size();
  if (node.parent == kNoParent || node.trait == Trait::ghost) {
    append_stem(lineage, index, out);
  } else {
    append_base(lineage, node.parent, out);
  }
  if (out.size() > begin + kLongestBase) {
    out.resize(begin);
    append_stem(lineage, index, out);
  }
  out.append("-").append(quantization_of(lineage, index));
}

void append_base(const Lineage& lineage, Index index, std::string& out) {
  const Node& node = lineage.nodes[index];
  if (node.trait == Trait::official) {
    out += base_name_of(lineage.catalog[node.owner].name);
    return;
  }
  Random random{lineage.seed, Purpose::name, index};
  const bool derived = node.parent != kNoParent;
  if (node.trait == Trait::burst) {
    append_stem(lineage, index, out);
    out += "-lora-";
    append_number(index - lineage.burst_begin, out);
  } else if (node.trait == Trait::chain) {
    append_stem(lineage, index, out);
    out += "-evo-step-";
    append_number(node.depth, out);
  } else if (!derived) {
    append_own_base(random, out);
  } else if (node.relation == Relation::quantized) {
    append_quantized(lineage, index, out);
  } else if (node.relation == Relation::adapter) {
    append_stem(lineage, index, out);
    out.append("-").append(pick(kTraits, random)).append("-").append(pick(kAdapters, random));
  } else if (node.relation == Relation::merge) {
    append_stem(lineage, index, out);
    out.append("-").append(pick(kFirst, random)).append("-").append(pick(kMerges, random));
  } else {
    append_finetune(lineage, index, random, out);
  }
  if (lineage.name_taken[index]) {
    out += "-r";
    append_number(index, out);
  }
}

}  // namespace

void append_owner(const Lineage& lineage, Index index, std::string& out) {
  const Node& node = lineage.nodes[index];
  if (node.trait == Trait::official) {
    out += owner_of(lineage.catalog[node.owner].name);
  } else if (node.owner == kBurstOwner) {
    out += "adapter-mill";
  } else if (node.owner >= kFirstQuantizer) {
    out += kQuantizerNames[node.owner - kFirstQuantizer];
  } else {
    append_owner_word(node.owner, out);
  }
}

void append_name(const Lineage& lineage, Index index, std::string& out) {
  append_owner(lineage, index, out);
  out += '/';
  append_base(lineage, index, out);
}

void append_ghost_name(std::uint32_t ghost, std::string& out) {
  if (ghost == 0) {
    out += "Qwen/Qwen3-Preview-Withdrawn";
    return;
  }
  // Owners that no model of the hub has, so that no model is ever made under a ghost's name.
  out += "departed-";
  append_owner_word(ghost / 3, out);
  out.append("/").append(kFirst[(std::size_t{ghost} * 7) % kFirst.size()]).append("-7B-v");
  append_number(ghost % 3 + 1, out);
}

Index root_of(const Lineage& lineage, Index index) noexcept {
  while (lineage.nodes[index].parent != kNoParent && lineage.nodes[index].trait != Trait::ghost &&
         lineage.nodes[index].trait != Trait::official) {
    index = lineage.nodes[index].parent;
  }
  return index;
}

std::string_view quantization_of(const Lineage& lineage, Index index) {
  const Node& node = lineage.nodes[index];
  if (node.trait == Trait::official) {
    const std::string_view name = lineage.catalog[node.owner].name;
    return name.substr(name.rfind('-') + 1);
  }
  // The great quantizers make one format each.
  if (node.owner >= kFirstQuantizer) return kFormats[std::size_t{node.owner - kFirstQuantizer} * 2];
  return kFormats[Random{lineage.seed, Purpose::name, index}.below(kFormats.size())];
}

std::uint32_t size_in_name(const Lineage& lineage, Index index) {
  std::string base;
  append_base(lineage, index, base);
  std::string_view rest = base;
  while (!rest.empty()) {
    const std::size_t dash = std::min(rest.find('-'), rest.size());
    if (const std::uint32_t size = megaparameters_of(rest.substr(0, dash)); size > 0) return size;
    rest.remove_prefix(std::min(dash + 1, rest.size()));
  }
  return 0;
}

}  // namespace stemma::genhub
