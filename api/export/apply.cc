#include "api/export/apply.h"

#include <rapidjson/document.h>
#include <rapidjson/prettywriter.h>
#include <zstd.h>

#include <algorithm>
#include <deque>
#include <fstream>
#include <iterator>
#include <optional>
#include <unordered_map>

#include "api/export/manifest.h"
#include "api/export/row_text.h"
#include "api/export/schema_text.h"
#include "api/render/change_lines.h"
#include "index/file_digest.h"
#include "schema/error.h"
#include "schema/model_name.h"

namespace stemma {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kChangesName = "changes.ndjson";

std::string read_file(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  if (!in) throw Error{ErrorKind::storage, "opening " + file.string()};
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  if (in.bad()) throw Error{ErrorKind::storage, "reading " + file.string()};
  if (file.extension() != ".zst") return text;
  struct Free {
    void operator()(ZSTD_DStream* stream) const noexcept { ZSTD_freeDStream(stream); }
  };
  const std::unique_ptr<ZSTD_DStream, Free> stream{ZSTD_createDStream()};
  std::string out;
  std::string piece(ZSTD_DStreamOutSize(), '\0');
  ZSTD_inBuffer input{text.data(), text.size(), 0};
  std::size_t left = 1;
  while (input.pos < input.size) {
    ZSTD_outBuffer output{piece.data(), piece.size(), 0};
    left = ZSTD_decompressStream(stream.get(), &output, &input);
    if (ZSTD_isError(left) != 0) break;
    out.append(piece.data(), output.pos);
  }
  if (left != 0) throw Error{ErrorKind::corrupt, file.string() + " is cut short or damaged"};
  return out;
}

rapidjson::Document read_manifest(const fs::path& folder) {
  const fs::path file = folder / kManifestName;
  std::error_code error;
  if (!fs::exists(file, error)) {
    throw Error{ErrorKind::usage,
                folder.string() + " is no whole dump: it has no " + std::string{kManifestName}};
  }
  rapidjson::Document manifest;
  manifest.Parse(read_file(file).c_str());
  if (manifest.HasParseError() || !manifest.IsObject() || !manifest.HasMember("snapshot") ||
      !manifest["snapshot"].IsUint() || !manifest.HasMember("files") ||
      !manifest["files"].IsArray() || !manifest.HasMember("columns") ||
      !manifest["columns"].IsObject() || !manifest.HasMember("schema_version") ||
      !manifest["schema_version"].IsInt())
    throw Error{ErrorKind::corrupt, file.string() + " is no manifest of a dump"};
  if (manifest["schema_version"].GetInt() != kDumpSchemaVersion) {
    throw Error{ErrorKind::usage, file.string() + " is of schema version " +
                                      std::to_string(manifest["schema_version"].GetInt()) +
                                      ", and this stemma writes version " +
                                      std::to_string(kDumpSchemaVersion) + ": make the dump anew"};
  }
  return manifest;
}

/// A file of a dump that was checked against its manifest; nullopt where the dump has none of that
/// name, compressed or not.
std::optional<fs::path> file_of(const fs::path& folder, const rapidjson::Document& manifest,
                                const std::string& name) {
  for (const auto& entry : manifest["files"].GetArray()) {
    if (!entry.IsObject() || !entry.HasMember("name") || !entry["name"].IsString()) continue;
    const std::string stored = entry["name"].GetString();
    if (stored != name && stored != name + ".zst") continue;
    const fs::path file = folder / stored;
    if (!entry.HasMember("sha256") || !entry["sha256"].IsString() ||
        sha256_of(file) != entry["sha256"].GetString()) {
      throw Error{ErrorKind::corrupt, file.string() + " is not what " + std::string{kManifestName} +
                                          " says that it is"};
    }
    return file;
  }
  return std::nullopt;
}

std::vector<std::string> columns_of(const rapidjson::Document& manifest, const char* table) {
  std::vector<std::string> names;
  const auto& columns = manifest["columns"];
  if (columns.HasMember(table) && columns[table].IsArray()) {
    for (const auto& name : columns[table].GetArray()) {
      if (name.IsString()) names.emplace_back(name.GetString());
    }
  }
  return names;
}

/// What a model or ghost is known by, whatever it is called.
std::string node_key(const std::string& hub_id, const std::string& name) {
  return hub_id.empty() ? '/' + fold_case(name) : hub_id;
}

/// One table of a dump in memory. Rows are read again only where they are changed, and all of them
/// once more when they are written.
class TableImage {
 public:
  TableImage(std::string format, std::string table, std::vector<std::string> columns)
      : name_{std::move(table) + '.' + format},
        columns_{std::move(columns)},
        rows_{format == "csv" ? make_csv_rows(columns_.size()) : make_ndjson_rows(columns_)} {}

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const RowText& format() const noexcept { return *rows_; }
  [[nodiscard]] std::size_t column(std::string_view name) const {
    const auto found = std::find(columns_.begin(), columns_.end(), name);
    if (found == columns_.end())
      throw Error{ErrorKind::corrupt, name_ + " has no column `" + std::string{name} + "`"};
    return static_cast<std::size_t>(found - columns_.begin());
  }

