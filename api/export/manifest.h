#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "api/export/dump_folder.h"
#include "api/export/dump_source.h"

namespace stemma {

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

[[nodiscard]] Census take_census(const DumpSource& source);

/// What says of a dump's files what they are: snapshot, counts, files with their hashes, columns,
/// versions, families, licence and how to cite, and what a reader should know is not in them.
/// Indented JSON, without a line end. The same snapshot, scope and versions give the same text.
/// With `since` the files are the changes since that snapshot.
[[nodiscard]] std::string manifest_json(DumpSource& source, const Census& census,
                                        const DumpFolder& folder,
                                        std::optional<SnapshotNumber> since = {});

/// How to name a dump, and what may be done with it.
struct DumpCitation {
  std::string title;
  std::string date;  ///< YYYY-MM-DD
  std::string bibtex;
  std::string license;  ///< SPDX
  std::string license_url;
  std::string license_hub;  ///< As the Hub writes it.
  /// Public data sets that some of it is from; their licence is then that of the whole.
  std::vector<std::string> datasets;
};
[[nodiscard]] DumpCitation cite(const DumpSource& source);

/// CITATION.cff, https://citation-file-format.github.io
[[nodiscard]] std::string citation_text(const DumpSource& source);

}  // namespace stemma
