#pragma once

#include <string>
#include <vector>

#include "tools/command_facts.h"

namespace stemma {

struct ManPage {
  std::string file;  ///< "stemma-crawl.1"
  std::string text;  ///< In roff, with the man macros.
};

/// The manual page of the program and one for each of its commands. They depend on nothing but the
/// arguments: there is no date in them.
[[nodiscard]] std::vector<ManPage> man_pages(const CommandFacts& program,
                                             const std::string& version);

}  // namespace stemma
