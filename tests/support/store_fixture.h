#pragma once

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "crawler/ingest.h"
#include "graph/lookup.h"
#include "index/snapshot_set.h"
#include "schema/utc_time.h"
#include "tests/support/temp_dir.h"

namespace stemma::test {

/// A data directory that documents are imported into through the real pipeline.
class StoreFixture {
 public:
  /// Imports documents (JSON, one an element) as observed on `day`; returns the report.
  PublishReport import(const std::vector<std::string>& documents, const std::string& day,
                       bool complete = false, bool accept_shrink = true) {
    const std::filesystem::path file = dir_ / "documents.ndjson";
    {
      std::ofstream out{file};
      for (const std::string& document : documents) out << document << '\n';
    }
    return import_files(data(),
                        {.files = {file.string()},
                         .observed_at = parse_utc(day).value(),
                         .complete = complete,
                         .accept_shrink = accept_shrink},
                        {});
  }

  [[nodiscard]] std::filesystem::path data() const { return dir_ / "data"; }
  [[nodiscard]] const TempDir& dir() const { return dir_; }
  [[nodiscard]] SnapshotHandle at(SnapshotNumber number) const {
    return SnapshotSet{DataDir::open(data())}.at(number);
  }
  [[nodiscard]] SnapshotHandle current() const {
    return SnapshotSet{DataDir::open(data())}.current();
  }

 private:
  TempDir dir_;
};

/// A document with the fields that a test does not care about left out. `rest` is more JSON:
/// `"tags":["x"]`.
inline std::string doc(int number, const std::string& name, const std::string& rest = "") {
  std::string id = std::to_string(number);
  id.insert(0, 24 - id.size(), '0');
  return R"({"_id":")" + id + R"(","id":")" + name + "\"" + (rest.empty() ? "" : "," + rest) + "}";
}

/// `child <- parent (relation)` lines of every edge, ascending by name.
inline std::vector<std::string> edges(const SnapshotView& view) {
  std::vector<std::string> lines;
  for (NodeId node = 0; node < view.node_count(); ++node) {
    for (EdgeId e = view.parent_begin[node]; e < view.parent_begin[node + 1]; ++e) {
      lines.push_back(std::string{view.name(node)} + " <- " +
                      std::string{view.name(view.parent[e])} + " (" +
                      std::string{to_string(view.relation[e])} + ")");
    }
  }
  return lines;
}

/// Every node as `name:state`.
inline std::vector<std::string> nodes(const SnapshotView& view) {
  std::vector<std::string> lines;
  for (NodeId node = 0; node < view.node_count(); ++node) {
    lines.push_back(std::string{view.name(node)} + ":" + std::string{to_string(view.state[node])});
  }
  return lines;
}

}  // namespace stemma::test
