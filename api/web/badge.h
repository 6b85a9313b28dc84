#pragma once

#include <string>
#include <string_view>

namespace stemma {

/// A badge for a model card: a label and a value side by side, as SVG without script or style
/// sheet. Its width is estimated from the letters. Texts are escaped. Pure.
[[nodiscard]] std::string badge_svg(std::string_view label, std::string_view value);

}  // namespace stemma
