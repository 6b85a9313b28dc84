#pragma once

#include <optional>
#include <span>
#include <string>

namespace stemma {

/// A line drawn in text: one of eight heights for each value, from the least to the largest; a
/// blank where it is unknown. A flat line is low. More than `width` values are drawn as the last of
/// equal parts.
[[nodiscard]] std::string sparkline(std::span<const std::optional<double>> values,
                                    std::size_t width);

}  // namespace stemma