  /// `key` gives what a row is found by, from its cells.
  template <class Key>
  void load(const fs::path& file, Key&& key) {
    whole_ = read_file(file);
    std::string_view rest = whole_;
    if (rows_->has_header() && !rest.empty()) {
      const auto names = rows_->read(rows_->next(rest), name_);
      if (names != columns_)
        throw Error{ErrorKind::corrupt, name_ + " has other columns than its manifest says"};
    }
    while (!rest.empty()) {
      const std::string_view row = rows_->next(rest);
      insert(key(rows_->read(row, name_)), row, 0);
    }
  }

  [[nodiscard]] bool has(const std::string& key) const { return by_key_.contains(key); }
  /// The cells of a row as they are now.
  [[nodiscard]] RowText::Cells cells(const std::string& key) const {
    const Row& row = found(key);
    RowText::Cells cells = rows_->read(row.text, name_);
    bring_up_to_date(cells, row);
    return cells;
  }
  void put(const std::string& key, const RowText::Cells& cells) {
    if (const auto there = by_key_.find(key); there != by_key_.end()) {
      all_[there->second] = {own(cells), openings_, false};
    } else {
      insert(key, own(cells), openings_);
    }
  }
  void remove(const std::string& key) {
    all_[index_of(key)].removed = true;
    by_key_.erase(key);
  }
  /// From now on every live row was seen last at `json`.
  void open_snapshot(std::string_view json) {
    ++openings_;
    last_seen_ = rows_->cell_of_json(json);
  }

  /// Calls `visit(key, cells)` for each row as it is now.
  template <class Visit>
  void each(Visit&& visit) const {
    for (const auto& [key, index] : by_key_) {
      RowText::Cells cells = rows_->read(all_[index].text, name_);
      bring_up_to_date(cells, all_[index]);
      visit(key, cells);
    }
  }
  [[nodiscard]] std::size_t size() const noexcept { return by_key_.size(); }
  [[nodiscard]] const std::vector<std::string>& columns() const noexcept { return columns_; }

 private:
  struct Row {
    std::string_view text;
    std::uint32_t stamp = 0;  ///< How many snapshots had been opened when it was written.
    bool removed = false;
  };

  [[nodiscard]] std::size_t index_of(const std::string& key) const {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) {
      throw Error{ErrorKind::usage, "the changes speak of a row of " + name_ +
                                        " that is not there: they are not of this dump"};
    }
    return found->second;
  }
  [[nodiscard]] const Row& found(const std::string& key) const { return all_[index_of(key)]; }
  void insert(const std::string& key, std::string_view text, std::uint32_t stamp) {
    if (!by_key_.emplace(key, all_.size()).second)
      throw Error{ErrorKind::corrupt, name_ + " has two rows of the same model or edge"};
    all_.push_back({text, stamp, false});
  }
  std::string_view own(const RowText::Cells& cells) {
    std::string text;
    rows_->write(cells, text);
    return owned_.emplace_back(std::move(text));
  }
  /// A row that was live all the while was seen last in the snapshot opened last.
  void bring_up_to_date(RowText::Cells& cells, const Row& row) const {
    if (row.stamp == openings_ || rows_->text(cells[column("state")]) != "live") return;
    cells[column("last_seen")] = last_seen_;
  }

