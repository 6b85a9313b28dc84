#pragma once

#include <filesystem>
#include <optional>

namespace stemma {

/// What every command shares: options that stand before or after it, and what the process ends
/// with.
struct CliGlobals {
  std::filesystem::path data;
  std::optional<std::filesystem::path>
      families;                                 ///< Definitions that are added to those that ship.
  std::optional<std::filesystem::path> config;  ///< Settings file; none: looked for.
  bool json = false;                            ///< Queries print the HTTP body.
  int exit_code = 0;
};

}  // namespace stemma
