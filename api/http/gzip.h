#pragma once

#include <string>
#include <string_view>

#include "api/chunk_source.h"
#include "api/http/request.h"

namespace stemma {

/// Whether an Accept-Encoding header allows gzip: named or by `*`, and not with q=0.
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding);

/// The whole of `text` as one gzip member without a time stamp: equal texts give equal bytes.
[[nodiscard]] std::string gzip(std::string_view text);

/// The pieces of `plain`, compressed as they come.
[[nodiscard]] ChunkSource gzip_chunks(ChunkSource plain);

}  // namespace stemma
