#include "tools/genhub_catalog.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace stemma::genhub {
namespace {

/// How the members of a series hang together.
enum class Shape {
  plain,         ///< One model a size, all of them roots.
  chat_on_base,  ///< `X` is the base, `X-Instruct` (or whatever `suffix` says) its fine-tune.
  base_later,    ///< `X` is the fine-tune of `X-Base`, and is uploaded first, as the Hub really has
                 ///< it.
};

struct Series {
  Family family;
  std::string_view owner;
  std::string_view prefix;
  std::string_view sizes;   ///< Separated by blanks.
  std::string_view suffix;  ///< After the size: of every model (plain) or of the fine-tune.
  Shape shape;
  std::string_view quantized;  ///< Suffixes of the owner's own quantizations, separated by blanks.
  std::string_view released;
  std::string_view license;
  std::string_view pipeline_tag = "text-generation";
  std::string_view gated = {};
  std::string_view old_prefix =
      {};  ///< Owner and prefix of the old names, where there were others.
};

constexpr std::string_view kApache = "apache-2.0";
constexpr std::string_view kSpeech = "automatic-speech-recognition";
constexpr std::string_view kVision = "image-text-to-text";

using enum Family;
using enum Shape;

constexpr auto kSeries = std::to_array<Series>({
    {qwen, "Qwen", "Qwen3-", "8B 0.6B 4B 14B 32B 30B-A3B", "", base_later, "-GGUF -AWQ",
     "2025-04-27", kApache},
    {qwen, "Qwen", "Qwen2.5-", "7B 0.5B 1.5B 3B 14B 32B 72B", "-Instruct", chat_on_base,
     "-GGUF -AWQ", "2024-09-15", kApache},
    {deepseek, "deepseek-ai", "DeepSeek-R1", "", "", plain, "", "2025-01-20", "mit"},
    {deepseek, "deepseek-ai", "DeepSeek-V3", "-Base", "", plain, "", "2024-12-25", "mit"},
    {deepseek, "deepseek-ai", "DeepSeek-V3", "", "", plain, "", "2024-12-25", "mit"},
    {deepseek, "deepseek-ai", "DeepSeek-R1-Distill-Qwen-", "1.5B 7B 14B 32B", "", plain, "",
     "2025-01-20", "mit"},
    {deepseek, "deepseek-ai", "DeepSeek-R1-Distill-Llama-", "8B 70B", "", plain, "", "2025-01-20",
     "mit"},
    {llama, "meta-llama", "Llama-3.1-", "8B 70B 405B", "-Instruct", chat_on_base, "", "2024-07-14",
     "llama3.1", "text-generation", "manual", "meta-llama/Meta-Llama-3.1-"},
    {llama, "meta-llama", "Llama-3.2-", "1B 3B", "-Instruct", chat_on_base, "", "2024-09-18",
     "llama3.2", "text-generation", "manual"},
    {llama, "meta-llama", "Llama-2-", "7b 13b 70b", "-chat-hf", plain, "", "2023-07-13", "llama2",
     "text-generation", "manual"},
    {mistral, "mistralai", "Mistral-7B-v0.1", "", "", plain, "", "2023-09-20", kApache},
    {mistral, "mistralai", "Mistral-7B-Instruct-v0.3", "", "", plain, "", "2024-05-22", kApache},
    {gemma, "google", "gemma-3-", "1b 4b 12b 27b", "-it", chat_on_base, "", "2025-03-01", "gemma",
     kVision, "auto"},
    {gemma, "google", "gemma-2-", "2b 9b 27b", "-it", chat_on_base, "", "2024-06-24", "gemma",
     "text-generation", "auto"},
    {phi, "microsoft", "Phi-3-mini-4k-instruct", "", "", plain, "", "2024-04-22", "mit"},
    {phi, "microsoft", "phi-4", "", "", plain, "", "2024-12-11", "mit"},
    {phi, "microsoft", "phi-2", "", "", plain, "", "2023-12-13", "mit"},
    {gpt_oss, "openai", "gpt-oss-", "20b 120b", "", plain, "", "2025-08-04", kApache},
    {glm, "zai-org", "GLM-4.5", "", "", plain, "", "2025-07-20", "mit"},
    {glm,
     "zai-org",
     "GLM-4-",
     "9B-0414 32B-0414",
     "",
     plain,
     "",
     "2025-04-07",
     "mit",
     "text-generation",
     {},
     "THUDM/GLM-4-"},
    {kimi, "moonshotai", "Kimi-K2-", "Base", "", plain, "", "2025-07-11", "other"},
    {kimi, "moonshotai", "Kimi-K2-", "Instruct", "", plain, "", "2025-07-11", "other"},
    {minimax, "MiniMaxAI", "MiniMax-M2", "", "", plain, "", "2025-10-22", "mit"},
    // What the rest of the hub descends from.
    {other,
     "openai-community",
     "gpt2",
     "",
     "",
     plain,
     "",
     "2022-03-02",
     "mit",
     "text-generation",
     {},
     "gpt2"},
    {other,
     "google-bert",
     "bert-base-uncased",
     "",
     "",
     plain,
     "",
     "2022-03-02",
     kApache,
     "fill-mask",
     {},
     "bert-base-uncased"},
    {other,
     "distilbert",
     "distilbert-base-uncased",
     "",
     "",
     plain,
     "",
     "2022-03-02",
     kApache,
     "fill-mask",
     {},
     "distilbert-base-uncased"},
    {other,
     "FacebookAI",
     "xlm-roberta-base",
     "",
     "",
     plain,
     "",
     "2022-03-02",
     "mit",
     "fill-mask",
     {},
     "xlm-roberta-base"},
    {other, "sentence-transformers", "all-MiniLM-L6-v2", "", "", plain, "", "2022-03-02", kApache,
     "sentence-similarity"},
    {other, "google", "vit-base-patch16-224-in21k", "", "", plain, "", "2022-03-02", kApache,
     "image-classification"},
    {other, "stabilityai", "stable-diffusion-xl-base-1.0", "", "", plain, "", "2023-07-25",
     "openrail++", "text-to-image"},
    {other, "black-forest-labs", "FLUX.1-dev", "", "", plain, "", "2024-07-31", "other",
     "text-to-image", "auto"},
    {other, "openai", "whisper-", "small medium large-v3", "", plain, "", "2022-09-26", kApache,
     kSpeech},
    // The other series of the families, newest first.
    {qwen, "Qwen", "Qwen3.6-", "27B 35B-A3B", "", plain, "-FP8", "2026-04-15", kApache, kVision},
    {qwen, "Qwen", "Qwen3.5-", "0.8B 4B 9B 35B-A3B", "", base_later, "", "2026-02-16", kApache,
     kVision},
    {qwen, "Qwen", "Qwen2.5-Coder-", "0.5B 1.5B 7B 32B", "-Instruct", chat_on_base, "-GGUF",
     "2024-09-18", kApache},
    {qwen, "Qwen", "Qwen2.5-Math-", "1.5B 7B", "", plain, "", "2024-09-16", kApache},
    {qwen, "Qwen", "Qwen2.5-VL-", "3B 7B 72B", "-Instruct", plain, "-AWQ", "2025-01-26", kApache,
     kVision},
    {qwen, "Qwen", "QwQ-", "32B", "", plain, "-AWQ", "2025-03-05", kApache},
    {qwen, "Qwen", "Qwen2-", "0.5B 1.5B 7B 72B", "-Instruct", chat_on_base, "-GGUF", "2024-05-31",
     kApache},
    {qwen, "Qwen", "Qwen1.5-", "0.5B 1.8B 4B 7B", "-Chat", chat_on_base, "", "2024-01-30", "other"},
    {qwen, "Qwen", "Qwen-", "1_8B 7B 14B", "-Chat", chat_on_base, "", "2023-08-03", "other"},
    {deepseek, "deepseek-ai", "DeepSeek-V4-", "Flash Pro", "", plain, "", "2026-04-22", "mit"},
    {deepseek, "deepseek-ai", "DeepSeek-V3.2", "", "", plain, "", "2025-12-01", "mit"},
    {deepseek, "deepseek-ai", "DeepSeek-R1-0528", "", "", plain, "", "2025-05-28", "mit"},
    {deepseek, "deepseek-ai", "DeepSeek-Coder-V2-Lite-", "Base Instruct", "", plain, "",
     "2024-06-14", "other"},
    {deepseek, "deepseek-ai", "DeepSeek-V2", "", "-Lite", plain, "", "2024-05-15", "other"},
    {deepseek, "deepseek-ai", "deepseek-coder-", "1.3b 6.7b", "-instruct", plain, "", "2023-10-28",
     "other"},
    {llama, "meta-llama", "Llama-4-", "Scout-17B-16E Maverick-17B-128E", "-Instruct", plain, "",
     "2025-04-02", "other", kVision, "manual"},
    {llama, "meta-llama", "Llama-3.3-70B-Instruct", "", "", plain, "", "2024-11-26", "llama3.3",
     "text-generation", "manual"},
    {llama, "meta-llama", "Meta-Llama-3-", "8B 70B", "-Instruct", chat_on_base, "", "2024-04-17",
     "llama3", "text-generation", "manual"},
    {mistral, "mistralai", "Mistral-Small-", "24B", "-Instruct-2501", plain, "", "2025-01-28",
     kApache},
    {mistral, "mistralai", "Mistral-Nemo-", "Base-2407", "", plain, "", "2024-07-17", kApache},
    {mistral, "mistralai", "Mixtral-", "8x7B 8x22B", "-Instruct-v0.1", plain, "", "2023-12-10",
     kApache},
    {gemma, "google", "gemma-3n-", "E2B E4B", "-it", plain, "", "2025-06-25", "gemma", kVision,
     "auto"},
    {gemma, "google", "gemma-", "2b 7b", "-it", chat_on_base, "", "2024-02-08", "gemma",
     "text-generation", "auto"},
    {phi, "microsoft", "Phi-3.5-mini-instruct", "", "", plain, "", "2024-08-16", "mit"},
    {glm, "zai-org", "GLM-4.6", "", "", plain, "", "2025-09-29", "mit"},
    {kimi, "moonshotai", "Kimi-K2-Thinking", "", "", plain, "", "2025-11-04", "other"},
    {minimax, "MiniMaxAI", "MiniMax-M1-", "40k 80k", "", plain, "", "2025-06-13", kApache},
    {other, "EleutherAI", "pythia-", "70m 410m 1.4b", "", plain, "", "2023-02-13", kApache},
    {other, "tiiuae", "falcon-", "7b 40b", "", plain, "", "2023-04-24", kApache},
    {other, "HuggingFaceTB", "SmolLM2-", "135M 360M 1.7B", "-Instruct", chat_on_base, "",
     "2024-10-31", kApache},
});

/// Official models that descend from another owner's, or from another series.
struct Link {
  std::string_view child;
  std::string_view parent;
};
constexpr auto kLinks = std::to_array<Link>({
    {"deepseek-ai/DeepSeek-R1", "deepseek-ai/DeepSeek-V3-Base"},
    {"deepseek-ai/DeepSeek-V3", "deepseek-ai/DeepSeek-V3-Base"},
    {"deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B", "Qwen/Qwen2.5-Math-1.5B"},
    {"deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", "Qwen/Qwen2.5-Math-7B"},
    {"deepseek-ai/DeepSeek-R1-Distill-Qwen-14B", "Qwen/Qwen2.5-14B"},
    {"deepseek-ai/DeepSeek-R1-Distill-Qwen-32B", "Qwen/Qwen2.5-32B"},
    {"deepseek-ai/DeepSeek-R1-Distill-Llama-8B", "meta-llama/Llama-3.1-8B"},
    {"moonshotai/Kimi-K2-Instruct", "moonshotai/Kimi-K2-Base"},
    {"Qwen/QwQ-32B", "Qwen/Qwen2.5-32B"},
});

/// Takes the next word off `words`; nullopt when there is none left.
std::optional<std::string_view> take_word(std::string_view& words) {
  if (words.empty()) return std::nullopt;
  const std::size_t blank = std::min(words.find(' '), words.size());
  const std::string_view word = words.substr(0, blank);
  words.remove_prefix(std::min(blank + 1, words.size()));
  return word;
}

std::string joined(std::string_view a, std::string_view b, std::string_view c) {
  std::string text{a};
  text.append(b).append(c);
  return text;
}

class CatalogBuilder {
 public:
  void add(const Series& series) {
    std::string_view sizes = series.sizes;
    std::string_view size = take_word(sizes).value_or("");
    while (true) {
      add_size(series, size);
      const auto following = take_word(sizes);
      if (!following) return;
      size = *following;
    }
  }

