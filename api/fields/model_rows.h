#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "api/fields/field.h"
#include "schema/claim.h"
#include "schema/relation.h"
#include "schema/snapshot_sections.h"

namespace stemma {

// What a model and an edge consist of: the columns of every dump, the keys of every change, and the
// fields that answers share.

/// Old names by the node that they lead to; the snapshot must outlive it.
class AliasIndex {
 public:
  explicit AliasIndex(const SnapshotView& snapshot);
  /// Ascending by the folded alias.
  [[nodiscard]] TextList of(NodeId node) const;

 private:
  const SnapshotView& view_;
  std::vector<std::pair<NodeId, std::uint32_t>> aliases_;  ///< By node, then alias.
};

/// A live model, a gone one or a ghost (of which all is unknown but id, state and author).
struct NodeRow {
  const SnapshotView& view;
  NodeId node;
  const AliasIndex* aliases = nullptr;  ///< Only the field of that name needs it.

  [[nodiscard]] Value term(std::uint32_t number) const { return text_value(view.terms[number]); }
  [[nodiscard]] Value count(std::int64_t number) const {
    return number == kUnknownCount ? Value{} : Value{number};
  }
  [[nodiscard]] Value seen(SnapshotNumber number) const {
    return number == 0 ? Value{} : time_value(observed_at(view, number));
  }
};

[[nodiscard]] Value gated_value(Gated gated);

inline constexpr Field<NodeRow> kModelFields[] = {
    {"id", FieldType::text, Presence::always,
     "Name on the hub, owner/name; a few old models have no owner.",
     [](const NodeRow& r) { return Value{r.view.name(r.node)}; }},
    {"hub_id", FieldType::text, Presence::or_null,
     "The hub's own identifier, 24 hex digits, which survives renames; null for ghosts.",
     [](const NodeRow& r) { return id_value(r.view.hub_id[r.node]); }},
    {"state", FieldType::text, Presence::always,
     "live; gone: it was observed and is no longer there; ghost: named as a parent, never "
     "observed.",
     [](const NodeRow& r) { return Value{to_string(r.view.state[r.node])}; }},
    {"author", FieldType::text, Presence::or_null, "The owner in the name.",
     [](const NodeRow& r) { return r.term(r.view.author[r.node]); }},
    {"created_at", FieldType::time, Presence::or_null,
     "When the hub says that it was created; no date of the hub is before March 2022.",
     [](const NodeRow& r) { return time_value(r.view.created_at[r.node]); }},
    {"last_modified", FieldType::time, Presence::or_null,
     "When the hub says that it was changed last.",
     [](const NodeRow& r) { return time_value(r.view.last_modified[r.node]); }},
    {"first_seen", FieldType::time, Presence::or_null,
     "Observation time of the first snapshot that has it.",
     [](const NodeRow& r) { return r.seen(r.view.first_seen[r.node]); }},
    {"last_seen", FieldType::time, Presence::or_null,
     "Observation time of the last snapshot that it was observed in.",
     [](const NodeRow& r) { return r.seen(r.view.last_seen[r.node]); }},
    {"downloads", FieldType::integer, Presence::or_null,
     "Downloads in the last 30 days, as the hub counts them.",
     [](const NodeRow& r) { return r.count(r.view.downloads[r.node]); }},
    {"downloads_all_time", FieldType::integer, Presence::or_null,
     "Downloads since the beginning, as the hub counts them; it can fall.",
     [](const NodeRow& r) { return r.count(r.view.downloads_all_time[r.node]); }},
    {"likes", FieldType::integer, Presence::or_null, "Likes of people on the hub.",
     [](const NodeRow& r) { return r.count(r.view.likes[r.node]); }},
    {"license", FieldType::text, Presence::or_null, "The licence that its card declares.",
     [](const NodeRow& r) { return r.term(r.view.license[r.node]); }},
    {"pipeline_tag", FieldType::text, Presence::or_null, "The task that it is for.",
     [](const NodeRow& r) { return r.term(r.view.pipeline_tag[r.node]); }},
    {"library_name", FieldType::text, Presence::or_null, "The library that loads it.",
     [](const NodeRow& r) { return r.term(r.view.library[r.node]); }},
    {"gated", FieldType::flag_or_text, Presence::or_null,
     "false; auto or manual where access has to be asked for.",
     [](const NodeRow& r) { return gated_value(r.view.gated[r.node]); }},
    {"parameters", FieldType::integer, Presence::or_null,
     "Parameters, as the hub reads them from its safetensors files.",
     [](const NodeRow& r) { return r.count(r.view.parameters[r.node]); }},
    {"aliases", FieldType::texts, Presence::always, "Old names that lead to it.",
     [](const NodeRow& r) { return Value{r.aliases->of(r.node)}; }},
};

/// An edge with what its claims come to.
struct EdgeRow {
  EdgeRow(const SnapshotView& snapshot, EdgeId number, NodeId child_end);

