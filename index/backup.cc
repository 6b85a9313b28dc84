#include "index/backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <system_error>

#include "index/crawl_ledger.h"
#include "index/model_store.h"
#include "index/sqlite.h"
#include "index/store_files.h"
#include "index/verify.h"
#include "schema/error.h"

namespace stemma {
namespace {

namespace fs = std::filesystem;

/// Which data directories are copies, and so may be replaced by a newer one.
constexpr const char* kMark = "BACKUP";
constexpr int kTries = 5;

[[noreturn]] void fail(const std::string& doing, const fs::path& path,
                       const std::error_code& error) {
  throw Error{ErrorKind::storage, doing + " " + path.string() + ": " + error.message()};
}

/// Reaches the disk.
void sync(const fs::path& path, bool is_folder) {
  const int descriptor =
      ::open(path.c_str(), O_CLOEXEC | (is_folder ? O_RDONLY | O_DIRECTORY : O_RDONLY));
  const bool done = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int reason = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!done)
    throw Error{ErrorKind::storage, "writing " + path.string() + ": " + std::strerror(reason)};
}

/// The store was changed by its writer while it was being copied.
struct StoreMoved {};

class Copier {
 public:
  Copier(const fs::path& from, const fs::path& to, const BackupOptions& options)
      : from_{from}, to_{to}, options_{options} {}

  [[nodiscard]] BackupReport& report() noexcept { return report_; }

  void make(const fs::path& folder) const {
    std::error_code error;
    fs::create_directories(to_ / folder, error);
    if (error) fail("making", to_ / folder, error);
  }

  /// A file that nobody changes once it is there. False where it is no longer there.
  bool share(const fs::path& file) {
    std::error_code error;
    if (!options_.copy) {
      fs::create_hard_link(from_ / file, to_ / file, error);
      if (!error) {
        ++report_.linked;
        return true;
      }
      if (error == std::errc::no_such_file_or_directory) return false;
    }
    return copy(file);
  }

  /// A file as it stands. False where it is not there.
  bool copy(const fs::path& file) {
    std::error_code error;
    fs::copy_file(from_ / file, to_ / file, fs::copy_options::overwrite_existing, error);
    if (error == std::errc::no_such_file_or_directory && !fs::exists(from_ / file)) return false;
    if (error) fail("copying to", to_ / file, error);
    sync(to_ / file, false);
    count(file);
    return true;
  }

  /// The front of a file that grows while it is read.
  void copy_front(const fs::path& file, std::uint64_t bytes) {
    std::ifstream in{from_ / file, std::ios::binary};
    if (!in) throw StoreMoved{};
    std::ofstream out{to_ / file, std::ios::binary | std::ios::trunc};
    std::vector<char> buffer(std::size_t{1} << 18U);
    while (bytes > 0) {
      const auto wanted =
          static_cast<std::streamsize>(std::min<std::uint64_t>(bytes, buffer.size()));
      in.read(buffer.data(), wanted);
      if (in.gcount() != wanted) throw StoreMoved{};
      out.write(buffer.data(), wanted);
      bytes -= static_cast<std::uint64_t>(wanted);
    }
    out.close();
    if (!out) throw Error{ErrorKind::storage, "writing " + (to_ / file).string()};
    sync(to_ / file, false);
    count(file);
  }

  void write(const fs::path& file, const std::string& text) {
    std::ofstream out{to_ / file, std::ios::binary | std::ios::trunc};
    out << text;
    out.close();
    if (!out) throw Error{ErrorKind::storage, "writing " + (to_ / file).string()};
    sync(to_ / file, false);
  }

  void copy_database(const fs::path& file) {
    Database source{from_ / file, Database::Mode::read_only};
    source.copy_to(to_ / file);
    sync(to_ / file, false);
    count(file);
  }

 private:
  void count(const fs::path& file) {
    ++report_.copied;
    std::error_code ignored;
    const auto size = fs::file_size(to_ / file, ignored);
    if (!ignored) report_.bytes_copied += size;
  }

