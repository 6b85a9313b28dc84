#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace stemma {

/// What a shell can offer for a value.
enum class ValueKind { none, text, file, directory, choice };

/// An option, or an argument (CLI11's positional).
struct OptionFacts {
  std::vector<std::string> names;  ///< {"-h", "--help"}; an argument has one: {"FILE"}.
  std::string help;
  std::string group;
  std::string value;            ///< What stands for the value, "DIR"; empty for a flag.
  bool value_optional = false;  ///< The option may stand without its value.
  bool repeatable = false;      ///< May be given several times.
  bool required = false;
  bool alone = false;  ///< --help or --version: nothing else makes sense beside it.
  ValueKind kind = ValueKind::none;
  std::vector<std::string> choices;  ///< All values there are; only of ValueKind::choice.
  std::string limits;                ///< "0 to 1"; empty where anything goes.
  std::string default_value;
};

/// A command, or the whole program, as its --help describes it.
struct CommandFacts {
  std::string name;
  std::string help;
  std::vector<OptionFacts> options;
  std::vector<OptionFacts> arguments;
  std::string notes;                  ///< The footer without its examples.
  std::vector<std::string> examples;  ///< Command lines.
  std::vector<CommandFacts> commands;
};

/// Reads a description out of CLI11, without what is hidden (an empty group). Every command takes
/// the options of the program as well, but those that stand alone; they are listed only there.
///
/// CLI11 does not say what a value is beyond its name, so the name tells it: in `URL|DIR`, words in
/// capitals stand for something (DIR for a directory, FILE for a file), in `asc|desc` the others
/// are the values themselves. The values of a CLI::IsMember are read, too.
[[nodiscard]] CommandFacts describe(const CLI::App& app);

}  // namespace stemma
