#include "tools/command_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "api/chunk_source.h"
#include "api/export/apply.h"
#include "api/export/dump.h"
#include "api/render/change_lines.h"
#include "api/render/text_table.h"
#include "schema/error.h"
#include "tools/query.h"
#include "tools/terminal.h"

namespace stemma {
namespace {

constexpr ParamInfo kSince{"since", ParamType::integer,
                           "Only what changed since snapshot N, for `stemma apply`", "N"};
constexpr ParamInfo kExportParams[] = {
    {"format", ParamType::list, "Formats, several by commas; the table below says which", "LIST"},
    {"family", ParamType::text, "Only this family or series, with all its derivatives", "NAME"},
    {"root", ParamType::text, "Only this model, with all that descends from it", "MODEL"},
    kSince,
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
    const auto since = reader_.number(kSince);
    request.zstd = reader_.flag("zstd").value_or(false);
    const auto out = reader_.text("out");
    reader_.finish();
    if (!out) throw Error{ErrorKind::usage, "--out: say where to, --out DIR"};
    if (since && (family || root || !request.formats.empty())) {
      throw Error{
          ErrorKind::usage,
          "--since writes the changes of everything, as NDJSON: leave out --format, --family "
          "and --root"};
    }
    if (request.formats.empty() && !since)
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
    request.families = &families_;
    if (since) return export_changes(static_cast<SnapshotNumber>(*since), request);
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
  void export_changes(SnapshotNumber since, const DumpRequest& request) {
    const DumpReport report = write_changes_dump(*facts_, snapshots_, since, request);
    if (globals_.json) return print_file(request.directory / kManifestName);
    print(fmt::format("{} of changes from snapshot {} to {} in {}.\n",
                      plural(report.files.front().rows, "line"), since, facts_->number(),
                      (request.directory / report.files.front().name).string()));
  }
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
  {
    struct ApplyArguments {
      std::string dump, changes, out;
    };
    auto arguments = std::make_shared<ApplyArguments>();
    CLI::App* command =
        app.add_subcommand("apply", "Bring an old dump forward, to the byte of a new one");
    command->add_option("DUMP", arguments->dump, "A dump of everything, csv or ndjson or both")
        ->required();
    command
        ->add_option("CHANGES", arguments->changes,
                     "What `stemma export --since N` wrote, N being the dump's snapshot")
        ->required();
    command->add_option("--out", arguments->out, "Where the new dump goes")
        ->required()
        ->type_name("DIR");
    command->footer(
        "Example: stemma export --since 41 --out changes && stemma apply dump-41 changes --out "
        "dump-42");
    command->callback([arguments] {
      const DumpReport report = apply_changes(arguments->dump, arguments->changes, arguments->out);
      Table table{
          {{"FILE", false, true}, {"ROWS", true}, {"BYTES", true}, {"SHA-256", false, true}}};
      for (const DumpFileFacts& file : report.files)
        table.add({file.name, grouped(file.rows), grouped(file.bytes), file.sha256});
      print(table.text(terminal_width()));
    });
  }
}

}  // namespace stemma
