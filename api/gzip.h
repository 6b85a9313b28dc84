#pragma once

#include <string>
#include <string_view>

#include "api/chunk_source.h"

namespace stemma {

/// The whole of `text` as one gzip member without a time stamp: equal texts give equal bytes.
[[nodiscard]] std::string gzip(std::string_view text);

/// The text of one gzip member. Throws Error{corrupt} where it is none.
[[nodiscard]] std::string gunzip(std::string_view compressed);

/// The pieces of `plain`, compressed as they come.
[[nodiscard]] ChunkSource gzip_chunks(ChunkSource plain);

}  // namespace stemma
