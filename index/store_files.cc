#include "index/store_files.h"

#include <system_error>

#include "index/rocks.h"
#include "schema/error.h"

namespace stemma {

StoreFiles list_store_files(const std::filesystem::path& store) {
  StoreFiles files;
  const rocks::Handle handle{store, true};
  std::vector<std::string> live;
  std::uint64_t manifest_bytes = 0;
  rocks::check(handle.db().GetLiveFiles(live, &manifest_bytes, /*flush_memtable=*/false),
               "listing the files of " + store.string());
  for (std::string name : live) {
    if (name.starts_with('/')) name.erase(0, 1);
    if (name.starts_with("MANIFEST-")) {
      files.growing.emplace_back(name, manifest_bytes);
      files.current = name + '\n';
    } else if (name != "CURRENT") {
      files.fixed.push_back(std::move(name));
    }
  }
  // The write-ahead logs hold what was put since the files above were written. A log that is being
  // written to may end in half a record, which RocksDB leaves out.
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator{store, error}) {
    if (entry.path().extension() != ".log") continue;
    const auto size = entry.file_size(error);
    if (!error) files.growing.emplace_back(entry.path().filename().string(), size);
  }
  if (error) {
    throw Error{ErrorKind::storage, "reading " + store.string() + ": " + error.message()};
  }
  return files;
}

}  // namespace stemma
