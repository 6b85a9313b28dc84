#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "api/export/dump_file.h"
#include "api/export/table_format.h"
#include "api/query/snapshot_facts.h"

namespace stemma {

/// The version of the files' columns and of the manifest's keys. It grows when one is taken away or
/// comes to mean something else.
inline constexpr int kDumpSchemaVersion = 1;
inline constexpr std::string_view kManifestName = "manifest.json";

/// What of a snapshot is dumped: all of it, or a root or a family's roots with everything that
/// descends from them, live or not, and the edges between those.
struct DumpScope {
  const FamilyDefinition* family = nullptr;
  NodeId root = kNoNode;  ///< Where there is no family.

  [[nodiscard]] bool everything() const noexcept { return family == nullptr && root == kNoNode; }
};

struct DumpRequest {
  std::vector<const DumpFormat*> formats;  ///< Each writes the tables of api/fields/model_rows.h.
  DumpScope scope;
  bool zstd = false;
  std::filesystem::path directory;  ///< Made where it is missing.
};

struct DumpReport {
  std::vector<DumpFileFacts> files;  ///< Without the manifest.
  std::uint64_t models = 0;          ///< Rows, whatever their state.
  std::uint64_t edges = 0;
};

/// Writes the files and, last, the manifest that says what they are; a manifest of an earlier dump
/// is removed first, so that a directory with one is whole. The same snapshot, scope and versions
/// give the same bytes. Streams: memory does not grow with the snapshot, but for a bit a node.
/// Throws Error{storage} naming the file.
DumpReport write_dump(SnapshotFacts& facts, const DumpRequest& request);

}  // namespace stemma
