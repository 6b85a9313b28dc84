#include "tools/command_nightly.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "api/export/dated_dump.h"
#include "api/export/dump.h"
#include "api/query/alarms.h"
#include "api/query/snapshot_facts.h"
#include "api/render/text_table.h"
#include "crawler/night.h"
#include "graph/family.h"
#include "index/adoption_source.h"
#include "index/agreement.h"
#include "index/crawl_ledger.h"
#include "index/family_file.h"
#include "index/model_store.h"
#include "index/prune.h"
#include "index/snapshot_set.h"
#include "schema/error.h"
#include "schema/utc_time.h"
#include "tools/command_crawl.h"
#include "tools/config_file.h"
#include "tools/progress.h"
#include "tools/query.h"
#include "tools/report_step.h"
#include "tools/rollup_step.h"

namespace stemma {
namespace {

struct NightlyArguments {
  CrawlArguments crawl;
  std::string dumps;
  std::string out;
  std::vector<std::string> reports;
  std::string reports_out;
  std::size_t keep = 7;
};

/// "csv,ndjson" to formats. Throws Error{usage} that names those that there are.
std::vector<const DumpFormat*> read_formats(const std::string& text) {
  std::vector<const DumpFormat*> formats;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const DumpFormat* format = &parse_dump_format(text.substr(at, comma - at));
    if (std::find(formats.begin(), formats.end(), format) == formats.end())
      formats.push_back(format);
    at = comma + 1;
  }
  return formats;
}

std::string prune_step(const DataDir& data, std::size_t keep) {
  const WriteLock lock{data, "prune"};
  ModelStore store = open_for_writing(data);
  const PruneReport report = prune(data, store, keep);
  return fmt::format("{} snapshot files and {} packs of raw documents removed, {}",
                     report.snapshot_files, report.document_packs, with_unit(report.bytes));
}

/// Writes the newest snapshot to a folder of its own, and lets `latest` lead to it once it is
/// whole.
std::string dump_step(const CliGlobals& globals, const DataDir& data, const std::string& formats,
                      const std::filesystem::path& out) {
  const FamilySet families{load_families(globals.families)};
  SnapshotSet snapshots{data};
  SnapshotFacts facts{snapshots.current(), families};
  AdoptionSource adoption{data};
  const auto [report, directory] =
      write_dated_dump(facts, &adoption, &families, read_formats(formats), out);
  return fmt::format("{} and {} of snapshot {} in {}", plural(report.models, "model"),
                     plural(report.edges, "edge"), facts.number(), directory.string());
}

/// What is unusual in the night's snapshot, each with the query that shows it.
void print_alarms(const CliGlobals& globals, const DataDir& data) {
  constexpr std::size_t kShown = 20;
  const FamilySet families{load_families(globals.families)};
  SnapshotSet snapshots{data};
  AdoptionSource source{data};
  AdoptionView adoption{source, snapshots.current()->total().number};
  SnapshotFacts facts{snapshots.at(adoption.number()), families};
  const std::vector<Alarm> alarms = find_alarms(adoption, facts);
  std::string text = fmt::format("\nUnusual in snapshot {}:{}\n", adoption.number(),
                                 alarms.empty() ? " nothing." : "");
  for (std::size_t i = 0; i < std::min(alarms.size(), kShown); ++i)
    text +=
        fmt::format("  {}\n      {}\n", printable(alarms[i].text), printable(alarms[i].command));
  if (alarms.size() > kShown) text += fmt::format("  and {} more\n", alarms.size() - kShown);
  print(text);
}

/// Pages of families for a host of plain files, with one that lists all nights.
std::string report_step(const CliGlobals& globals, const DataDir& data,
                        const std::vector<std::string>& names, const std::filesystem::path& out) {
  const FamilySet families{load_families(globals.families)};
  SnapshotSet snapshots{data};
  AdoptionSource source{data};
  AdoptionView adoption{source, snapshots.current()->total().number};
  SnapshotFacts facts{snapshots.at(adoption.number()), families};
  std::vector<const FamilyDefinition*> chosen;
  for (const std::string& name : names) {
    const FamilyDefinition* family = facts.families().find(name);
    if (family == nullptr)
      throw Error{ErrorKind::usage, "--reports: no family or series is called '" + name + "'"};
    chosen.push_back(family);
  }
  const auto written = write_reports(adoption, facts, chosen, out);
  return fmt::format("{} of snapshot {} in {}", plural(written.size(), "report"), facts.number(),
                     out.string());
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
  if (arguments.dumps.empty() && !arguments.out.empty())
    throw Error{ErrorKind::usage, "--out wants --dumps FORMATS, such as csv,ndjson"};
  if (!arguments.dumps.empty()) static_cast<void>(read_formats(arguments.dumps));
  if (arguments.reports.empty() != arguments.reports_out.empty())
    throw Error{ErrorKind::usage, "--reports FAMILIES and --reports-out DIR go together"};
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
  steps.push_back({"adoption",
                   [&] {
                     const RollupReport report = run_rollup(globals, false);
                     if (report.stopped)
                       throw Error{ErrorKind::unavailable,
                                   "stopped by a signal; the next "
                                   "`stemma nightly` goes on with it"};
                     return report_text(report);
                   },
                   {}});
  if (arguments.dumps.empty()) {
    steps.push_back({"dumps", {}, "none were asked for"});
  } else {
    steps.push_back(
        {"dumps", [&] { return dump_step(globals, data, arguments.dumps, arguments.out); }, {}});
  }
  if (!arguments.reports.empty()) {
    steps.push_back(
        {"reports",
         [&] { return report_step(globals, data, arguments.reports, arguments.reports_out); },
         {}});
  }
  steps.push_back({"prune", [&] { return prune_step(data, arguments.keep); }, {}});
  run_night(data, steps, [](const std::string& text) { spdlog::info("{}", text); });
  print_alarms(globals, data);
}

}  // namespace

void add_nightly_command(CLI::App& app, CliGlobals& globals) {
  auto arguments = std::make_shared<NightlyArguments>();
  CLI::App* command = app.add_subcommand(
      "nightly", "Crawl with --resolve, publish, write dumps, prune: one line for cron or a timer");
  add_crawl_options(*command, arguments->crawl);
  command->add_option("--dumps", arguments->dumps, "Formats of dumps to write: csv,ndjson");
  command
      ->add_option("--out", arguments->out,
                   "Where dumps are written: a folder a night, and a link `latest` to the newest")
      ->type_name("DIR");
  command
      ->add_option("--reports", arguments->reports,
                   "Families to write a page of, with an index of all nights: qwen,deepseek")
      ->type_name("LIST")
      ->delimiter(',');
  command->add_option("--reports-out", arguments->reports_out, "Where these pages are written")
      ->type_name("DIR");
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
