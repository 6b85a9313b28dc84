#include "tools/config_file.h"

#include <toml++/toml.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "schema/error.h"

namespace stemma {
namespace {

std::optional<std::filesystem::path> find_file(const std::optional<std::filesystem::path>& asked,
                                               const std::filesystem::path& data) {
  std::error_code error;
  if (asked) {
    if (!std::filesystem::exists(*asked, error)) {
      throw Error{ErrorKind::not_found, "there is no settings file " + asked->string()};
    }
    return asked;
  }
  for (std::filesystem::path path : {data / "stemma.toml", std::filesystem::path{"stemma.toml"}}) {
    if (std::filesystem::exists(path, error)) return path;
  }
  return std::nullopt;
}

Error refusal(const std::filesystem::path& file, const toml::node& node, const std::string& what) {
  return Error{ErrorKind::usage,
               file.string() + ":" + std::to_string(node.source().begin.line) + ": " + what};
}

/// A TOML value as it would stand on the command line: a list with commas. Empty for what cannot
/// stand there.
std::string value_text(const toml::node& node) {
  if (const toml::array* list = node.as_array()) {
    std::string text;
    for (const toml::node& one : *list) {
      const std::string part = one.is_array() ? std::string{} : value_text(one);
      if (part.empty()) return {};
      text += (text.empty() ? "" : ",") + part;
    }
    return text;
  }
  if (const auto text = node.value<std::string>(); text && node.is_string()) return *text;
  std::ostringstream out;
  node.visit([&](const auto& held) {
    using Held = std::decay_t<decltype(held)>;
    if constexpr (toml::is_boolean<Held>) {
      out << (held.get() ? "true" : "false");
    } else if constexpr (toml::is_value<Held>) {
      out << held.get();
    }
  });
  return out.str();
}

void apply_table(CLI::App& command, const toml::table& table, const std::filesystem::path& file,
                 bool own) {
  for (const auto& [key, node] : table) {
    std::string flag{key.str()};
    std::replace(flag.begin(), flag.end(), '_', '-');
    CLI::Option* option = command.get_option_no_throw("--" + flag);
    if (option == nullptr || flag == "help") {
      if (!own) continue;  // an option of crawl that this command lacks
      throw refusal(file, node,
                    "`" + command.get_name() + "` has no setting '" + std::string{key.str()} + "'");
    }
    if (option->count() > 0) continue;
    const std::string value = value_text(node);
    if (value.empty() && !node.is_string()) {
      throw refusal(file, node,
                    "'" + std::string{key.str()} + "' wants a value, or a list of some");
    }
    try {
      option->add_result(value);
      option->run_callback();
    } catch (const CLI::Error& error) {
      throw refusal(file, node, "'" + std::string{key.str()} + "': " + error.what());
    }
  }
}

}  // namespace

void apply_config(CLI::App& command, const std::optional<std::filesystem::path>& asked,
                  const std::filesystem::path& data) {
  const auto file = find_file(asked, data);
  if (!file) return;
  toml::table settings;
  try {
    settings = toml::parse_file(file->string());
  } catch (const toml::parse_error& error) {
    std::ostringstream text;
    text << file->string() << ":" << error.source().begin.line << ": " << error.description();
    throw Error{ErrorKind::usage, text.str()};
  }
  const auto is_command = [&](const std::string& name) {
    const auto commands = command.get_parent()->get_subcommands([](CLI::App*) { return true; });
    return std::any_of(commands.begin(), commands.end(),
                       [&](const CLI::App* other) { return other->get_name() == name; });
  };
  for (const auto& [key, node] : settings) {
    const std::string name{key.str()};
    if (node.is_table() && is_command(name)) continue;
    throw refusal(*file, node, "'" + name + "' is no command with settings");
  }
  // The command's own table goes first: what it sets, crawl's cannot change.
  if (const auto* table = settings[command.get_name()].as_table()) {
    apply_table(command, *table, *file, true);
  }
  if (command.get_name() == "nightly") {
    if (const auto* table = settings["crawl"].as_table())
      apply_table(command, *table, *file, false);
  }
}

}  // namespace stemma
