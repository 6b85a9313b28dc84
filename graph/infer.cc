#include "graph/infer.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "graph/name_marks.h"
#include "graph/walk.h"
#include "schema/model_name.h"

namespace stemma {
namespace {

constexpr UnixSeconds kDay = 86400;
/// A base that so many owners built on is meant when its name is used without an owner.
constexpr std::uint32_t kKnownBaseOwners = 10;
/// How many times more than the next one a namesake must be built on to be the one that is meant.
constexpr std::uint32_t kDominance = 30;
/// Of a finished quantization the files hold as many parameters as the original's, but for heads.
constexpr double kSameSize = 0.15;

constexpr std::uint64_t hash_of(std::string_view text) noexcept {  // FNV-1a: the same everywhere
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) {
    hash ^= static_cast<std::uint8_t>(fold_char(c));
    hash *= 0x100000001b3U;
  }
  return hash;
}

/// Finds parents by name. Edges of hidden children do not exist for it.
class ParentInference {
 public:
  using Hidden = std::function<bool(NodeId)>;

  ParentInference(const SnapshotView& snapshot, Hidden hidden)
      : view_{snapshot}, hidden_{std::move(hidden)}, uses_(snapshot.node_count()) {
    for (NodeId node = 0; node < view_.node_count(); ++node) {
      if (hidden_ && hidden_(node)) continue;
      for (EdgeId e = view_.parent_begin[node]; e < view_.parent_begin[node + 1]; ++e)
        ++uses_[view_.parent[e]];
    }
    by_base_.reserve(view_.node_count());
    for (NodeId node = 0; node < view_.node_count(); ++node) {
      // A ghost that only hidden models name is not known either.
      if (view_.state[node] == NodeState::ghost && uses_[node] == 0) continue;
      by_base_.emplace_back(hash_of(base_name_of(view_.name(node))), node);
    }
    std::sort(by_base_.begin(), by_base_.end());
  }

  [[nodiscard]] std::optional<InferredParent> guess(NodeId child) {
    const std::string name = fold_case(view_.name(child));
    const std::string_view base = base_name_of(name);
    const auto stems = quantization_stems(base);
    if (!stems.empty()) {
      // Nothing else that is customary applies to a name like that.
      return reuploaded(child, base) ? std::nullopt : copy_of(child, stems);
    }
    if (const auto stem = finetuning_stem(base)) return finetuned_from(child, base, *stem);
    return std::nullopt;
  }

  /// From a claim that is no repository name.
  [[nodiscard]] std::optional<InferredParent> guess_from_path(NodeId child, std::string_view text) {
    const auto part = model_in_path(text);
    if (!part) return std::nullopt;
    const std::string folded = fold_case(*part);
    // Caches name their directories after the whole repository, and people keep models by owner.
    for (const auto& name : {repository_in_cache(folded), repository_in_path(text)}) {
      const NodeId parent = name ? find(fold_case(*name)) : kNoNode;
      if (parent != kNoNode && acceptable(child, parent))
        return InferredParent{child, parent, InferenceRule::local_path};
    }
    const Choice choice = choose(child, folded);
    if (choice.node == kNoNode || !known_base(choice.node)) return std::nullopt;
    return InferredParent{child, choice.node, InferenceRule::local_path};
  }

 private:
  enum class How { own, only, most_used };
  struct Choice {
    NodeId node = kNoNode;
    How how = How::only;
  };

  /// `stems`: the longest first.
  [[nodiscard]] std::optional<InferredParent> copy_of(NodeId child,
                                                      std::vector<std::string_view> stems) {
    // Of one's own models the nearest is meant; of others' the original, not somebody's copy.
    for (const std::string_view stem : stems) {
      const Choice choice = choose(child, stem);
      if (choice.how == How::own && same_size(child, choice.node))
        return InferredParent{child, choice.node, InferenceRule::own_copy};
    }
    std::stable_partition(stems.begin(), stems.end(),
                          [](std::string_view stem) { return quantization_stems(stem).empty(); });
    for (const std::string_view stem : stems) {
      for (const std::string& name : owners_in_name(stem)) {
        const NodeId parent = find(name);
        if (parent != kNoNode && acceptable(child, parent) && same_size(child, parent))
          return InferredParent{child, parent, InferenceRule::owner_in_name};
      }
    }
    for (const std::string_view stem : stems) {
      const Choice choice = choose(child, stem);
      if (choice.node == kNoNode || !same_size(child, choice.node)) continue;
      return InferredParent{child, choice.node,
                            choice.how == How::only ? InferenceRule::only_namesake
                                                    : InferenceRule::most_used_namesake};
    }
    return std::nullopt;
  }