  std::string name_;
  std::vector<std::string> columns_;
  std::unique_ptr<RowText> rows_;
  std::string whole_;
  std::deque<std::string> owned_;
  std::vector<Row> all_;
  std::unordered_map<std::string, std::size_t> by_key_;
  std::uint32_t openings_ = 0;
  std::string last_seen_;
};

/// Models and edges in one format.
class DumpImage {
 public:
  DumpImage(const std::string& format, const rapidjson::Document& manifest)
      : models_{format, "models", columns_of(manifest, "models")},
        edges_{format, "edges", columns_of(manifest, "edges")} {}

  void load(const fs::path& models, const fs::path& edges) {
    models_.load(models, [&](const RowText::Cells& row) {
      return node_key(text(models_, row, "hub_id"), text(models_, row, "id"));
    });
    edges_.load(edges, [&](const RowText::Cells& row) { return edge_key(row); });
  }

  /// One line of changes.
  void apply(const JsonMembers& line) {
    const std::string kind = json_text(line, "kind");
    if (kind == "snapshot") {
      for (TableImage* const table : {&models_, &edges_})
        table->open_snapshot(json(line, "last_seen"));
    } else if (kind == "model_added") {
      add(models_, line, node_key(json_text(line, "hub_id"), json_text(line, "id")));
    } else if (kind == "edge_added") {
      add(edges_, line, edge_key(line));
    } else if (kind == "edge_removed") {
      edges_.remove(edge_key(line));
    } else if (kind.starts_with("edge_")) {
      change(edges_, line, edge_key(line));
    } else if (kind == "model_gone" && json_text(line, "hub_id").empty()) {
      models_.remove(node_key({}, json_text(line, "id")));
    } else {
      change(models_, line, node_key(json_text(line, "hub_id"), json_text(line, "id")));
    }
  }

  /// In the order that dumps have.
  void write(DumpFolder& folder) {
    struct Node {
      std::string name, last_seen, hub_id, key;
      bool live;
    };
    std::vector<Node> nodes;
    nodes.reserve(models_.size());
    models_.each([&](const std::string& key, const RowText::Cells& row) {
      nodes.push_back({text(models_, row, "id"), text(models_, row, "last_seen"),
                       text(models_, row, "hub_id"), key, text(models_, row, "state") == "live"});
    });
    // By name; of one name the live one, then what was seen last (graph/build.cc).
    std::sort(nodes.begin(), nodes.end(), [](const Node& a, const Node& b) {
      if (a.name != b.name) return a.name < b.name;
      if (a.live != b.live) return a.live;
      return a.last_seen != b.last_seen ? a.last_seen > b.last_seen : a.hub_id > b.hub_id;
    });
    std::unordered_map<std::string_view, std::uint32_t> place;
    for (std::uint32_t i = 0; i < nodes.size(); ++i) place.emplace(nodes[i].key, i);
    {
      DumpText file{folder, models_.name()};
      write_header(models_, file.out());
      for (const Node& node : nodes) {
        models_.format().write(models_.cells(node.key), file.out());
        file.pass();
      }
      file.finish(nodes.size());
    }
    struct Edge {
      std::uint32_t child, parent;
      const std::string* key;
    };
    std::vector<Edge> order;
    order.reserve(edges_.size());
    edges_.each([&](const std::string& key, const RowText::Cells&) {
      const auto parted = key.find('\n');
      const auto child = place.find(std::string_view{key}.substr(0, parted));
      const auto parent = place.find(std::string_view{key}.substr(parted + 1));
      if (child == place.end() || parent == place.end())
        throw Error{ErrorKind::corrupt,
                    edges_.name() + " has an edge between models that are not there"};
      order.push_back({child->second, parent->second, &key});
    });
    std::sort(order.begin(), order.end(), [](const Edge& a, const Edge& b) {
      return a.child != b.child ? a.child < b.child : a.parent < b.parent;
    });
    DumpText file{folder, edges_.name()};
    write_header(edges_, file.out());
    const std::size_t parent_id = edges_.column("parent_id"), child_id = edges_.column("child_id");
    for (const Edge& edge : order) {
      RowText::Cells cells = edges_.cells(*edge.key);
      // Names follow the models.
      cells[parent_id] = edges_.format().cell_of_text(nodes[edge.parent].name);
      cells[child_id] = edges_.format().cell_of_text(nodes[edge.child].name);
      edges_.format().write(cells, file.out());
      file.pass();
    }
    file.finish(order.size());
  }

