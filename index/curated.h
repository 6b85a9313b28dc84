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

/// What somebody entered by hand, as one publish found it; aliases by folded name, parents by
/// folded names.
struct Curated {
  std::vector<CuratedAlias> aliases;
  std::vector<CuratedParent> parents;

  friend bool operator==(const Curated&, const Curated&) = default;
};

/// Reads `curated.toml` of a data directory (schema/curated.toml is one with what is generally
/// known); nullopt where there is none. Throws Error{usage} naming file, line and what is wrong.
[[nodiscard]] std::optional<Curated> load_curated(const std::filesystem::path& file);
/// The same of a text; `name` stands in errors.
[[nodiscard]] Curated parse_curated(std::string_view text, const std::string& name);

/// To the store's bytes and back; nullopt for damaged ones.
[[nodiscard]] std::string encode_curated(const Curated& curated);
[[nodiscard]] std::optional<Curated> decode_curated(std::string_view bytes);

}  // namespace stemma
