#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "schema/claim.h"
#include "schema/hub_id.h"
#include "schema/model_record.h"
#include "schema/relation.h"

namespace stemma {

/// A node of a snapshot. Nodes are numbered in byte order of their names, so comparing numbers
/// compares names.
using NodeId = std::uint32_t;
/// An edge of a snapshot, numbered by child, then by parent.
using EdgeId = std::uint32_t;
/// A published snapshot's number, from 1. 0 means "never".
using SnapshotNumber = std::uint32_t;
inline constexpr NodeId kNoNode = std::numeric_limits<NodeId>::max();
inline constexpr std::uint32_t kNoOrdinal = std::numeric_limits<std::uint32_t>::max();

/// Values are on disk: never renumber.
enum class NodeState : std::uint8_t { live = 0, gone = 1, ghost = 2 };
[[nodiscard]] std::string_view to_string(NodeState state) noexcept;

/// A claim as the snapshot keeps it. On disk: 16 bytes, little-endian.
struct StoredClaim {
  std::uint32_t text;  ///< Into `texts`: an index of a string table.
  SnapshotNumber first_seen;
  SnapshotNumber last_seen;
  ClaimSource source;
  Relation relation;
  /// Of a curated claim: 1 + the index in `notes` of what it rests on, 0 for none. Of an inferred
  /// one, which no file holds: its rule.
  std::uint16_t note;
};
static_assert(sizeof(StoredClaim) == 16 && std::is_trivially_copyable_v<StoredClaim>);

/// Why a claim makes no edge. Values are on disk: never renumber.
enum class DropReason : std::uint32_t {
  rejected = 0,
  self_reference = 1,
  past = 2,  ///< The model said it once and does no more.
};

/// A claim that makes no edge, kept for lint and history. On disk: 24 bytes.
struct DroppedClaim {
  NodeId node;
  DropReason reason;
  StoredClaim claim;
};
static_assert(sizeof(DroppedClaim) == 24 && std::is_trivially_copyable_v<DroppedClaim>);

/// What a parent that nobody declared was concluded from. Values are on disk: never renumber. What
/// each is worth is told in graph/infer.h.
enum class InferenceRule : std::uint8_t {
  own_copy = 0,            ///< A copy in another format of a model of the same owner.
  only_namesake = 1,       ///< The same of the only model of that name.
  most_used_namesake = 2,  ///< The same of the model of that name that nearly everyone builds on.
  owner_in_name = 3,       ///< The same, with the original's owner in the name.
  finetuned_name = 4,      ///< Named by a training script after a model that many build on.
  local_path = 5,          ///< A declared local path ends in the name of a model.
};
inline constexpr std::size_t kInferenceRules = 6;

/// A parent that was inferred for a model that has none. On disk: 12 bytes.
struct InferredParent {
  NodeId child;
  NodeId parent;
  InferenceRule rule;
  std::uint8_t reserved[3] = {};

  friend bool operator==(const InferredParent& a, const InferredParent& b) noexcept {
    return a.child == b.child && a.parent == b.parent && a.rule == b.rule;
  }
};
static_assert(sizeof(InferredParent) == 12 && std::is_trivially_copyable_v<InferredParent>);

/// One published snapshot, as every later one remembers it. On disk: 32 bytes.
struct SnapshotRow {
  SnapshotNumber number;
  std::uint32_t partial;
  UnixSeconds observed_at;
  std::uint64_t models;
  std::uint64_t edges;
};
static_assert(sizeof(SnapshotRow) == 32 && std::is_trivially_copyable_v<SnapshotRow>);

/// The numbers of `stats`. All count live models and their edges unless they say otherwise. On disk
/// as it stands.
struct SnapshotTotals {
  SnapshotNumber number = 0;
  std::uint32_t partial = 0;    ///< 1: a crawl of a part; `scope` says of which.
  std::uint32_t generated = 0;  ///< 1: holds documents that were made up by stemma-genhub.
  std::uint32_t reserved = 0;
  UnixSeconds observed_at = 0;
  std::uint64_t models = 0;
  std::uint64_t gone = 0;
  std::uint64_t ghosts = 0;
  std::uint64_t edges = 0;  ///< Edges whose child is live.
  std::uint64_t by_relation[5] = {};
  std::uint64_t declaring = 0;     ///< Live models with at least one claim, whatever became of it.
  std::uint64_t multi_parent = 0;  ///< Live models with two parents or more.
  std::uint64_t self_references = 0;
  std::uint64_t cycles = 0;  ///< Strongly connected sets of two nodes or more.
  std::uint64_t claims_observed = 0;
  std::uint64_t claims_kept = 0;
  std::uint64_t claims_rejected = 0;
  std::uint64_t claims_self = 0;
  std::uint64_t claims_to_ghosts = 0;
  std::uint64_t rejected_documents = 0;
};
static_assert(std::is_trivially_copyable_v<SnapshotTotals>);

/// What was added to the edges of a view (graph/augment.h).
struct Inferred {
  float min_confidence = 0;
  std::uint64_t edges = 0;
};

/// Many strings in two arrays: string i is `bytes[begin[i] .. begin[i + 1])`.
template <template <class> class Array>
struct StringTable {
  Array<std::uint32_t> begin;
  Array<char> bytes;

