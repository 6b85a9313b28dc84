#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "schema/family_definition.h"

namespace stemma {

/// The definitions that ship (schema/families.toml, compiled in), with those of `extra` added; a
/// family there replaces one of the same name. Throws Error{usage} naming the file, the line and
/// what is wrong with it. Patterns are compiled (and refused) by FamilySet.
[[nodiscard]] std::vector<FamilyDefinition> load_families(
    const std::optional<std::filesystem::path>& extra);

}  // namespace stemma
