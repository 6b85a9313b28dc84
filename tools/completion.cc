#include "tools/completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

namespace stemma {
namespace {

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) {
    text.replace(at, what.size(), by);
  }
  return text;
}

/// For bash and zsh, which end a quoted text at the next quote whatever stands before it.
std::string shell_quoted(const std::string& text) {
  return "'" + replaced(text, "'", R"('\'')") + "'";
}

std::string fish_quoted(const std::string& text) {
  return "'" + replaced(replaced(text, R"(\)", R"(\\)"), "'", R"(\')") + "'";
}

std::string joined(const std::vector<std::string>& words, std::string_view separator = " ") {
  return fmt::format("{}", fmt::join(words, separator));
}

/// The options of the program that its commands take, too.
std::vector<OptionFacts> shared_options(const CommandFacts& program) {
  std::vector<OptionFacts> shared;
  std::copy_if(program.options.begin(), program.options.end(), std::back_inserter(shared),
               [](const OptionFacts& option) { return !option.alone; });
  return shared;
}

/// Whether the word behind the option belongs to it. A value that may be left out is not counted:
/// what follows is as likely the next option.
bool takes_next_word(const OptionFacts& option) {
  return option.kind != ValueKind::none && !option.value_optional;
}

std::vector<std::string> command_names(const CommandFacts& program) {
  std::vector<std::string> names;
  for (const CommandFacts& command : program.commands) names.push_back(command.name);
  return names;
}

// ---- bash ----

/// An assignment of what the script calls the kind of a value.
std::string bash_kind(const OptionFacts& option) {
  switch (option.kind) {
    case ValueKind::file:
      return "kind=file";
    case ValueKind::directory:
      return "kind=directory";
    case ValueKind::choice:
      return "kind=words words=" + shell_quoted(joined(option.choices));
    default:
      return "kind=text";
  }
}

/// The cases by which the script knows what follows an option. An option that is the same in every
/// command that has it is told once.
std::string bash_options(const CommandFacts& program) {
  std::map<std::string, std::map<std::string, std::vector<std::string>>> found;  // name, kind
  const auto add = [&](const std::string& command, const OptionFacts& option) {
    for (const std::string& name : option.names) {
      found[name][takes_next_word(option) ? bash_kind(option) : ""].push_back(command);
    }
  };
  for (const OptionFacts& option : shared_options(program)) add("", option);
  for (const CommandFacts& command : program.commands) {
    for (const OptionFacts& option : command.options) add(command.name, option);
  }
  std::map<std::string, std::vector<std::string>> patterns;  // by kind
  for (const auto& [name, kinds] : found) {
    for (const auto& [kind, commands] : kinds) {
      if (kind.empty()) continue;
      if (kinds.size() == 1) {
        patterns[kind].push_back("*" + shell_quoted(" " + name));
        continue;
      }
      for (const std::string& command : commands) {
        patterns[kind].push_back(shell_quoted(command + " " + name));
      }
    }
  }
  std::string cases;
  for (const auto& [kind, names] : patterns) {
    cases += fmt::format("    {})\n      {} ;;\n", joined(names, " | \\\n    "), kind);
  }
  return cases;
}

std::string bash_commands(const CommandFacts& program) {
  const auto names = [](const std::vector<OptionFacts>& options) {
    std::vector<std::string> all;
    for (const OptionFacts& option : options) all.push_back(option.names.back());  // the long one
    return all;
  };
  const std::vector<std::string> shared = names(shared_options(program));
  std::string cases = fmt::format("    '')\n      options={}\n      kind=words words={} ;;\n",
                                  shell_quoted(joined(names(program.options))),
                                  shell_quoted(joined(command_names(program))));
  for (const CommandFacts& command : program.commands) {
    std::vector<std::string> options = names(command.options);
    options.insert(options.end(), shared.begin(), shared.end());
    cases += fmt::format("    {})\n      options={}", command.name, shell_quoted(joined(options)));
    for (std::size_t i = 0; i < command.arguments.size(); ++i) {
      const OptionFacts& argument = command.arguments[i];
      if (argument.kind == ValueKind::text) continue;
      cases += fmt::format("\n      [[ $2 -{} {} ]] && {}", argument.repeatable ? "ge" : "eq", i,
                           bash_kind(argument));
    }
    cases += " ;;\n";
  }
  return cases;
}

