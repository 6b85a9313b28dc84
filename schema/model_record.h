#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "schema/claim.h"
#include "schema/hub_id.h"
#include "schema/utc_time.h"

namespace stemma {

inline constexpr std::int64_t kUnknownCount = -1;
/// The largest count that is believed. All downloads of a hub together are far below it, and so
/// many of them can be added up that a sum in 64 bits needs care only where data is hostile.
inline constexpr std::int64_t kMaxCount = 1'000'000'000'000'000;

/// Access terms. Values are on disk: never renumber. The Hub writes false, "auto" or "manual".
enum class Gated : std::uint8_t { unknown = 0, no = 1, automatic = 2, manual = 3 };

/// One field, or a group of fields that are always told together. Bits are on disk: never renumber.
enum FieldBit : std::uint32_t {
  kAuthor = 1U << 0U,
  kCreatedAt = 1U << 1U,
  kLastModified = 1U << 2U,
  kTags = 1U << 3U,
  kCardData = 1U << 4U,
  kBaseModels = 1U << 5U,
  kPipelineTag = 1U << 6U,
  kLibraryName = 1U << 7U,
  kGated = 1U << 8U,
  kDisabled = 1U << 9U,
  kSha = 1U << 10U,
  kSafetensors = 1U << 11U,
  kGguf = 1U << 12U,
  kConfig = 1U << 13U,
  kDownloads = 1U << 14U,
  kDownloadsAllTime = 1U << 15U,
  kLikes = 1U << 16U,
};
using FieldSet = std::uint32_t;
inline constexpr FieldSet kCountFields = kDownloads | kDownloadsAllTime | kLikes;

/// What moves every night and is therefore kept apart from the rest. kUnknownCount where it was not
/// observed.
struct Counts {
  std::int64_t downloads = kUnknownCount;           ///< The Hub's rolling 30 days.
  std::int64_t downloads_all_time = kUnknownCount;  ///< Cumulative; the Hub sometimes lets it fall.
  std::int64_t likes = kUnknownCount;

  friend bool operator==(const Counts&, const Counts&) = default;
};

/// What one hub document said of one model, counts apart. A view: every string lives in the
/// document or in the encoded record that it was read from.
struct ModelRecord {
  HubId id;
  std::string_view name;  ///< In the Hub's case.
  std::string_view author;
  UnixSeconds created_at = kUnknownTime;
  UnixSeconds last_modified = kUnknownTime;
  std::string_view license_tag;   ///< From the tag `license:X`.
  std::string_view license_card;  ///< From `cardData.license`; the tag goes before it.
  std::string_view license_name;  ///< From `cardData.license_name`: which one, where it is `other`.
  std::string_view pipeline_tag;
  std::string_view library_name;
  std::string_view sha;
  Gated gated = Gated::unknown;
  bool disabled = false;
  std::int64_t parameters_safetensors = kUnknownCount;
  std::int64_t parameters_gguf = kUnknownCount;
  std::string_view model_type;         ///< From `config.model_type`.
  std::string_view gguf_architecture;  ///< From `gguf.architecture`.
  std::vector<Claim> claims;
  FieldSet known = 0;  ///< The fields that are known, be it known to be absent.

  [[nodiscard]] std::string_view license() const noexcept {
    return license_tag.empty() ? license_card : license_tag;
  }
  [[nodiscard]] std::int64_t parameters() const noexcept {
    return parameters_safetensors != kUnknownCount ? parameters_safetensors : parameters_gguf;
  }

  /// What the model's own files call its architecture: `qwen2`, `llama`.
  [[nodiscard]] std::string_view architecture() const noexcept {
    return model_type.empty() ? gguf_architecture : model_type;
  }

  friend bool operator==(const ModelRecord&, const ModelRecord&) = default;
};

/// The field whose presence in a document tells all claims of `source`; 0 for sources that no
/// document carries.
[[nodiscard]] FieldSet field_of(ClaimSource source) noexcept;

/// What is known after `next` was observed: a field that `next` carries, or that was asked for and
/// is absent, is as `next` has it; a field that was neither carried nor asked for stays as it was
/// known before. The result's strings live as long as those of both arguments.
[[nodiscard]] ModelRecord carry_over(const ModelRecord& before, ModelRecord next, FieldSet asked);

}  // namespace stemma
