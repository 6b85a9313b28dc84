#pragma once

#include <rocksdb/db.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "schema/error.h"

namespace stemma::rocks {

/// The column families, in the order of schema/KEYS.md. The first is RocksDB's own.
enum class Family { meta, models, versions, counts, seen, documents, snapshots, lookups, pages };
inline constexpr std::size_t kFamilies = 9;

/// Turns a failure into Error{storage} or Error{corrupt} with what was tried and RocksDB's words.
void check(const rocksdb::Status& status, const std::string& doing);

/// Throws Error{storage} when fewer than `bytes` are free where `path` lies. RocksDB on a disk that
/// is full to the last byte aborts the process in some builds; better to stop before.
void require_space(const std::filesystem::path& path, std::uintmax_t bytes);

/// An open database and its column families. Closes them in the right order.
class Handle {
 public:
  Handle(const std::filesystem::path& path, bool read_only);
  ~Handle();
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  [[nodiscard]] rocksdb::DB& db() const noexcept { return *db_; }
  [[nodiscard]] rocksdb::ColumnFamilyHandle* family(Family family) const noexcept {
    return families_[static_cast<std::size_t>(family)];
  }
  [[nodiscard]] std::unique_ptr<rocksdb::Iterator> scan(Family family,
                                                        bool fill_cache = false) const;
  /// Reads here and there: nothing is read ahead.
  [[nodiscard]] std::unique_ptr<rocksdb::Iterator> seek_in(Family family) const;
  /// Reads a few neighbouring keys: nothing is read ahead, and what was read is kept in the cache.
  /// Ends before `end`, which must outlive the iterator.
  [[nodiscard]] std::unique_ptr<rocksdb::Iterator> scan_until(Family family,
                                                              const rocksdb::Slice& end) const;
  /// nullopt-like: false when there is no such key.
  bool get(Family family, std::string_view key, std::string& value) const;
  /// Reads every file and compares the checksums of its blocks, and of the file as a whole where
  /// RocksDB's list of files has one. Throws Error{corrupt}. Returns how many files have none:
  /// those that were written before there were such checksums, in which a few bytes between the
  /// blocks are not covered.
  std::size_t verify_checksums() const;
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  std::string name_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

/// Sorted files for several column families that become part of the database in one atomic step.
/// What is not ingested is deleted again.
class BulkLoad {
 public:
  /// `scratch` is emptied and used for the files; it must be on the database's file system.
  BulkLoad(const Handle& handle, std::filesystem::path scratch);
  ~BulkLoad();
  BulkLoad(const BulkLoad&) = delete;
  BulkLoad& operator=(const BulkLoad&) = delete;

  /// Keys of one family must be strictly ascending.
  void put(Family family, std::string_view key, std::string_view value);
  /// All or nothing, also against a killed process or a full disk.
  void ingest();

 private:
  struct File;
  const Handle& handle_;
  std::filesystem::path scratch_;
  std::vector<std::unique_ptr<File>> files_;
};

inline rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view view(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

}  // namespace stemma::rocks
