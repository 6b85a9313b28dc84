#include "index/data_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>

#include "schema/error.h"
#include "schema/utc_time.h"

namespace stemma {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMagic = "stemma-data";

fs::path format_file(const fs::path& path) { return path / "FORMAT"; }

void check_format(const fs::path& path) {
  std::ifstream in{format_file(path)};
  std::string magic;
  int version = 0;
  if (!(in >> magic >> version) || magic != kMagic) {
    throw Error{ErrorKind::corrupt, format_file(path).string() +
                                        " is damaged: it should read \"stemma-data " +
                                        std::to_string(DataDir::kFormatVersion) + "\""};
  }
  if (version > DataDir::kFormatVersion) {
    throw Error{ErrorKind::corrupt, "data directory " + path.string() +
                                        " was written by a newer version of stemma (format " +
                                        std::to_string(version) + ", this one reads up to " +
                                        std::to_string(DataDir::kFormatVersion) +
                                        "): use that version, or another directory with --data"};
  }
}

}  // namespace

DataDir DataDir::open(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(format_file(path), error)) {
    if (error == std::errc::permission_denied) {
      throw Error{ErrorKind::storage,
                  "data directory " + path.string() + " may not be read: " + error.message()};
    }
    if (fs::exists(path, error) && !fs::is_directory(path, error)) {
      throw Error{ErrorKind::usage, path.string() + " is a file, not a data directory"};
    }
    throw Error{ErrorKind::not_found,
                "no stemma data at " + path.string() +
                    ": run `stemma crawl` or `stemma import FILE` first, or name another "
                    "directory with --data"};
  }
  check_format(path);
  return DataDir{path};
}

DataDir DataDir::open_or_create(const fs::path& path) {
  std::error_code error;
  if (fs::exists(format_file(path), error)) {
    DataDir data = open(path);
    if (::access(path.c_str(), W_OK) != 0) {
      throw Error{ErrorKind::storage, "data directory " + path.string() +
                                          " may not be written: " + std::strerror(errno)};
    }
    return data;
  }
  if (fs::exists(path, error)) {
    if (!fs::is_directory(path, error)) {
      throw Error{ErrorKind::usage, path.string() + " is a file, not a data directory"};
    }
    const fs::directory_iterator entries{path, error};
    if (error) throw Error{ErrorKind::storage, "reading " + path.string() + ": " + error.message()};
    // A process killed before its FORMAT stood leaves nothing else than FORMAT.new; and what people
    // put into a data directory may be there before it.
    const bool foreign =
        std::any_of(entries, fs::directory_iterator{}, [](const fs::directory_entry& entry) {
          const fs::path name = entry.path().filename();
          return name != "FORMAT.new" && name != "curated.toml" && name != "stemma.toml";
        });
    if (foreign) {
      throw Error{ErrorKind::usage,
                  path.string() +
                      " is not empty and is no stemma data directory; give another with --data"};
    }
  }
  fs::create_directories(path, error);
  if (error)
    throw Error{ErrorKind::storage,
                "making data directory " + path.string() + ": " + error.message()};
  // Written beside and renamed: a killed process never leaves half a FORMAT.
  const fs::path beside = path / "FORMAT.new";
  {
    std::ofstream out{beside};
    out << kMagic << ' ' << kFormatVersion << '\n';
    out.flush();
    if (!out)
      throw Error{ErrorKind::storage, "writing " + beside.string() + ": " + std::strerror(errno)};
  }
  fs::rename(beside, format_file(path), error);
  if (error)
    throw Error{ErrorKind::storage,
                "writing " + format_file(path).string() + ": " + error.message()};
  return DataDir{path};
}

fs::path DataDir::snapshot(SnapshotNumber number) const {
  return snapshots() / (std::to_string(number) + ".stemma");
}

std::vector<SnapshotNumber> DataDir::published() const {
  std::vector<SnapshotNumber> numbers;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator{snapshots(), error}) {
    // A pipe of that name would be waited for, for ever.
    std::error_code ignored;
    if (entry.path().extension() != ".stemma" || !entry.is_regular_file(ignored)) continue;
    const std::string stem = entry.path().stem().string();
    SnapshotNumber number = 0;
    const auto [end, code] = std::from_chars(stem.data(), stem.data() + stem.size(), number);
    if (code == std::errc{} && end == stem.data() + stem.size() && number > 0)
      numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

SnapshotNumber DataDir::pruned_up_to() const {
  std::ifstream in{snapshots() / "PRUNED"};
  SnapshotNumber number = 0;
  return in >> number ? number : 0;
}

void DataDir::set_pruned_up_to(SnapshotNumber number) const {
  const fs::path path = snapshots() / "PRUNED";
  const fs::path beside = snapshots() / "PRUNED.new";
  std::error_code error;
  {
    std::ofstream out{beside};
    out << number << '\n';
    out.flush();
    if (!out)
      throw Error{ErrorKind::storage, "writing " + beside.string() + ": " + std::strerror(errno)};
  }
  fs::rename(beside, path, error);
  if (error) throw Error{ErrorKind::storage, "writing " + path.string() + ": " + error.message()};
}

WriteLock::WriteLock(const DataDir& data, const std::string& purpose, What what) {
  const fs::path path = data.path() / (what == What::store ? "lock" : "night.lock");
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0)
    throw Error{ErrorKind::storage, "opening " + path.string() + ": " + std::strerror(errno)};
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    std::ifstream in{path};
    std::string holder;
    std::getline(in, holder);
    ::close(descriptor_);
    throw Error{ErrorKind::unavailable,
                "data directory " + data.path().string() +
                    (what == What::store ? " is being written by " : " has its night run by ") +
                    (holder.empty() ? "another process" : holder) + "; wait for it to end"};
  }
  const std::string line = "process " + std::to_string(::getpid()) + ", " + purpose + ", since " +
                           format_utc(now_utc()) + "\n";
  if (::ftruncate(descriptor_, 0) != 0 || ::pwrite(descriptor_, line.data(), line.size(), 0) < 0) {
    // Only the words for others are lost; the lock itself holds.
  }
}

WriteLock::~WriteLock() { ::close(descriptor_); }

}  // namespace stemma
