#pragma once

#include <CLI/CLI.hpp>

#include "tools/command.h"

namespace stemma {

/// `verify`: checks a data directory against itself; exit 1 where something is wrong.
void add_verify_command(CLI::App& app, CliGlobals& globals);

}  // namespace stemma
