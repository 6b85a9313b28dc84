#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stemma {

/// What a repository's base name tells by custom about how it was made. All functions take folded
/// names without owner; they look at words between `-`, `_`, `.` and blanks.

/// What is left of a name when marks of quantization or of a file format are taken off its end, one
/// after the other, the longest first: `qwen2-7b-q4_k_m-gguf` gives `qwen2-7b-q4_k_m`, `qwen2-7b`.
/// Only what comes off with a mark that nothing but a copy in another format bears (gguf, awq,
/// 4bit ...; not hf, fp16, sharded) is told.
[[nodiscard]] std::vector<std::string_view> quantization_stems(std::string_view base_name);

/// `bert-base-cased-finetuned-ner` gives `bert-base-cased`: what stands before the last word for
/// finetuning, as training scripts write it.
[[nodiscard]] std::optional<std::string_view> finetuning_stem(std::string_view base_name);

/// Whether some word is a number of parameters in billions: `7b`, `1.5b`, `8x7b`.
[[nodiscard]] bool names_a_size(std::string_view base_name);

/// `org_model` read as `org/model`: every way to part a name at `__`, `_` or `-`, in that order, as
/// `owner/name`.
[[nodiscard]] std::vector<std::string> owners_in_name(std::string_view stem);

/// The last component of a local path that a claim gives: `/root/models/Qwen2-7B/` gives
/// `Qwen2-7B`. A checkpoint's directory (`checkpoint-500`, `final`) is skipped. Takes any text.
[[nodiscard]] std::optional<std::string_view> model_in_path(std::string_view path);

/// The last two components of such a path, where they could be a repository:
/// `/models/Qwen/Qwen2-7B` gives `Qwen/Qwen2-7B`.
[[nodiscard]] std::optional<std::string> repository_in_path(std::string_view path);

/// The repository that a cache's directory is named after: `models--org--model`, or without the
/// first word, gives `org/model`.
[[nodiscard]] std::optional<std::string> repository_in_cache(std::string_view directory);

}  // namespace stemma
