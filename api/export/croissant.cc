#include <fmt/format.h>

#include <algorithm>

#include "api/export/dump.h"
#include "api/export/formats.h"
#include "api/export/json_ld.h"
#include "api/export/manifest.h"
#include "api/export/tables.h"
#include "schema/error.h"

namespace stemma {
namespace {

std::string_view type_of(FieldType type) {
  switch (type) {
    case FieldType::integer:
      return "sc:Integer";
    case FieldType::number:
      return "sc:Float";
    case FieldType::flag:
      return "sc:Boolean";
    case FieldType::time:
      return "sc:DateTime";
    default:
      return "sc:Text";
  }
}

/// A file of the dump that holds a table which Croissant can describe.
struct TableFile {
  const DumpFileFacts* file;
  const DumpTable* table;
  std::string_view media_type;
};

/// The file's name without its folders, and without .zst.
std::string_view base_of(std::string_view name) {
  if (const auto slash = name.rfind('/'); slash != std::string_view::npos)
    name.remove_prefix(slash + 1);
  if (name.ends_with(".zst")) name.remove_suffix(4);
  return name;
}

/// One file for each table: the richest format that is there.
std::vector<TableFile> table_files(const DumpFolder& folder) {
  std::vector<TableFile> files;
  for (const DumpTable& table : dump_tables()) {
    for (const auto& [extension, media_type] :
         {std::pair<std::string_view, std::string_view>{".parquet", "application/x-parquet"},
          {".csv", "text/csv"},
          {".ndjson", "application/jsonlines"}}) {
      const std::string wanted = fmt::format("{}{}", table.name, extension);
      const auto found = std::find_if(
          folder.files().begin(), folder.files().end(), [&](const DumpFileFacts& file) {
            // Those of flavours have folders of their own.
            const bool own = extension == ".parquet"
                                 ? file.name.starts_with(fmt::format("{}/", table.name))
                                 : file.name.find('/') == std::string::npos;
            return own && base_of(file.name) == wanted;
          });
      if (found == folder.files().end()) continue;
      files.push_back({&*found, &table, media_type});
      break;
    }
  }
  return files;
}

// https://docs.mlcommons.org/croissant/docs/croissant-spec.html, version 1.0, whose context this
// is.
constexpr std::string_view kContext =
    R"({"@language":"en","@vocab":"https://schema.org/","citeAs":"cr:citeAs","column":"cr:column",)"
    R"("conformsTo":"dct:conformsTo","cr":"http://mlcommons.org/croissant/","rai":)"
    R"("http://mlcommons.org/croissant/RAI/","data":{"@id":"cr:data","@type":"@json"},"dataType":)"
    R"({"@id":"cr:dataType","@type":"@vocab"},"dct":"http://purl.org/dc/terms/","examples":{"@id":)"
    R"("cr:examples","@type":"@json"},"extract":"cr:extract","field":"cr:field","fileProperty":)"
    R"("cr:fileProperty","fileObject":"cr:fileObject","fileSet":"cr:fileSet","format":"cr:format",)"
    R"("includes":"cr:includes","isLiveDataset":"cr:isLiveDataset","jsonPath":"cr:jsonPath","key":)"
    R"("cr:key","md5":"cr:md5","parentField":"cr:parentField","path":"cr:path","recordSet":)"
    R"("cr:recordSet","references":"cr:references","regex":"cr:regex","repeated":"cr:repeated",)"
    R"("replace":"cr:replace","sc":"https://schema.org/","separator":"cr:separator","source":)"
    R"("cr:source","subField":"cr:subField","transform":"cr:transform"})";

void write_field(JsonWriter& json, const TableFile& table, const FieldInfo& field) {
  const std::string id = fmt::format("{}/{}", table.table->name, field.name);
  json.begin_object();
  member(json, "@type", "cr:Field");
  member(json, "@id", id);
  member(json, "name", field.name);
  member(json, "description", field.meaning);
  const bool is_list = field.type == FieldType::texts && table.media_type != "text/csv";
  member(json, "dataType", type_of(field.type));
  if (is_list) {
    json.key("repeated");
    json.boolean(true);
  }
  json.key("source");
  json.begin_object();
  reference(json, "fileObject", table.file->name);
  json.key("extract");
  json.begin_object();
  member(json, "column", field.name);
  json.end_object();
  json.end_object();
  json.end_object();
}

std::string croissant_json(const DumpSource& source, const std::vector<TableFile>& tables) {
  const SnapshotView& view = source.view();
  const DumpCitation citation = cite(source);
  JsonWriter json;
  json.begin_object();
  json.key("@context");
  json.raw(kContext);
  member(json, "@type", "sc:Dataset");
  member(json, "conformsTo", "http://mlcommons.org/croissant/1.0");
  member(json, "name", "stemma");
  member(json, "description",
         "Which open model was made from which: models, the edges between them, and what they rest "
         "on.");
  member(json, "license", citation.license_url);
  member(json, "url", "https://huggingface.co/models");
  member(json, "citeAs", citation.bibtex);
  member(json, "datePublished", citation.date);
  member(json, "version", fmt::format("{}.0.0", view.total().number));
  json.key("distribution");
  json.begin_array();
  for (const TableFile& table : tables) {
    json.begin_object();
    member(json, "@type", "cr:FileObject");
    member(json, "@id", table.file->name);
    member(json, "name", base_of(table.file->name));
    member(json, "description", table.table->meaning);
    member(json, "contentUrl", table.file->name);
    member(json, "encodingFormat", table.media_type);
    member(json, "contentSize", fmt::format("{} B", table.file->bytes));
    member(json, "sha256", table.file->sha256);
    json.end_object();
  }
  json.end_array();
  json.key("recordSet");
  json.begin_array();
  for (const TableFile& table : tables) {
    json.begin_object();
    member(json, "@type", "cr:RecordSet");
    member(json, "@id", table.table->name);
    member(json, "name", table.table->name);
    member(json, "description", table.table->meaning);
    json.key("field");
    json.begin_array();
    for (const FieldInfo& field : table.table->columns()) write_field(json, table, field);
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take() + '\n';
}

/// A card as the Hub wants it for a data set: with it, `datasets.load_dataset` of the folder finds
/// each table that has rows under its name.
std::string card_text(const DumpSource& source, const std::vector<TableFile>& tables) {
  const DumpCitation citation = cite(source);
  std::string text = fmt::format(
      "---\nlicense: {}\npretty_name: \"{}\"\ntags:\n  - lineage\n  - provenance\nconfigs:\n",
      citation.license_hub, citation.title);
  for (const TableFile& table : tables) {
    if (table.file->rows == 0) continue;  // `datasets` takes a table without rows for an error
    text += fmt::format("  - config_name: {}\n    data_files: \"{}\"\n", table.table->name,
                        table.file->name);
    if (table.table->name == "models") text += "    default: true\n";
  }
  text += fmt::format(
      "---\n\n# {}\n\nWhich open model was made from which: {}\n\n| table | rows | what it holds "
      "|\n|---|---:|---|\n",
      citation.title, "models, the edges between them, and the claims that each edge rests on.");
  for (const TableFile& table : tables)
    text += fmt::format("| `{}` | {} | {} |\n", table.table->name, table.file->rows,
                        table.table->meaning);
  text += fmt::format(
      "\n`manifest.json` says what each file is and what is known not to be in it, `SCHEMA.md` "
      "what "
      "each column means.\n\n## How to cite\n\n```bibtex\n{}```\n",
      citation.bibtex);
  return text;
}

}  // namespace

void write_croissant(DumpSource& source, DumpFolder& folder) {
  const std::vector<TableFile> tables = table_files(folder);
  if (tables.empty()) {
    throw Error{ErrorKind::usage,
                "croissant describes tables that are written beside it: add parquet, csv or ndjson "
                "to --format"};
  }
  const std::string json = croissant_json(source, tables);
  const std::string card = card_text(source, tables);
  DumpText croissant{folder, "croissant.json", true};
  croissant.out() = json;
  croissant.finish(tables.size());
  DumpText readme{folder, "README.md", true};
  readme.out() = card;
  readme.finish(tables.size());
}

}  // namespace stemma
