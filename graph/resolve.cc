#include "graph/resolve.h"

#include <map>
#include <optional>
#include <unordered_map>

#include "schema/model_name.h"

namespace stemma {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;

/// Finds models by `_id` and by name.
class Directory {
 public:
  explicit Directory(const BuildInput& input)
      : models_{input.models}, next_same_(input.models.size(), kNone) {
    std::size_t bytes = 0;
    for (const ModelState& model : models_) bytes += model.record.name.size();
    folded_.reserve(bytes);
    by_folded_.reserve(models_.size());
    by_id_.reserve(models_.size());
    for (std::uint32_t i = 0; i < models_.size(); ++i) {
      const std::size_t begin = folded_.size();
      for (const char c : models_[i].record.name)
        folded_ += fold_char(c);  // reserved: views into it stay valid
      const std::string_view folded = std::string_view{folded_}.substr(begin);
      const auto [entry, added] = by_folded_.try_emplace(folded, i);
      if (!added) {
        next_same_[i] = entry->second;
        entry->second = i;
      }
      by_id_.emplace(models_[i].record.id, i);
    }
    for (const AliasState& alias : input.aliases) {
      if (const auto target = by_id_.find(alias.target); target != by_id_.end()) {
        aliases_[fold_case(alias.name)] = target->second;
        if (alias.borne_from != 0 && models_[target->second].state == NodeState::live)
          earlier_[alias.name].push_back({target->second, alias.borne_from, alias.learned});
      }
    }
  }

  struct Found {
    std::uint32_t model;
    Resolution how;
  };

  [[nodiscard]] std::optional<Found> by_id(const HubId& id) const {
    const auto found = by_id_.find(id);
    if (id.empty() || found == by_id_.end()) return std::nullopt;
    return Found{found->second, Resolution::hub_id};
  }

  /// `first_seen` is when the name was first written; 0 for now.
  [[nodiscard]] std::optional<Found> by_name(std::string_view name, const std::string& folded,
                                             SnapshotNumber first_seen = 0) const {
    const auto chain = by_folded_.find(folded);
    const std::uint32_t first = chain == by_folded_.end() ? kNone : chain->second;
    std::uint32_t exact = kNone;
    std::uint32_t best = kNone;
    std::size_t live = 0;
    for (std::uint32_t i = first; i != kNone; i = next_same_[i]) {
      if (models_[i].record.name == name) exact = preferred(exact, i);
      best = preferred(best, i);
      live += models_[i].state == NodeState::live ? 1 : 0;
    }
    if (exact != kNone) {
      if (const auto meant = bearer_at(std::string{name}, first_seen)) return meant;
      return Found{exact, Resolution::exact};
    }
    if (const auto alias = aliases_.find(folded); alias != aliases_.end())
      return Found{alias->second, Resolution::alias};
    // Two live models that differ only in case: nothing says which one is meant.
    if (best == kNone || live > 1) return std::nullopt;
    return Found{best, Resolution::case_folded};
  }

 private:
  /// Who bore the name when it was written, where that is another live model than today's.
  [[nodiscard]] std::optional<Found> bearer_at(const std::string& name,
                                               SnapshotNumber first_seen) const {
    if (earlier_.empty() || first_seen == 0) return std::nullopt;
    const auto bearers = earlier_.find(name);
    if (bearers == earlier_.end()) return std::nullopt;
    for (const Bearer& bearer : bearers->second) {
      if (bearer.from <= first_seen && first_seen < bearer.until)
        return Found{bearer.model, Resolution::alias};
    }
    return std::nullopt;
  }

  /// Of two models that bear one name: the live one, else the one seen last, else (to be
  /// independent of order) the larger `_id`, which is the younger.
  [[nodiscard]] std::uint32_t preferred(std::uint32_t a, std::uint32_t b) const {
    if (a == kNone) return b;
    const ModelState& x = models_[a];
    const ModelState& y = models_[b];
    if (x.state != y.state) return x.state == NodeState::live ? a : b;
    if (x.last_seen != y.last_seen) return x.last_seen > y.last_seen ? a : b;
    return x.record.id > y.record.id ? a : b;
  }