  const SnapshotView& view;
  EdgeId edge;
  NodeId parent, child;
  /// Where its claims stand, each once.
  std::array<std::string_view, 7> sources{};  ///< As many as there are of ClaimSource.
  std::size_t source_count = 0;
  SnapshotNumber first = 0, last = 0;
  std::string_view why;

  [[nodiscard]] Value seen(SnapshotNumber number) const {
    return number == 0 ? Value{} : time_value(observed_at(view, number));
  }
};

inline constexpr Field<EdgeRow> kEdgeFields[] = {
    {"parent_id", FieldType::text, Presence::always, "Name of the model that was made use of.",
     [](const EdgeRow& r) { return Value{r.view.name(r.parent)}; }},
    {"child_id", FieldType::text, Presence::always, "Name of the model that was made from it.",
     [](const EdgeRow& r) { return Value{r.view.name(r.child)}; }},
    {"relation", FieldType::text, Presence::always,
     "finetune, adapter, quantized, merge, or unspecified where no claim states one.",
     [](const EdgeRow& r) { return Value{to_string(r.view.relation[r.edge])}; }},
    {"confidence", FieldType::number, Presence::always, "That of its strongest claim, up to 1.",
     [](const EdgeRow& r) { return Value{r.view.confidence[r.edge]}; }},
    {"state", FieldType::text, Presence::always, "That of the child.",
     [](const EdgeRow& r) { return Value{to_string(r.view.state[r.child])}; }},
    {"sources", FieldType::texts, Presence::always,
     "Where its claims stand, each once: base_models, tag, card, peft, alias, curated, inferred.",
     [](const EdgeRow& r) {
       return Value{TextList{r.sources.begin(), r.sources.begin() + r.source_count}};
     }},
    {"claims", FieldType::integer, Presence::always, "How many claims it has.",
     [](const EdgeRow& r) {
       return number_value(r.view.claim_begin[r.edge + std::size_t{1}] -
                           r.view.claim_begin[r.edge]);
     }},
    {"first_seen", FieldType::time, Presence::or_null,
     "Observation time of the first snapshot with one of its claims.",
     [](const EdgeRow& r) { return r.seen(r.first); }},
    {"last_seen", FieldType::time, Presence::or_null,
     "Observation time of the last snapshot with one of its claims.",
     [](const EdgeRow& r) { return r.seen(r.last); }},
    {"why", FieldType::text, Presence::or_null, "What a curated claim rests on.",
     [](const EdgeRow& r) { return text_value(r.why); }},
    {"parent_state", FieldType::text, Presence::always, "live, gone or ghost.",
     [](const EdgeRow& r) { return Value{to_string(r.view.state[r.parent])}; }},
    {"child_state", FieldType::text, Presence::always, "live, gone or ghost.",
     [](const EdgeRow& r) { return Value{to_string(r.view.state[r.child])}; }},
    {"parent_hub_id", FieldType::text, Presence::or_null, "The hub's identifier of the parent.",
     [](const EdgeRow& r) { return id_value(r.view.hub_id[r.parent]); }},
    {"child_hub_id", FieldType::text, Presence::or_null, "The hub's identifier of the child.",
     [](const EdgeRow& r) { return id_value(r.view.hub_id[r.child]); }},
};

using ModelValues = std::array<Value, std::size(kModelFields)>;
using EdgeValues = std::array<Value, std::size(kEdgeFields)>;

/// Reads whole rows of a snapshot, which must outlive it.
class RowReader {
 public:
  explicit RowReader(const SnapshotView& snapshot) : view_{snapshot}, aliases_{snapshot} {}

  [[nodiscard]] const SnapshotView& snapshot() const noexcept { return view_; }
  [[nodiscard]] NodeRow model(NodeId node) const { return {view_, node, &aliases_}; }
  [[nodiscard]] EdgeRow edge(EdgeId edge, NodeId child) const { return {view_, edge, child}; }
  [[nodiscard]] ModelValues model_values(NodeId node) const;
  [[nodiscard]] EdgeValues edge_values(EdgeId edge, NodeId child) const;

 private:
  const SnapshotView& view_;
  const AliasIndex aliases_;
};

}  // namespace stemma
