#include "tools/command_completion.h"

#include <memory>
#include <string>

#include "tools/command_facts.h"
#include "tools/completion.h"
#include "tools/query.h"

namespace stemma {

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
}

}  // namespace stemma
