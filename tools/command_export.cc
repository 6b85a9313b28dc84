#include "tools/command_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "api/chunk_source.h"
#include "api/export/dump.h"
#include "api/render/change_lines.h"
#include "api/render/text_table.h"
#include "schema/error.h"
#include "tools/query.h"
#include "tools/terminal.h"

namespace stemma {
namespace {

constexpr ParamInfo kExportParams[] = {
    {"format", ParamType::list, "Formats, several by commas; the table below says which", "LIST"},
    {"family", ParamType::text, "Only this family or series, with all its derivatives", "NAME"},
    {"root", ParamType::text, "Only this model, with all that descends from it", "MODEL"},
    {"zstd", ParamType::flag, "Compress every file but the manifest"},
    {"out", ParamType::text, "Where the files go; made where it is missing", "DIR"},
};

class ExportQuery : QueryBase {
 public:
  using QueryBase::QueryBase;

  void run() {
    DumpRequest request;
    for (const std::string& format : reader_.list("format")) {
      const DumpFormat* parsed = &parse_dump_format(format);
      if (std::find(request.formats.begin(), request.formats.end(), parsed) ==
          request.formats.end())
        request.formats.push_back(parsed);
    }
    const auto family = reader_.text("family");
    const auto root = reader_.text("root");
    request.zstd = reader_.flag("zstd").value_or(false);
    const auto out = reader_.text("out");
    reader_.finish();
    if (!out) throw Error{ErrorKind::usage, "--out: say where to, --out DIR"};
    if (request.formats.empty())
      throw Error{ErrorKind::usage, fmt::format("--format: say which, of {}", dump_format_names())};
    if (family && root) throw Error{ErrorKind::usage, "give --family or --root, not both"};
    request.directory = *out;
    if (family) {
      request.scope.family = facts_->families().find(*family);
      if (request.scope.family == nullptr) throw unknown_family(*family);
    }
    if (root) request.scope.root = resolve_model(*root);
    AdoptionSource adoption{DataDir::open(globals_.data)};
    request.adoption = &adoption;
    const DumpReport report = write_dump(*facts_, request);
    if (globals_.json) return print_file(request.directory / kManifestName);
    Table table{{{"FILE", false, true}, {"ROWS", true}, {"BYTES", true}, {"SHA-256", false, true}}};
    for (const DumpFileFacts& file : report.files)
      table.add({file.name, grouped(file.rows), grouped(file.bytes), file.sha256});
    print(fmt::format("{} and {} of {} in {}; {} says what they are.\n\n{}{}",
                      plural(report.models, "model"), plural(report.edges, "edge"),
                      snapshot_text(view()), request.directory.string(), kManifestName,
                      table.text(terminal_width()), marks()));
  }

 private:
  static void print_file(const std::filesystem::path& path) {
    std::string text(std::filesystem::file_size(path), '\0');
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(path.c_str(), "rb"),
                                                               std::fclose};
    if (!file || std::fread(text.data(), 1, text.size(), file.get()) != text.size())
      throw Error{ErrorKind::storage, "reading " + path.string()};
    print(text);
  }
};

class ChangesQuery : QueryBase {
 public:
  using QueryBase::QueryBase;

  void run() {
    const ChangesRange range = read_changes_range(reader_, view().total().number);
    reader_.finish();
    const ChunkSource lines = change_lines(snapshots_, range);
    std::string piece;
    for (bool more = true; more;) {
      more = lines(piece);
      print(piece);
      piece.clear();
    }
  }
};

}  // namespace

void add_export_commands(CLI::App& app, CliGlobals& globals) {
  {
    const auto [command, invocation] =
        add_query(app, globals,
                  {.name = "export",
                   .help = "Write a snapshot, a family or what descends from a model as files",
                   .arguments = {},
                   .example = "export --format csv,ndjson --family qwen --zstd --out dump"},
                  [&globals](const Invocation& given) {
                    ExportQuery{globals, given}.run();
                  });
    add_params(*command, invocation, kExportParams);
    command->get_option("--json")->description("Print the manifest");
    std::string formats = "Formats:\n";
    for (const DumpFormat& format : dump_formats())
      formats += fmt::format("  {:<14} {}\n", format.name, format.meaning);
    command->footer(formats + "\n" + command->get_footer());
  }
  {
    const auto [command, invocation] = add_query(
        app, globals,
        {.name = "changes",
         .help = "What happened since a snapshot: models and edges that came, went and changed",
         .arguments = {},
         .example = "changes --since 0 > changes.ndjson",
         .lineage = false},
        [&globals](const Invocation& given) {
          ChangesQuery{globals, given}.run();
        });
    add_params(*command, invocation, std::array{param::since, param::seq});
    command->get_option("--json")->description("Nothing else: the answer is NDJSON either way");
    command->get_option("--as-of")->description("Up to snapshot N");
  }
}

}  // namespace stemma
