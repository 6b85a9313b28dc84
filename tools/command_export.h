#pragma once

#include <CLI/CLI.hpp>

#include "tools/command.h"

namespace stemma {

/// `export` and `changes`: a snapshot as files, and what happened between snapshots.
void add_export_commands(CLI::App& app, CliGlobals& globals);

}  // namespace stemma
