#include "index/rocks.h"

#include <rocksdb/file_checksum.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <array>

namespace stemma::rocks {
namespace {

constexpr std::array<const char*, kFamilies> kNames{"default",   "models",  "versions",
                                                    "counts",    "seen",    "documents",
                                                    "snapshots", "lookups", "pages"};

/// Logs and lists of files, which opening writes anew.
constexpr std::uintmax_t kSpaceToOpen = std::uintmax_t{512} << 10U;

rocksdb::ColumnFamilyOptions family_options(std::size_t index) {
  rocksdb::ColumnFamilyOptions options;
  const auto family = static_cast<Family>(index);
  rocksdb::BlockBasedTableOptions table;
  table.block_size = std::size_t{16} << 10U;
  if (family == Family::models || family == Family::lookups)
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  // Packs, pages and bitmaps are zstd frames already.
  const bool packed =
      family == Family::documents || family == Family::pages || family == Family::seen;
  options.compression = packed ? rocksdb::kNoCompression : rocksdb::kZSTD;
  options.write_buffer_size = std::size_t{16} << 20U;
  return options;
}

}  // namespace

std::size_t Handle::verify_checksums() const {
  check(db_->VerifyChecksum(), "checking the store " + name_);
  check(db_->VerifyFileChecksums({}), "checking the store " + name_);
  const std::unique_ptr<rocksdb::FileChecksumList> files{rocksdb::NewFileChecksumList()};
  check(db_->GetLiveFilesChecksumInfo(files.get()), "checking the store " + name_);
  std::vector<std::uint64_t> numbers;
  std::vector<std::string> checksums, functions;
  check(files->GetAllFileChecksums(&numbers, &checksums, &functions),
        "checking the store " + name_);
  return static_cast<std::size_t>(
      std::count(functions.begin(), functions.end(), rocksdb::kUnknownFileChecksumFuncName));
}

void check(const rocksdb::Status& status, const std::string& doing) {
  if (status.ok()) return;
  throw Error{status.IsCorruption() ? ErrorKind::corrupt : ErrorKind::storage,
              doing + ": " + status.ToString()};
}

void require_space(const std::filesystem::path& path, std::uintmax_t bytes) {
  std::error_code error;
  std::filesystem::path there = path;
  while (!std::filesystem::exists(there, error) && there.has_relative_path()) {
    there = there.parent_path();
  }
  const std::filesystem::space_info space =
      std::filesystem::space(there.empty() ? std::filesystem::path{"."} : there, error);
  if (error || space.available >= bytes) return;
  throw Error{ErrorKind::storage, "the disk under " + path.string() +
                                      " is full: " + std::to_string(space.available >> 10U) +
                                      " KiB are free, " + std::to_string(bytes >> 10U) +
                                      " are needed to go on; nothing that was stored is lost"};
}

Handle::Handle(const std::filesystem::path& path, bool read_only) : name_{path.string()} {
  if (!read_only) require_space(path, kSpaceToOpen);
  rocksdb::DBOptions options;
  options.create_if_missing = !read_only;
  options.create_missing_column_families = !read_only;
  options.keep_log_file_num = 2;
  options.max_background_jobs = 2;
  // A reader beside a writer opens every file at once: one that is compacted away meanwhile stays
  // readable through its handle.
  options.max_open_files = read_only ? -1 : 256;
  options.paranoid_checks = true;
  // The checksums of blocks do not cover all of a file: see verify_checksums().
  options.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  // Logs would be given their largest size ahead, 4 to 17 MiB each: on a small disk that is full
  // long before its end.
  options.allow_fallocate = false;
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (std::size_t i = 0; i < kFamilies; ++i)
    descriptors.emplace_back(kNames[i], family_options(i));
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status =
      read_only ? rocksdb::DB::OpenForReadOnly(options, name_, descriptors, &families_, &db)
                : rocksdb::DB::Open(options, name_, descriptors, &families_, &db);
  if (read_only && status.IsInvalidArgument()) {
    // Its maker was killed, or is still at it, before it had all of its parts.
    throw Error{ErrorKind::unavailable, "the store " + name_ +
                                            " is not ready: run `stemma crawl` or `stemma import "
                                            "FILE` (" +
                                            status.ToString() + ")"};
  }
  check(status, "opening the store " + name_);
  db_.reset(db);
}

Handle::~Handle() {
  for (rocksdb::ColumnFamilyHandle* family : families_) db_->DestroyColumnFamilyHandle(family);
}

std::unique_ptr<rocksdb::Iterator> Handle::scan(Family which, bool fill_cache) const {
  rocksdb::ReadOptions options;
  options.fill_cache = fill_cache;
  options.readahead_size = std::size_t{2} << 20U;
  return std::unique_ptr<rocksdb::Iterator>{db_->NewIterator(options, family(which))};
}

std::unique_ptr<rocksdb::Iterator> Handle::seek_in(Family which) const {
  return std::unique_ptr<rocksdb::Iterator>{db_->NewIterator({}, family(which))};
}

std::unique_ptr<rocksdb::Iterator> Handle::scan_until(Family which,
                                                      const rocksdb::Slice& end) const {
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &end;
  return std::unique_ptr<rocksdb::Iterator>{db_->NewIterator(options, family(which))};
}

bool Handle::get(Family which, std::string_view key, std::string& value) const {
  const rocksdb::Status status = db_->Get({}, family(which), slice(key), &value);
  if (status.IsNotFound()) return false;
  check(status, "reading the store " + name_);
  return true;
}

struct BulkLoad::File {
  File(const rocksdb::Options& options, rocksdb::ColumnFamilyHandle* family, std::string file_path)
      : writer{environment(), options, family}, path{std::move(file_path)} {}
  static rocksdb::EnvOptions environment() {
    rocksdb::EnvOptions environment;
    environment.allow_fallocate = false;  // as in Handle
    return environment;
  }
  rocksdb::SstFileWriter writer;
  std::string path;
};

BulkLoad::BulkLoad(const Handle& handle, std::filesystem::path scratch)
    : handle_{handle}, scratch_{std::move(scratch)}, files_(kFamilies) {
  std::error_code error;
  std::filesystem::remove_all(scratch_, error);
  std::filesystem::create_directories(scratch_, error);
  if (error)
    throw Error{ErrorKind::storage, "making " + scratch_.string() + ": " + error.message()};
}

BulkLoad::~BulkLoad() {
  files_.clear();
  std::error_code ignored;
  std::filesystem::remove_all(scratch_, ignored);
}

void BulkLoad::put(Family which, std::string_view key, std::string_view value) {
  const auto index = static_cast<std::size_t>(which);
  if (!files_[index]) {
    rocksdb::Options options{rocksdb::DBOptions{}, family_options(index)};
    options.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
    files_[index] = std::make_unique<File>(options, handle_.family(which),
                                           (scratch_ / kNames[index]).string() + ".sst");
    check(files_[index]->writer.Open(files_[index]->path), "writing " + files_[index]->path);
  }
  check(files_[index]->writer.Put(slice(key), slice(value)), "writing " + files_[index]->path);
}

void BulkLoad::ingest() {
  require_space(scratch_, kSpaceToOpen);
  std::vector<rocksdb::IngestExternalFileArg> args;
  for (std::size_t i = 0; i < kFamilies; ++i) {
    if (!files_[i]) continue;
    rocksdb::ExternalSstFileInfo written;
    check(files_[i]->writer.Finish(&written), "writing " + files_[i]->path);
    rocksdb::IngestExternalFileArg arg;
    arg.column_family = handle_.family(static_cast<Family>(i));
    arg.external_files = {files_[i]->path};
    arg.files_checksums = {written.file_checksum};
    arg.files_checksum_func_names = {written.file_checksum_func_name};
    arg.options.move_files = true;
    arg.options.failed_move_fall_back_to_copy = true;
    args.push_back(std::move(arg));
  }
  check(handle_.db().IngestExternalFiles(args), "adding to the store " + handle_.name());
  files_.clear();
  files_.resize(kFamilies);
}

}  // namespace stemma::rocks
