#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace stemma {

/// A connection to one SQLite file. One thread. Everything that fails throws Error{storage} with
/// the file and SQLite's words.
class Database {
 public:
  enum class Mode { read_only, read_write };
  Database(const std::filesystem::path& path, Mode mode);
  ~Database();
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;

  /// Runs one or more statements without parameters or results.
  void execute(const char* sql);
  [[nodiscard]] std::int64_t last_insert_id() const;
  /// Writes all of it, as it is at one moment, to a new file, while others read and write.
  void copy_to(const std::filesystem::path& path);
  [[nodiscard]] sqlite3* handle() const noexcept;
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  struct Close {
    void operator()(sqlite3* handle) const noexcept;
  };
  std::unique_ptr<sqlite3, Close> handle_;
  std::string name_;
};

/// One SQL text: prepare, bind left to right, step, read columns; `again` for the next execution.
class Statement {
 public:
  /// `database` must outlive the statement.
  Statement(Database& database, std::string_view sql);
  Statement& bind(std::string_view text);
  Statement& bind(std::int64_t value);
  Statement& bind_blob(std::string_view bytes);
  Statement& bind_real(double value);
  Statement& bind_null();
  /// True while there is a row.
  bool next();
  /// Runs to the end, for statements without rows.
  void run();
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;
  /// Valid until the next step.
  [[nodiscard]] std::string_view blob(int column) const;
  /// Takes new values for another execution.
  Statement& again();

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  Database& database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bound_ = 0;
};

/// "3.40.1"
[[nodiscard]] std::string sqlite_version();

/// Rolls back unless committed.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace stemma