  std::vector<OfficialModel> finish(std::size_t most) {
    for (const Link& link : kLinks) connect(link);
    // Only parents that stay in: a catalog cut short has no dangling indices.
    models_.resize(std::min(most, models_.size()));
    for (OfficialModel& model : models_) {
      if (model.parent >= models_.size()) model.parent = kNoParent;
    }
    return std::move(models_);
  }

 private:
  std::uint32_t add_model(const Series& series, std::string_view size, std::string_view suffix) {
    OfficialModel model{.name = joined(series.owner, "/", series.prefix),
                        .old_name = {},
                        .family = series.family,
                        .released = parse_utc(series.released).value_or(0),
                        .megaparameters = megaparameters_of(size),
                        .parent = kNoParent,
                        .relation = Relation::unspecified,
                        .license = series.license,
                        .pipeline_tag = series.pipeline_tag,
                        .gated = series.gated};
    model.name.append(size).append(suffix);
    if (!series.old_prefix.empty()) model.old_name = joined(series.old_prefix, size, suffix);
    models_.push_back(std::move(model));
    return static_cast<std::uint32_t>(models_.size() - 1);
  }

  void set_parent(std::uint32_t child, std::uint32_t parent, Relation relation) {
    models_[child].parent = parent;
    models_[child].relation = relation;
  }

