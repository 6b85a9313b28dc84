#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace stemma {

/// What a finished file of a dump is, for its manifest.
struct DumpFileFacts {
  std::string name;    ///< Within the dump, `models/snapshot=2026-01-05/models.parquet`.
  std::string sha256;  ///< Lower-case hex, of the file as it stands on disk.
  std::uint64_t bytes = 0;
  std::uint64_t rows = 0;
};

/// Writes one file of a dump beside its place and renames it into it when it is whole, so that no
/// reader and no killed process ever leaves half of one under its name. With `zstd` one frame,
/// named NAME.zst. Every failure is Error{storage} naming the file; nothing stays then.
class DumpFile {
 public:
  DumpFile(const std::filesystem::path& directory, std::string name, bool zstd);
  ~DumpFile();
  DumpFile(const DumpFile&) = delete;
  DumpFile& operator=(const DumpFile&) = delete;

  void write(std::string_view bytes);
  /// Syncs, renames and tells what was written.
  [[nodiscard]] DumpFileFacts finish(std::uint64_t rows);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stemma
