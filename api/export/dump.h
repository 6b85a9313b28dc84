#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "api/export/formats.h"

namespace stemma {

/// The version of the files' columns and of the manifest's keys. It grows when one is taken away or
/// comes to mean something else.
inline constexpr int kDumpSchemaVersion = 1;
inline constexpr std::string_view kManifestName = "manifest.json";

struct DumpRequest {
  std::vector<const DumpFormat*> formats;
  DumpScope scope;
  bool zstd = false;                   ///< Every file that is not compressed by itself.
  std::filesystem::path directory;     ///< Made where it is missing.
  AdoptionSource* adoption = nullptr;  ///< Where observations and roll-ups are from.
  /// As they are defined, before the series of a snapshot are found: roll-ups of others are left
  /// out. Null leaves that unasked.
  const FamilySet* families = nullptr;
};

struct DumpReport {
  std::vector<DumpFileFacts> files;  ///< Without the manifest and what explains the files.
  std::uint64_t models = 0;          ///< Rows, whatever their state.
  std::uint64_t edges = 0;
};

/// Writes the files and, last, the manifest that says what they are; a manifest of an earlier dump
/// is removed first, so that a directory with one is whole. The same snapshot, scope and versions
/// give the same bytes. Streams: what it keeps of a node is a few bytes (of tables of observations
/// their counts), and a row group where the format has such. Throws Error{storage} naming the file,
/// what a format's `require` throws before anything is written.
DumpReport write_dump(SnapshotFacts& facts, const DumpRequest& request);

}  // namespace stemma
