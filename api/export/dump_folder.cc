#include "api/export/dump_folder.h"

#include <system_error>

#include "schema/error.h"

namespace stemma {

void make_folder(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw Error{ErrorKind::storage, "making " + path.string() + ": " + error.message()};
}

DumpFolder::DumpFolder(std::filesystem::path path, bool zstd)
    : path_{std::move(path)}, zstd_{zstd} {
  make_folder(path_);
}

DumpText::DumpText(DumpFolder& folder, const std::string& name, bool compressed)
    : folder_{folder}, file_{folder.path(), name, folder.zstd() && !compressed} {}

void DumpText::flush() {
  file_.write(ready_);
  ready_.clear();
}

void DumpText::finish(std::uint64_t rows) {
  flush();
  folder_.add(file_.finish(rows));
}

}  // namespace stemma
