#include "tools/command_help.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "graph/nearest.h"
#include "schema/error.h"

namespace stemma {
namespace {

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!command->get_group().empty()) names.push_back(command->get_name());
  }
  return names;
}

const CLI::App* find_command(const CLI::App& app, const std::string& name) {
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == name) return command;
  }
  return nullptr;
}

std::vector<std::string> flags_of(const CLI::App& app) {
  std::vector<std::string> flags;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
  }
  return flags;
}

Error unknown_command(const CLI::App& app, const std::string& name) {
  const auto nearest = nearest_words(name, commands_of(app));
  return Error{ErrorKind::usage,
               fmt::format("there is no command '{}'{}", name,
                           nearest.empty() ? "; `stemma help` lists them"
                                           : "; did you mean " + either_of(nearest) + "?")};
}

}  // namespace

void add_help_command(CLI::App& app) {
  auto name = std::make_shared<std::string>();
  CLI::App* help = app.add_subcommand("help", "Tell what a command does, as its --help does");
  help->add_option("COMMAND", *name, "Which command; all of them where it is left out");
  help->footer("Example: stemma help descendants");
  help->callback([name, &app] {
    const CLI::App* command = name->empty() ? &app : find_command(app, *name);
    if (command == nullptr) throw unknown_command(app, *name);
    fmt::print("{}", command->help(name->empty() ? "" : app.get_name()));
  });
}

std::string hint_for(const CLI::App& app, int argc, const char* const* argv, std::string& unknown) {
  const CLI::App* command = nullptr;
  std::vector<std::string> known = flags_of(app);
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word.rfind("--", 0) == 0) {
      const std::string flag = word.substr(0, word.find('='));
      if (std::find(known.begin(), known.end(), flag) != known.end()) {
        // A global option's value is no command.
        if (command == nullptr && word.find('=') == std::string::npos) ++i;
        continue;
      }
      // The command may stand behind it.
      for (int j = i + 1; command == nullptr && j < argc; ++j) {
        command = find_command(app, argv[j]);
        if (command == nullptr) continue;
        const auto more = flags_of(*command);
        known.insert(known.end(), more.begin(), more.end());
      }
      if (std::find(known.begin(), known.end(), flag) != known.end()) continue;
      const auto nearest = nearest_words(flag, known);
      return nearest.empty() ? "" : "Did you mean " + either_of(nearest) + "?";
    }
    if (command != nullptr || word.rfind('-', 0) == 0) continue;
    command = find_command(app, word);
    if (command == nullptr) {
      unknown = unknown_command(app, word).what();
      return {};
    }
    const auto more = flags_of(*command);
    known.insert(known.end(), more.begin(), more.end());
  }
  return {};
}

}  // namespace stemma
