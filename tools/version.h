#pragma once

#include <string>

namespace stemma {

/// `stemma 0.1.0` and what it was built with, for --version and bug reports.
[[nodiscard]] std::string version_text();
/// `0.1.0`
[[nodiscard]] std::string version_number();

}  // namespace stemma
