#pragma once

#include <CLI/CLI.hpp>

#include "tools/command.h"

namespace stemma {

/// Questions about adoption over time: adoption, compare, leaderboard, growth, survival; and
/// rollup, which prepares their answers.
void add_adoption_commands(CLI::App& app, CliGlobals& globals);

}  // namespace stemma
