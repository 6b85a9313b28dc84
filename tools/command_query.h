#pragma once

#include <CLI/CLI.hpp>

#include "tools/command.h"

namespace stemma {

/// Adds show, parents, children, ancestors, descendants, families, family, search, stats and
/// snapshots. They write to stdout and throw Error. `globals` must outlive `app` and be filled in
/// when a command runs.
void add_query_commands(CLI::App& app, CliGlobals& globals);

}  // namespace stemma
