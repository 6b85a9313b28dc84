#pragma once

#include <CLI/CLI.hpp>

#include "tools/command.h"

namespace stemma {

/// `backup` and `restore`.
void add_backup_commands(CLI::App& app, CliGlobals& globals);

}  // namespace stemma
