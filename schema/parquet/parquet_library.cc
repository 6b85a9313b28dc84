#include "schema/parquet/parquet_library.h"

#include <dlfcn.h>

#include <filesystem>
#include <system_error>

#include "schema/error.h"

namespace stemma {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kApart = 0;  // sanitizers refuse RTLD_DEEPBIND
#else
constexpr int kApart = RTLD_DEEPBIND;  // its own libraries come before the program's
#endif

struct Loaded {
  const ParquetLibrary* library = nullptr;
  std::string why_not;
};

/// Below lib where the program is installed, else where it was built. (The loader's own search goes
/// by the RUNPATH of whoever calls dlopen: the sanitizers' library, where there is one.)
std::filesystem::path library_file() {
  constexpr const char* kName = "stemma_parquet.so";
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto installed = program.parent_path() / STEMMA_PARQUET_INSTALLED / kName;
  if (!error && std::filesystem::exists(installed, error)) return installed;
  return std::filesystem::path{STEMMA_PARQUET_BUILT} / kName;
}

/// Never unloaded: Arrow keeps threads.
const Loaded& loaded() {
  static const Loaded kLoaded = [] {
    Loaded result;
    void* const handle = ::dlopen(library_file().c_str(), RTLD_NOW | RTLD_LOCAL | kApart);
    if (handle == nullptr) {
      result.why_not = ::dlerror();
      return result;
    }
    void* const entry = ::dlsym(handle, kParquetEntry);
    if (entry == nullptr) {
      result.why_not = ::dlerror();
      return result;
    }
    result.library = reinterpret_cast<ParquetEntry>(entry)();
    return result;
  }();
  return kLoaded;
}

const ParquetLibrary& library() {
  require_arrow();
  return *loaded().library;
}

}  // namespace

std::string arrow_version() {
  return loaded().library == nullptr ? std::string{} : loaded().library->version();
}

void require_arrow() {
  if (loaded().library != nullptr) return;
  throw Error{ErrorKind::unavailable,
              "there is no Parquet without Apache Arrow (" + loaded().why_not +
                  "): run tools/install-dependencies, which gets it, and build again"};
}

std::unique_ptr<ParquetWriter> make_parquet_writer(const std::vector<ParquetColumn>& columns,
                                                   const ParquetOptions& options,
                                                   ParquetSink sink) {
  return library().writer(columns, options, std::move(sink));
}

std::unique_ptr<ParquetReader> open_parquet(const std::string& file,
                                            const ParquetDocument& document) {
  return library().reader(file, document);
}

}  // namespace stemma
