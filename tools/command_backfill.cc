#include "tools/command_backfill.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>

#include "api/render/text_table.h"
#include "crawler/backfill.h"
#include "crawler/curl_http_client.h"
#include "crawler/dataset_client.h"
#include "crawler/http_environment.h"
#include "crawler/hub_url.h"
#include "crawler/ingest.h"
#include "index/agreement.h"
#include "index/family_file.h"
#include "index/prune.h"
#include "index/rollups.h"
#include "index/snapshot_set.h"
#include "schema/error.h"
#include "schema/parquet/parquet_library.h"
#include "schema/snapshot_origin.h"
#include "tools/command_crawl.h"
#include "tools/config_file.h"
#include "tools/progress.h"
#include "tools/query.h"
#include "tools/rollup_step.h"
#include "tools/terminal.h"

namespace stemma {
namespace {

constexpr const char* kDataset = "hfmlsoc/hub_weekly_snapshots";
/// Snapshots of the past that are kept as files; the others are answered from the store.
constexpr std::size_t kKeptFiles = 3;
// What a plan rests on before anything was seen: bytes a second.
constexpr double kDownloadRate = 20e6;
constexpr double kImportRate = 12e6;

struct BackfillArguments {
  std::string from, to;
  std::string every = "month";
  std::string source = kDataset;
  std::string hub;
  std::string ca_file;
  bool accept_shrink = false;
};

std::string day(UnixSeconds time) { return format_utc(time).substr(0, 10); }

/// Where the snapshots come from, with what it needs.
struct OpenSource {
  std::unique_ptr<CurlHttpClient> http;
  std::unique_ptr<WeeklySource> weekly;
};

OpenSource open_source(const BackfillArguments& arguments) {
  std::error_code error;
  const bool is_path = arguments.source.starts_with('.') || arguments.source.starts_with('/');
  if (is_path || std::filesystem::is_directory(arguments.source, error))
    return {nullptr, open_weekly_folder(arguments.source)};
  std::string hub = arguments.hub;
  if (hub.empty()) hub = process_environment("HF_ENDPOINT");
  if (hub.empty()) hub = "https://huggingface.co";
  CurlOptions curl;
  curl.ca_file = ca_file(arguments.ca_file, *origin_of(normal_hub(hub)), process_environment);
  OpenSource open;
  open.http = std::make_unique<CurlHttpClient>(std::move(curl));
  open.weekly = open_weekly_dataset(
      *open.http, {.hub = hub, .dataset = arguments.source, .token = token_for(hub), .retry = {}});
  return open;
}

std::vector<PublishedSnapshot> published(const DataDir& data) {
  std::error_code error;
  if (!std::filesystem::exists(data.store(), error)) return {};
  return ModelStore{data.store(), ModelStore::Mode::read_only}.snapshots();
}

/// Derivatives of each top-level family at the dates, as rolled up.
void print_growth(const CliGlobals& globals, const DataDir& data,
                  const std::vector<WeeklySnapshot>& dates) {
  SnapshotSet snapshots{data};
  const FamilySet families = FamilySet{load_families(globals.families)}.in(*snapshots.current());
  RollupStore rollups = open_rollups(data);
  std::vector<SnapshotNumber> numbers;
  std::vector<std::string> shown;
  for (const RolledSnapshot& one : rollups.snapshots()) {
    const bool wanted = std::any_of(dates.begin(), dates.end(), [&](const WeeklySnapshot& date) {
      return date.date == one.observed_at;
    });
    if (!wanted) continue;
    numbers.push_back(one.number);
    shown.push_back(day(one.observed_at));
  }
  if (numbers.empty()) return;
  std::vector<Table::Column> columns{{"DATE"}};
  std::vector<std::vector<AdoptionSums>> curves;
  const std::vector<std::string> names{kDerivatives};
  for (const FamilyDefinition& family : families.definitions()) {
    const RollupKey key{family.name, Breakdown::role, SharePolicy::any};
    if (!family.top_level() || !rollups.has(key)) continue;
    std::string head = family.name;
    for (char& c : head) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    columns.push_back({head, true});
    curves.push_back(rollups.series(key, names, numbers)[0]);
  }
  Table table{columns};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    std::vector<std::string> row{shown[i]};
    for (const auto& curve : curves)
      row.push_back(grouped(static_cast<std::uint64_t>(curve[i].models)));
    table.add(row);
  }
  print(fmt::format("\nDerivatives at each date:\n\n{}", table.text(terminal_width())));
}

void prune_files(const DataDir& data) {
  const WriteLock lock{data, "backfill"};
  ModelStore store = open_for_writing(data);
  (void)prune(data, store, kKeptFiles);
}

std::string hours_text(double seconds) {
  constexpr double kMinute = 60, kHour = 3600;
  if (seconds < kMinute * 1.5) return "about a minute";
  if (seconds < kHour * 1.5) return fmt::format("about {:.0f} minutes", seconds / kMinute);
  return fmt::format("about {:.1f} hours", seconds / kHour);
}

void run_backfill(const CliGlobals& globals, const BackfillArguments& arguments) {
  require_arrow();
  const UnixSeconds from = time_option(arguments.from, "--from");
  const UnixSeconds to = time_option(arguments.to, "--to");
  if (from != kUnknownTime && to != kUnknownTime && from > to)
    throw Error{ErrorKind::usage,
                "--from " + arguments.from + " is later than --to " + arguments.to};
  const OpenSource source = open_source(arguments);
  const DataDir data = DataDir::open_or_create(globals.data);
  const auto chosen =
      choose_snapshots(source.weekly->list(), from, to,
                       arguments.every == "week" ? BackfillStep::week : BackfillStep::month);
  if (chosen.empty()) {
    throw Error{ErrorKind::not_found,
                source.weekly->name() + " has no weekly snapshot between these dates"};
  }
  BackfillPlan plan = plan_backfill(chosen, published(data));
  std::vector<WeeklySnapshot>& rest = plan.rest;
  std::uint64_t bytes = 0;
  {
    ProgressLine line;
    for (WeeklySnapshot& one : rest) {
      line.show("asking for the size of " + day(one.date));
      source.weekly->describe(one);
      bytes += one.bytes;
    }
  }
  fmt::print("{} of {}, {} to {}; {} there already.\n", plural(chosen.size(), "weekly snapshot"),
             source.weekly->name(), day(chosen.front().date), day(chosen.back().date), plan.there);
  if (!plan.passed_over.empty()) {
    fmt::print(
        "{}, the first of {}, are passed over: later ones are there, and history is written "
        "forwards. Another directory (--data) can have them.\n",
        plan.passed_over.size(), day(plan.passed_over.front().date));
  }
  fmt::print(
      "The data set {} is under the Open Database License (ODbL 1.0): what is made from it "
      "keeps that licence and names it. Dumps say so.\n",
      source.weekly->name());
  if (!rest.empty()) {
    const auto amount = static_cast<double>(bytes);
    const double seconds =
        amount / kImportRate + (source.weekly->is_download() ? amount / kDownloadRate : 0.0);
    fmt::print("{} to {}: {}, at 20 MB a second.\n", with_unit(bytes),
               source.weekly->is_download() ? "download and import" : "import",
               hours_text(seconds));
  }
  std::fflush(stdout);

  std::size_t done = 0, held = 0;
  for (const WeeklySnapshot& one : rest) {
    const std::string what = fmt::format("{} ({} of {})", day(one.date), ++done, rest.size());
    std::filesystem::path file;
    std::optional<PublishReport> report;
    std::string refused;
    {
      ProgressLine line;
      file = source.weekly->fetch(one, data.path() / "downloads", [&](std::uint64_t there) {
        line.show(fmt::format("{}: {} of {}", what, with_unit(there), with_unit(one.bytes)));
      });
      try {
        report =
            import_files(globals.data,
                         {.files = {file.string()},
                          .source = backfill_source(source.weekly->name(), one.date),
                          .observed_at = one.date,
                          .complete = true,
                          .accept_shrink = arguments.accept_shrink},
                         [&](const Progress& progress) {
                           line.show(fmt::format("{}: {} documents", what, grouped(progress.done)));
                         });
      } catch (const ShrinkRefused& error) {
        // A copy of a part would bury what it lacks.
        refused = error.what();
        ++held;
      }
    }
    if (report) {
      fmt::print("{}: snapshot {}, {} models, {} edges{}\n", day(one.date), report->snapshot,
                 grouped(report->totals.models), grouped(report->totals.edges),
                 report->rejected == 0
                     ? std::string{}
                     : fmt::format(", {} rows that could not be read", grouped(report->rejected)));
      for (const auto& [field, rows] : report->unread)
        fmt::print("    {}: not read in {} rows\n", printable(field), grouped(rows));
    } else {
      fmt::print("{}: left out: {}\n", day(one.date), printable(refused));
    }
    std::fflush(stdout);
    if (source.weekly->is_download()) {
      std::error_code ignored;
      std::filesystem::remove(file, ignored);
      std::filesystem::remove(file.parent_path(), ignored);
    }
    if (!report) continue;
    roll_up_published(globals, report->snapshot);
    prune_files(data);
  }
  if (held > 0) {
    fmt::print("{} left out; --accept-shrink takes them for whole.\n", plural(held, "snapshot"));
  }
  print_growth(globals, data, chosen);
}

}  // namespace

