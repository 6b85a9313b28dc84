#include "api/export/dump.h"

#include <fmt/core.h>

#include <numeric>

#include "api/export/manifest.h"
#include "api/export/schema_text.h"
#include "api/export/tables.h"
#include "schema/error.h"

namespace stemma {

void write_tables(DumpSource& source, const DumpFormat& format, DumpFolder& folder) {
  const SnapshotTotals& total = source.view().total();
  for (const DumpTable& table : format.all_tables ? dump_tables() : graph_tables()) {
    const std::unique_ptr<TableFormat> writer = format.make();
    std::string name = fmt::format("{}.{}", table.name, format.name);
    if (format.partitioned) {
      name = fmt::format("{}/snapshot={}/{}", table.name,
                         format_utc(total.observed_at).substr(0, 10), name);
    }
    DumpText file{folder, name, format.partitioned};
    writer->begin({table.name, table.columns(), total.number, total.observed_at}, file.out());
    std::uint64_t rows = 0;
    const bool there = table.rows(source, [&](std::span<const Value> row) {
      ++rows;
      writer->add(row, file.out());
      file.pass();
    });
    if (!there) {
      folder.add_missing(table.name);
      continue;
    }
    writer->end(file.out());
    file.finish(rows);
  }
}

DumpReport write_dump(SnapshotFacts& facts, const DumpRequest& request) {
  DumpSource source{facts, request.scope, request.adoption, request.families};
  for (const DumpFormat* format : request.formats) {
    if (format->require != nullptr) format->require(source);
  }
  DumpFolder folder{request.directory, request.zstd};
  const auto manifest_path = request.directory / kManifestName;
  std::error_code error;
  std::filesystem::remove(manifest_path, error);
  if (error) {
    throw Error{ErrorKind::storage, "replacing " + manifest_path.string() + ": " + error.message()};
  }
  const Census census = take_census(source);
  DumpReport report;
  report.models = std::accumulate(census.models.begin(), census.models.end(), std::uint64_t{0});
  report.edges = std::accumulate(census.edges.begin(), census.edges.end(), std::uint64_t{0});
  for (const DumpFormat* format : request.formats) {
    if (format->write != nullptr) {
      format->write(source, folder);
    } else {
      write_tables(source, *format, folder);
    }
  }
  report.files = folder.files();
  const auto write_text = [&](std::string_view name, const std::string& text) {
    DumpFile file{request.directory, std::string{name}, false};
    file.write(text);
    return file.finish(1);
  };
  (void)write_text("SCHEMA.md", dump_schema_text());
  (void)write_text("CITATION.cff", citation_text(source));
  (void)write_text(kManifestName, manifest_json(source, census, folder) + '\n');
  return report;
}

}  // namespace stemma