  void add_size(const Series& series, std::string_view size) {
    std::uint32_t top = 0;
    std::string_view suffix = series.suffix;
    if (series.shape == plain) {
      top = add_model(series, size, suffix);
    } else if (series.shape == chat_on_base) {
      const std::uint32_t base = add_model(series, size, "");
      top = add_model(series, size, suffix);
      set_parent(top, base, Relation::finetune);
    } else {
      suffix = "";
      top = add_model(series, size, "");
      set_parent(top, add_model(series, size, "-Base"), Relation::finetune);
    }
    std::string_view formats = series.quantized;
    while (const auto format = take_word(formats)) {
      set_parent(add_model(series, size, joined(suffix, *format, "")), top, Relation::quantized);
    }
  }

  void connect(const Link& link) {
    const std::uint32_t child = find(link.child);
    const std::uint32_t parent = find(link.parent);
    if (child != kNoParent && parent != kNoParent) set_parent(child, parent, Relation::finetune);
  }

  std::uint32_t find(std::string_view name) const {
    const auto found =
        std::find_if(models_.begin(), models_.end(), [&](const auto& m) { return m.name == name; });
    return found == models_.end() ? kNoParent : static_cast<std::uint32_t>(found - models_.begin());
  }

  std::vector<OfficialModel> models_;
};

}  // namespace

std::vector<OfficialModel> official_models(std::size_t most) {
  CatalogBuilder builder;
  for (const Series& series : kSeries) builder.add(series);
  return builder.finish(most);
}

std::uint32_t megaparameters_of(std::string_view size) {
  std::uint32_t tenths = 0;
  std::uint32_t factor = 1;
  bool fraction = false;
  for (const char c : size) {
    if (c >= '0' && c <= '9') {
      const auto digit = static_cast<std::uint32_t>(c - '0');
      if (!fraction) tenths = tenths * 10 + digit * 10;
      if (fraction) return (tenths + digit) * 100 * factor;
    } else if (c == '.' || c == '_') {
      fraction = true;
    } else if (c == 'x' && tenths > 0) {
      factor = tenths / 10;
      tenths = 0;
    } else if (c == 'B' || c == 'b') {
      return tenths * 100 * factor;
    } else if (c == 'M' || c == 'm') {
      return tenths / 10 * factor;
    } else {
      return 0;
    }
  }
  return 0;
}

}  // namespace stemma::genhub
