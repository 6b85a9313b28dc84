#include "tools/command_facts.h"

#include <algorithm>
#include <cctype>
#include <sstream>
#include <string_view>
#include <utility>

namespace stemma {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in{text};
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  return parts;
}

bool has_capitals(const std::string& text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isupper(c) != 0; });
}

std::string joined(const std::vector<std::string>& parts, char separator) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += separator;
    text += part;
  }
  return text;
}

/// Turns the name that a validator has in CLI11 into words: `FLOAT in [0 - 1]` into `0 to 1`. That
/// a number is not negative goes without saying.
std::string limits_of(std::string validator) {
  if (validator == "NONNEGATIVE" || validator == "POSITIVE") return {};
  const std::size_t open = validator.find('[');
  const std::size_t dash = validator.find(" - ");
  if (open == std::string::npos || dash == std::string::npos || validator.back() != ']') {
    return validator;
  }
  return validator.substr(open + 1, dash - open - 1) + " to " +
         validator.substr(dash + 3, validator.size() - dash - 4);
}

void read_value(const CLI::Option& option, OptionFacts& facts) {
  // "FLOAT:FLOAT in [0 - 1]": the name of the value, then the names of its validators.
  std::string type = option.get_type_name();
  std::string validator;
  if (const std::size_t colon = type.find(':'); colon != std::string::npos) {
    validator = type.substr(colon + 1);
    type.resize(colon);
  }
  if (type.size() > 2 && type.front() == '[') type = type.substr(1, type.size() - 2);
  // An argument is known by its name: FILE of `import`.
  facts.value = option.get_positional() ? facts.names.front() : type;
  facts.kind = ValueKind::text;
  if (validator.size() > 2 && validator.front() == '{' && validator.back() == '}') {
    facts.choices = split(validator.substr(1, validator.size() - 2), ',');
    if (!option.get_positional()) facts.value = joined(facts.choices, '|');
  } else {
    facts.limits = limits_of(std::move(validator));
    for (const std::string& part : split(facts.value, '|')) {
      if (!has_capitals(part)) facts.choices.push_back(part);
      if (part == "FILE") facts.kind = ValueKind::file;
      if (part == "DIR" && facts.kind == ValueKind::text) facts.kind = ValueKind::directory;
    }
  }
  if (!facts.choices.empty()) facts.kind = ValueKind::choice;
}

OptionFacts describe_option(const CLI::Option& option) {
  OptionFacts facts;
  if (option.get_positional()) {
    facts.names.push_back(option.get_name(true));
  } else {
    for (const std::string& name : option.get_snames()) facts.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) facts.names.push_back("--" + name);
  }
  facts.help = option.get_description();
  facts.group = option.get_group();
  facts.required = option.get_required();
  const bool takes_value = option.get_items_expected_max() > 0;
  if (takes_value) {
    facts.value_optional = option.get_items_expected_min() == 0;
    facts.repeatable = option.get_items_expected_max() > 1;
    facts.default_value = option.get_default_str();
    read_value(option, facts);
  }
  return facts;
}

void read_footer(const std::string& footer, CommandFacts& facts) {
  constexpr std::string_view kExample = "Example: ";
  for (const std::string& line : split(footer, '\n')) {
    if (line.rfind(kExample, 0) == 0) {
      facts.examples.push_back(line.substr(kExample.size()));
    } else if (!line.empty()) {
      facts.notes += (facts.notes.empty() ? "" : " ") + line;
    }
  }
}

}  // namespace

CommandFacts describe(const CLI::App& app) {
  CommandFacts facts;
  facts.name = app.get_name();
  facts.help = app.get_description();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    OptionFacts described = describe_option(*option);
    described.alone = option == app.get_help_ptr() || option == app.get_version_ptr();
    (option->get_positional() ? facts.arguments : facts.options).push_back(std::move(described));
  }
  read_footer(app.get_footer(), facts);
  for (const CLI::App* command :
       app.get_subcommands([](const CLI::App* sub) { return !sub->get_group().empty(); })) {
    facts.commands.push_back(describe(*command));
  }
  return facts;
}

}  // namespace stemma
