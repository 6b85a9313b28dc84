#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>

#include "index/snapshot_file.h"
#include "schema/error.h"
#include "tools/command.h"
#include "tools/command_adoption.h"
#include "tools/command_backfill.h"
#include "tools/command_backup.h"
#include "tools/command_completion.h"
#include "tools/command_crawl.h"
#include "tools/command_export.h"
#include "tools/command_help.h"
#include "tools/command_ingest.h"
#include "tools/command_lineage.h"
#include "tools/command_nightly.h"
#include "tools/command_query.h"
#include "tools/command_serve.h"
#include "tools/command_verify.h"
#include "tools/version.h"

namespace {

std::filesystem::path default_data() {
  const char* data = std::getenv("STEMMA_DATA");
  return data != nullptr && *data != '\0' ? data : "stemma-data";
}

int run(int argc, char** argv) {
  stemma::CliGlobals globals;
  globals.data = default_data();
  CLI::App app{"stemma: what came from what, and who uses it, of the world's open models"};
  app.name("stemma");
  app.set_version_flag("--version", stemma::version_text());
  app.option_defaults()->always_capture_default(false);
  app.add_option("--data", globals.data, "Data directory; default $STEMMA_DATA, else ./stemma-data")
      ->type_name("DIR");
  app.add_option("--families", globals.families,
                 "More family definitions, in the form of schema/families.toml")
      ->type_name("FILE");
  app.add_option("--config", globals.config,
                 "Settings; default stemma.toml in the data directory, else in this one")
      ->type_name("FILE");
  app.require_subcommand(1);
  app.fallthrough();  // --data and the like may stand behind the command as well
  app.footer(
      "Example: stemma import hub.ndjson.zst --complete && stemma descendants Qwen3\n"
      "`stemma COMMAND --help` tells more.");
  stemma::add_crawl_command(app, globals);
  stemma::add_ingest_commands(app, globals);
  stemma::add_backfill_command(app, globals);
  stemma::add_nightly_command(app, globals);
  stemma::add_query_commands(app, globals);
  stemma::add_lineage_commands(app, globals);
  stemma::add_adoption_commands(app, globals);
  stemma::add_export_commands(app, globals);
  stemma::add_serve_command(app, globals);
  stemma::add_verify_command(app, globals);
  stemma::add_backup_commands(app, globals);
  stemma::add_completion_command(app);
  stemma::add_help_command(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Asked for help or the version: 0. Everything else is a call that was wrong: 2.
    if (error.get_exit_code() == 0) return app.exit(error);
    std::string unknown;
    const std::string hint = stemma::hint_for(app, argc, argv, unknown);
    if (!unknown.empty()) {
      std::cerr << "stemma: " << unknown << "\n";
      return 2;
    }
    app.exit(error);
    if (!hint.empty()) std::cerr << hint << "\n";
    return 2;
  }
  return globals.exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  // Results go to standard output, everything else to standard error.
  spdlog::set_default_logger(spdlog::stderr_color_mt("stemma"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S%z %^%l%$ %v");
  stemma::explain_lost_bytes();
  try {
    return run(argc, argv);
  } catch (const stemma::Error& error) {
    std::cerr << "stemma: " << error.what() << "\n";
    return stemma::exit_code(error.kind());
  } catch (const std::exception& error) {
    std::cerr << "stemma: " << error.what() << "\n";
    return 1;
  }
}
