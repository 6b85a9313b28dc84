#pragma once

#include <CLI/CLI.hpp>

#include "tools/command.h"

namespace stemma {

/// Registers `import`, and `crawls`, which lists what filled a data directory.
void add_ingest_commands(CLI::App& app, CliGlobals& globals);

}  // namespace stemma
