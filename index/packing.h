#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stemma {

/// One zstd frame. `level` as in zstd; 1 is fast, 3 the default. Thread-safe: keeps a context per
/// thread.
[[nodiscard]] std::string compress(std::string_view bytes, int level);

/// The content of one frame; nullopt when it is damaged or claims to be larger than `limit` bytes.
[[nodiscard]] std::optional<std::string> decompress(std::string_view frame,
                                                    std::size_t limit = std::size_t{1} << 31U);

}  // namespace stemma
