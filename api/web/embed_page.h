#pragma once

#include <string>
#include <string_view>

#include "api/web/line_chart.h"
#include "schema/snapshot_sections.h"

namespace stemma {

/// A chart alone, for a frame on another site. `link` leads to its page, safe inside an attribute.
[[nodiscard]] std::string embed_page(const SnapshotView& view, const Chart& chart,
                                     std::string_view link);

}  // namespace stemma
