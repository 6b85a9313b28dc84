#include "index/curated.h"

#include <fstream>
#include <set>
#include <sstream>
#include <tuple>

#include "index/toml_reader.h"
#include "schema/bytes.h"
#include "schema/model_name.h"

namespace stemma {
namespace {

constexpr std::uint8_t kValueVersion = 1;

/// A text that must be a repository's name.
std::string name(const TomlReader& reader, const toml::table& table, std::string_view key) {
  std::string text = reader.text(table, key, true);
  if (!valid_repository_id(text)) {
    reader.fail(table.get(key)->source().begin.line,
                "\"" + text + "\" cannot be the name of a repository");
  }
  return text;
}

CuratedAlias read_alias(const TomlReader& reader, const toml::table& table) {
  reader.check_keys(table, {"name", "model", "why"});
  CuratedAlias alias{.name = name(reader, table, "name"),
                     .model = name(reader, table, "model"),
                     .why = reader.text(table, "why", false)};
  if (equal_folded(alias.name, alias.model))
    reader.fail(table.source().begin.line, "\"" + alias.name + "\" would lead to itself");
  return alias;
}

CuratedParent read_parent(const TomlReader& reader, const toml::table& table) {
  reader.check_keys(table, {"model", "parent", "relation", "why"});
  CuratedParent parent{.model = name(reader, table, "model"),
                       .parent = name(reader, table, "parent"),
                       .why = reader.text(table, "why", false)};
  if (const std::string word = reader.text(table, "relation", false); !word.empty()) {
    const auto relation = parse_relation(word);
    if (!relation) {
      reader.fail(table.get("relation")->source().begin.line,
                  "\"" + word + "\" is none of finetune, adapter, quantized, merge, unspecified");
    }
    parent.relation = *relation;
  }
  return parent;
}

}  // namespace

Curated parse_curated(std::string_view text, const std::string& file) {
  const TomlReader reader{"curated file", file};
  const toml::table document = reader.parse(text);
  reader.check_keys(document, {"alias", "parent"});
  Curated curated;
  std::set<std::string> names;
  reader.each_table(document, "alias", [&](const toml::table& table) {
    curated.aliases.push_back(read_alias(reader, table));
    if (!names.insert(fold_case(curated.aliases.back().name)).second) {
      reader.fail(table.source().begin.line,
                  "the alias \"" + curated.aliases.back().name + "\" is given twice");
    }
  });
  std::set<std::pair<std::string, std::string>> pairs;
  reader.each_table(document, "parent", [&](const toml::table& table) {
    curated.parents.push_back(read_parent(reader, table));
    const CuratedParent& added = curated.parents.back();
    if (!pairs.emplace(fold_case(added.model), fold_case(added.parent)).second) {
      reader.fail(table.source().begin.line,
                  "the parent \"" + added.parent + "\" of \"" + added.model + "\" is given twice");
    }
  });
  // The order in the file means nothing, so it must not make another state.
  std::sort(curated.aliases.begin(), curated.aliases.end(),
            [](const auto& a, const auto& b) { return fold_case(a.name) < fold_case(b.name); });
  std::sort(curated.parents.begin(), curated.parents.end(), [](const auto& a, const auto& b) {
    return std::pair{fold_case(a.model), fold_case(a.parent)} <
           std::pair{fold_case(b.model), fold_case(b.parent)};
  });
  return curated;
}

std::optional<Curated> load_curated(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return std::nullopt;
  std::ifstream in{file};
  std::stringstream text;
  if (!in || !(text << in.rdbuf()).good()) {
    if (std::filesystem::is_empty(file, error)) return Curated{};
    throw Error{ErrorKind::usage, "curated file " + file.string() + " cannot be read"};
  }
  return parse_curated(text.str(), file.string());
}

std::string encode_curated(const Curated& curated) {
  std::string bytes;
  ByteWriter out{bytes};
  out.byte(kValueVersion);
  out.varint(curated.aliases.size());
  for (const CuratedAlias& alias : curated.aliases) {
    out.text(alias.name);
    out.text(alias.model);
    out.text(alias.why);
  }
  out.varint(curated.parents.size());
  for (const CuratedParent& parent : curated.parents) {
    out.text(parent.model);
    out.text(parent.parent);
    out.byte(static_cast<std::uint8_t>(parent.relation));
    out.text(parent.why);
  }
  return bytes;
}

std::optional<Curated> decode_curated(std::string_view bytes) {
  ByteReader in{bytes};
  if (in.byte() != kValueVersion) return std::nullopt;
  Curated curated;
  for (std::uint64_t left = in.varint(); left > 0 && in.ok(); --left) {
    CuratedAlias& alias = curated.aliases.emplace_back();
    alias.name = in.text();
    alias.model = in.text();
    alias.why = in.text();
  }
  for (std::uint64_t left = in.varint(); left > 0 && in.ok(); --left) {
    CuratedParent& parent = curated.parents.emplace_back();
    parent.model = in.text();
    parent.parent = in.text();
    const std::uint8_t relation = in.byte();
    if (relation > static_cast<std::uint8_t>(Relation::quantized)) return std::nullopt;
    parent.relation = static_cast<Relation>(relation);
    parent.why = in.text();
  }
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return curated;
}

}  // namespace stemma
