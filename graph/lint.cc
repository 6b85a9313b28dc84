#include "graph/lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <unordered_map>

#include "graph/cycles.h"
#include "graph/lookup.h"
#include "graph/name_marks.h"
#include "schema/model_name.h"
#include "schema/relation.h"

namespace stemma {
namespace {

constexpr std::array<std::string_view, kLintKinds> kWords{
    "self_reference",          "cycle",          "ghost_parent",
    "case_mismatch",           "renamed_parent", "contradictory_relation",
    "child_older_than_parent", "reused_name",    "rejected_claim"};

EdgeId edge_between(const SnapshotView& view, NodeId parent, NodeId child) {
  const auto first = view.parent.begin() + view.parent_begin[child];
  const auto last = view.parent.begin() + view.parent_begin[child + std::size_t{1}];
  return static_cast<EdgeId>(std::lower_bound(first, last, parent) - view.parent.begin());
}

/// The name says that it is a copy of this parent in another format, and the Hub does not.
bool named_like_a_copy(const SnapshotView& view, NodeId node, EdgeId edge) {
  const Relation relation = view.relation[edge];
  if (relation == Relation::quantized || relation == Relation::unspecified) return false;
  const std::string name = fold_case(base_name_of(view.name(node)));
  const std::string parent = fold_case(base_name_of(view.name(view.parent[edge])));
  const auto stems = quantization_stems(name);
  return std::find(stems.begin(), stems.end(), parent) != stems.end();
}

bool sources_disagree(const SnapshotView& view, EdgeId edge) {
  Relation stated = Relation::unspecified;
  for (std::uint32_t i = view.claim_begin[edge]; i < view.claim_begin[edge + std::size_t{1}]; ++i) {
    const Relation relation = view.claims[i].relation;
    if (relation == Relation::unspecified) continue;
    if (stated != Relation::unspecified && relation != stated) return true;
    stated = relation;
  }
  return false;
}

class Linter {
 public:
  explicit Linter(const SnapshotView& view) : view_{view}, cycles_{cycle_of_nodes(view)} {}

  std::vector<LintItem> run() {
    for (NodeId node = 0; node < view_.node_count(); ++node) {
      if (!view_.live(node)) continue;
      for (EdgeId e = view_.parent_begin[node]; e < view_.parent_begin[node + std::size_t{1}]; ++e)
        look_at(node, e);
    }
    for (const DroppedClaim& claim : view_.dropped) {
      if (!view_.live(claim.node)) continue;
      const bool self = claim.reason == DropReason::self_reference;
      items_.push_back({self ? LintKind::self_reference : LintKind::rejected_claim, claim.node,
                        self ? claim.node : kNoNode, claim.claim.text});
    }
    const auto order = [](const LintItem& item) {
      return std::tie(item.kind, item.node, item.parent, item.text);
    };
    std::sort(items_.begin(), items_.end(),
              [&](const LintItem& a, const LintItem& b) { return order(a) < order(b); });
    items_.erase(
        std::unique(items_.begin(), items_.end(),
                    [&](const LintItem& a, const LintItem& b) { return order(a) == order(b); }),
        items_.end());
    find_meant();
    return std::move(items_);
  }

 private:
  void look_at(NodeId node, EdgeId edge) {
    const std::uint32_t first = view_.claim_begin[edge];
    // A guess of ours is nothing that the author could mend.
    if (view_.claims[first].source == ClaimSource::inferred) return;
    const NodeId parent = view_.parent[edge];
    const auto add = [&](LintKind kind, std::uint32_t text) {
      items_.push_back({kind, node, parent, text});
    };
    if (view_.state[parent] == NodeState::ghost) {
      add(LintKind::ghost_parent, view_.claims[first].text);
    } else {
      look_at_names(node, parent, edge);
    }
    if (cycles_[node] != kNoNode && cycles_[node] == cycles_[parent])
      add(LintKind::cycle, view_.claims[first].text);
    if (sources_disagree(view_, edge) || named_like_a_copy(view_, node, edge))
      add(LintKind::contradictory_relation, LintItem::kNoText);
    if (view_.created_at[node] != kUnknownTime && view_.created_at[parent] != kUnknownTime &&
        view_.created_at[node] < view_.created_at[parent])
      add(LintKind::child_older_than_parent, view_.claims[first].text);
  }

