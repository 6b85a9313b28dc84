#include "api/export/dated_dump.h"

#include "tests/api/api_fixture.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace stemma {
namespace {

/// A snapshot of that number, observed on one day.
SnapshotHandle snapshot(MemorySource& source, SnapshotNumber number) {
  SnapshotColumns columns = test_lineage();
  columns.totals[0].number = number;
  columns.totals[0].observed_at = *parse_utc("2026-01-05T03:00:00Z");
  source.publish(std::move(columns));
  return source.current();
}

TEST_CASE("a night's dump has a folder by its day, and latest leads to it", "[api][dump]") {
  const test::TempDir out;
  MemorySource source;
  const FamilySet families{test_families()};
  const std::vector<const DumpFormat*> formats{&parse_dump_format("csv")};
  SnapshotFacts first{snapshot(source, 1), families};
  CHECK(write_dated_dump(first, nullptr, nullptr, formats, out.path()).directory.filename() ==
        "2026-01-05");
  CHECK(std::filesystem::read_symlink(out.path() / "latest") == "2026-01-05");
  // The same again takes its own place; another snapshot of the same day does not.
  CHECK(write_dated_dump(first, nullptr, nullptr, formats, out.path()).directory.filename() ==
        "2026-01-05");
  SnapshotFacts second{snapshot(source, 2), families};
  CHECK(write_dated_dump(second, nullptr, nullptr, formats, out.path()).directory.filename() ==
        "2026-01-05-2");
  CHECK(std::filesystem::read_symlink(out.path() / "latest") == "2026-01-05-2");
  CHECK(std::filesystem::exists(out.path() / "latest" / "manifest.json"));
}

TEST_CASE("formats of dumps have names of their own", "[api][dump]") {
  CHECK(dump_format_names().starts_with("csv, ndjson, parquet, "));
  for (const DumpFormat& format : dump_formats()) CHECK(&parse_dump_format(format.name) == &format);
  CHECK_THROWS_AS(parse_dump_format("xml"), Error);
}

}  // namespace
}  // namespace stemma
