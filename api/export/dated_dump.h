#pragma once

#include <filesystem>
#include <vector>

#include "api/export/dump.h"

namespace stemma {

struct DatedDump {
  DumpReport report;
  std::filesystem::path directory;
};

/// Writes a snapshot to a folder of its own in `out`, named by its day (`2026-01-05`;
/// `2026-01-05-N` where another snapshot of that day is there), and lets the link `latest` lead to
/// it once it is whole. Throws Error{storage}.
[[nodiscard]] DatedDump write_dated_dump(SnapshotFacts& facts, AdoptionSource* adoption,
                                         const FamilySet* families,
                                         std::vector<const DumpFormat*> formats,
                                         const std::filesystem::path& out);

}  // namespace stemma