  void look_at_names(NodeId node, NodeId parent, EdgeId edge) {
    for (std::uint32_t i = view_.claim_begin[edge]; i < view_.claim_begin[edge + std::size_t{1}];
         ++i) {
      if (view_.claims[i].source == ClaimSource::curated) continue;  // not the author's words
      const auto said = repository_name(view_.texts[view_.claims[i].text]);
      if (!said || *said == view_.name(parent)) continue;
      const auto bearer = find_exact(view_, *said);
      items_.push_back({bearer && *bearer != parent               ? LintKind::reused_name
                        : equal_folded(*said, view_.name(parent)) ? LintKind::case_mismatch
                                                                  : LintKind::renamed_parent,
                        node, parent, view_.claims[i].text});
    }
  }

  [[nodiscard]] bool much_used(NodeId node) const {
    return view_.child_begin[node + std::size_t{1}] - view_.child_begin[node] >= 10 ||
           view_.downloads[node] >= 10'000;
  }

  /// One pass over all names, whatever the number of ghosts.
  void find_meant() {
    struct Namesakes {
      NodeId first = kNoNode;
      NodeId count = 0;
      NodeId first_used = kNoNode;  ///< Of those that many use.
      NodeId count_used = 0;
    };
    std::unordered_map<std::string, Namesakes> wanted;
    for (const LintItem& item : items_) {
      if (item.kind == LintKind::ghost_parent)
        wanted.emplace(fold_case(base_name_of(view_.name(item.parent))), Namesakes{});
    }
    if (!wanted.empty()) {
      for (NodeId node = 0; node < view_.node_count(); ++node) {
        if (!view_.live(node)) continue;
        const auto found = wanted.find(fold_case(base_name_of(view_.name(node))));
        if (found == wanted.end()) continue;
        if (found->second.count++ == 0) found->second.first = node;
        if (much_used(node) && found->second.count_used++ == 0) found->second.first_used = node;
      }
    }
    auto inferred = view_.inferred.begin();
    for (LintItem& item : items_) {
      if (item.kind == LintKind::ghost_parent) {
        const Namesakes& found = wanted.at(fold_case(base_name_of(view_.name(item.parent))));
        // Copies of a well-known model bear its name, too: a name without an owner means that one.
        const bool no_owner = view_.name(item.parent).find('/') == std::string_view::npos;
        const NodeId meant = found.count == 1                    ? found.first
                             : no_owner && found.count_used == 1 ? found.first_used
                                                                 : kNoNode;
        if (meant != item.node) item.meant = meant;
      } else if (item.kind == LintKind::rejected_claim) {
        while (inferred != view_.inferred.end() && inferred->child < item.node) ++inferred;
        if (inferred != view_.inferred.end() && inferred->child == item.node &&
            inferred->rule == InferenceRule::local_path)
          item.meant = inferred->parent;
      }
    }
  }

