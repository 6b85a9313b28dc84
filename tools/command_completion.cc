#include "tools/command_completion.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "schema/error.h"
#include "tools/command_facts.h"
#include "tools/completion.h"
#include "tools/man_page.h"
#include "tools/query.h"
#include "tools/version.h"

namespace stemma {
namespace {

void write_man_pages(const CLI::App& app, const std::filesystem::path& directory) {
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  for (const ManPage& page : man_pages(describe(app), version_number())) {
    std::ofstream file{directory / page.file, std::ios::binary};
    file << page.text;
    file.close();
    if (!file) throw Error{ErrorKind::storage, "cannot write " + (directory / page.file).string()};
  }
}

}  // namespace

void add_completion_command(CLI::App& app) {
  auto shell = std::make_shared<std::string>();
  CLI::App* completion =
      app.add_subcommand("completion", "Print the script that completes commands in a shell");
  completion->add_option("SHELL", *shell, "The shell: bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion->footer(
      "`cmake --install` puts the scripts where the shells look for them.\n"
      "Example: source <(stemma completion bash)");
  completion->callback([shell, &app] {
    const CommandFacts program = describe(app);
    print(*shell == "bash"  ? bash_completion(program)
          : *shell == "zsh" ? zsh_completion(program)
                            : fish_completion(program));
  });

  auto directory = std::make_shared<std::filesystem::path>();
  CLI::App* pages = app.add_subcommand("man-pages", "Write the manual pages to a directory");
  pages->add_option("DIR", *directory, "Where they go; made where it is missing")->required();
  pages->group("");  // hidden: for the build
  pages->callback([directory, &app] { write_man_pages(app, *directory); });
}

}  // namespace stemma
