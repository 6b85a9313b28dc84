#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace stemma {

/// The files that a store consists of at one moment, by name within its directory.
struct StoreFiles {
  std::vector<std::string> fixed;  ///< Never written again; they may be removed at any time.
  /// Appended to: of these the first so many bytes.
  std::vector<std::pair<std::string, std::uint64_t>> growing;
  std::string current;  ///< The text of the file CURRENT.
};

/// Also while another process writes the store. A file of the list may be gone by the time that it
/// is opened: the list is to be asked for again then. Throws Error{storage}, Error{corrupt}.
[[nodiscard]] StoreFiles list_store_files(const std::filesystem::path& store);

}  // namespace stemma
