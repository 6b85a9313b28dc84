#include "tools/rollup_step.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <optional>

#include "index/agreement.h"
#include "index/derive.h"
#include "index/family_file.h"
#include "schema/error.h"
#include "tools/progress.h"
#include "tools/query.h"

namespace stemma {
namespace {

std::atomic<bool> stop_rollup{false};

void watch_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { stop_rollup = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

RollupReport run_rollup(const CliGlobals& globals, bool anew) {
  const DataDir data = DataDir::open(globals.data);
  const FamilySet families{load_families(globals.families)};
  watch_signals();
  const auto began = std::chrono::steady_clock::now();
  std::optional<ProgressLine> line{std::in_place};
  const WriteLock lock{data, "rollup"};
  ModelStore store = open_for_writing(data);
  mend_published(data, store);
  RollupReport report = update_rollups(
      data, store, families,
      {.anew = anew, .stop = &stop_rollup, .progress = [&](const RollupProgress& progress) {
         line->show(fmt::format("rolling up: snapshot {} of {}", progress.done, progress.last));
       }});
  line.reset();  // wiped before anything else is said
  if (report.rolled_up != 0) {
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - began;
    spdlog::info("{}, in {:.1f} s", report_text(report), taken.count());
  }
  if (!report.anew_because.empty())
    spdlog::warn("the roll-ups were made anew: {}", report.anew_because);
  return report;
}

void roll_up_published(const CliGlobals& globals, SnapshotNumber published) {
  try {
    const RollupReport report = run_rollup(globals, false);
    if (report.stopped)
      spdlog::warn("stopped before all was rolled up; `stemma rollup` goes on with it");
  } catch (const Error& error) {
    throw Error{error.kind(),
                fmt::format("snapshot {} is published, but adoption could not be rolled up: {}; "
                            "nothing is lost: `stemma rollup` does it, or the next publish",
                            published, error.what())};
  }
}

std::string report_text(const RollupReport& report) {
  if (report.newest == 0) return "nothing is published yet";
  return fmt::format("rolled up {}, up to {}{}", plural(report.rolled_up, "snapshot"),
                     report.newest, report.stopped ? "; stopped, to be gone on with" : "");
}

}  // namespace stemma
