#include "tools/command_ingest.h"

#include <fmt/format.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <memory>

#include "api/render/answers.h"
#include "api/render/text_table.h"
#include "crawler/ingest.h"
#include "schema/error.h"
#include "schema/utc_time.h"
#include "tools/command_crawl.h"
#include "tools/config_file.h"
#include "tools/progress.h"
#include "tools/rollup_step.h"
#include "tools/terminal.h"

namespace stemma {
namespace {

struct ImportArguments {
  std::vector<std::string> files;
  std::string observed_at;
  bool complete = false;
  bool accept_shrink = false;
  bool accept_future = false;
};

std::atomic<bool> stop_import{false};

/// The first SIGINT or SIGTERM stops the import in order, the second as always. Without SA_RESTART,
/// so that a wait for standard input ends.
void watch_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { stop_import = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

void run_import(const CliGlobals& globals, const ImportArguments& arguments) {
  watch_signals();
  ProgressLine line;
  const PublishReport report =
      import_files(globals.data,
                   {.files = arguments.files,
                    .observed_at = observation_time(arguments.observed_at, arguments.accept_future),
                    .complete = arguments.complete,
                    .accept_shrink = arguments.accept_shrink,
                    .stop = &stop_import},
                   [&](const Progress& progress) {
                     line.show(progress.step == "reading"
                                   ? fmt::format("reading: {} documents, {}",
                                                 grouped(progress.done), with_unit(progress.bytes))
                                   : fmt::format("building the snapshot of {} documents",
                                                 grouped(progress.done)));
                   });
  print_report(report);
  roll_up_published(globals, report.snapshot);
}

std::string duration_text(UnixSeconds from, UnixSeconds to) {
  if (from == kUnknownTime || to == kUnknownTime) return "";
  const UnixSeconds taken = std::max<UnixSeconds>(0, to - from);
  return fmt::format("{}:{:02}:{:02}", taken / 3600, taken / 60 % 60, taken % 60);
}

std::string count_of(std::int64_t value) {
  return grouped(static_cast<std::uint64_t>(std::max<std::int64_t>(0, value)));
}

void run_crawls(const CliGlobals& globals, std::size_t limit) {
  const DataDir data = DataDir::open(globals.data);
  CrawlLedger ledger{data.path(), CrawlLedger::Mode::read_only};
  const std::vector<RunFacts> facts = ledger.run_facts(limit);
  const std::vector<Night> nights = ledger.nights(limit);
  if (globals.json) {
    fmt::print("{}\n", runs_json(facts, nights));
    return;
  }
  Table table{{{"RUN", true},
               {"KIND"},
               {"FROM", false, true},
               {"STARTED"},
               {"TOOK", true},
               {"PAGES", true, false, 3},
               {"DOCUMENTS", true, false, 4},
               {"REJECTED", true, false, 2},
               {"RETRIES", true, false, 2},
               {"BYTES", true, false, 1},
               {"ENDED", false, true}}};
  for (const auto& [run, lookups, unread] : facts) {
    table.add({std::to_string(run.id), run.kind,
               run.scope.empty() ? run.source : run.source + " " + run.scope,
               format_utc(run.started_at), duration_text(run.started_at, run.finished_at),
               count_of(run.pages), count_of(run.documents), count_of(run.rejected),
               count_of(run.retries),
               run.bytes == 0 ? "" : with_unit(static_cast<std::uint64_t>(run.bytes)),
               run.ended.empty() ? run.state : run.ended});
  }
  fmt::print("{}", table.text(terminal_width()));
  if (nights.empty()) return;
  Table steps{
      {{"NIGHT", true}, {"STARTED"}, {"STEP"}, {"STATE"}, {"TOOK", true}, {"", false, true}}};
  for (const Night& night : nights) {
    for (const Step& step : night.steps) {
      steps.add({std::to_string(night.id), format_utc(step.started_at), step.name, step.state,
                 duration_text(step.started_at, step.finished_at), step.detail});
    }
  }
  fmt::print("\n{}", steps.text(terminal_width()));
}

}  // namespace

void add_ingest_commands(CLI::App& app, CliGlobals& globals) {
  {
    auto arguments = std::make_shared<ImportArguments>();
    CLI::App* import_command =
        app.add_subcommand("import", "Read hub documents from files and publish a snapshot");
    import_command
        ->add_option("FILE", arguments->files,
                     "NDJSON or JSON arrays, plain, .gz or .zst; Parquet as the public weekly "
                     "snapshots have it; - for standard input")
        ->required();
    import_command
        ->add_option("--observed-at", arguments->observed_at,
                     "When the documents were observed; default now")
        ->type_name("TIME")
        ->check(not_empty());
    import_command->add_flag("--complete", arguments->complete,
                             "The files hold every model there is: absent means absent");
    import_command->add_flag("--accept-shrink", arguments->accept_shrink,
                             "Publish even if more than 2 % of the models are missing");
    import_command->add_flag("--accept-future", arguments->accept_future,
                             "Take an --observed-at more than a day ahead of the clock");
    import_command->footer(
        "Example: stemma import hub-2024-07-11.ndjson.zst --complete --observed-at 2024-07-11");
    import_command->callback([arguments, import_command, &globals] {
      apply_config(*import_command, globals.config, globals.data);
      run_import(globals, *arguments);
    });
  }
  {
    auto limit = std::make_shared<std::size_t>(20);
    CLI::App* crawls = app.add_subcommand(
        "crawls", "List crawls, imports and nights, the newest first, and what ended them");
    crawls->add_option("--limit", *limit, "How many to list")->capture_default_str();
    crawls->add_flag("--json", globals.json, "Print JSON");
    crawls->footer("Example: stemma crawls --limit 5");
    crawls->callback([limit, &globals] { run_crawls(globals, *limit); });
  }
}

}  // namespace stemma