  /// Somebody else's copy of the same name that is itself built on: this one may be a copy of that.
  [[nodiscard]] bool reuploaded(NodeId child, std::string_view base) const {
    bool found = false;
    each_namesake(base, [&](NodeId node) {
      found = found || (node != child && uses_[node] >= kKnownBaseOwners);
    });
    return found;
  }

  [[nodiscard]] std::optional<InferredParent> finetuned_from(NodeId child, std::string_view base,
                                                             std::string_view stem) {
    // Of a large model people finetune this or that copy, and call it all by the original's name.
    if (names_a_size(base)) return std::nullopt;
    // A longer beginning that is itself a model that many build on is nearer.
    for (std::size_t end = base.size() - 1; end > stem.size(); --end) {
      if (base[end] != '-' && base[end] != '_' && base[end] != '.') continue;
      const Choice choice = choose(child, base.substr(0, end));
      if (choice.node == kNoNode || !known_base(choice.node)) continue;
      return InferredParent{child, choice.node, InferenceRule::finetuned_name};
    }
    const Choice choice = choose(child, stem);
    if (choice.node == kNoNode || !known_base(choice.node)) return std::nullopt;
    return InferredParent{child, choice.node, InferenceRule::finetuned_name};
  }

  /// The node whose whole name is the folded `name`; the live one of several.
  [[nodiscard]] NodeId find(std::string_view name) const {
    NodeId found = kNoNode;
    each_namesake(base_name_of(name), [&](NodeId node) {
      if (!equal_folded(view_.name(node), name)) return;
      if (found == kNoNode || view_.state[node] < view_.state[found]) found = node;
    });
    return found;
  }

  template <class Visit>
  void each_namesake(std::string_view base, Visit&& visit) const {
    const std::uint64_t hash = hash_of(base);
    for (auto at = std::lower_bound(by_base_.begin(), by_base_.end(), std::pair{hash, NodeId{0}});
         at != by_base_.end() && at->first == hash; ++at) {
      if (equal_folded(base_name_of(view_.name(at->second)), base)) visit(at->second);
    }
  }

  /// The one of all bearers of a base name that is meant: the child's own owner's, the only one, or
  /// the one that is built on far more than any other.
  [[nodiscard]] Choice choose(NodeId child, std::string_view base) const {
    const std::string_view owner = owner_of(view_.name(child));
    NodeId own = kNoNode;
    NodeId best = kNoNode;
    std::uint32_t next = 0;
    std::size_t count = 0;
    each_namesake(base, [&](NodeId node) {
      if (!acceptable(child, node)) return;
      ++count;
      if (own == kNoNode && !owner.empty() && equal_folded(owner_of(view_.name(node)), owner))
        own = node;
      if (best == kNoNode || uses_[node] > uses_[best]) {
        next = best == kNoNode ? 0 : uses_[best];
        best = node;
      } else {
        next = std::max(next, uses_[node]);
      }
    });
    if (own != kNoNode) return {own, How::own};
    if (count == 0) return {};
    if (count == 1) return {best, How::only};
    if (uses_[best] >= kDominance * (next + 1)) return {best, How::most_used};
    return {};
  }

  [[nodiscard]] bool acceptable(NodeId child, NodeId parent) const {
    if (parent == child) return false;
    const UnixSeconds born = view_.created_at[child];
    const UnixSeconds before = view_.created_at[parent];
    if (born != kUnknownTime && before != kUnknownTime && before > born + kDay) return false;
    const std::uint32_t mine = view_.architecture[child];
    const std::uint32_t other = view_.architecture[parent];
    if (mine != other && tells(mine) && tells(other)) return false;
    if (view_.child_begin[child] == view_.child_begin[child + 1]) return true;
    // No circle.
    const auto ancestors = ancestors_of(view_, std::span{&parent, 1});
    return std::none_of(ancestors.begin(), ancestors.end(),
                        [&](const Reached& row) { return row.node == child; });
  }

  /// GGUF files of many architectures that are built alike are called llama.
  [[nodiscard]] bool tells(std::uint32_t architecture) const {
    return architecture != 0 && view_.terms[architecture] != "llama";
  }

  [[nodiscard]] bool same_size(NodeId child, NodeId parent) const {
    const std::int64_t mine = view_.parameters[child];
    const std::int64_t other = view_.parameters[parent];
    if (mine == kUnknownCount || other == kUnknownCount) return true;
    // Packed integers make a copy look smaller, never larger.
    return static_cast<double>(mine) <= static_cast<double>(other) * (1 + kSameSize);
  }

