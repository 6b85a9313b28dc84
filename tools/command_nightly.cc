#include "tools/command_nightly.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <memory>

#include "crawler/night.h"
#include "index/agreement.h"
#include "index/crawl_ledger.h"
#include "index/model_store.h"
#include "index/prune.h"
#include "tools/command_crawl.h"
#include "tools/config_file.h"
#include "tools/progress.h"
#include "tools/table.h"

namespace stemma {
namespace {

struct NightlyArguments {
  CrawlArguments crawl;
  std::string dumps;
  std::string out;
  std::size_t keep = 7;
};

std::string prune_step(const DataDir& data, std::size_t keep) {
  const WriteLock lock{data, "prune"};
  ModelStore store = open_for_writing(data);
  const PruneReport report = prune(data, store, keep);
  return fmt::format("{} snapshot files and {} packs of raw documents removed, {}",
                     report.snapshot_files, report.document_packs, with_unit(report.bytes));
}

SnapshotNumber published_already(const DataDir& data) {
  CrawlLedger ledger{data.path(), CrawlLedger::Mode::read_only};
  return published_this_night(ledger);
}

void run_nightly(const CliGlobals& globals, NightlyArguments& arguments) {
  arguments.crawl.resolve = true;
  if (!arguments.dumps.empty() && arguments.out.empty()) {
    throw Error{ErrorKind::usage, "--dumps wants --out DIR, where they are written"};
  }
  // A typo is told now and not after an hour of crawling.
  (void)observation_time(arguments.crawl.observed_at, arguments.crawl.accept_future);
  const DataDir data = DataDir::open_or_create(globals.data);
  std::vector<NightStep> steps;
  steps.push_back({"crawl",
                   [&] {
                     if (const SnapshotNumber done = published_already(data); done != 0) {
                       return fmt::format("had published snapshot {}", done);
                     }
                     const PublishReport report = run_crawl(globals, arguments.crawl);
                     print_report(report);
                     return fmt::format("published snapshot {} with {} models", report.snapshot,
                                        grouped(report.totals.models));
                   },
                   {}});
  steps.push_back({"adoption", {}, "this version rolls nothing up yet"});
  steps.push_back(
      {"dumps",
       {},
       arguments.dumps.empty() ? "none were asked for" : "this version writes no dumps"});
  steps.push_back({"prune", [&] { return prune_step(data, arguments.keep); }, {}});
  run_night(data, steps, [](const std::string& text) { spdlog::info("{}", text); });
}

}  // namespace

void add_nightly_command(CLI::App& app, CliGlobals& globals) {
  auto arguments = std::make_shared<NightlyArguments>();
  CLI::App* command = app.add_subcommand(
      "nightly", "Crawl with --resolve, publish, write dumps, prune: one line for cron or a timer");
  add_crawl_options(*command, arguments->crawl);
  command->add_option("--dumps", arguments->dumps, "Formats of dumps to write: csv,parquet");
  command->add_option("--out", arguments->out, "Where dumps are written");
  command
      ->add_option("--keep", arguments->keep,
                   "Snapshot files to keep; as_of older ones still works, more slowly")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command->footer(
      "A night that stopped is taken up where it was. `stemma crawls` tells of every step.\n"
      "Example: stemma nightly --data /var/lib/stemma --keep 14");
  command->callback([arguments, command, &globals] {
    apply_config(*command, globals.config, globals.data);
    run_nightly(globals, *arguments);
  });
}

}  // namespace stemma
