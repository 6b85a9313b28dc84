#include "tools/command_verify.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "api/render/answers.h"
#include "api/render/text_table.h"
#include "index/agreement.h"
#include "index/verify.h"
#include "tools/progress.h"
#include "tools/query.h"
#include "tools/terminal.h"

namespace stemma {
namespace {

void forget_lost(const CliGlobals& globals) {
  const DataDir data = DataDir::open(globals.data);
  const WriteLock lock{data, "verify --forget-lost"};
  const SnapshotNumber forgotten = forget_lost_snapshots(data);
  spdlog::info("{}", forgotten == 0 ? "no snapshot is lost"
                                    : fmt::format("{} given up; files are kept as *.stemma.lost",
                                                  plural(forgotten, "snapshot")));
}

void run_verify(CliGlobals& globals, bool all) {
  VerifyReport report;
  {
    ProgressLine line;
    report = verify(DataDir::open(globals.data), all,
                    [&](const std::string& doing) { line.show(doing); });
  }
  if (!report.ok()) globals.exit_code = 1;
  if (globals.json) return print(verify_json(report) + '\n');
  Table table{{{"SNAPSHOT", true},
               {"CLAIMS OBSERVED", true},
               {"KEPT", true},
               {"REJECTED", true},
               {"SELF", true},
               {"CHECKED", false, true}}};
  for (const VerifyReport::Snapshot& checked : report.snapshots) {
    const SnapshotTotals& total = checked.totals;
    std::string what = checked.file ? "file" : "";
    if (checked.derived) what += what.empty() ? "built again" : ", built again";
    table.add({std::to_string(total.number), grouped(total.claims_observed),
               grouped(total.claims_kept), grouped(total.claims_rejected),
               grouped(total.claims_self), what.empty() ? "only the store: file pruned" : what});
  }
  std::string out =
      fmt::format("{} and {} can be read.\n", plural(report.versions, "version") + " of models",
                  plural(report.documents, "pack") + " of documents");
  if (report.files_partly_covered != 0) {
    out += fmt::format(
        "{} of the store were written before whole files had checksums: a few bytes between their "
        "blocks are not covered.\n",
        plural(report.files_partly_covered, "file"));
  }
  if (!report.snapshots.empty()) out += '\n' + table.text(terminal_width());
  if (report.ok()) {
    out +=
        "\nAll is well: claims kept, rejected and on models themselves are all that were "
        "observed.\n";
  } else {
    out += fmt::format("\n{}:\n", plural(report.problems.size(), "problem"));
    for (const std::string& problem : report.problems) out += "  " + printable(problem) + '\n';
  }
  print(out);
}

}  // namespace

void add_verify_command(CLI::App& app, CliGlobals& globals) {
  auto all = std::make_shared<bool>(false);
  CLI::App* verify = app.add_subcommand(
      "verify", "Check the data against itself: checksums, counts, edges against claims");
  verify->add_flag("--all", *all, "Build every snapshot again, not only the newest");
  auto forget = std::make_shared<bool>(false);
  verify->add_flag("--forget-lost", *forget,
                   "Go on without snapshots that the store has lost; their files are kept beside");
  verify->add_flag("--json", globals.json, "Print JSON");
  verify->footer("Example: stemma verify --all");
  verify->callback([all, forget, &globals] {
    if (*forget) forget_lost(globals);
    run_verify(globals, *all);
  });
}

}  // namespace stemma
