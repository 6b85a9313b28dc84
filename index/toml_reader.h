#pragma once

#include <toml++/toml.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "schema/error.h"

namespace stemma {

/// Reads TOML files that people write: what is wrong is told with file and line, as Error{usage}.
class TomlReader {
 public:
  /// `what` is the kind of file: "families file".
  TomlReader(std::string what, std::string file) : what_{std::move(what)}, file_{std::move(file)} {}

  [[nodiscard]] toml::table parse(std::string_view text) const {
    try {
      return toml::parse(text, file_);
    } catch (const toml::parse_error& error) {
      fail(error.source().begin.line, std::string{error.description()});
    }
  }

  [[noreturn]] void fail(std::uint32_t line, const std::string& what) const {
    throw Error{ErrorKind::usage,
                what_ + " " + file_ + ", line " + std::to_string(line) + ": " + what};
  }

  void check_keys(const toml::table& table, std::initializer_list<std::string_view> known) const {
    for (const auto& [key, value] : table) {
      if (std::find(known.begin(), known.end(), std::string_view{key.str()}) == known.end()) {
        fail(value.source().begin.line, "unknown key \"" + std::string{key.str()} + "\"");
      }
    }
  }

  [[nodiscard]] std::string text(const toml::table& table, std::string_view key,
                                 bool required) const {
    const toml::node* node = table.get(key);
    if (node == nullptr) {
      if (required) fail(table.source().begin.line, "\"" + std::string{key} + "\" is missing");
      return {};
    }
    const auto value = node->value_exact<std::string>();
    if (!value || (required && value->empty())) {
      fail(node->source().begin.line, "\"" + std::string{key} + "\" is not a text");
    }
    return *value;
  }

  /// Calls `visit(table)` for every [[key]]; there may be none.
  template <class Visit>
  void each_table(const toml::table& parent, std::string_view key, Visit&& visit) const {
    const toml::node* node = parent.get(key);
    if (node == nullptr) return;
    const toml::array* list = node->as_array();
    if (list == nullptr)
      fail(node->source().begin.line, "\"" + std::string{key} + "\" is not a list of tables");
    for (const toml::node& item : *list) {
      const toml::table* table = item.as_table();
      if (table == nullptr)
        fail(item.source().begin.line, "[[" + std::string{key} + "]] is not a table");
      visit(*table);
    }
  }

 private:
  std::string what_;
  std::string file_;
};

}  // namespace stemma
