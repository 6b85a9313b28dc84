#include "api/export/dump.h"

#include <fmt/core.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <zstd.h>

#include <array>
#include <numeric>
#include <optional>

#include "api/fields/answer_parts.h"
#include "api/fields/model_rows.h"
#include "api/render/json_fields.h"
#include "graph/augment.h"
#include "graph/walk.h"
#include "schema/error.h"
#include "schema/relation.h"

namespace stemma {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20U;

/// Which nodes are dumped.
class Selection {
 public:
  Selection(SnapshotFacts& facts, const DumpScope& scope) {
    if (scope.everything()) return;
    const SnapshotView& view = facts.snapshot();
    std::vector<NodeId> roots{scope.root};
    if (scope.family != nullptr) roots = facts.families().roots(view, *scope.family);
    inside_.emplace(view.node_count());
    for (const NodeId root : roots) (*inside_)[root] = true;
    for (const Reached& row : descendants_of(view, roots)) (*inside_)[row.node] = true;
  }
  [[nodiscard]] bool has(NodeId node) const { return !inside_ || (*inside_)[node]; }

 private:
  std::optional<std::vector<bool>> inside_;
};

/// What is in the dump, counted once whatever the formats.
struct Census {
  std::array<std::uint64_t, 3> models{};     ///< By NodeState, as the next.
  std::array<std::uint64_t, 3> edges{};      ///< By the state of the child.
  std::array<std::uint64_t, 5> relations{};  ///< Of all of them.
  std::uint64_t curated_only = 0;            ///< Of all of them: known by hand alone.
  std::uint64_t left_out = 0;                ///< Edges into the dump from a parent outside of it.
  std::uint64_t no_downloads = 0, no_all_time = 0, no_license = 0, no_created = 0;  ///< Live ones.
  std::uint64_t dropped[2] = {};  ///< Claims, by DropReason.
};

Census take_census(const SnapshotView& view, const Selection& selection) {
  Census census;
  for (NodeId node = 0; node < view.node_count(); ++node) {
    if (!selection.has(node)) continue;
    const auto state = static_cast<std::size_t>(view.state[node]);
    ++census.models[state];
    for (EdgeId e = view.parent_begin[node]; e < view.parent_begin[node + 1]; ++e) {
      if (!selection.has(view.parent[e])) {
        ++census.left_out;
        continue;
      }
      ++census.edges[state];
      ++census.relations[static_cast<std::size_t>(view.relation[e])];
      census.curated_only += is_curated_only(view, e) ? 1 : 0;
    }
    if (!view.live(node)) continue;
    census.no_downloads += view.downloads[node] == kUnknownCount ? 1 : 0;
    census.no_all_time += view.downloads_all_time[node] == kUnknownCount ? 1 : 0;
    census.no_license += view.license[node] == 0 ? 1 : 0;
    census.no_created += view.created_at[node] == kUnknownTime ? 1 : 0;
  }
  for (const DroppedClaim& claim : view.dropped) {
    if (selection.has(claim.node) && view.live(claim.node))
      ++census.dropped[claim.reason == DropReason::self_reference ? 1 : 0];
  }
  return census;
}

/// Writes one table in one format.
class TableFile {
 public:
  TableFile(const DumpRequest& request, const DumpFormat& format, std::string_view table,
            const FieldInfos& columns)
      : format_{format.make()},
        file_{request.directory, fmt::format("{}.{}", table, format.name), request.zstd} {
    format_->begin(columns, ready_);
  }

  void add(std::span<const Value> row) {
    ++rows_;
    format_->add(row, ready_);
    if (ready_.size() >= kPiece) flush();
  }

  DumpFileFacts finish() {
    format_->end(ready_);
    flush();
    return file_.finish(rows_);
  }

 private:
  void flush() {
    file_.write(ready_);
    ready_.clear();
  }

