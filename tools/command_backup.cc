#include "tools/command_backup.h"

#include <fmt/format.h>

#include <memory>

#include "api/render/text_table.h"
#include "index/backup.h"
#include "tools/progress.h"
#include "tools/query.h"
#include "tools/terminal.h"

namespace stemma {
namespace {

struct BackupArguments {
  std::string directory;
  bool copy = false;
};

std::string report_text(const BackupReport& report, const std::string& where) {
  std::string text =
      fmt::format("{} in {}: {} copied ({})",
                  report.newest == 0 ? std::string{"nothing published yet"}
                                     : fmt::format("snapshots up to {}", report.newest),
                  where, plural(report.copied, "file"), with_unit(report.bytes_copied));
  if (report.linked > 0) text += fmt::format(", {} shared by hard links", grouped(report.linked));
  return text + "; checked.\n";
}

void run_backup(const CliGlobals& globals, const BackupArguments& arguments) {
  BackupReport report;
  {
    ProgressLine line;
    report = backup(
        DataDir::open(globals.data), arguments.directory,
        {.copy = arguments.copy, .progress = [&](const std::string& doing) { line.show(doing); }});
  }
  print(report_text(report, arguments.directory));
  if (report.linked > 0)
    print("Shared files are lost with the disk that both lie on; --copy shares none.\n");
}

void run_restore(const CliGlobals& globals, const BackupArguments& arguments) {
  BackupReport report;
  {
    ProgressLine line;
    report = restore(
        arguments.directory, globals.data,
        {.copy = arguments.copy, .progress = [&](const std::string& doing) { line.show(doing); }});
  }
  print(report_text(report, std::filesystem::path{globals.data}.string()));
}

}  // namespace

void add_backup_commands(CLI::App& app, CliGlobals& globals) {
  {
    auto arguments = std::make_shared<BackupArguments>();
    CLI::App* command = app.add_subcommand(
        "backup", "Write a consistent, checked copy of the data, while others use it");
    command
        ->add_option("DIR", arguments->directory,
                     "Where the copy goes; an earlier backup there is replaced when the new one is "
                     "whole")
        ->required();
    command->add_flag("--copy", arguments->copy, "Share no file with the original by a hard link");
    command->footer(
        "The copy is a data directory: `stemma --data DIR stats` reads it.\nExample: stemma backup "
        "/mnt/other-disk/stemma-backup");
    command->callback([arguments, &globals] { run_backup(globals, *arguments); });
  }
  {
    auto arguments = std::make_shared<BackupArguments>();
    CLI::App* command =
        app.add_subcommand("restore", "Make a data directory from a backup, and check it");
    command->add_option("DIR", arguments->directory, "The backup")->required();
    command->add_flag("--copy", arguments->copy, "Share no file with the backup by a hard link");
    command->footer(
        "--data must not exist yet, or be empty.\nExample: stemma --data ./stemma-data restore "
        "/mnt/other-disk/stemma-backup");
    command->callback([arguments, &globals] { run_restore(globals, *arguments); });
  }
}

}  // namespace stemma