 private:
  static std::string text(const TableImage& table, const RowText::Cells& row,
                          std::string_view column) {
    return table.format().text(row[table.column(column)]);
  }
  static std::string json(const JsonMembers& line, std::string_view key) {
    const std::string* const value = find_member(line, key);
    return value == nullptr ? std::string{"null"} : *value;
  }
  static std::string json_text(const JsonMembers& line, std::string_view key) {
    return text_of_json(json(line, key));
  }
  [[nodiscard]] std::string edge_key(const RowText::Cells& row) const {
    return node_key(text(edges_, row, "child_hub_id"), text(edges_, row, "child_id")) + '\n' +
           node_key(text(edges_, row, "parent_hub_id"), text(edges_, row, "parent_id"));
  }
  static std::string edge_key(const JsonMembers& line) {
    return node_key(json_text(line, "child_hub_id"), json_text(line, "child_id")) + '\n' +
           node_key(json_text(line, "parent_hub_id"), json_text(line, "parent_id"));
  }
  static void add(TableImage& table, const JsonMembers& line, const std::string& key) {
    RowText::Cells cells;
    for (const std::string& column : table.columns())
      cells.push_back(table.format().cell_of_json(json(line, column)));
    if (table.has(key)) {
      throw Error{ErrorKind::usage, "the changes add a row of " + table.name() +
                                        " that is there already: they are not of this dump"};
    }
    table.put(key, cells);
  }
  static void change(TableImage& table, const JsonMembers& line, const std::string& key) {
    RowText::Cells cells = table.cells(key);
    for (const auto& [column, value] : read_members(json(line, "set"), std::string{kChangesName}))
      cells[table.column(column)] = table.format().cell_of_json(value);
    table.put(key, cells);
  }
  static void write_header(const TableImage& table, std::string& out) {
    if (table.format().has_header()) table.format().write(table.columns(), out);
  }

  TableImage models_, edges_;
};

void apply_lines(DumpImage& image, std::string_view lines, const fs::path& file) {
  bool ended = false;
  std::uint64_t rows = 0;
  while (!lines.empty() && !ended) {
    const auto end = std::min(lines.find('\n'), lines.size());
    const JsonMembers line = read_members(lines.substr(0, end), file.string());
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (find_member(line, "end") != nullptr) {
      const std::string* const told = find_member(line, "rows");
      ended = told != nullptr && *told == std::to_string(rows);
      break;
    }
    ++rows;
    image.apply(line);
  }
  if (!ended)
    throw Error{ErrorKind::corrupt, file.string() + " is cut short: its last line is not there"};
}

/// The manifest of the changes, as that of a dump of other files.
std::string manifest_for(rapidjson::Document& manifest, const std::vector<DumpFileFacts>& files) {
  auto& memory = manifest.GetAllocator();
  manifest.EraseMember("since");
  rapidjson::Value list{rapidjson::kArrayType};
  for (const DumpFileFacts& file : files) {
    rapidjson::Value entry{rapidjson::kObjectType};
    entry.AddMember("name", rapidjson::Value{file.name.c_str(), memory}, memory);
    entry.AddMember("sha256", rapidjson::Value{file.sha256.c_str(), memory}, memory);
    entry.AddMember("bytes", file.bytes, memory);
    entry.AddMember("rows", file.rows, memory);
    list.PushBack(entry, memory);
  }
  manifest["files"] = list;
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer{buffer};
  writer.SetIndent(' ', 2);
  manifest.Accept(writer);
  return std::string{buffer.GetString(), buffer.GetSize()} + '\n';
}

