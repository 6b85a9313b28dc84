#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace stemma {

/// Adds `help [COMMAND]`, which prints what `--help` prints. Call it last.
void add_help_command(CLI::App& app);

/// What a call that could not be read most likely meant: the nearest flags of the command to one
/// that it does not have; empty where nothing is near. Where there is no such command, `unknown`
/// says so, with the nearest ones.
[[nodiscard]] std::string hint_for(const CLI::App& app, int argc, const char* const* argv,
                                   std::string& unknown);

}  // namespace stemma