  [[nodiscard]] std::size_t size() const noexcept {
    return begin.size() == 0 ? 0 : begin.size() - 1;
  }
  [[nodiscard]] std::string_view operator[](std::size_t i) const noexcept {
    return {bytes.data() + begin[i], begin[i + 1] - begin[i]};
  }
};

/// Everything that a published snapshot holds, as flat arrays. `SnapshotColumns` owns them (while
/// one is built), `SnapshotView` points at them (in a mapped file or in columns). Immutable once
/// published; const is thread-safe. `schema/SNAPSHOT.md` says what each section holds and how the
/// file is laid out.
template <template <class> class Array>
struct SnapshotSections {
  // One entry a node.
  StringTable<Array> names;
  Array<HubId> hub_id;  ///< Empty for ghosts.
  Array<std::uint32_t>
      ordinal;  ///< The model's permanent number in its store; kNoOrdinal for ghosts.
  Array<NodeState> state;
  Array<UnixSeconds> created_at;  ///< kUnknownTime where unknown, as in last_modified.
  Array<UnixSeconds> last_modified;
  Array<SnapshotNumber> first_seen;  ///< 0 for ghosts, as in last_seen.
  Array<SnapshotNumber> last_seen;
  Array<std::int64_t> downloads;  ///< kUnknownCount where unknown, as in the next three.
  Array<std::int64_t> downloads_all_time;
  Array<std::int64_t> likes;
  Array<std::int64_t> parameters;
  Array<std::uint32_t>
      author;  ///< Into `terms`, as are the next five; term 0 is the empty string: unknown.
  Array<std::uint32_t> license;
  Array<std::uint32_t> license_name;  ///< Which licence it is where `license` is `other`.
  Array<std::uint32_t> pipeline_tag;
  Array<std::uint32_t> library;
  Array<std::uint32_t> architecture;  ///< What the model's own files call it.
  Array<Gated> gated;
  StringTable<Array> terms;

  // Edges by child: parents of node n are parent[parent_begin[n] .. parent_begin[n + 1]),
  // ascending.
  Array<std::uint32_t> parent_begin;
  Array<NodeId> parent;
  Array<Relation> relation;
  Array<float> confidence;
  Array<std::uint32_t>
      claim_begin;  ///< Claims of edge e: claims[claim_begin[e] .. claim_begin[e + 1]).
  Array<StoredClaim> claims;
  // The same edges by parent: children of n are child[child_begin[n] .. child_begin[n + 1]),
  // ascending.
  Array<std::uint32_t> child_begin;
  Array<NodeId> child;
  Array<EdgeId> child_edge;

  Array<DroppedClaim> dropped;     ///< By node.
  Array<DroppedClaim> past;        ///< Claims that were observed once and are no more, by node.
  Array<InferredParent> inferred;  ///< By child; beside the edges, not among them.
  StringTable<Array> texts;        ///< Verbatim texts of claims.
  StringTable<Array> notes;        ///< What curated claims rest on: StoredClaim::note.

  Array<NodeId> by_folded_name;  ///< All nodes, by case-folded name, then by node.
  StringTable<Array>
      aliases;  ///< Case-folded old names, ascending; what their node is called today is left out.
  StringTable<Array> alias_names;  ///< The same in the spelling that they had.
  Array<NodeId> alias_node;
  Array<SnapshotNumber> alias_learned;  ///< The first snapshot that the alias applied in.

