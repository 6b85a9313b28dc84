#include "index/sqlite.h"

#include <sqlite3.h>

#include "schema/error.h"

namespace stemma {
namespace {

[[noreturn]] void fail(sqlite3* handle, const std::string& name, std::string_view doing) {
  const int code = handle != nullptr ? sqlite3_extended_errcode(handle) : SQLITE_NOMEM;
  const char* words = handle != nullptr ? sqlite3_errmsg(handle) : "out of memory";
  const int primary = code & 0xFF;
  const ErrorKind kind = primary == SQLITE_BUSY || primary == SQLITE_LOCKED ? ErrorKind::unavailable
                         : primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB
                             ? ErrorKind::corrupt
                             : ErrorKind::storage;
  throw Error{kind, std::string{doing} + " " + name + ": " + words};
}

}  // namespace

void Database::Close::operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

Database::Database(const std::filesystem::path& path, Mode mode) : name_{path.string()} {
  sqlite3* raw = nullptr;
  const int flags =
      mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(name_.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(raw);
  if (code != SQLITE_OK) fail(raw, name_, "opening");
  sqlite3_busy_timeout(raw, 5000);
}
Database::~Database() = default;
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;

void Database::execute(const char* sql) {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    fail(handle_.get(), name_, "writing");
}

void Database::copy_to(const std::filesystem::path& path) {
  Database copy{path, Mode::read_write};
  sqlite3_backup* const backup = sqlite3_backup_init(copy.handle(), "main", handle_.get(), "main");
  if (backup == nullptr) fail(copy.handle(), copy.name(), "writing");
  // All pages in one step: no writer comes between.
  const int code = sqlite3_backup_step(backup, -1);
  sqlite3_backup_finish(backup);
  if (code != SQLITE_DONE) fail(copy.handle(), copy.name(), "writing");
}

std::int64_t Database::last_insert_id() const { return sqlite3_last_insert_rowid(handle_.get()); }
sqlite3* Database::handle() const noexcept { return handle_.get(); }

Statement::Statement(Database& database, std::string_view sql) : database_{database} {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(database.handle(), sql.data(), static_cast<int>(sql.size()), &raw,
                         nullptr) != SQLITE_OK) {
    fail(database.handle(), database.name(), "querying");
  }
  statement_.reset(raw);
}

Statement& Statement::bind(std::string_view text) {
  // A view of nothing would be NULL, which equals nothing, not even itself.
  const char* const bytes = text.data() == nullptr ? "" : text.data();
  if (sqlite3_bind_text64(statement_.get(), ++bound_, bytes, text.size(), SQLITE_TRANSIENT,
                          SQLITE_UTF8) != SQLITE_OK) {
    fail(database_.handle(), database_.name(), "querying");
  }
  return *this;
}

Statement& Statement::bind(std::int64_t value) {
  if (sqlite3_bind_int64(statement_.get(), ++bound_, value) != SQLITE_OK) {
    fail(database_.handle(), database_.name(), "querying");
  }
  return *this;
}

Statement& Statement::bind_blob(std::string_view bytes) {
  const char* const data = bytes.data() == nullptr ? "" : bytes.data();
  if (sqlite3_bind_blob64(statement_.get(), ++bound_, data, bytes.size(), SQLITE_TRANSIENT) !=
      SQLITE_OK) {
    fail(database_.handle(), database_.name(), "querying");
  }
  return *this;
}

Statement& Statement::bind_real(double value) {
  if (sqlite3_bind_double(statement_.get(), ++bound_, value) != SQLITE_OK) {
    fail(database_.handle(), database_.name(), "querying");
  }
  return *this;
}

Statement& Statement::bind_null() {
  if (sqlite3_bind_null(statement_.get(), ++bound_) != SQLITE_OK) {
    fail(database_.handle(), database_.name(), "querying");
  }
  return *this;
}

Statement& Statement::again() {
  sqlite3_reset(statement_.get());  // tells the last step's failure, which was thrown
  bound_ = 0;
  return *this;
}

bool Statement::next() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) fail(database_.handle(), database_.name(), "querying");
  return false;
}

void Statement::run() {
  while (next()) {
  }
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::string Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

Transaction::Transaction(Database& database) : database_{database} {
  database_.execute("BEGIN IMMEDIATE");
}
Transaction::~Transaction() {
  if (open_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}
void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

std::string sqlite_version() { return sqlite3_libversion(); }

}  // namespace stemma
