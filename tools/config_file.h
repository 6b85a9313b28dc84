#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>

namespace stemma {

/// Settings of `stemma.toml`: a table a command, keys are the names of its options with `_` for
/// `-`:
///
///     [crawl]
///     pace = 0.5
///     shrink_limit = 0.05
///
/// `[nightly]` also takes what `[crawl]` says. Flags given on the command line win. The file is
/// `asked`, else stemma.toml in the data directory, else in the working directory, else there is
/// none. Throws Error{usage} naming file and line for a file that is no TOML, a key that is no
/// option of the command and a value that the option refuses; Error{not_found} when `asked` is not
/// there.
void apply_config(CLI::App& command, const std::optional<std::filesystem::path>& asked,
                  const std::filesystem::path& data);

}  // namespace stemma
