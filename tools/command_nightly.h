#pragma once

#include <CLI/CLI.hpp>

#include "tools/command.h"

namespace stemma {

/// Registers `nightly`.
void add_nightly_command(CLI::App& app, CliGlobals& globals);

}  // namespace stemma