  std::unique_ptr<TableFormat> format_;
  DumpFile file_;
  std::uint64_t rows_ = 0;
  std::string ready_;
};

void write_tables(const RowReader& rows, const Selection& selection, const DumpRequest& request,
                  const DumpFormat& format, std::vector<DumpFileFacts>& files) {
  const SnapshotView& view = rows.snapshot();
  TableFile models{request, format, "models", infos_of<NodeRow>(kModelFields)};
  for (NodeId node = 0; node < view.node_count(); ++node) {
    if (selection.has(node)) models.add(rows.model_values(node));
  }
  files.push_back(models.finish());
  TableFile edges{request, format, "edges", infos_of<EdgeRow>(kEdgeFields)};
  for (NodeId child = 0; child < view.node_count(); ++child) {
    if (!selection.has(child)) continue;
    for (EdgeId e = view.parent_begin[child]; e < view.parent_begin[child + 1]; ++e) {
      if (selection.has(view.parent[e])) edges.add(rows.edge_values(e, child));
    }
  }
  files.push_back(edges.finish());
}

void write_states(JsonWriter& json, std::string_view key,
                  const std::array<std::uint64_t, 3>& counts) {
  json.key(key);
  json.begin_object();
  for (const NodeState state : {NodeState::live, NodeState::gone, NodeState::ghost}) {
    const std::uint64_t count = counts[static_cast<std::size_t>(state)];
    json.key(to_string(state));
    json.number(count);
  }
  json.end_object();
}

/// What a reader of the files should know is not in them, counted.
void write_known_gaps(JsonWriter& json, const SnapshotView& view, const Census& census) {
  json.key("known_gaps");
  json.begin_array();
  const auto gap = [&](std::uint64_t count, std::string_view kind, std::string_view note) {
    if (count == 0) return;
    json.begin_object();
    json.key("kind");
    json.text(kind);
    json.key("count");
    json.number(count);
    json.key("note");
    json.text(note);
    json.end_object();
  };
  gap(view.total().partial, "partial_crawl", "only the scope that is named above was crawled");
  gap(view.total().rejected_documents, "rejected_documents",
      "documents of the hub that could not be understood; models known from before keep their row");
  gap(census.dropped[0], "rejected_claims",
      "parents named by live models that cannot be names of repositories; no edges");
  gap(census.dropped[1], "self_references", "live models that name themselves; no edges");
  gap(census.left_out, "edges_from_outside",
      "edges to models of this dump from parents that are not in it");
  gap(census.no_downloads, "downloads_unknown", "live models without this count; empty, not 0");
  gap(census.no_all_time, "downloads_all_time_unknown",
      "live models without this count; empty, not 0");
  gap(census.no_license, "license_unknown", "live models that declare no licence");
  gap(census.no_created, "created_at_unknown", "live models without a time of creation");
  json.end_array();
}

void write_families(JsonWriter& json, const FamilySet& families) {
  json.key("families");
  json.begin_array();
  for (const FamilyDefinition& family : families.definitions()) {
    json.begin_object();
    json.key("name");
    json.text(family.name);
    json.key("label");
    json.text(family.label);
    json.key("owners");
    json.begin_array();
    for (const std::string& owner : family.owners) json.text(owner);
    json.end_array();
    json.key("pattern");
    json.text_or_null(family.pattern);
    json.key("series_of");
    json.text_or_null(family.parent);
    json.end_object();
  }
  json.end_array();
}

template <class Row>
void write_columns(JsonWriter& json, std::string_view table, FieldList<Row> fields) {
  json.key(table);
  json.begin_array();
  for (const Field<Row>& field : fields) json.text(field.name);
  json.end_array();
}

/// People read a manifest, too.
std::string indented(const std::string& json) {
  rapidjson::StringStream compact{json.c_str()};
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer{buffer};
  writer.SetIndent(' ', 2);
  rapidjson::Reader{}.Parse(compact, writer);
  return {buffer.GetString(), buffer.GetSize()};
}

std::string manifest(SnapshotFacts& facts, const DumpRequest& request, const Census& census,
                     const std::vector<DumpFileFacts>& files) {
  const SnapshotView& view = facts.snapshot();
  const SnapshotTotals& total = view.total();
  JsonWriter json;
  json.begin_object();
  json.key("schema_version");
  json.number(kDumpSchemaVersion);
  json.key("snapshot");
  json.number(total.number);
  json.key("observed_at");
  json.time(total.observed_at);
  json.key("partial");
  json.boolean(total.partial != 0);
  JsonSink marks{json};
  tell_marks_but_partial(marks, view);
  json.key("of");
  if (request.scope.everything()) {
    json.null();
  } else {
    json.begin_object();
    json.key(request.scope.family != nullptr ? "family" : "root");
    json.text(request.scope.family != nullptr ? request.scope.family->name
                                              : view.name(request.scope.root));
    json.end_object();
  }
  json.key("counts");
  json.begin_object();
  write_states(json, "models", census.models);
  write_states(json, "edges", census.edges);
  json.key("edges_by_relation");
  json.begin_object();
  for (const Relation relation : kRelations) {
    json.key(to_string(relation));
    json.number(census.relations[static_cast<std::size_t>(relation)]);
  }
  json.end_object();
  json.key("edges_curated_only");
  json.number(census.curated_only);
  json.end_object();
  json.key("files");
  json.begin_array();
  for (const DumpFileFacts& file : files) {
    json.begin_object();
    json.key("name");
    json.text(file.name);
    json.key("sha256");
    json.text(file.sha256);
    json.key("bytes");
    json.number(file.bytes);
    json.key("rows");
    json.number(file.rows);
    json.end_object();
  }
  json.end_array();
  json.key("columns");
  json.begin_object();
  write_columns<NodeRow>(json, "models", kModelFields);
  write_columns<EdgeRow>(json, "edges", kEdgeFields);
  json.end_object();
  json.key("versions");
  json.begin_object();
  json.key("stemma");
  json.text(STEMMA_VERSION);
  json.key("zstd");
  json.text(ZSTD_versionString());
  json.key("fmt");
  json.text(
      fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100));
  json.key("rapidjson");
  json.text(RAPIDJSON_VERSION_STRING);
  json.end_object();
  write_families(json, facts.families());
  write_known_gaps(json, view, census);
  json.end_object();
  return json.take();
}

}  // namespace

DumpReport write_dump(SnapshotFacts& facts, const DumpRequest& request) {
  const SnapshotView& view = facts.snapshot();
  std::error_code error;
  std::filesystem::create_directories(request.directory, error);
  if (error) {
    throw Error{ErrorKind::storage,
                "making " + request.directory.string() + ": " + error.message()};
  }
  const auto manifest_path = request.directory / kManifestName;
  std::filesystem::remove(manifest_path, error);
  if (error) {
    throw Error{ErrorKind::storage, "replacing " + manifest_path.string() + ": " + error.message()};
  }
  const Selection selection{facts, request.scope};
  const Census census = take_census(view, selection);
  const RowReader rows{view};
  DumpReport report;
  report.models = std::accumulate(census.models.begin(), census.models.end(), std::uint64_t{0});
  report.edges = std::accumulate(census.edges.begin(), census.edges.end(), std::uint64_t{0});
  for (const DumpFormat* format : request.formats)
    write_tables(rows, selection, request, *format, report.files);
  DumpFile file{request.directory, std::string{kManifestName}, false};
  file.write(indented(manifest(facts, request, census, report.files)) + '\n');
  static_cast<void>(file.finish(1));
  return report;
}

}  // namespace stemma
