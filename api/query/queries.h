#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "api/query/params.h"
#include "api/query/snapshot_facts.h"
#include "graph/impact.h"
#include "graph/infer.h"
#include "graph/listing.h"
#include "index/crawl_ledger.h"
#include "index/snapshot_set.h"

namespace stemma {

// The questions that HTTP, the pages and the command line ask alike. Answers are plain values;
// nodes and edges in them are numbers of the snapshot that was asked.

/// The number of the snapshot that is meant. Throws Error{not_found} where none was observed by
/// that time.
[[nodiscard]] SnapshotNumber number_as_of(SnapshotSource& snapshots, const AsOf& as_of);

struct ModelAnswer {
  NodeId node = kNoNode;
  std::vector<std::string> aliases;
  std::vector<std::string> families;
  std::uint64_t children = 0;      ///< Live and direct, as in by_relation.
  std::uint64_t descendants = 0;   ///< Live.
  std::uint64_t curated_only = 0;  ///< Of the descendants, through curated parents alone.
  std::array<std::uint64_t, 5> by_relation{};  ///< By the value of Relation.
  std::optional<GhostNamesake> namesake;
};
[[nodiscard]] ModelAnswer show_model(SnapshotFacts& facts, NodeId node);

/// How the items of a list are told.
enum class ListKind { edges, lineage, family_models, impact };

/// What a withdrawn model would mean for those downstream, live models only but for `rows`.
struct Impact {
  struct Sum {
    std::uint64_t models = 0;
    CountSum downloads;  ///< Rolling 30 days.
    /// Of the models, those that are not counted here without curated parents.
    std::uint64_t curated_only = 0;
  };
  std::array<Sum, 3> by_exposure;  ///< By the value of Exposure.
  Sum needs, only_source;
  std::unordered_map<NodeId, ImpactRow> rows;  ///< Every descendant.

  /// Calls `visit` for the sums that a model with this row belongs to: one to three of them.
  template <class Visit>
  void for_each_sum(const ImpactRow& row, Visit&& visit) {
    visit(by_exposure[static_cast<std::size_t>(row.exposure)]);
    if (row.needs) visit(needs);
    if (row.only_source) visit(only_source);
  }
};

/// A list of models about one model or one family.
struct ListAnswer {
  ListKind kind = ListKind::lineage;
  std::optional<NodeId> model;
  std::string family;  ///< Where there is no model.
  Listing listing;
  /// Of `listing.total`, what is there through curated parents alone.
  std::uint64_t curated_only = 0;
  std::shared_ptr<const Impact> impact;  ///< With ListKind::impact.
};
/// Every parent, ghosts and gone models too, by name. Only the query's offset and limit count.
[[nodiscard]] ListAnswer list_parents(SnapshotFacts& facts, NodeId node, const ListQuery& query);
[[nodiscard]] ListAnswer list_children(SnapshotFacts& facts, NodeId node, const ListQuery& query);
[[nodiscard]] ListAnswer list_ancestors(SnapshotFacts& facts, NodeId node, ListQuery query);
[[nodiscard]] ListAnswer list_descendants(SnapshotFacts& facts, NodeId node,
                                          const ListQuery& query);
/// What the family's roots descend from.
[[nodiscard]] ListAnswer list_ancestors(SnapshotFacts& facts, const FamilyDefinition& family,
                                        ListQuery query);
/// The family's derivatives.
[[nodiscard]] ListAnswer list_descendants(SnapshotFacts& facts, const FamilyDefinition& family,
                                          const ListQuery& query);
/// Official members (depth 0, no edge) and derivatives in one list.
[[nodiscard]] ListAnswer list_family_models(SnapshotFacts& facts, const FamilyDefinition& family,
                                            const ListQuery& query);

/// How a model that descends from several families is counted.
enum class Policy { any, fractional };
[[nodiscard]] std::string_view to_string(Policy policy) noexcept;

struct FamilyRow {
  const FamilyDefinition* family = nullptr;
  const FamilySummary* summary = nullptr;  ///< Lives as long as the facts.
  double models = 0;                       ///< A whole number under Policy::any.
  std::uint64_t curated_only = 0;          ///< Derivatives that are none without curated parents.
};
struct FamiliesAnswer {
  Policy policy = Policy::any;
  std::vector<FamilyRow> items;  ///< Top-level families, in the definitions' order.
  double other = 0;              ///< Live models in none of them, or their share.
  std::uint64_t total = 0;       ///< Live models.
};
[[nodiscard]] FamiliesAnswer list_families(SnapshotFacts& facts, Policy policy);

struct FamilyAnswer {
  FamilyRow family;
  const FractionalSummary* fractional =
      nullptr;  ///< Under that policy; lives as long as the facts.
  std::vector<FamilyRow> series;
};
/// Throws Error{usage} for a series under Policy::fractional: only top-level families take part.
[[nodiscard]] FamilyAnswer show_family(SnapshotFacts& facts, const FamilyDefinition& family,
                                       Policy policy = Policy::any);

/// How parents are inferred, and how many here.
struct InferenceAnswer {
  std::array<std::uint64_t, kInferenceRules> edges{};  ///< By rule, of live models.
  std::vector<InferenceMeasurement> measured;          ///< Both halves, or none.
};
[[nodiscard]] InferenceAnswer show_inference(SnapshotFacts& facts, bool measure);

struct SearchItem {
  std::optional<NodeId> model;
  const FamilyDefinition* family = nullptr;  ///< Where there is no model.
  std::int64_t downloads = 0;                ///< kUnknownCount where unknown.
  std::uint64_t descendants = 0;             ///< Live; of a family, its derivatives.
  std::uint64_t curated_only = 0;            ///< Of them, through curated parents alone.
};
/// A model whose whole name, owner included, is `text`; families whose name or label answers to it
/// (`match_name`), with a typo only where no well-known model answers without; then models
/// (`search_names`); at most `limit` together.
[[nodiscard]] std::vector<SearchItem> search(SnapshotFacts& facts, std::string_view text,
                                             std::size_t limit);

/// Reads what could not be read in the documents of a snapshot, at most so many rejected ones.
using UnreadFieldsReader = std::function<UnreadFields(SnapshotNumber snapshot, std::size_t limit)>;
inline constexpr std::size_t kRejectedShown = 20;

}  // namespace stemma