  const std::vector<ModelState>& models_;
  std::string folded_;
  std::vector<std::uint32_t> next_same_;
  std::unordered_map<std::string_view, std::uint32_t> by_folded_;
  std::unordered_map<HubId, std::uint32_t, HubIdHash> by_id_;
  std::unordered_map<std::string, std::uint32_t> aliases_;
  /// Live models that bore a name in the snapshots [from, until) and do so no more.
  struct Bearer {
    std::uint32_t model;
    SnapshotNumber from, until;
  };
  std::unordered_map<std::string, std::vector<Bearer>> earlier_;
};

/// Ghosts by case-folded name, with how often each spelling was used.
class Ghosts {
 public:
  std::uint32_t add(std::string_view name, const std::string& folded) {
    const auto [entry, added] =
        by_folded_.try_emplace(folded, static_cast<std::uint32_t>(spellings_.size()));
    if (added) spellings_.emplace_back();
    ++spellings_[entry->second][std::string{name}];
    return entry->second;
  }

  [[nodiscard]] std::optional<std::uint32_t> find(const std::string& folded) const {
    const auto found = by_folded_.find(folded);
    if (found == by_folded_.end()) return std::nullopt;
    return found->second;
  }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    names.reserve(spellings_.size());
    for (const auto& spellings : spellings_) {
      auto most = spellings.begin();  // a map: the first of equals is the first in byte order
      for (auto it = spellings.begin(); it != spellings.end(); ++it) {
        if (it->second > most->second) most = it;
      }
      names.push_back(most->first);
    }
    return names;
  }

 private:
  std::unordered_map<std::string, std::uint32_t> by_folded_;
  std::vector<std::map<std::string, std::uint64_t>> spellings_;
};

/// Curated claims on models that were never observed. One counts once its model is a ghost, which
/// another of them may make it.
void resolve_unobserved(const BuildInput& input, const Directory& directory, Ghosts& ghosts,
                        ResolvedClaims& resolved) {
  std::vector<bool> done(input.unobserved.size());
  for (bool more = true; more;) {
    more = false;
    for (std::uint32_t i = 0; i < input.unobserved.size(); ++i) {
      if (done[i]) continue;
      const UnobservedClaim& unobserved = input.unobserved[i];
      const std::string child_folded = fold_case(unobserved.model);
      ParentRef child;
      if (const auto model = directory.by_name(unobserved.model, child_folded)) {
        child = {model->model, false};
      } else if (const auto ghost = ghosts.find(child_folded)) {
        child = {*ghost, true};
      } else {
        continue;
      }
      done[i] = more = true;
      const std::string folded = fold_case(unobserved.claim.text);
      ResolvedUnobserved edge{.index = i, .child = child};
      if (const auto found = directory.by_name(unobserved.claim.text, folded)) {
        edge.parent = {found->model, false};
        edge.confidence = claim_confidence(unobserved.claim.source, found->how);
      } else {
        edge.parent = {ghosts.add(unobserved.claim.text, folded), true};
        edge.confidence = claim_confidence(unobserved.claim.source, Resolution::ghost);
      }
      if (edge.parent != edge.child) resolved.unobserved.push_back(edge);
    }
  }
}

}  // namespace

ResolvedClaims resolve_claims(const BuildInput& input) {
  const Directory directory{input};
  Ghosts ghosts;
  ResolvedClaims resolved;
  for (std::uint32_t m = 0; m < input.models.size(); ++m) {
    const ModelState& model = input.models[m];
    for (std::uint32_t c = 0; c < model.record.claims.size(); ++c) {
      const Claim& claim = model.record.claims[c];
      ResolvedClaim result{.model = m, .claim = c};
      std::optional<Directory::Found> found = directory.by_id(claim.parent_id);
      if (!found) {
        const auto name = repository_name(claim.text);
        if (!name) {
          result.outcome = ResolvedClaim::Outcome::rejected;
          resolved.claims.push_back(result);
          continue;
        }
        const std::string folded = fold_case(*name);
        found = directory.by_name(*name, folded, model.claim_spans.at(c).first_seen);
        if (!found) {
          result.parent = {ghosts.add(*name, folded), true};
          result.confidence = claim_confidence(claim.source, Resolution::ghost);
          resolved.claims.push_back(result);
          continue;
        }
      }
      if (found->model == m) {
        result.outcome = ResolvedClaim::Outcome::self_reference;
      } else {
        result.parent = {found->model, false};
        result.confidence = claim_confidence(claim.source, found->how);
      }
      resolved.claims.push_back(result);
    }
  }
  resolve_unobserved(input, directory, ghosts, resolved);
  resolved.ghosts = ghosts.names();
  return resolved;
}

}  // namespace stemma
