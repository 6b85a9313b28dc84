#include "graph/name_marks.h"

#include <algorithm>
#include <array>

#include "schema/model_name.h"

namespace stemma {
namespace {

bool is_separator(char c) noexcept { return c == '-' || c == '_' || c == '.' || c == ' '; }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

/// `text` is `prefix`, digits, `suffix`.
bool digits_between(std::string_view text, std::string_view prefix, std::string_view suffix) {
  return text.size() > prefix.size() + suffix.size() && text.substr(0, prefix.size()) == prefix &&
         text.substr(text.size() - suffix.size()) == suffix &&
         all_digits(text.substr(prefix.size(), text.size() - prefix.size() - suffix.size()));
}

template <std::size_t N>
bool one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

enum class Mark { none, weak, strong };

// Words that only a copy in another format or precision bears.
constexpr std::array<std::string_view, 38> kStrong{
    "gguf",      "ggml",         "gptq",     "awq",     "exl2",        "exl3",  "bnb",
    "hqq",       "aqlm",         "quip",     "eetq",    "mlx",         "mlc",   "mlpackage",
    "llamafile", "onnx",         "openvino", "coreml",  "ctranslate2", "ct2",   "fp8",
    "int8",      "int4",         "nf4",      "fp4",     "mxfp4",       "nvfp4", "quantized",
    "quant",     "quants",       "imat",     "imatrix", "autoround",   "rtn",   "marlin",
    "smashed",   "bitsandbytes", "ov"};
// Words that such copies bear, and others too.
constexpr std::array<std::string_view, 22> kWeak{
    "i1",          "fp16",   "bf16",  "f16",      "f32",       "fp32",   "hf",  "sharded",
    "safetensors", "torch",  "bit",   "bits",     "dynamic",   "static", "sym", "asym",
    "actorder",    "marlin", "turbo", "weighted", "groupsize", "dwq"};
constexpr std::array<std::string_view, 10> kQuantSizes{"s",  "m",  "l", "xs", "xxs",
                                                       "xl", "nl", "k", "0",  "1"};

bool quant_level(std::string_view word) {  // q4, iq3, tq1
  return digits_between(word, "q", "") || digits_between(word, "iq", "") ||
         digits_between(word, "tq", "");
}

/// The words of a name: where each begins and ends.
struct Word {
  std::size_t begin;
  std::size_t end;
};
std::vector<Word> words_of(std::string_view name) {
  std::vector<Word> words;
  for (std::size_t at = 0; at <= name.size();) {
    std::size_t end = at;
    while (end < name.size() && !is_separator(name[end])) ++end;
    words.push_back({at, end});
    at = end + 1;
  }
  return words;
}

/// How many of the words before `count` are one mark at its end, and how much that tells.
std::pair<std::size_t, Mark> mark_at_end(std::string_view name, const std::vector<Word>& words,
                                         std::size_t count) {
  const auto word = [&](std::size_t back) {
    const Word& w = words[count - back];
    return name.substr(w.begin, w.end - w.begin);
  };
  const std::string_view last = word(1);
  if (one_of(last, kStrong)) return {1, Mark::strong};
  if (quant_level(last)) return {1, Mark::strong};
  if (digits_between(last, "", "bit") || digits_between(last, "", "bits")) {
    // 16bit and 32bit are what merged adapters are saved as.
    const bool few = last.find_first_not_of("0123456789") == 1;
    return {1, few ? Mark::strong : Mark::weak};
  }
  // q4_k_m, q5_k, q8_0, iq4_xs: the level stands one or two words before.
  for (std::size_t back = 2; back <= 3 && back < count; ++back) {
    if (!one_of(word(back - 1), kQuantSizes)) break;
    if (quant_level(word(back)) && one_of(last, kQuantSizes)) return {back, Mark::strong};
  }
  if (digits_between(last, "", "bpw")) {  // 4.0bpw
    const bool fraction = count > 2 && all_digits(word(2)) && words[count - 1].begin > 0 &&
                          name[words[count - 1].begin - 1] == '.';
    return {fraction ? 2U : 1U, Mark::strong};
  }
  if (last == "bit" && count > 2 && all_digits(word(2)))  // 4-bit
    return {2, word(2).size() == 1 ? Mark::strong : Mark::weak};
  if (last.size() >= 4 && last[0] == 'w') {  // w4a16
    const std::size_t a = last.find('a');
    if (a != std::string_view::npos && all_digits(last.substr(1, a - 1)) &&
        all_digits(last.substr(a + 1)))
      return {1, Mark::strong};
  }
  if (last.size() >= 4 && last[0] == 'q') {  // q4f16 and q4f16_1 of MLC
    const std::size_t f = last.find('f');
    if (f != std::string_view::npos && all_digits(last.substr(1, f - 1)) &&
        all_digits(last.substr(f + 1)))
      return {1, Mark::strong};
  }
  if (last == "1" && count > 2 && word(2).find('f') != std::string_view::npos &&
      word(2).substr(0, 1) == "q")
    return {2, Mark::strong};
  if (one_of(last, kWeak) || digits_between(last, "h", "") || digits_between(last, "g", "") ||
      digits_between(last, "gs", "") || digits_between(last, "", "g"))
    return {1, Mark::weak};
  return {0, Mark::none};
}

constexpr std::size_t kShortestStem = 3;

}  // namespace

std::vector<std::string_view> quantization_stems(std::string_view base_name) {
  const std::vector<Word> words = words_of(base_name);
  std::vector<std::string_view> stems;
  bool strong = false;
  for (std::size_t count = words.size(); count > 1;) {
    const auto [taken, mark] = mark_at_end(base_name, words, count);
    if (mark == Mark::none || taken >= count) break;
    count -= taken;
    strong = strong || mark == Mark::strong;
    const std::string_view stem = base_name.substr(0, words[count - 1].end);
    if (stem.size() < kShortestStem) break;
    if (strong) stems.push_back(stem);
  }
  return stems;
}

std::optional<std::string_view> finetuning_stem(std::string_view base_name) {
  constexpr std::array<std::string_view, 4> kWords{"finetuned", "fine-tuned", "fine_tuned",
                                                   "finetune"};
  std::size_t best = std::string_view::npos;
  for (const std::string_view word : kWords) {
    for (std::size_t at = base_name.find(word); at != std::string_view::npos;
         at = base_name.find(word, at + 1)) {
      const std::size_t end = at + word.size();
      const bool whole = at > 1 && (base_name[at - 1] == '-' || base_name[at - 1] == '_') &&
                         (end == base_name.size() || is_separator(base_name[end]));
      if (whole && (best == std::string_view::npos || at > best)) best = at;
    }
  }
  if (best == std::string_view::npos || best - 1 < kShortestStem + 1) return std::nullopt;
  return base_name.substr(0, best - 1);
}

bool names_a_size(std::string_view base_name) {
  for (const Word& word : words_of(base_name)) {
    const std::string_view text = base_name.substr(word.begin, word.end - word.begin);
    if (text.size() < 2 || text.back() != 'b' || !is_digit(text[text.size() - 2])) continue;
    const std::string_view number = text.substr(0, text.size() - 1);
    if (std::all_of(number.begin(), number.end(), [](char c) { return is_digit(c) || c == 'x'; }))
      return true;
  }
  return false;
}

std::vector<std::string> owners_in_name(std::string_view stem) {
  std::vector<std::string> names;
  for (const std::string_view separator : {"__", "_", "-"}) {
    for (std::size_t at = stem.find(separator, 1); at != std::string_view::npos;
         at = stem.find(separator, at + 1)) {
      if (at + separator.size() >= stem.size()) break;
      names.push_back(std::string{stem.substr(0, at)} + '/' +
                      std::string{stem.substr(at + separator.size())});
    }
  }
  return names;
}

std::optional<std::string_view> model_in_path(std::string_view path) {
  const auto is_slash = [](char c) { return c == '/' || c == '\\'; };
  const auto trim = [&](std::string_view text) {
    while (!text.empty() &&
           (is_slash(text.back()) || static_cast<unsigned char>(text.back()) <= ' '))
      text.remove_suffix(1);
    return text;
  };
  if (path.find_first_of("/\\") == std::string_view::npos) return std::nullopt;
  for (path = trim(path); !path.empty();) {
    std::size_t begin = path.size();
    while (begin > 0 && !is_slash(path[begin - 1])) --begin;
    const std::string_view part = path.substr(begin);
    const std::string folded = fold_case(part);
    const bool checkpoint = folded.substr(0, 10) == "checkpoint" ||
                            folded.substr(0, 5) == "final" || folded.substr(0, 4) == "step" ||
                            folded.substr(0, 5) == "epoch";
    if (!checkpoint) {
      return valid_repository_id(part) ? std::optional{part} : std::nullopt;
    }
    path = trim(path.substr(0, begin));
  }
  return std::nullopt;
}

std::optional<std::string> repository_in_path(std::string_view path) {
  const auto model = model_in_path(path);
  if (!model) return std::nullopt;
  std::string_view before = path.substr(0, static_cast<std::size_t>(model->data() - path.data()));
  if (before.size() < 2) return std::nullopt;
  before.remove_suffix(1);
  const auto slash = before.find_last_of("/\\");
  if (slash != std::string_view::npos) before.remove_prefix(slash + 1);
  std::string name{before};
  name += '/';
  name += *model;
  return valid_repository_id(name) ? std::optional{std::move(name)} : std::nullopt;
}

std::optional<std::string> repository_in_cache(std::string_view directory) {
  constexpr std::string_view kPrefix = "models--";
  if (directory.substr(0, kPrefix.size()) == kPrefix) directory.remove_prefix(kPrefix.size());
  const auto dashes = directory.find("--");
  if (dashes == std::string_view::npos) return std::nullopt;
  std::string name{directory.substr(0, dashes)};
  name += '/';
  name += directory.substr(dashes + 2);
  return valid_repository_id(name) ? std::optional{std::move(name)} : std::nullopt;
}

}  // namespace stemma
