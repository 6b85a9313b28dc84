#include "index/family_file.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "graph/family.h"
#include "index/embedded.h"
#include "index/toml_reader.h"
#include "schema/error.h"

namespace stemma {
namespace {

class Reader : TomlReader {
 public:
  explicit Reader(std::string file) : TomlReader{"families file", std::move(file)} {}

  std::vector<FamilyDefinition> read(std::string_view text) {
    const toml::table document = parse(text);
    check_keys(document, {"family"});
    const toml::array* families = document["family"].as_array();
    if (families == nullptr) fail(1, "holds no [[family]]");
    for (const toml::node& node : *families) {
      const toml::table* family = node.as_table();
      if (family == nullptr) fail(node.source().begin.line, "[[family]] is not a table");
      read_family(*family);
    }
    return std::move(definitions_);
  }

 private:
  void add(FamilyDefinition definition, std::uint32_t line) {
    try {
      check_pattern(definition);
    } catch (const Error& error) {
      fail(line, error.what());
    }
    std::transform(definition.name.begin(), definition.name.end(), definition.name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (definition.label.empty()) definition.label = definition.name;
    const auto same = [&](const FamilyDefinition& other) { return other.name == definition.name; };
    if (std::any_of(definitions_.begin(), definitions_.end(), same)) {
      fail(line, "the name \"" + definition.name + "\" is taken twice");
    }
    definitions_.push_back(std::move(definition));
  }

  void read_family(const toml::table& table) {
    check_keys(table, {"name", "label", "owners", "pattern", "series_from", "series"});
    FamilyDefinition family{.name = text(table, "name", true),
                            .label = text(table, "label", false),
                            .owners = {},
                            .pattern = text(table, "pattern", false),
                            .parent = {},
                            .series_from = text(table, "series_from", false)};
    const toml::array* owners = table["owners"].as_array();
    if (owners == nullptr || owners->empty()) {
      const toml::node* given = table.get("owners");
      fail(given != nullptr ? given->source().begin.line : table.source().begin.line,
           "\"owners\" is not a list of names");
    }
    for (const toml::node& owner : *owners) {
      const auto name = owner.value_exact<std::string>();
      if (!name || name->empty())
        fail(owner.source().begin.line, "\"owners\" is not a list of names");
      family.owners.push_back(*name);
    }
    const std::vector<std::string> shared_owners = family.owners;
    add(std::move(family), table.source().begin.line);
    const std::string parent = definitions_.back().name;
    const toml::node* series = table.get("series");
    if (series == nullptr) return;
    if (!series->is_array())
      fail(series->source().begin.line, "\"series\" is not a list of [[family.series]]");
    for (const toml::node& node : *series->as_array()) {
      const toml::table* entry = node.as_table();
      if (entry == nullptr) fail(node.source().begin.line, "[[family.series]] is not a table");
      check_keys(*entry, {"name", "label", "pattern"});
      add({.name = text(*entry, "name", true),
           .label = text(*entry, "label", false),
           .owners = shared_owners,
           .pattern = text(*entry, "pattern", true),
           .parent = parent},
          entry->source().begin.line);
    }
  }

  std::vector<FamilyDefinition> definitions_;
};

}  // namespace

std::vector<FamilyDefinition> load_families(const std::optional<std::filesystem::path>& extra) {
  std::vector<FamilyDefinition> all = Reader{"(shipped)"}.read(kShippedFamilies);
  if (!extra) return all;
  std::ifstream in{*extra};
  if (!in) throw Error{ErrorKind::usage, "families file " + extra->string() + " cannot be read"};
  std::stringstream text;
  text << in.rdbuf();
  std::vector<FamilyDefinition> added = Reader{extra->string()}.read(text.str());
  // A family of the user's replaces the shipped one of its name, series and all.
  std::erase_if(all, [&](const FamilyDefinition& old) {
    return std::any_of(added.begin(), added.end(), [&](const FamilyDefinition& definition) {
      return definition.name == old.name || definition.name == old.parent;
    });
  });
  std::move(added.begin(), added.end(), std::back_inserter(all));
  return all;
}

}  // namespace stemma
