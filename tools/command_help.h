#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace stemma {

/// Adds `help [COMMAND]`, which prints what `--help` prints. Call it last.
void add_help_command(CLI::App& app);

/// What a call that could not be read most likely meant: the nearest commands to a word that is
/// none, the nearest flags of the command to one that it does not have. Empty where nothing is
/// near.
[[nodiscard]] std::string hint_for(const CLI::App& app, int argc, const char* const* argv);

}  // namespace stemma
