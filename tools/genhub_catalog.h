#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schema/relation.h"
#include "schema/utc_time.h"

namespace stemma::genhub {

/// The families that attract children. `other` is every model outside them, so that they have
/// something to be compared with.
enum class Family : std::uint8_t {
  qwen,
  deepseek,
  llama,
  mistral,
  gemma,
  phi,
  gpt_oss,
  glm,
  kimi,
  minimax,
  other
};
inline constexpr std::size_t kFamilyCount = 11;

inline constexpr std::uint32_t kNoParent = 0xFFFFFFFFU;

/// A model of one of the known owners: where lineages begin.
struct OfficialModel {
  std::string name;      ///< `owner/base`.
  std::string old_name;  ///< What cards still call it; empty where it was never renamed.
  Family family = Family::other;
  UnixSeconds released = 0;
  std::uint32_t megaparameters = 0;
  std::uint32_t parent = kNoParent;  ///< Index into the catalog.
  Relation relation = Relation::unspecified;
  std::string_view license;
  std::string_view pipeline_tag;
  std::string_view gated;  ///< "auto", "manual", or empty for no.
};

/// The official models, the most important series first: a small hub takes the head of it. At most
/// `most`.
[[nodiscard]] std::vector<OfficialModel> official_models(std::size_t most);

/// `8B`, `0.6B`, `8x7B`, `30B-A3B`, `70m` -> millions of parameters; 0 where the text begins with
/// none of these.
[[nodiscard]] std::uint32_t megaparameters_of(std::string_view size);

}  // namespace stemma::genhub