  const fs::path& from_;
  const fs::path& to_;
  const BackupOptions& options_;
  BackupReport report_;
};

/// Names of the files of one folder of a data directory, in order; of a folder that is not there
/// none.
std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator{folder, error}) {
    if (entry.is_regular_file(error)) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// The store as it is at one moment: a list of files that never change, and the front of those that
/// grow. Throws StoreMoved where one of them went away meanwhile.
void copy_store(Copier& copier, const DataDir& data) {
  const StoreFiles files = list_store_files(data.store());
  copier.make("store");
  for (const std::string& name : files.fixed) {
    if (!copier.share(fs::path{"store"} / name)) throw StoreMoved{};
  }
  for (const auto& [name, bytes] : files.growing)
    copier.copy_front(fs::path{"store"} / name, bytes);
  copier.write("store/CURRENT", files.current);
}

SnapshotNumber newest_of(const DataDir& data) {
  const ModelStore store{data.store(), ModelStore::Mode::read_only};
  const auto snapshots = store.snapshots();
  return snapshots.empty() ? 0 : snapshots.back().number;
}

BackupReport copy_all(const DataDir& data, const fs::path& target, const BackupOptions& options) {
  const auto say = [&](const std::string& doing) {
    if (options.progress) options.progress(doing);
  };
  for (int tries = 1;; ++tries) {
    std::error_code error;
    fs::remove_all(target, error);
    if (error) fail("removing", target, error);
    Copier copier{data.path(), target, options};
    copier.make("");
    try {
      // Snapshots before the store: a file that the store knows nothing of would be taken for lost,
      // one that is missing is built again.
      say("snapshots");
      copier.make("snapshots");
      for (const std::string& name : files_in(data.snapshots())) {
        if (name == "PRUNED") {
          copier.copy(fs::path{"snapshots"} / name);
        } else if (name.ends_with(".stemma")) {
          copier.share(fs::path{"snapshots"} / name);
        }
      }
      say("the store");
      copy_store(copier, data);
      say("the ledger");
      copier.copy_database("ledger.sqlite");
      say("roll-ups");
      if (const auto rollups = files_in(data.rollups()); !rollups.empty()) {
        copier.make("rollups");
        for (const std::string& name : rollups) {
          if (name.ends_with(".sqlite")) copier.copy_database(fs::path{"rollups"} / name);
        }
      }
      for (const char* const name : {"curated.toml", "stemma.toml", "FORMAT"}) copier.copy(name);
      const DataDir copy = DataDir::open(target);
      // The store's list of snapshots and the ledger's must be of the same moment.
      if (newest_of(copy) != newest_of(data)) throw StoreMoved{};
      copier.report().newest = newest_of(copy);
      return copier.report();
    } catch (const StoreMoved&) {
      if (tries == kTries) {
        throw Error{
            ErrorKind::unavailable,
            "the store was written to all the while: try again when the crawl has published"};
      }
    }
  }
}

void check_copy(const fs::path& target, const std::function<void(const std::string&)>& progress) {
  const VerifyReport report = verify(
      DataDir::open(target), false, progress ? progress : [](const std::string&) {});
  if (report.ok()) return;
  throw Error{ErrorKind::corrupt,
              "the copy does not pass the check, and was thrown away: " + report.problems.front() +
                  (report.problems.size() > 1
                       ? " (and " + std::to_string(report.problems.size() - 1) + " more)"
                       : std::string{}) +
                  "; run `stemma verify` on the original"};
}

bool is_empty_or_missing(const fs::path& path) {
  std::error_code error;
  return !fs::exists(path, error) || (fs::is_directory(path, error) && fs::is_empty(path, error));
}

/// `inner` is `outer` or lies in it.
bool lies_in(const fs::path& inner, const fs::path& outer) {
  const fs::path in = fs::weakly_canonical(inner), out = fs::weakly_canonical(outer);
  return std::mismatch(out.begin(), out.end(), in.begin(), in.end()).first == out.end();
}

BackupReport make_copy(const DataDir& data, const fs::path& target, const BackupOptions& options,
                       bool marked) {
  if (lies_in(target, data.path()) || lies_in(data.path(), target))
    throw Error{ErrorKind::usage, target.string() + " and " + data.path().string() +
                                      " lie in one another: give a directory elsewhere"};
  fs::path folder = target;
  if (!folder.has_filename()) folder = folder.parent_path();
  const fs::path made = folder.string() + ".new", old = folder.string() + ".old";
  std::error_code error;
  if (folder.has_parent_path()) fs::create_directories(folder.parent_path(), error);
  BackupReport report = copy_all(data, made, options);
  try {
    check_copy(made, options.progress);
    if (marked) {
      std::ofstream mark{made / kMark};
      mark << "snapshot " << report.newest << " of " << fs::absolute(data.path()).string() << '\n';
      if (!mark.flush()) throw Error{ErrorKind::storage, "writing " + (made / kMark).string()};
    } else {
      fs::remove(made / kMark, error);
    }
  } catch (...) {
    fs::remove_all(made, error);
    throw;
  }
  sync(made, true);
  // An earlier copy is out of the way only for a moment, and never gone before the new one stands.
  fs::remove_all(old, error);
  if (fs::exists(folder, error)) {
    fs::rename(folder, old, error);
    if (error) fail("replacing", folder, error);
  }
  fs::rename(made, folder, error);
  if (error) fail("naming", folder, error);
  fs::remove_all(old, error);
  return report;
}

}  // namespace

BackupReport backup(const DataDir& data, const fs::path& target, const BackupOptions& options) {
  std::error_code error;
  if (!is_empty_or_missing(target) && !fs::exists(target / kMark, error)) {
    throw Error{ErrorKind::usage, target.string() +
                                      " is there and is no backup: give another directory, so that "
                                      "nothing of value is replaced"};
  }
  return make_copy(data, target, options, true);
}

BackupReport restore(const fs::path& copy, const fs::path& target, const BackupOptions& options) {
  if (!is_empty_or_missing(target)) {
    throw Error{ErrorKind::usage, target.string() +
                                      " is not empty: restore to a directory that does not exist "
                                      "yet, with --data"};
  }
  return make_copy(DataDir::open(copy), target, options, false);
}

}  // namespace stemma