void add_backfill_command(CLI::App& app, CliGlobals& globals) {
  auto arguments = std::make_shared<BackfillArguments>();
  CLI::App* command = app.add_subcommand(
      "backfill", "Import the public weekly snapshots of the hub: history before the first crawl");
  command->add_option("--from", arguments->from, "The first date")
      ->type_name("DATE")
      ->check(not_empty());
  command->add_option("--to", arguments->to, "The last date")
      ->type_name("DATE")
      ->check(not_empty());
  command
      ->add_option("--every", arguments->every, "week: all of them; month: the first of each month")
      ->check(CLI::IsMember({"week", "month"}))
      ->capture_default_str();
  command
      ->add_option("--source", arguments->source,
                   "A data set on the hub, or a folder with models/YYYY-MM-DD/models.parquet")
      ->type_name("DIR|DATASET")
      ->check(not_empty())
      ->capture_default_str();
  command
      ->add_option("--hub", arguments->hub,
                   "The hub of the data set; default $HF_ENDPOINT, else the Hugging Face Hub")
      ->type_name("URL")
      ->check(not_empty());
  command
      ->add_option("--ca-file", arguments->ca_file,
                   "Certificates to trust (PEM) instead of the system's")
      ->type_name("FILE")
      ->check(not_empty());
  command->add_flag("--accept-shrink", arguments->accept_shrink,
                    "Publish a snapshot although more than 2 % of the models are missing");
  command->footer(
      "Goes on where it was stopped. Only into data that holds nothing later.\n"
      "Example: stemma backfill --every month && stemma growth qwen");
  command->callback([arguments, command, &globals] {
    apply_config(*command, globals.config, globals.data);
    run_backfill(globals, *arguments);
  });
}

}  // namespace stemma