  const SnapshotView& view_;
  std::vector<NodeId> cycles_;
  std::vector<LintItem> items_;
};

/// A name as it may stand in YAML: as it is where nothing can be read into it, else quoted.
std::string yaml_text(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-' || c == '/';
  };
  // Without a slash, `no`, `1.0` or `null` could be more than text.
  if (name.find('/') != std::string_view::npos && std::all_of(name.begin(), name.end(), plain) &&
      name.front() != '-' && name.front() != '.')
    return std::string{name};
  std::string quoted = "'";
  for (const char c : name) {
    quoted += c;
    if (c == '\'') quoted += c;
  }
  return quoted + '\'';
}

/// `base_model: X`, or a list of them.
std::string base_model_line(const std::vector<std::string>& names) {
  if (names.size() == 1) return "base_model: " + names.front();
  std::string line = "base_model: [";
  for (std::size_t i = 0; i < names.size(); ++i) line += (i == 0 ? "" : ", ") + names[i];
  return line + ']';
}

/// The parents that are declared today, `without` left out, `with` (a name) in its place or added.
std::string parents_line(const SnapshotView& view, NodeId node, NodeId without = kNoNode,
                         std::string_view with = {}) {
  std::vector<std::string> names;
  const auto add = [&](std::string_view name) {
    std::string text = yaml_text(name);
    if (std::find(names.begin(), names.end(), text) == names.end())
      names.push_back(std::move(text));
  };
  for (EdgeId e = view.parent_begin[node]; e < view.parent_begin[node + std::size_t{1}]; ++e) {
    if (view.claims[view.claim_begin[e]].source == ClaimSource::inferred) continue;
    if (view.parent[e] != without) {
      add(view.name(view.parent[e]));
    } else if (!with.empty()) {
      add(with);
    }
  }
  if (without == kNoNode && !with.empty()) add(with);
  return base_model_line(names);
}

}  // namespace

std::string_view to_string(LintKind kind) noexcept {
  return kWords[static_cast<std::size_t>(kind)];
}

std::optional<LintKind> parse_lint_kind(std::string_view word) noexcept {
  for (std::size_t i = 0; i < kLintKinds; ++i) {
    if (kWords[i] == word) return static_cast<LintKind>(i);
  }
  return std::nullopt;
}

std::vector<LintItem> find_lint(const SnapshotView& view) { return Linter{view}.run(); }

std::string lint_text(const SnapshotView& view, const LintItem& item) {
  if (item.text != LintItem::kNoText) return std::string{view.texts[item.text]};
  const EdgeId edge = edge_between(view, item.parent, item.node);
  std::string text;
  for (std::uint32_t i = view.claim_begin[edge]; i < view.claim_begin[edge + std::size_t{1}]; ++i) {
    const StoredClaim& claim = view.claims[i];
    if (claim.relation == Relation::unspecified) continue;
    const std::string part =
        fmt::format("{}: {}", to_string(claim.source), to_string(claim.relation));
    if (text.find(part) == std::string::npos) text += (text.empty() ? "" : "; ") + part;
  }
  if (named_like_a_copy(view, item.node, edge)) text += "; name: quantized";
  return text;
}

std::string lint_fix(const SnapshotView& view, const LintItem& item) {
  switch (item.kind) {
    case LintKind::self_reference:
      return parents_line(view, item.node);
    case LintKind::cycle: {
      // Who was there first is the parent.
      const UnixSeconds child = view.created_at[item.node];
      const UnixSeconds parent = view.created_at[item.parent];
      if (child == kUnknownTime || parent == kUnknownTime || parent <= child) return {};
      return parents_line(view, item.node, item.parent);
    }
    case LintKind::ghost_parent:
      return item.meant == kNoNode
                 ? std::string{}
                 : parents_line(view, item.node, item.parent, view.name(item.meant));
    case LintKind::case_mismatch:
    case LintKind::renamed_parent:
    case LintKind::reused_name:
      return parents_line(view, item.node);
    case LintKind::contradictory_relation: {
      const EdgeId edge = edge_between(view, item.parent, item.node);
      const Relation relation =
          named_like_a_copy(view, item.node, edge) ? Relation::quantized : view.relation[edge];
      return fmt::format("base_model_relation: {}", to_string(relation));
    }
    case LintKind::child_older_than_parent:
      return {};
    case LintKind::rejected_claim:
      return parents_line(view, item.node, kNoNode,
                          item.meant == kNoNode ? std::string_view{} : view.name(item.meant));
  }
  return {};
}

}  // namespace stemma