// ---- zsh ----

/// Text of a specification of _arguments: a colon ends a part of it, a bracket the explanation.
std::string zsh_text(std::string text) {
  for (const std::string_view special : {R"(\)", ":", "[", "]"}) {
    text = replaced(std::move(text), special, R"(\)" + std::string{special});
  }
  return text;
}

std::string zsh_action(const OptionFacts& option) {
  switch (option.kind) {
    case ValueKind::file:
      return "_files";
    case ValueKind::directory:
      return "_files -/";
    case ValueKind::choice:
      return "(" + joined(option.choices) + ")";
    default:
      return " ";  // shows the name of the value and offers nothing
  }
}

std::string zsh_option(const OptionFacts& option) {
  std::string specifications;
  for (const std::string& name : option.names) {
    std::string text;
    if (option.repeatable) {
      text = "*";
    } else if (option.alone) {
      text = "(- *)";
    } else if (option.names.size() > 1) {
      text = "(" + joined(option.names) + ")";
    }
    text += name;
    if (option.kind != ValueKind::none && name.size() > 2) text += "=";
    text += "[" + zsh_text(option.help) + "]";
    if (option.kind != ValueKind::none) {
      text += fmt::format("{}{}:{}", option.value_optional ? "::" : ":", zsh_text(option.value),
                          zsh_action(option));
    }
    specifications += (specifications.empty() ? "" : " \\\n      ") + shell_quoted(text);
  }
  return specifications;
}

std::string zsh_command(const CommandFacts& command) {
  std::string text = fmt::format("    {})\n      _arguments -s -S $shared", command.name);
  for (const OptionFacts& option : command.options) text += " \\\n      " + zsh_option(option);
  for (const OptionFacts& argument : command.arguments) {
    text +=
        " \\\n      " + shell_quoted(fmt::format("{}:{}:{}", argument.repeatable ? "*" : "",
                                                 zsh_text(argument.value), zsh_action(argument)));
  }
  return text + " && ret=0 ;;\n";
}

// ---- fish ----

std::string fish_option(const OptionFacts& option, const std::string& condition) {
  std::string line = "complete -c stemma";
  if (!condition.empty()) line += " -n " + fish_quoted(condition);
  for (const std::string& name : option.names) {
    line += name.rfind("--", 0) == 0 ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (takes_next_word(option)) {
    switch (option.kind) {
      case ValueKind::file:
        line += " -r -F";
        break;
      case ValueKind::directory:
        line += " -x -a '(__fish_complete_directories)'";
        break;
      case ValueKind::choice:
        line += " -x -a " + fish_quoted(joined(option.choices));
        break;
      default:
        line += " -x";
    }
  }
  return line + " -d " + fish_quoted(option.help) + "\n";
}

std::string fish_argument(const OptionFacts& argument, const std::string& condition) {
  const std::string line = "complete -c stemma -n " + fish_quoted(condition);
  switch (argument.kind) {
    case ValueKind::file:
      return line + " -F\n";
    case ValueKind::directory:
      return line + " -a '(__fish_complete_directories)'\n";
    case ValueKind::choice:
      return line + " -a " + fish_quoted(joined(argument.choices)) + "\n";
    default:
      return {};
  }
}

}  // namespace

