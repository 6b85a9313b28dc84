#pragma once

#include <CLI/CLI.hpp>

#include "tools/command.h"

namespace stemma {

/// `backfill`
void add_backfill_command(CLI::App& app, CliGlobals& globals);

}  // namespace stemma