  [[nodiscard]] bool known_base(NodeId node) {
    std::vector<std::uint32_t> authors;
    for (std::uint32_t i = view_.child_begin[node]; i < view_.child_begin[node + 1]; ++i) {
      const NodeId child = view_.child[i];
      if (hidden_ && hidden_(child)) continue;
      const std::uint32_t author = view_.author[child];
      if (std::find(authors.begin(), authors.end(), author) == authors.end())
        authors.push_back(author);
      if (authors.size() >= kKnownBaseOwners) return true;
    }
    return false;
  }

  const SnapshotView& view_;
  Hidden hidden_;
  std::vector<std::uint32_t> uses_;  ///< Children that name the node.
  std::vector<std::pair<std::uint64_t, NodeId>> by_base_;
};

template <class Visit>
void each_rejected(const SnapshotView& view, NodeId node, Visit&& visit) {
  auto at = std::lower_bound(view.dropped.begin(), view.dropped.end(), node,
                             [](const DroppedClaim& a, NodeId b) { return a.node < b; });
  for (; at != view.dropped.end() && at->node == node; ++at) {
    if (at->reason == DropReason::rejected) visit(*at);
  }
}

std::optional<InferredParent> guess_any(ParentInference& inference, const SnapshotView& view,
                                        NodeId node) {
  std::optional<InferredParent> found;
  each_rejected(view, node, [&](const DroppedClaim& dropped) {
    if (!found) found = inference.guess_from_path(node, view.texts[dropped.claim.text]);
  });
  return found ? found : inference.guess(node);
}

bool has_parents(const SnapshotView& view, NodeId node) {
  return view.parent_begin[node] != view.parent_begin[node + 1];
}

}  // namespace

std::vector<InferredParent> infer_parents(const SnapshotView& snapshot) {
  ParentInference inference{snapshot, {}};
  std::vector<InferredParent> found;
  for (NodeId node = 0; node < snapshot.node_count(); ++node) {
    if (!snapshot.live(node) || has_parents(snapshot, node)) continue;
    if (const auto guess = guess_any(inference, snapshot, node)) found.push_back(*guess);
  }
  return found;
}

unsigned half_of_owner(std::string_view owner) {
  const std::uint64_t hash = hash_of(owner);
  return static_cast<unsigned>((hash >> 32U ^ hash) & 1U);
}

InferenceMeasurement measure_inference(const SnapshotView& snapshot, unsigned half) {
  InferenceMeasurement measured;
  const auto in_half = [&](NodeId node) {
    return half_of_owner(owner_of(snapshot.name(node))) == half;
  };
  ParentInference inference{snapshot, in_half};
  for (NodeId node = 0; node < snapshot.node_count(); ++node) {
    if (!snapshot.live(node) || !has_parents(snapshot, node) || !in_half(node)) continue;
    ++measured.declaring;
    const auto guess = guess_any(inference, snapshot, node);
    if (!guess) continue;
    InferenceMeasurement::Row& row = measured.rules[static_cast<std::size_t>(guess->rule)];
    const auto declared = snapshot.parent.subspan(
        snapshot.parent_begin[node], snapshot.parent_begin[node + 1] - snapshot.parent_begin[node]);
    const auto is_declared = [&](NodeId parent) {
      return std::find(declared.begin(), declared.end(), parent) != declared.end();
    };
    if (is_declared(guess->parent)) {
      ++row.exact;
      ++row.right;
      continue;
    }
    // On the same line, nearer or farther than what is declared: the model does descend from it.
    const auto nearer = ancestors_of(snapshot, std::span{&guess->parent, 1});
    const auto farther = ancestors_of(snapshot, std::span{&node, 1});
    if (std::any_of(nearer.begin(), nearer.end(),
                    [&](const Reached& reached) { return is_declared(reached.node); }) ||
        std::any_of(farther.begin(), farther.end(),
                    [&](const Reached& reached) { return reached.node == guess->parent; })) {
      ++row.right;
      continue;
    }
    // A name that left the Hub and stands there under another owner: a model that moved, or a copy.
    // Nothing here can tell which.
    const std::string_view base = base_name_of(snapshot.name(guess->parent));
    const bool moved = std::any_of(declared.begin(), declared.end(), [&](NodeId parent) {
      return snapshot.state[parent] != NodeState::live &&
             equal_folded(base_name_of(snapshot.name(parent)), base);
    });
    ++(moved ? row.unjudged : row.wrong);
  }
  return measured;
}

}  // namespace stemma
