#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tools/genhub_lineage.h"

namespace stemma::genhub {

/// Owners apart from the numbered ones of the community: those who quantize everything, and the one
/// of the burst.
inline constexpr std::uint32_t kFirstQuantizer = 0xFF000000U;
inline constexpr std::uint32_t kQuantizers = 6;
inline constexpr std::uint32_t kBurstOwner = 0xFE000000U;

/// Appends the part of a model's name before the slash.
void append_owner(const Lineage& lineage, Index index, std::string& out);

/// Appends `owner/name`. A pure function of the lineage: names are not kept. Needs `name_taken` of
/// the model itself and of those that it descends from.
void append_name(const Lineage& lineage, Index index, std::string& out);

/// Appends the name of a model that is not in the hub.
void append_ghost_name(std::uint32_t ghost, std::string& out);

/// The model at the top of the chain of first parents.
[[nodiscard]] Index root_of(const Lineage& lineage, Index index) noexcept;

/// How the files of a quantized model are stored: `GGUF`, `AWQ`, `4bit`, ...
[[nodiscard]] std::string_view quantization_of(const Lineage& lineage, Index index);

/// A model of the community that descends from nothing: what its name says of its size, in
/// millions; 0 for nothing.
[[nodiscard]] std::uint32_t size_in_name(const Lineage& lineage, Index index);

}  // namespace stemma::genhub