std::string bash_completion(const CommandFacts& program) {
  return fmt::format(
      R"(# Completion of stemma for bash. Printed by `stemma completion bash`; not to be edited.

# Sets kind to what follows option $2 of command $1: flag (nothing), text, file, directory, or
# words, which are then in words.
_stemma_option() {{
  case "$1 $2" in
{}    *)
      kind=flag ;;
  esac
}}

# Sets options to those of command $1 (empty: none is given yet), and kind and words to what its
# argument number $2, from 0, is.
_stemma_command() {{
  options='' kind=text words=''
  case "$1" in
{}  esac
}}

_stemma() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} command='' pending='' word kind='' words='' options=''
  local -i i arguments=0
  local ended=''
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${{COMP_WORDS[i]}}
    if [[ $word == '=' ]]; then  # readline makes three words of --name=value
      pending=${{pending:-=}}
    elif [[ -n $pending ]]; then
      pending=''
    elif [[ -z $ended && $word == -- ]]; then
      ended=yes
    elif [[ -z $ended && $word == -* ]]; then
      _stemma_option "$command" "$word"
      [[ $kind == flag ]] || pending=$word
    elif [[ -z $command ]]; then
      command=$word
    else
      arguments+=1
    fi
  done
  if [[ $current == '=' ]]; then
    current=''
    pending=${{pending:-=}}
  fi
  if [[ -n $pending ]]; then
    _stemma_option "$command" "$pending"
  else
    _stemma_command "$command" "$arguments"
    if [[ -z $ended && $current == -* ]]; then
      kind=words words=$options
    fi
  fi
  case $kind in
    words) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current") ;;
    file) compopt -o default ;;
    directory) compopt -o dirnames ;;
  esac
}}

complete -F _stemma stemma
)",
      bash_options(program), bash_commands(program));
}

std::string zsh_completion(const CommandFacts& program) {
  std::string shared;
  std::string top;
  for (const OptionFacts& option : program.options) {
    if (option.alone) {
      top += "    " + zsh_option(option) + " \\\n";
    } else {
      shared += "    " + zsh_option(option) + "\n";
    }
  }
  std::string names;
  std::string commands;
  for (const CommandFacts& command : program.commands) {
    names +=
        "    " + shell_quoted(command.name + ":" + replaced(command.help, R"(\)", R"(\\)")) + "\n";
    commands += zsh_command(command);
  }
  return fmt::format(R"(#compdef stemma
# Completion of stemma for zsh. Printed by `stemma completion zsh`; not to be edited.

_stemma_commands() {{
  local -a commands=(
{}  )
  _describe -t commands 'command' commands
}}

_stemma() {{
  local curcontext=$curcontext state line ret=1
  typeset -A opt_args
  local -a shared=(
{}  )
  _arguments -s -S -C $shared \
{}    ': :_stemma_commands' \
    '*::: :->argument' && ret=0
  [[ $state == argument ]] || return ret
  words=($line[1] "${{words[@]}}")
  (( CURRENT += 1 ))
  curcontext=${{curcontext%:*:*}}:stemma-$line[1]:
  case $line[1] in
{}  esac
  return ret
}}

# The file may be found by its name, and is then the function, or be sourced.
if [[ ${{funcstack[1]}} == _stemma ]]; then
  _stemma "$@"
else
  compdef _stemma stemma
fi
)",
                     names, shared, top, commands);
}

std::string fish_completion(const CommandFacts& program) {
  std::string lines;
  std::vector<std::string> with_value;
  for (const OptionFacts& option : program.options) {
    lines += fish_option(option, option.alone ? "not __stemma_command" : "");
    if (takes_next_word(option)) {
      with_value.insert(with_value.end(), option.names.begin(), option.names.end());
    }
  }
  for (const CommandFacts& command : program.commands) {
    lines += fmt::format("\ncomplete -c stemma -n 'not __stemma_command' -a {} -d {}\n",
                         command.name, fish_quoted(command.help));
    const std::string condition = "__stemma_command " + command.name;
    for (const OptionFacts& option : command.options) lines += fish_option(option, condition);
    for (const OptionFacts& argument : command.arguments) {
      lines += fish_argument(argument, condition);
    }
  }
  return fmt::format(
      R"(# Completion of stemma for fish. Printed by `stemma completion fish`; not to be edited.

# Whether a command was given, and where $argv names one, whether it is that one.
function __stemma_command
    set -l words (commandline -opc)
    set -e words[1]
    set -l is_value no
    for word in $words
        if test $is_value = yes
            set is_value no
            continue
        end
        switch $word
            case {}
                set is_value yes
            case '-*'
            case '*'
                test (count $argv) -eq 0; or test $word = $argv[1]
                return
        end
    end
    return 1
end

complete -c stemma -f
{})",
      joined(with_value), lines);
}

}  // namespace stemma
