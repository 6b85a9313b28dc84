#include "index/snapshot_file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <string>

#include "schema/error.h"

namespace stemma {
namespace {

// Layout (all numbers little-endian; schema/SNAPSHOT.md is the description for readers of the
// file):
//   Header, then section_count SectionEntry, then the sections, each begun at a multiple of
//   kAlignment.
constexpr std::array<char, 8> kMagic{'S', 'T', 'E', 'M', 'M', 'A', 'S', 'N'};
constexpr std::uint32_t kVersion = 4;
constexpr std::uint32_t kByteOrder = 0x01020304;
constexpr std::uint64_t kAlignment = 64;
static_assert(std::endian::native == std::endian::little,
              "snapshot files are mapped as they stand");

struct Header {
  std::array<char, 8> magic = kMagic;
  std::uint32_t version = kVersion;
  std::uint32_t byte_order = kByteOrder;
  std::uint32_t section_count = 0;
  std::uint32_t reserved = 0;
  std::uint64_t file_size = 0;
  std::uint64_t table_checksum = 0;  // of the section table
};
static_assert(sizeof(Header) == 40);

struct SectionEntry {
  std::array<char, 24> name{};
  std::uint64_t offset = 0;
  std::uint64_t size = 0;  // bytes
  std::uint64_t checksum = 0;
};
static_assert(sizeof(SectionEntry) == 48);

std::uint64_t checksum(const void* data, std::size_t size) { return XXH3_64bits(data, size); }

struct Descriptor {
  int fd = -1;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

struct Mapping {
  void* address = MAP_FAILED;
  std::size_t size = 0;
  SnapshotView view;

  Mapping() = default;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (address != MAP_FAILED) ::munmap(address, size);
  }
};

void write_all(int fd, const void* data, std::size_t size, const std::filesystem::path& path) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = ::write(fd, at, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0)
      throw Error{ErrorKind::storage, "writing " + path.string() + ": " + std::strerror(errno)};
    at += written;
    size -= static_cast<std::size_t>(written);
  }
}

std::uint64_t aligned(std::uint64_t offset) {
  return (offset + kAlignment - 1) / kAlignment * kAlignment;
}

void sync_directory(const std::filesystem::path& directory) {
  const Descriptor handle{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (handle.fd >= 0)
    ::fsync(handle.fd);  // a file system that cannot sync a directory is no reason to fail
}

}  // namespace

