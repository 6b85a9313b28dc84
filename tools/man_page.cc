#include "tools/man_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

namespace stemma {
namespace {

/// What the help of no command says. `code` may stand in the texts as in the help.
constexpr std::pair<std::string_view, std::string_view> kExitStatus[] = {
    {"0", "What was asked for was done."},
    {"1",
     "It failed: something is not there, cannot be reached, read or written, or `stemma verify` "
     "found a problem. Standard error says what."},
    {"2", "The call or a settings file was wrong."},
};
constexpr std::pair<std::string_view, std::string_view> kEnvironment[] = {
    {"STEMMA_DATA", "The data directory where `--data` names none."},
    {"HF_ENDPOINT", "The hub where `--hub` names none."},
    {"HF_TOKEN",
     "A token of the hub, which raises its quota. It is sent to the hub's own address only."},
    {"CURL_CA_BUNDLE",
     "A file of certificates (PEM) to trust instead of the system's, where `--ca-file` names "
     "none."},
    {"SSL_CERT_FILE", "The same, where CURL_CA_BUNDLE is not set."},
    {"http_proxy, https_proxy, HTTPS_PROXY, all_proxy, ALL_PROXY, no_proxy, NO_PROXY",
     "Proxies between here and the hub, and for which hosts there is none, as curl reads them."},
};
constexpr std::pair<std::string_view, std::string_view> kFiles[] = {
    {"./stemma-data", "The data directory where nothing names another."},
    {"stemma.toml",
     "Settings, in the data directory or else the working directory: a table for a command, whose "
     "keys are the names of its options with _ for -."},
    {"curated.toml",
     "In the data directory: names and parents that were entered by hand. "
     "share/stemma/curated.toml "
     "below the prefix of the installation is one to begin with."},
    {"share/stemma/families.toml",
     "Below the prefix of the installation: a copy of the families that are built in, as an "
     "example "
     "for `--families`."},
};

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

/// Text as roff shows it, anywhere but at the beginning of a line. Every hyphen is one that can be
/// copied to a command line.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\\':
        out += R"(\e)";
        break;
      case '-':
        out += R"(\-)";
        break;
      case '\'':
        out += R"(\(aq)";
        break;
      case '`':
        out += R"(\(ga)";
        break;
      case '^':
        out += R"(\(ha)";
        break;
      case '~':
        out += R"(\(ti)";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string bold(std::string_view text) { return R"(\fB)" + escaped(text) + R"(\fR)"; }
std::string italic(std::string_view text) { return R"(\fI)" + escaped(text) + R"(\fR)"; }

/// Text of a help, in which code stands between backquotes.
std::string prose(std::string_view text) {
  std::string out;
  // A line that begins with a dot would be a request.
  if (!text.empty() && text.front() == '.') out = R"(\&)";
  while (true) {
    const std::size_t open = text.find('`');
    const std::size_t close = open == std::string_view::npos ? open : text.find('`', open + 1);
    if (close == std::string_view::npos) return out + escaped(text);
    out += escaped(text.substr(0, open)) + bold(text.substr(open + 1, close - open - 1));
    text.remove_prefix(close + 1);
  }
}

/// The same with a full stop.
std::string sentence(std::string_view text) {
  const bool ended = !text.empty() && std::string_view{".!?"}.find(text.back()) != text.npos;
  return prose(text) + (ended ? "" : ".");
}

void section(std::string& page, std::string_view name) { page += fmt::format(".SH {}\n", name); }

/// An entry of a list: what it is about, and what is said of it.
void entry(std::string& page, const std::string& tag, const std::string& text) {
  page += fmt::format(".TP\n{}\n{}\n", tag, text);
}

template <typename Entries>
void entries(std::string& page, const Entries& list) {
  for (const auto& [tag, text] : list) entry(page, bold(tag), sentence(text));
}

std::string value_text(const OptionFacts& option) {
  if (option.kind == ValueKind::none) return {};
  return option.value_optional ? " [" + italic(option.value) + "]" : " " + italic(option.value);
}

std::string about(const OptionFacts& option) {
  std::vector<std::string> facts;
  if (!option.limits.empty()) facts.push_back(option.limits);
  if (!option.default_value.empty()) facts.push_back("default " + option.default_value);
  return sentence(facts.empty() ? option.help
                                : fmt::format("{} ({})", option.help, fmt::join(facts, "; ")));
}

void list_options(std::string& page, const std::vector<OptionFacts>& options) {
  const std::string usual = options.empty() ? "" : options.front().group;
  std::vector<std::string> groups;
  for (const OptionFacts& option : options) {
    if (std::find(groups.begin(), groups.end(), option.group) == groups.end()) {
      groups.push_back(option.group);
    }
  }
  for (const std::string& group : groups) {
    if (group != usual) page += fmt::format(".SS {}\n", escaped(group));
    for (const OptionFacts& option : options) {
      if (option.group != group) continue;
      std::string names;
      for (const std::string& name : option.names) {
        names += (names.empty() ? "" : ", ") + bold(name);
      }
      entry(page, names + value_text(option), about(option));
    }
  }
}

std::string head(const std::string& name, const std::string& help, const std::string& version) {
  std::string page = ".\\\" Made by stemma from the descriptions that its --help prints.\n";
  page += fmt::format(".TH {} 1 \"\" \"stemma {}\" \"Stemma\"\n", escaped(upper(name)),
                      escaped(version));
  section(page, "NAME");
  page += fmt::format("{} \\- {}\n", escaped(name), prose(help));
  section(page, "SYNOPSIS");
  return page;
}

void list_examples(std::string& page, const std::vector<std::string>& examples) {
  if (examples.empty()) return;
  section(page, "EXAMPLES");
  for (const std::string& example : examples) {
    page += fmt::format(".nf\n{}\n.fi\n", bold(example));
  }
}

ManPage program_page(const CommandFacts& program, const std::string& version) {
  // "stemma: what came from what": the page's name says the first word already.
  std::string help = program.help;
  const std::string prefix = program.name + ": ";
  if (help.rfind(prefix, 0) == 0) help.erase(0, prefix.size());
  std::string page = head(program.name, help, version);
  page += fmt::format("{} [{}] {} [{}]\n", bold(program.name), italic("OPTIONS"), italic("COMMAND"),
                      italic("ARGUMENTS"));
  if (!program.notes.empty()) {
    section(page, "DESCRIPTION");
    page += sentence(program.notes) + '\n';
  }
  section(page, "COMMANDS");
  for (const CommandFacts& command : program.commands) {
    entry(page, bold(program.name + "-" + command.name) + "(1)", sentence(command.help));
  }
  section(page, "OPTIONS");
  list_options(page, program.options);
  section(page, "EXIT STATUS");
  entries(page, kExitStatus);
  section(page, "ENVIRONMENT");
  entries(page, kEnvironment);
  section(page, "FILES");
  entries(page, kFiles);
  list_examples(page, program.examples);
  return {program.name + ".1", std::move(page)};
}

ManPage command_page(const CommandFacts& program, const CommandFacts& command,
                     const std::string& version) {
  const std::string name = program.name + "-" + command.name;
  std::string page = head(name, command.help, version);
  page += fmt::format("{} [{}]", bold(program.name + " " + command.name), italic("OPTIONS"));
  for (const OptionFacts& argument : command.arguments) {
    const std::string text = italic(argument.value) + (argument.repeatable ? "..." : "");
    page += argument.required ? " " + text : " [" + text + "]";
  }
  page += '\n';
  section(page, "DESCRIPTION");
  page += sentence(command.help) + '\n';
  if (!command.notes.empty()) page += ".PP\n" + sentence(command.notes) + '\n';
  if (!command.arguments.empty()) {
    section(page, "ARGUMENTS");
    for (const OptionFacts& argument : command.arguments) {
      entry(page, italic(argument.value), about(argument));
    }
  }
  section(page, "OPTIONS");
  list_options(page, command.options);
  std::string shared;
  for (const OptionFacts& option : program.options) {
    if (option.alone) continue;
    shared += (shared.empty() ? "" : ", ") + bold(option.names.back());
  }
  if (!shared.empty()) {
    page += fmt::format(".PP\nThe options {} of {}(1) may be given as well.\n", shared,
                        bold(program.name));
  }
  section(page, "EXIT STATUS");
  entries(page, kExitStatus);
  list_examples(page, command.examples);
  section(page, "SEE ALSO");
  page += bold(program.name) + "(1)\n";
  return {name + ".1", std::move(page)};
}

}  // namespace

std::vector<ManPage> man_pages(const CommandFacts& program, const std::string& version) {
  std::vector<ManPage> pages{program_page(program, version)};
  for (const CommandFacts& command : program.commands) {
    pages.push_back(command_page(program, command, version));
  }
  return pages;
}

}  // namespace stemma
