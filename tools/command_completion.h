#pragma once

#include <CLI/CLI.hpp>

namespace stemma {

/// Adds `completion`, and `man-pages DIR`, which the build calls and --help does not show. Both
/// describe every command that `app` has by the time they run.
void add_completion_command(CLI::App& app);

}  // namespace stemma
