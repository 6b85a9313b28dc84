#pragma once

#include <cstddef>

namespace stemma {

/// The width to write for: $COLUMNS where it is set, else that of the terminal that stdout is; 0
/// when it is none.
[[nodiscard]] std::size_t terminal_width();

}  // namespace stemma