void write_text(const fs::path& folder, std::string_view name, const std::string& text) {
  DumpFile file{folder, std::string{name}, false};
  file.write(text);
  (void)file.finish(1);
}

}  // namespace

DumpReport write_changes_dump(SnapshotFacts& facts, SnapshotSource& snapshots, SnapshotNumber since,
                              const DumpRequest& request) {
  const SnapshotNumber number = facts.number();
  if (since >= number) {
    throw Error{ErrorKind::not_found, "--since " + std::to_string(since) +
                                          ": the snapshot to be told of is " +
                                          std::to_string(number) + "; give an earlier one, or 0"};
  }
  DumpSource source{facts, {}, request.adoption, request.families};
  DumpFolder folder{request.directory, request.zstd};
  std::error_code error;
  fs::remove(request.directory / kManifestName, error);
  const Census census = take_census(source);
  DumpReport report;
  {
    DumpText file{folder, std::string{kChangesName}};
    const ChunkSource lines = change_lines(snapshots, {.since = since, .to = number, .after = {}});
    std::uint64_t rows = 0;
    std::string piece;
    for (bool more = true; more;) {
      more = lines(piece);
      rows += static_cast<std::uint64_t>(std::count(piece.begin(), piece.end(), '\n'));
      file.out() += piece;
      file.pass();
      piece.clear();
    }
    file.finish(rows);
  }
  report.files = folder.files();
  write_text(request.directory, "SCHEMA.md", dump_schema_text());
  write_text(request.directory, "CITATION.cff", citation_text(source));
  write_text(request.directory, kManifestName, manifest_json(source, census, folder, since) + '\n');
  return report;
}

DumpReport apply_changes(const fs::path& dump, const fs::path& changes, const fs::path& out) {
  const rapidjson::Document before = read_manifest(dump);
  rapidjson::Document after = read_manifest(changes);
  if (!after.HasMember("since") || !after["since"].IsUint()) {
    throw Error{ErrorKind::usage,
                changes.string() + " holds no changes: `stemma export --since N` writes them"};
  }
  const unsigned since = after["since"].GetUint();
  if (before["snapshot"].GetUint() != since) {
    throw Error{ErrorKind::usage, "the dump is of snapshot " +
                                      std::to_string(before["snapshot"].GetUint()) +
                                      ", the changes are since snapshot " + std::to_string(since)};
  }
  if (before.HasMember("of") && !before["of"].IsNull()) {
    throw Error{ErrorKind::usage,
                "the dump is of a part, and changes are of everything: make it anew"};
  }
  std::error_code error;
  if (fs::equivalent(dump, out, error) || fs::equivalent(changes, out, error))
    throw Error{ErrorKind::usage, "--out: give a directory of its own"};
  const auto file = file_of(changes, after, std::string{kChangesName});
  if (!file) throw Error{ErrorKind::corrupt, changes.string() + " has no changes.ndjson"};
  const std::string lines = read_file(*file);

  DumpReport report;
  std::optional<DumpFolder> folder;
  for (const std::string format : {"csv", "ndjson"}) {
    const auto models = file_of(dump, before, "models." + format);
    const auto edges = file_of(dump, before, "edges." + format);
    if (!models || !edges) continue;
    DumpImage image{format, before};
    image.load(*models, *edges);
    apply_lines(image, lines, *file);
    if (!folder) {
      folder.emplace(out, models->extension() == ".zst");
      fs::remove(out / kManifestName, error);
    }
    image.write(*folder);
  }
  if (!folder) {
    throw Error{ErrorKind::usage, dump.string() +
                                      " has neither csv nor ndjson, which is what can be "
                                      "brought forward"};
  }
  report.files = folder->files();
  for (const char* const name : {"SCHEMA.md", "CITATION.cff"})
    write_text(out, name, read_file(changes / name));
  write_text(out, kManifestName, manifest_for(after, report.files));
  return report;
}

}  // namespace stemma
