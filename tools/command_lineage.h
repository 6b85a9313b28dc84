#pragma once

#include <CLI/CLI.hpp>

#include "tools/command.h"

namespace stemma {

/// Questions about how models hang together: path, common, dominators, impact, licenses, history,
/// lint.
void add_lineage_commands(CLI::App& app, CliGlobals& globals);

}  // namespace stemma
