#pragma once

#include <filesystem>
#include <string>

namespace stemma {

/// SHA-256 of a file's bytes, lower-case hex. Throws Error{storage} where it cannot be read.
[[nodiscard]] std::string sha256_of(const std::filesystem::path& file);

}  // namespace stemma
