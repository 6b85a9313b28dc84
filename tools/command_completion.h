#pragma once

#include <CLI/CLI.hpp>

namespace stemma {

/// Adds `completion`, which describes every command that `app` has by the time it runs.
void add_completion_command(CLI::App& app);

}  // namespace stemma