void write_snapshot_file(const SnapshotColumns& columns, const std::filesystem::path& path) {
  std::vector<SectionEntry> table;
  std::vector<const void*> data;
  for_each_section(columns, [&](const char* name, const auto& array) {
    SectionEntry entry;
    std::strncpy(entry.name.data(), name, entry.name.size() - 1);
    entry.size = array.size() * sizeof(array[0]);
    entry.checksum = checksum(array.data(), entry.size);
    table.push_back(entry);
    data.push_back(array.data());
  });
  std::uint64_t offset = sizeof(Header) + table.size() * sizeof(SectionEntry);
  for (SectionEntry& entry : table) {
    entry.offset = aligned(offset);
    offset = entry.offset + entry.size;
  }
  Header header;
  header.section_count = static_cast<std::uint32_t>(table.size());
  header.file_size = offset;
  header.table_checksum = checksum(table.data(), table.size() * sizeof(SectionEntry));

  const std::filesystem::path beside = path.string() + ".new." + std::to_string(::getpid());
  try {
    const Descriptor out{::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
    if (out.fd < 0)
      throw Error{ErrorKind::storage, "writing " + beside.string() + ": " + std::strerror(errno)};
    write_all(out.fd, &header, sizeof header, beside);
    write_all(out.fd, table.data(), table.size() * sizeof(SectionEntry), beside);
    std::uint64_t at = sizeof(Header) + table.size() * sizeof(SectionEntry);
    const std::array<char, kAlignment> zeros{};
    for (std::size_t i = 0; i < table.size(); ++i) {
      write_all(out.fd, zeros.data(), table[i].offset - at, beside);
      write_all(out.fd, data[i], table[i].size, beside);
      at = table[i].offset + table[i].size;
    }
    if (::fsync(out.fd) != 0)
      throw Error{ErrorKind::storage, "writing " + beside.string() + ": " + std::strerror(errno)};
  } catch (...) {
    ::unlink(beside.c_str());
    throw;
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) {
    throw Error{ErrorKind::storage, "publishing " + path.string() + ": " + std::strerror(errno)};
  }
  sync_directory(path.parent_path());
}

namespace {

void on_lost_bytes(int) {
  constexpr std::string_view kWords =
      "stemma: a snapshot file was cut short or went away while it was in use. Start again: the "
      "file is then derived from the store. Snapshot files are replaced by renaming, never written "
      "to in place: do not copy over them.\n";
  if (::write(STDERR_FILENO, kWords.data(), kWords.size()) < 0) {
    // There is nobody to tell.
  }
  ::_exit(1);
}

}  // namespace

void explain_lost_bytes() noexcept {
  struct sigaction action {};
  action.sa_handler = on_lost_bytes;
  ::sigaction(SIGBUS, &action, nullptr);
}

SnapshotHandle open_snapshot_file(const std::filesystem::path& path, bool verify) {
  const auto damaged = [&](const std::string& what) {
    return Error{ErrorKind::corrupt, "snapshot file " + path.string() + " cannot be used: " + what +
                                         "; it is built again from the store when it is removed"};
  };
  // Without O_NONBLOCK, opening a pipe waits until somebody writes to it.
  const Descriptor in{::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
  if (in.fd < 0)
    throw Error{ErrorKind::storage, "opening " + path.string() + ": " + std::strerror(errno)};
  struct stat info {};
  if (::fstat(in.fd, &info) != 0)
    throw Error{ErrorKind::storage, "reading " + path.string() + ": " + std::strerror(errno)};

  if (!S_ISREG(info.st_mode)) throw damaged("it is no regular file");

  auto mapping = std::make_shared<Mapping>();
  mapping->size = static_cast<std::size_t>(info.st_size);
  if (mapping->size < sizeof(Header)) throw damaged("it is too short");
  mapping->address = ::mmap(nullptr, mapping->size, PROT_READ, MAP_SHARED, in.fd, 0);
  if (mapping->address == MAP_FAILED)
    throw Error{ErrorKind::storage, "mapping " + path.string() + ": " + std::strerror(errno)};
  const auto* base = static_cast<const char*>(mapping->address);

  Header header;
  std::memcpy(&header, base, sizeof header);
  if (header.magic != kMagic) throw damaged("it is no snapshot file");
  if (header.byte_order != kByteOrder)
    throw damaged("it was written on a machine of another byte order");
  if (header.version != kVersion)
    throw damaged("it is of version " + std::to_string(header.version));
  if (header.file_size != mapping->size) throw damaged("it is cut short or has grown");
  const std::uint64_t table_size = std::uint64_t{header.section_count} * sizeof(SectionEntry);
  if (table_size > mapping->size - sizeof(Header)) throw damaged("its section table is cut short");
  if (checksum(base + sizeof(Header), table_size) != header.table_checksum)
    throw damaged("its section table is damaged");
  std::vector<SectionEntry> table(header.section_count);
  if (!table.empty()) std::memcpy(table.data(), base + sizeof(Header), table_size);

  std::size_t next = 0;
  for_each_section(mapping->view, [&]<class T>(const char* name, std::span<const T>& array) {
    if (next >= table.size()) throw damaged(std::string{"section "} + name + " is missing");
    const SectionEntry& entry = table[next++];
    if (std::string_view{entry.name.data(), ::strnlen(entry.name.data(), entry.name.size())} !=
        name) {
      throw damaged(std::string{"section "} + name + " is missing");
    }
    if (entry.offset % kAlignment != 0 || entry.offset > mapping->size ||
        entry.size > mapping->size - entry.offset || entry.size % sizeof(T) != 0) {
      throw damaged(std::string{"section "} + name + " lies outside the file");
    }
    if (verify && checksum(base + entry.offset, entry.size) != entry.checksum) {
      throw damaged(std::string{"section "} + name + " is damaged (checksum)");
    }
    array = {reinterpret_cast<const T*>(base + entry.offset), entry.size / sizeof(T)};
  });
  if (mapping->view.totals.size() != 1) throw damaged("its totals are missing");
  if (verify) {
    if (const auto what = find_inconsistency(mapping->view)) throw damaged(*what);
  }
  return {mapping, &mapping->view};
}

}  // namespace stemma
