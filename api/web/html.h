#pragma once

#include <string>
#include <string_view>

namespace stemma {

/// Safe as text and inside attributes in double quotes.
[[nodiscard]] std::string escape_html(std::string_view text);

}  // namespace stemma
