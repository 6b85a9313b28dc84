#include "api/export/manifest.h"

#include <fmt/format.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <zstd.h>

#include <algorithm>

#include "api/export/dump.h"
#include "api/export/tables.h"
#include "api/fields/answer_parts.h"
#include "api/query/adoption.h"
#include "api/render/json_fields.h"
#include "graph/augment.h"
#include "index/sqlite.h"
#include "schema/parquet/parquet_library.h"
#include "schema/relation.h"

namespace stemma {

Census take_census(const DumpSource& source) {
  const SnapshotView& view = source.view();
  Census census;
  source.each_node([&](NodeId node) {
    const auto state = static_cast<std::size_t>(view.state[node]);
    ++census.models[state];
    for (EdgeId e = view.parent_begin[node]; e < view.parent_begin[node + 1]; ++e) {
      if (!source.has(view.parent[e])) {
        ++census.left_out;
        continue;
      }
      ++census.edges[state];
      ++census.relations[static_cast<std::size_t>(view.relation[e])];
      census.curated_only += is_curated_only(view, e) ? 1 : 0;
    }
    if (!view.live(node)) return;
    census.no_downloads += view.downloads[node] == kUnknownCount ? 1 : 0;
    census.no_all_time += view.downloads_all_time[node] == kUnknownCount ? 1 : 0;
    census.no_license += view.license[node] == 0 ? 1 : 0;
    census.no_created += view.created_at[node] == kUnknownTime ? 1 : 0;
  });
  for (const DroppedClaim& claim : view.dropped) {
    if (source.has(claim.node) && view.live(claim.node))
      ++census.dropped[claim.reason == DropReason::self_reference ? 1 : 0];
  }
  return census;
}

namespace {

/// What was not as it should be in the snapshots up to one.
struct NightGaps {
  std::uint64_t late = 0, stall = 0, rollback = 0, partial = 0;
};
NightGaps night_gaps(RollupStore& rollups, SnapshotNumber up_to) {
  NightGaps gaps;
  std::vector<RolledSnapshot> snapshots = rollups.snapshots();
  std::erase_if(snapshots, [&](const RolledSnapshot& one) { return one.number > up_to; });
  for (const auto& [number, flags] : flags_by_snapshot(snapshots)) {
    for (const std::string_view flag : flags) {
      gaps.late += flag == "gap" ? 1 : 0;
      gaps.stall += flag == "stall" ? 1 : 0;
      gaps.rollback += flag == "rollback" ? 1 : 0;
      gaps.partial += flag == "partial" ? 1 : 0;
    }
  }
  return gaps;
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
void write_known_gaps(JsonWriter& json, DumpSource& source, const Census& census,
                      const DumpFolder& folder) {
  const SnapshotView& view = source.view();
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
  if (RollupStore* const rollups = source.rollups(); rollups != nullptr) {
    const NightGaps nights = night_gaps(*rollups, view.total().number);
    gap(nights.late, "nights_missed",
        "snapshots up to this one that came later than 1.5 times the usual distance");
    gap(nights.stall, "snapshots_stalled", "snapshots in which the hub's counters stood still");
    gap(nights.rollback, "snapshots_rolled_back", "snapshots in which the hub's counters fell");
    gap(nights.partial, "snapshots_partial", "snapshots that are of a crawl of a part");
  }
  for (const std::string& table : folder.missing())
    gap(1, "table_missing", table + ": there is nothing that it could be made from");
  for (const auto& [field, count] : source.unread_fields())
    gap(count, "unread_field", field + ": values that could not be understood; unknown");
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

/// What may be done with the files, and how to name them.
void write_licence(JsonWriter& json, const DumpCitation& citation) {
  json.key("license");
  json.begin_object();
  json.key("compilation");
  json.text(citation.license);
  json.key("datasets");
  json.begin_array();
  for (const std::string& name : citation.datasets) json.text(name);
  json.end_array();
  json.key("note");
  json.text(
      "facts about public repositories, as the hub tells them, and what follows from them; the "
      "models themselves are under the licences that their authors declare, column `license`");
  json.end_object();
  json.key("citation");
  json.begin_object();
  json.key("text");
  json.text(citation.title + '.');
  json.key("bibtex");
  json.text(citation.bibtex);
  json.end_object();
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

}  // namespace

std::string manifest_json(DumpSource& source, const Census& census, const DumpFolder& folder,
                          std::optional<SnapshotNumber> since) {
  const SnapshotView& view = source.view();
  const DumpScope& scope = source.scope();
  const SnapshotTotals& total = view.total();
  JsonWriter json;
  json.begin_object();
  json.key("schema_version");
  json.number(kDumpSchemaVersion);
  json.key("snapshot");
  json.number(total.number);
  if (since) {
    json.key("since");
    json.number(*since);
  }
  json.key("observed_at");
  json.time(total.observed_at);
  json.key("partial");
  json.boolean(total.partial != 0);
  JsonSink marks{json};
  tell_marks_but_partial(marks, view);
  json.key("of");
  if (scope.everything()) {
    json.null();
  } else {
    json.begin_object();
    json.key(scope.family != nullptr ? "family" : "root");
    json.text(scope.family != nullptr ? scope.family->name : view.name(scope.root));
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
  for (const DumpFileFacts& file : folder.files()) {
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
  for (const DumpTable& table : dump_tables()) {
    json.key(table.name);
    json.begin_array();
    for (const FieldInfo& field : table.columns()) json.text(field.name);
    json.end_array();
  }
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
  json.key("arrow");
  json.text_or_null(arrow_version());
  json.key("sqlite");
  json.text(sqlite_version());
  json.end_object();
  write_families(json, source.facts().families());
  write_known_gaps(json, source, census, folder);
  write_licence(json, cite(source));
  json.end_object();
  return indented(json.take());
}

DumpCitation cite(const DumpSource& source) {
  DumpCitation citation;
  const SnapshotTotals& total = source.view().total();
  citation.date = format_utc(total.observed_at).substr(0, 10);
  citation.title = fmt::format("Derivation graph of open models, {} (Stemma, snapshot {})",
                               citation.date, total.number);
  citation.bibtex = fmt::format(
      "@misc{{stemma-{0}-{1},\n  title = {{{2}}},\n  year = {{{3}}},\n  note = {{Snapshot {0}, "
      "observed {4}}},\n  howpublished = {{Stemma {5}}}\n}}\n",
      total.number, citation.date, citation.title, citation.date.substr(0, 4),
      format_utc(total.observed_at), STEMMA_VERSION);
  citation.datasets = source.datasets();
  if (citation.datasets.empty()) {
    citation.license = "CC0-1.0";
    citation.license_url = "https://creativecommons.org/publicdomain/zero/1.0/";
    citation.license_hub = "cc0-1.0";
  } else {
    // The public weekly snapshots pass their licence on to what is made from them.
    citation.license = "ODbL-1.0";
    citation.license_url = "https://opendatacommons.org/licenses/odbl/1-0/";
    citation.license_hub = "odbl";
  }
  return citation;
}

std::string citation_text(const DumpSource& source) {
  const DumpCitation citation = cite(source);
  return fmt::format(
      "cff-version: 1.2.0\n"
      "message: If you use these files, please cite them as below.\n"
      "type: dataset\n"
      "title: \"{}\"\n"
      "authors:\n"
      "  - name: The operators of this Stemma\n"
      "date-released: {}\n"
      "version: \"snapshot {}\"\n"
      "license: {}\n",
      citation.title, citation.date, source.view().total().number, citation.license);
}

}  // namespace stemma
