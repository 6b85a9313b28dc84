#pragma once

#include <string>

#include "tools/command_facts.h"

namespace stemma {

/// Completion scripts for the commands, options and values of `program`. Each stands alone: it can
/// be sourced, or put where the shell looks for the completions of a program by its name. Commands
/// must not have commands of their own.
[[nodiscard]] std::string bash_completion(const CommandFacts& program);
[[nodiscard]] std::string zsh_completion(const CommandFacts& program);
[[nodiscard]] std::string fish_completion(const CommandFacts& program);

}  // namespace stemma
