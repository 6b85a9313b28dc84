#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/export/dump_file.h"

namespace stemma {

class DumpFolder;

/// One file of a dump, written as text that is handed on in pieces. Written whole, or not at all.
class DumpText {
 public:
  /// `compressed`: the format compresses by itself, so --zstd leaves it as it is.
  DumpText(DumpFolder& folder, const std::string& name, bool compressed = false);

  /// What is appended to it is written at the next `pass` or at the end.
  [[nodiscard]] std::string& out() noexcept { return ready_; }
  /// Hands on what is ready, where that is worth it.
  void pass() {
    if (ready_.size() >= kPiece) flush();
  }
  void flush();
  void finish(std::uint64_t rows);

 private:
  static constexpr std::size_t kPiece = std::size_t{1} << 20U;
  DumpFolder& folder_;
  DumpFile file_;
  std::string ready_;
};

/// Where the files of a dump go; knows what was written.
class DumpFolder {
 public:
  /// Made where it is missing. Throws Error{storage}.
  DumpFolder(std::filesystem::path path, bool zstd);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] bool zstd() const noexcept { return zstd_; }
  [[nodiscard]] const std::vector<DumpFileFacts>& files() const noexcept { return files_; }
  void add(DumpFileFacts facts) { files_.push_back(std::move(facts)); }

  /// Tables that are not in the dump, as what they are made from is not there.
  [[nodiscard]] const std::vector<std::string>& missing() const noexcept { return missing_; }
  void add_missing(std::string_view table) { missing_.emplace_back(table); }

 private:
  std::filesystem::path path_;
  bool zstd_;
  std::vector<DumpFileFacts> files_;
  std::vector<std::string> missing_;
};

/// Makes the folder and those above it. Throws Error{storage}.
void make_folder(const std::filesystem::path& path);

}  // namespace stemma
