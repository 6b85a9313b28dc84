#include "tools/command_ingest.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "crawler/crawl.h"
#include "crawler/curl_http_client.h"
#include "crawler/ingest.h"
#include "schema/error.h"
#include "schema/utc_time.h"
#include "tools/progress.h"
#include "tools/table.h"

namespace stemma {
namespace {

UnixSeconds time_option(const std::string& text, const char* flag) {
  if (text.empty()) return kUnknownTime;
  const auto time = parse_utc(text);
  if (!time) {
    throw Error{ErrorKind::usage, std::string{flag} + " " + text +
                                      " is not a time such as 2026-11-23T02:00:00Z or 2026-11-23"};
  }
  return *time;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string{} : std::string{value};
}

/// What people want to know of a publish, on standard output: it is the command's result.
void print_report(const PublishReport& report) {
  const SnapshotTotals& t = report.totals;
  fmt::print("snapshot {} of {}{}\n", report.snapshot, format_utc(t.observed_at),
             t.generated != 0 ? " (generated data)" : "");
  fmt::print("  {:>12}  models ({} new, {} changed, {} gone)\n", grouped(t.models),
             grouped(report.added), grouped(report.changed), grouped(t.gone));
  fmt::print("  {:>12}  declare a parent, {} of them several\n", grouped(t.declaring),
             grouped(t.multi_parent));
  fmt::print("  {:>12}  edges, {} claims to {} ghosts\n", grouped(t.edges),
             grouped(t.claims_to_ghosts), grouped(t.ghosts));
  if (report.rejected > 0) {
    fmt::print("  {:>12}  documents rejected; `stemma stats` lists them\n",
               grouped(report.rejected));
  }
  if (t.partial != 0) fmt::print("  partial: only what the scope of the crawl covers\n");
}

struct ImportArguments {
  std::vector<std::string> files;
  std::string observed_at;
  bool complete = false;
  bool accept_shrink = false;
};

void run_import(const CliGlobals& globals, const ImportArguments& arguments) {
  ProgressLine line;
  const PublishReport report =
      import_files(globals.data,
                   {.files = arguments.files,
                    .observed_at = time_option(arguments.observed_at, "--observed-at"),
                    .complete = arguments.complete,
                    .accept_shrink = arguments.accept_shrink},
                   [&](const Progress& progress) {
                     line.show(progress.step == "reading"
                                   ? fmt::format("reading: {} documents, {}",
                                                 grouped(progress.done), with_unit(progress.bytes))
                                   : fmt::format("building the snapshot of {} documents",
                                                 grouped(progress.done)));
                   });
  print_report(report);
}

struct CrawlArguments {
  std::string hub;
  std::string scope = "all";
  std::string observed_at;
  bool resolve = false;
  std::int64_t max_requests = 0;
  std::int64_t max_lookups = 1000;
  double pace = 0.8;
  bool accept_shrink = false;
  bool restart = false;
};

std::string progress_text(const CrawlProgress& progress) {
  std::string text;
  if (progress.step == "walking") {
    text = fmt::format("walking: {} pages, {} models, {}",
                       grouped(static_cast<std::uint64_t>(progress.pages)),
                       grouped(static_cast<std::uint64_t>(progress.documents)),
                       with_unit(static_cast<std::uint64_t>(progress.bytes)));
  } else if (progress.step == "resolving") {
    text = fmt::format("asking for parents that are missing: {} asked, {} to go", progress.lookups,
                       progress.lookups_left);
  } else {
    text = fmt::format("publishing: {} documents",
                       grouped(static_cast<std::uint64_t>(progress.documents)));
  }
  if (progress.retries > 0) text += fmt::format(", {} retries", progress.retries);
  if (progress.quota_left) text += fmt::format(", quota left {}", *progress.quota_left);
  return text;
}

void run_crawl(const CliGlobals& globals, const CrawlArguments& arguments) {
  CurlHttpClient http;
  ProgressLine line;
  CrawlOptions options;
  options.hub = arguments.hub;
  options.token = environment("HF_TOKEN");
  options.scope = arguments.scope;
  options.observed_at = time_option(arguments.observed_at, "--observed-at");
  options.resolve = arguments.resolve;
  options.max_requests = arguments.max_requests;
  options.max_lookups = arguments.max_lookups;
  options.pace = arguments.pace;
  options.accept_shrink = arguments.accept_shrink;
  options.restart = arguments.restart;
  print_report(crawl(globals.data, options, http,
                     [&](const CrawlProgress& progress) { line.show(progress_text(progress)); }));
}

void run_crawls(const CliGlobals& globals, std::size_t limit) {
  const DataDir data = DataDir::open(globals.data);
  CrawlLedger ledger{data.path(), CrawlLedger::Mode::read_only};
  Table table{{{"run", true},
               {"kind"},
               {"from", false, true},
               {"started"},
               {"seconds", true},
               {"pages", true},
               {"documents", true},
               {"rejected", true},
               {"retries", true},
               {"bytes", true},
               {"ended", false, true}}};
  for (const Run& run : ledger.runs(limit)) {
    table.add(
        {std::to_string(run.id), run.kind,
         run.scope.empty() ? run.source : run.source + " " + run.scope, format_utc(run.started_at),
         run.finished_at == kUnknownTime ? ""
                                         : grouped(static_cast<std::uint64_t>(std::max<UnixSeconds>(
                                               0, run.finished_at - run.started_at))),
         grouped(static_cast<std::uint64_t>(run.pages)),
         grouped(static_cast<std::uint64_t>(run.documents)),
         grouped(static_cast<std::uint64_t>(run.rejected)),
         grouped(static_cast<std::uint64_t>(run.retries)),
         run.bytes == 0 ? "" : with_unit(static_cast<std::uint64_t>(run.bytes)),
         run.ended.empty() ? run.state : run.ended});
  }
  fmt::print("{}", table.text(terminal_width()));
}

}  // namespace

void add_ingest_commands(CLI::App& app, CliGlobals& globals) {
  {
    auto arguments = std::make_shared<CrawlArguments>();
    arguments->hub = environment("HF_ENDPOINT");
    if (arguments->hub.empty()) arguments->hub = "https://huggingface.co";
    CLI::App* crawl_command =
        app.add_subcommand("crawl", "Walk a hub's listing and publish a snapshot");
    crawl_command
        ->add_option("--hub", arguments->hub,
                     "The hub; default $HF_ENDPOINT, else the Hugging Face Hub")
        ->capture_default_str();
    crawl_command
        ->add_option("--scope", arguments->scope, "all, or a part: search:TEXT,author:NAME,...")
        ->capture_default_str();
    crawl_command->add_option("--observed-at", arguments->observed_at,
                              "When the hub is observed; default now");
    crawl_command->add_flag("--resolve", arguments->resolve,
                            "Then ask for the names of ghosts, those with most children first");
    crawl_command
        ->add_option(
            "--max-requests", arguments->max_requests,
            "Stop the listing after so many requests (0: no limit); the snapshot is then partial")
        ->check(CLI::NonNegativeNumber);
    crawl_command
        ->add_option("--max-lookups", arguments->max_lookups, "Names to ask for one by one")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    crawl_command->add_option("--pace", arguments->pace, "Share of the hub's quota to use")
        ->check(CLI::Range(0.01, 1.0))
        ->capture_default_str();
    crawl_command->add_flag("--accept-shrink", arguments->accept_shrink,
                            "Publish even if more than 2 % of the models are missing");
    crawl_command->add_flag("--restart", arguments->restart,
                            "Give up an unfinished crawl instead of resuming it");
    crawl_command->footer(
        "A token is read from $HF_TOKEN. An interrupted crawl goes on where it stopped.\n"
        "Example: stemma crawl --scope search:qwen,author:deepseek-ai");
    crawl_command->callback([arguments, &globals] { run_crawl(globals, *arguments); });
  }
  {
    auto arguments = std::make_shared<ImportArguments>();
    CLI::App* import_command =
        app.add_subcommand("import", "Read hub documents from files and publish a snapshot");
    import_command
        ->add_option("FILE", arguments->files,
                     "NDJSON or JSON arrays, plain, .gz or .zst; - for standard input")
        ->required();
    import_command->add_option("--observed-at", arguments->observed_at,
                               "When the documents were observed; default now");
    import_command->add_flag("--complete", arguments->complete,
                             "The files hold every model there is: absent means absent");
    import_command->add_flag("--accept-shrink", arguments->accept_shrink,
                             "Publish even if more than 2 % of the models are missing");
    import_command->footer(
        "Example: stemma import hub-2024-07-11.ndjson.zst --complete --observed-at 2024-07-11");
    import_command->callback([arguments, &globals] { run_import(globals, *arguments); });
  }
  {
    auto limit = std::make_shared<std::size_t>(20);
    CLI::App* crawls = app.add_subcommand(
        "crawls", "List crawls and imports, the newest first, and what ended them");
    crawls->add_option("--limit", *limit, "How many to list")->capture_default_str();
    crawls->footer("Example: stemma crawls --limit 5");
    crawls->callback([limit, &globals] { run_crawls(globals, *limit); });
  }
}

}  // namespace stemma
