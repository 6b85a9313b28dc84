#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schema/model_record.h"
#include "schema/snapshot_sections.h"

namespace stemma {

/// When a claim was first and last observed, beside the record's claim of the same index.
struct ClaimSpan {
  SnapshotNumber first_seen;
  SnapshotNumber last_seen;
  std::string_view why = {};  ///< What a curated claim rests on; empty for others.
};

/// A claim that a model made once and makes no more.
struct PastClaim {
  Claim claim;
  ClaimSpan span;
};

/// One observed model as of a snapshot. The record's strings must outlive the build.
struct ModelState {
  ModelRecord record;
  Counts counts;
  NodeState state = NodeState::live;  ///< live or gone
  std::uint32_t ordinal = 0;          ///< In its store.
  SnapshotNumber first_seen = 0;
  SnapshotNumber last_seen = 0;
  std::vector<ClaimSpan> claim_spans;  ///< One a claim of the record.
  std::vector<PastClaim> past_claims;
};

/// An old name that leads to a model, in any case.
struct AliasState {
  std::string name;
  HubId target;
  SnapshotNumber learned = 0;  ///< The first snapshot that it applies in.
  /// The first snapshot in which the target bore the name, where we saw it change; 0 elsewhere.
  SnapshotNumber borne_from = 0;
};

/// A curated claim on a model that was never observed. It makes an edge where the model is a ghost.
struct UnobservedClaim {
  std::string model;
  Claim claim;
  ClaimSpan span;
};

/// Everything that a snapshot is a function of.
struct BuildInput {
  std::vector<ModelState> models;   ///< Any order; `_id`s are distinct.
  std::vector<AliasState> aliases;  ///< Later ones win.
  std::vector<UnobservedClaim> unobserved;
  SnapshotTotals
      head;  ///< number, partial, generated, observed_at, rejected_documents; the rest is computed.
  std::string scope;
  std::vector<SnapshotRow> history;  ///< Earlier snapshots, ascending; the new row is appended.
};

/// Resolves claims to edges (rules 3.1 to 3.3) and lays the graph out as columns. A pure function:
/// the same models in any order give the same columns, byte for byte.
[[nodiscard]] SnapshotColumns build_snapshot(const BuildInput& input);

}  // namespace stemma
