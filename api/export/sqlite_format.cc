#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "api/export/dump.h"
#include "api/export/tables.h"
#include "api/render/csv.h"
#include "api/render/overloaded.h"
#include "index/sqlite.h"
#include "schema/error.h"

namespace stemma {
namespace {

std::string_view type_of(FieldType type) {
  switch (type) {
    case FieldType::integer:
    case FieldType::flag:
      return "INTEGER";
    case FieldType::number:
      return "REAL";
    default:
      return "TEXT";
  }
}

constexpr const char* kIndices =
    "CREATE INDEX models_by_id ON models (id);"
    "CREATE INDEX models_by_hub_id ON models (hub_id);"
    "CREATE INDEX models_by_author ON models (author);"
    "CREATE INDEX edges_by_parent ON edges (parent_id);"
    "CREATE INDEX edges_by_child ON edges (child_id);"
    "CREATE INDEX claims_by_child ON claims (child_id);"
    "CREATE INDEX claims_by_parent ON claims (parent_id);"
    "CREATE INDEX observations_by_hub_id ON observations (hub_id);"
    "CREATE INDEX aliases_by_alias ON aliases (alias COLLATE NOCASE);"
    "CREATE INDEX rollups_by_family ON rollups (family, breakdown, policy);";

void bind(Statement& statement, const Value& value, FieldType type) {
  std::visit(Overloaded{[&](std::monostate) { statement.bind_null(); },
                        [&](LeftOut) { statement.bind_null(); },
                        [&](std::string_view text) { statement.bind(text); },
                        [&](std::int64_t number) { statement.bind(number); },
                        [&](double number) { statement.bind_real(number); },
                        [&](RoundedValue rounded) { statement.bind_real(rounded.number); },
                        [&](bool flag) {
                          if (type == FieldType::flag) {
                            statement.bind(std::int64_t{flag ? 1 : 0});
                          } else {
                            statement.bind(std::string_view{flag ? "true" : "false"});
                          }
                        },
                        [&](float) { statement.bind_real(std::stod(plain_text(value))); },
                        [&](const auto&) { statement.bind(std::string_view{plain_text(value)}); }},
             value);
}

/// A file that is removed when it is no longer needed.
struct Scratch {
  std::filesystem::path path;
  explicit Scratch(std::filesystem::path file) : path{std::move(file)} { remove(); }
  ~Scratch() { remove(); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  void remove() const {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
};

}  // namespace

void write_sqlite(DumpSource& source, DumpFolder& folder) {
  // SQLite writes where it likes in its file: it is made beside, then copied as all files are.
  const Scratch scratch{folder.path() / fmt::format("stemma.sqlite.building.{}", ::getpid())};
  std::uint64_t rows = 0;
  {
    Database db{scratch.path, Database::Mode::read_write};
    // What is cut short is thrown away, so nothing has to survive.
    db.execute(
        "PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = FILE;");
    Transaction transaction{db};
    for (const DumpTable& table : dump_tables()) {
      std::string columns, places;
      const FieldInfos fields = table.columns();
      for (const FieldInfo& field : fields) {
        const std::string_view comma = columns.empty() ? "" : ", ";
        columns += fmt::format("{}{} {}{}", comma, field.name, type_of(field.type),
                               field.presence == Presence::always ? " NOT NULL" : "");
        places += fmt::format("{}?", comma);
      }
      db.execute(fmt::format("CREATE TABLE {} ({})", table.name, columns).c_str());
      Statement insert{db, fmt::format("INSERT INTO {} VALUES ({})", table.name, places)};
      const bool there = table.rows(source, [&](std::span<const Value> row) {
        insert.again();
        for (std::size_t i = 0; i < row.size(); ++i) bind(insert, row[i], fields[i].type);
        insert.run();
        ++rows;
      });
      if (!there) folder.add_missing(table.name);
    }
    const SnapshotTotals& total = source.view().total();
    db.execute("CREATE TABLE snapshot (number INTEGER NOT NULL, observed_at TEXT NOT NULL)");
    Statement{db, "INSERT INTO snapshot VALUES (?, ?)"}
        .bind(std::int64_t{total.number})
        .bind(std::string_view{format_utc(total.observed_at)})
        .run();
    db.execute(kIndices);
    db.execute(fmt::format("PRAGMA user_version = {}", kDumpSchemaVersion).c_str());
    transaction.commit();
  }
  DumpText file{folder, "stemma.sqlite"};
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> made{std::fopen(scratch.path.c_str(), "rb"),
                                                             std::fclose};
  std::array<char, std::size_t{1} << 16U> piece{};
  while (made) {
    const std::size_t size = std::fread(piece.data(), 1, piece.size(), made.get());
    if (size == 0) break;
    file.out().append(piece.data(), size);
    file.pass();
  }
  if (!made || std::ferror(made.get()) != 0)
    throw Error{ErrorKind::storage, "reading " + scratch.path.string()};
  file.finish(rows);
}

}  // namespace stemma
