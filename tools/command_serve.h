#pragma once

#include <CLI/CLI.hpp>

#include "tools/command.h"

namespace stemma {

/// Registers `serve`.
void add_serve_command(CLI::App& app, CliGlobals& globals);

}  // namespace stemma
