#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/relation.h"

namespace stemma {

/// An old name that is known to lead to a model, though the hub does not say so.
struct CuratedAlias {
  std::string name;
  std::string model;  ///< What it leads to; applies once a model of that name was observed.
  std::string why;

  friend bool operator==(const CuratedAlias&, const CuratedAlias&) = default;
};

/// A parent that a model is known to have, though it does not declare it: a claim of source
/// `curated`.
struct CuratedParent {
  std::string model;
  std::string parent;
  Relation relation = Relation::unspecified;
  std::string why;

  friend bool operator==(const CuratedParent&, const CuratedParent&) = default;
};

/// What is known by hand, compiled in and of the data directory, as one publish found it; aliases
/// by folded name, parents by folded names.
struct Curated {
  std::vector<CuratedAlias> aliases;
  std::vector<CuratedParent> parents;

  friend bool operator==(const Curated&, const Curated&) = default;
};

/// What one file says.
struct CuratedFile {
  Curated facts;
  bool builtin = true;  ///< Whether what is compiled in applies as well.
};
/// Reads the text of a file of the form of schema/curated.toml; `name` stands in errors. Throws
/// Error{usage} naming file, line and what is wrong.
[[nodiscard]] CuratedFile parse_curated(std::string_view text, const std::string& name);

/// `above` with all of `below` that it says nothing else of: of one alias by its name, of one
/// parent by model and parent.
[[nodiscard]] Curated merged(const Curated& below, const Curated& above);

/// schema/curated.toml, which is compiled in.
[[nodiscard]] const Curated& builtin_curated();

/// What applies to a data directory: what is compiled in, and its own `file` over it, which may say
/// that the first is left out, and need not exist. Throws Error{usage} as parse_curated does.
[[nodiscard]] Curated load_curated(const std::filesystem::path& file);

/// To the store's bytes and back; nullopt for damaged ones.
[[nodiscard]] std::string encode_curated(const Curated& curated);
[[nodiscard]] std::optional<Curated> decode_curated(std::string_view bytes);

}  // namespace stemma
