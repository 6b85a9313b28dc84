#pragma once

#include <CLI/CLI.hpp>

#include "tools/command.h"

namespace stemma {

/// Registers what fills a data directory: crawl, import, crawls.
void add_ingest_commands(CLI::App& app, CliGlobals& globals);

}  // namespace stemma
