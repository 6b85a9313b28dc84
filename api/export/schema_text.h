#pragma once

#include <string>

namespace stemma {

/// What the files of a dump and the lines of changes consist of, in Markdown. A section of a
/// larger document begins below `##`.
[[nodiscard]] std::string dump_schema_text();

}  // namespace stemma