  Array<SnapshotRow> history;    ///< Published snapshots up to this one, ascending.
  Array<SnapshotTotals> totals;  ///< Exactly one.
  Array<char> scope;             ///< What was crawled; empty for everything.

  /// Set where inferred edges stand among the declared ones; in no file.
  std::optional<Inferred> added;
  /// Set where edges that rest on curated claims alone were left out; in no file.
  bool without_curated = false;

  [[nodiscard]] NodeId node_count() const noexcept { return static_cast<NodeId>(state.size()); }
  [[nodiscard]] EdgeId edge_count() const noexcept { return static_cast<EdgeId>(parent.size()); }
  [[nodiscard]] std::string_view name(NodeId node) const noexcept { return names[node]; }
  [[nodiscard]] bool live(NodeId node) const noexcept { return state[node] == NodeState::live; }
  [[nodiscard]] const SnapshotTotals& total() const noexcept { return totals[0]; }
  [[nodiscard]] std::string_view scope_text() const noexcept {
    return {scope.data(), scope.size()};
  }
};

namespace detail {
template <class T>
using Owned = std::vector<T>;
template <class T>
using Viewed = std::span<const T>;
}  // namespace detail

using SnapshotColumns = SnapshotSections<detail::Owned>;
using SnapshotView = SnapshotSections<detail::Viewed>;

/// Calls `visit(name, array)` for every array of `sections`, in file order. The one list of
/// sections: writing, reading and viewing all go through it. `visit` gets arrays as they are (const
/// or not).
template <class Sections, class Visit>
void for_each_section(Sections& s, Visit&& visit) {
  visit("name_begin", s.names.begin);
  visit("name_bytes", s.names.bytes);
  visit("hub_id", s.hub_id);
  visit("ordinal", s.ordinal);
  visit("state", s.state);
  visit("created_at", s.created_at);
  visit("last_modified", s.last_modified);
  visit("first_seen", s.first_seen);
  visit("last_seen", s.last_seen);
  visit("downloads", s.downloads);
  visit("downloads_all_time", s.downloads_all_time);
  visit("likes", s.likes);
  visit("parameters", s.parameters);
  visit("author", s.author);
  visit("license", s.license);
  visit("license_name", s.license_name);
  visit("pipeline_tag", s.pipeline_tag);
  visit("library", s.library);
  visit("architecture", s.architecture);
  visit("gated", s.gated);
  visit("term_begin", s.terms.begin);
  visit("term_bytes", s.terms.bytes);
  visit("parent_begin", s.parent_begin);
  visit("parent", s.parent);
  visit("relation", s.relation);
  visit("confidence", s.confidence);
  visit("claim_begin", s.claim_begin);
  visit("claims", s.claims);
  visit("child_begin", s.child_begin);
  visit("child", s.child);
  visit("child_edge", s.child_edge);
  visit("dropped", s.dropped);
  visit("past", s.past);
  visit("inferred", s.inferred);
  visit("text_begin", s.texts.begin);
  visit("text_bytes", s.texts.bytes);
  visit("note_begin", s.notes.begin);
  visit("note_bytes", s.notes.bytes);
  visit("by_folded_name", s.by_folded_name);
  visit("alias_begin", s.aliases.begin);
  visit("alias_bytes", s.aliases.bytes);
  visit("alias_name_begin", s.alias_names.begin);
  visit("alias_name_bytes", s.alias_names.bytes);
  visit("alias_node", s.alias_node);
  visit("alias_learned", s.alias_learned);
  visit("history", s.history);
  visit("totals", s.totals);
  visit("scope", s.scope);
}

/// A view of columns; valid while they live unchanged.
[[nodiscard]] SnapshotView view_of(const SnapshotColumns& columns);

/// The observation time of snapshot `number`; kUnknownTime for 0 or a number that the snapshot does
/// not remember.
[[nodiscard]] UnixSeconds observed_at(const SnapshotView& snapshot, SnapshotNumber number) noexcept;

/// What the snapshot holds is consistent in itself: offsets ascend and end at their arrays' ends,
/// node, edge, term and text numbers are in range. nullopt when it is, else what is wrong. Linear
/// in the snapshot's size.
[[nodiscard]] std::optional<std::string> find_inconsistency(const SnapshotView& snapshot);

}  // namespace stemma
