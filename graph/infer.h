#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/relation.h"
#include "schema/snapshot_sections.h"

namespace stemma {

// Parents of models that declare none, guessed from how repositories are named. A guess is a claim
// of source `inferred`: it stands beside the declared edges, never among them, and no number counts
// it unless it is asked for.

/// A rule with what it was found to be worth. Tuned on the owners whose names hash to one half,
/// measured on those of the other half, whose declared parents were hidden.
struct InferenceRuleFacts {
  InferenceRule rule;
  std::string_view name;
  std::string_view sentence;  ///< What it concludes from.
  Relation relation;          ///< What its edges state.
  float confidence;           ///< The share that was right, on the half that it was tuned on.
  // On the other half:
  std::uint64_t right;  ///< The declared parent itself, or a nearer one that descends from it.
  std::uint64_t exact;  ///< Of these, the declared parent itself.
  std::uint64_t wrong;
  std::uint64_t unjudged;  ///< The declared parent is gone and bears the very same name.
};
/// In the order of their values.
[[nodiscard]] const std::vector<InferenceRuleFacts>& inference_rules();
[[nodiscard]] const InferenceRuleFacts& facts_of(InferenceRule rule);

/// All rules with a confidence of at least `min_confidence` taken together, on the half that they
/// were not tuned on.
struct InferenceQuality {
  float min_confidence = 0;
  std::uint64_t right = 0;
  std::uint64_t wrong = 0;
  std::uint64_t unjudged = 0;
  std::uint64_t declaring = 0;  ///< Models of that half that declare a parent: what could be found.

  [[nodiscard]] double precision() const;
  [[nodiscard]] double recall() const;
};
[[nodiscard]] InferenceQuality inference_quality(float min_confidence);
/// Where the figures are from, in a sentence to be printed beside them.
[[nodiscard]] std::string_view inference_origin();

/// What asking for inferred edges without saying how sure takes.
inline constexpr float kSureEnough = 0.97F;

/// A parent for each live model that has none and whose name tells one; at most one a model,
/// ascending by child. Linear in nodes and edges, plus sorting of base names.
[[nodiscard]] std::vector<InferredParent> infer_parents(const SnapshotView& snapshot);

/// How the rules do on one half of a snapshot's owners when that half's declared parents are
/// hidden. `half` is 0 or 1.
struct InferenceMeasurement {
  struct Row {
    std::uint64_t right = 0, exact = 0, wrong = 0, unjudged = 0;
  };
  std::array<Row, kInferenceRules> rules;
  std::uint64_t declaring = 0;
};
[[nodiscard]] InferenceMeasurement measure_inference(const SnapshotView& snapshot, unsigned half);
/// Which half an owner is in: by its folded name, the same everywhere.
[[nodiscard]] unsigned half_of_owner(std::string_view owner);

/// Why `edge.parent` is taken for the parent of `edge.child`, in one line.
[[nodiscard]] std::string explain(const SnapshotView& snapshot, const InferredParent& edge);

}  // namespace stemma
