#include "index/curated.h"

#include <fstream>
#include <set>
#include <sstream>
#include <tuple>

#include "index/embedded.h"
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

/// The order in a file means nothing, so it must not make another state.
void sort(Curated& curated) {
  std::sort(curated.aliases.begin(), curated.aliases.end(),
            [](const auto& a, const auto& b) { return fold_case(a.name) < fold_case(b.name); });
  std::sort(curated.parents.begin(), curated.parents.end(), [](const auto& a, const auto& b) {
    return std::pair{fold_case(a.model), fold_case(a.parent)} <
           std::pair{fold_case(b.model), fold_case(b.parent)};
  });
}

}  // namespace

CuratedFile parse_curated(std::string_view text, const std::string& file) {
  const TomlReader reader{"curated file", file};
  const toml::table document = reader.parse(text);
  reader.check_keys(document, {"builtin", "alias", "parent"});
  CuratedFile result;
  if (const toml::node* builtin = document.get("builtin"); builtin != nullptr) {
    const auto value = builtin->value_exact<bool>();
    if (!value) reader.fail(builtin->source().begin.line, "\"builtin\" must be true or false");
    result.builtin = *value;
  }
  Curated& curated = result.facts;
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
  sort(curated);
  return result;
}

Curated merged(const Curated& below, const Curated& above) {
  Curated all = above;
  std::set<std::string> names;
  for (const CuratedAlias& alias : above.aliases) names.insert(fold_case(alias.name));
  for (const CuratedAlias& alias : below.aliases) {
    if (!names.contains(fold_case(alias.name))) all.aliases.push_back(alias);
  }
  std::set<std::pair<std::string, std::string>> pairs;
  for (const CuratedParent& parent : above.parents)
    pairs.emplace(fold_case(parent.model), fold_case(parent.parent));
  for (const CuratedParent& parent : below.parents) {
    if (!pairs.contains({fold_case(parent.model), fold_case(parent.parent)}))
      all.parents.push_back(parent);
  }
  sort(all);
  return all;
}

const Curated& builtin_curated() {
  static const Curated facts =
      parse_curated(kShippedCurated, "schema/curated.toml (compiled in)").facts;
  return facts;
}

Curated load_curated(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return builtin_curated();
  std::ifstream in{file};
  std::stringstream text;
  if (!in || !(text << in.rdbuf()).good()) {
    if (std::filesystem::is_empty(file, error)) return builtin_curated();
    throw Error{ErrorKind::usage, "curated file " + file.string() + " cannot be read"};
  }
  const CuratedFile own = parse_curated(text.str(), file.string());
  return own.builtin ? merged(builtin_curated(), own.facts) : own.facts;
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
