#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "index/model_store.h"
#include "index/publish.h"
#include "schema/hub_id.h"

namespace stemma {

/// A name that models claim as their parent though no model seen bears it.
struct MissingParent {
  std::string name;            ///< In the spelling that comes first in byte order.
  std::uint64_t children = 0;  ///< Models that claim it.

  friend bool operator==(const MissingParent&, const MissingParent&) = default;
};

/// Collects the models and claims of a crawl, whatever their order. Keeps some 16 bytes a model and
/// the claimed names once each. One thread.
class ParentSurvey {
 public:
  void add(const ParsedBatch& batch);

  /// A model that is known from elsewhere: it is not missing, and its own claims do not count.
  void know(const HubId& id, std::string_view name);

  /// Whether the model was in what was added.
  [[nodiscard]] bool saw(const HubId& id) const { return ids_.contains(id); }

  /// The names that could be repositories and were not seen, those with most children first, then
  /// by name. A claim that carries the `_id` of a model seen is not missing, under whatever name.
  [[nodiscard]] std::vector<MissingParent> missing() const;

 private:
  /// A claimed name; children are apart by whether a claim gave the parent's `_id` with it.
  struct Claimed {
    std::string name;
    std::uint64_t children = 0;                                 ///< By name alone.
    std::unordered_map<HubId, std::uint64_t, HubIdHash> by_id;  ///< By `_id` and nothing else.
  };

  std::unordered_set<HubId, HubIdHash> ids_;
  std::unordered_set<std::uint64_t> names_;             ///< Hashes of folded names.
  std::unordered_map<std::uint64_t, Claimed> claimed_;  ///< By the hash of the folded name.
};

/// Adds every stored page of `run` to a new survey.
[[nodiscard]] ParentSurvey survey_pages(const ModelStore& store, std::int64_t run);

/// What the stored pages of `run` lack.
[[nodiscard]] std::vector<MissingParent> missing_parents(const ModelStore& store, std::int64_t run);

}  // namespace stemma
