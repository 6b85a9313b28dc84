#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/fields/model_rows.h"
#include "api/query/snapshot_facts.h"
#include "index/adoption_source.h"

namespace stemma {

/// What of a snapshot is dumped: all of it, or a root or a family's roots with everything that
/// descends from them, live or not, and the edges between those.
struct DumpScope {
  const FamilyDefinition* family = nullptr;
  NodeId root = kNoNode;  ///< Where there is no family.

  [[nodiscard]] bool everything() const noexcept { return family == nullptr && root == kNoNode; }
};

/// What a dump is made from: a snapshot, which part of it, and, where there is a data directory,
/// what was observed and rolled up. One thread at a time; what it is made from must outlive it.
class DumpSource {
 public:
  /// `adoption` may be null: there are no observations and no roll-ups then.
  /// Roll-ups that were made with other families than `families` are none; null: any will do.
  DumpSource(SnapshotFacts& facts, const DumpScope& scope, AdoptionSource* adoption,
             const FamilySet* families = nullptr);

  [[nodiscard]] SnapshotFacts& facts() const noexcept { return facts_; }
  [[nodiscard]] const SnapshotView& view() const noexcept { return view_; }
  [[nodiscard]] const RowReader& rows() const noexcept { return rows_; }
  [[nodiscard]] const DumpScope& scope() const noexcept { return scope_; }

  [[nodiscard]] bool has(NodeId node) const { return !inside_ || (*inside_)[node]; }

  /// Calls `visit(node)` for each node of the dump, in byte order of their names.
  template <class Visit>
  void each_node(Visit&& visit) const {
    for (NodeId node = 0; node < view_.node_count(); ++node) {
      if (has(node)) visit(node);
    }
  }
  /// Calls `visit(edge, child)` for each edge of the dump, by the child's name, then the parent's.
  template <class Visit>
  void each_edge(Visit&& visit) const {
    each_node([&](NodeId child) {
      for (EdgeId e = view_.parent_begin[child]; e < view_.parent_begin[child + 1]; ++e) {
        if (has(view_.parent[e])) visit(e, child);
      }
    });
  }

  /// Where a node stands among those of the dump, from 0. Cost, the first time: a look at each.
  [[nodiscard]] std::uint32_t place(NodeId node);

  /// nullptr where there are none.
  [[nodiscard]] RollupStore* rollups();
  /// What the snapshot's walk observed of each model; nullopt where that is not known.
  [[nodiscard]] std::optional<NightObservations> observations();
  /// The newest commit of a model's repository; empty where it is not known.
  [[nodiscard]] std::string commit(NodeId node) const;
  /// Data sets that snapshots up to this one were imported from, by name, each once.
  [[nodiscard]] std::vector<std::string> datasets() const;
  /// Fields of the documents of this snapshot that could not be understood, and how often.
  [[nodiscard]] std::map<std::string, std::uint64_t> unread_fields() const;

 private:
  SnapshotFacts& facts_;
  const SnapshotView& view_;
  const DumpScope scope_;
  const RowReader rows_;
  AdoptionSource* const adoption_;
  const FamilySet* const defined_;
  std::optional<std::vector<bool>> inside_;
  std::vector<std::uint32_t> places_;
  bool looked_for_rollups_ = false;
  std::optional<RollupStore> rollups_;
};

}  // namespace stemma
