#pragma once

#include <string>
#include <string_view>

#include "schema/utc_time.h"

namespace stemma {

/// How runs and snapshots are marked that were imported from a public data set:
/// `backfill of NAME, 2024-07-04`.
[[nodiscard]] std::string backfill_source(std::string_view dataset, UnixSeconds date);
/// The data set in such a text; empty for other sources.
[[nodiscard]] std::string backfilled_from(std::string_view source);

}  // namespace stemma
