#include "graph/impact.h"

#include <unordered_map>

namespace stemma {
namespace {

// What paths from the model make of a node: one bit each, as there may be several.
constexpr unsigned kCarries = 1;
constexpr unsigned kUnknown = 2;
constexpr unsigned kRefersToModel = 4;
constexpr unsigned kRefersToDerivative = 8;
constexpr unsigned kRefers = kRefersToModel | kRefersToDerivative;

/// What an edge makes of a child of the model itself.
unsigned first_step(Relation relation) {
  switch (relation) {
    case Relation::finetune:
    case Relation::merge:
    case Relation::quantized:
      return kCarries;
    case Relation::adapter:
      return kRefersToModel;
    case Relation::unspecified:
      break;
  }
  return kUnknown;
}

/// What an edge makes of the child of a node that is `parent`.
unsigned step(unsigned parent, Relation relation) {
  switch (relation) {
    case Relation::finetune:
    case Relation::quantized:
      return parent;
    case Relation::merge:  // of an adapter: perhaps into what it was made for, perhaps not
      return (parent & (kCarries | kUnknown)) | ((parent & kRefers) != 0 ? kUnknown : 0);
    case Relation::adapter:  // on an adapter: to what that refers to
      return (parent & kRefers) | ((parent & (kCarries | kUnknown)) != 0 ? kRefersToDerivative : 0);
    case Relation::unspecified:
      break;
  }
  return kUnknown;
}

}  // namespace

std::string_view to_string(Exposure exposure) noexcept {
  switch (exposure) {
    case Exposure::carries:
      return "carries";
    case Exposure::unknown:
      return "unknown";
    case Exposure::refers:
      break;
  }
  return "refers";
}

std::vector<ImpactRow> impact_of(const SnapshotView& view, NodeId model) {
  const std::vector<Reached> reached = descendants_of(view, std::span{&model, 1});
  struct State {
    unsigned exposure = 0;
    bool other_source = false;
  };
  std::unordered_map<NodeId, State> states;
  states.reserve(reached.size());
  for (const Reached& row : reached) states.emplace(row.node, State{});
  // Bits are only ever added, so this ends, cycles or not.
  std::vector<NodeId> work;
  const auto each_child = [&](NodeId node, auto&& visit) {
    for (std::uint32_t i = view.child_begin[node]; i < view.child_begin[node + std::size_t{1}];
         ++i) {
      if (view.child[i] != model) visit(view.child[i], view.relation[view.child_edge[i]]);
    }
  };
  const auto add = [&](NodeId node, unsigned exposure) {
    State& state = states.at(node);
    if ((state.exposure | exposure) == state.exposure) return;
    state.exposure |= exposure;
    work.push_back(node);
  };
  each_child(model, [&](NodeId child, Relation relation) { add(child, first_step(relation)); });
  while (!work.empty()) {
    const NodeId node = work.back();
    work.pop_back();
    const unsigned exposure = states.at(node).exposure;
    each_child(node,
               [&](NodeId child, Relation relation) { add(child, step(exposure, relation)); });
  }
  // Another source: a parent from outside of what descends from the model, or one that has such.
  for (const Reached& row : reached) {
    for (EdgeId e = view.parent_begin[row.node]; e < view.parent_begin[row.node + std::size_t{1}];
         ++e) {
      const NodeId parent = view.parent[e];
      if (parent == model || states.count(parent) != 0) continue;
      states.at(row.node).other_source = true;
      work.push_back(row.node);
      break;
    }
  }
  while (!work.empty()) {
    const NodeId node = work.back();
    work.pop_back();
    each_child(node, [&](NodeId child, Relation) {
      State& state = states.at(child);
      if (state.other_source) return;
      state.other_source = true;
      work.push_back(child);
    });
  }
  std::vector<ImpactRow> rows;
  rows.reserve(reached.size());
  for (const Reached& row : reached) {
    const State& state = states.at(row.node);
    const Exposure exposure = (state.exposure & kCarries) != 0   ? Exposure::carries
                              : (state.exposure & kUnknown) != 0 ? Exposure::unknown
                                                                 : Exposure::refers;
    const bool needs = exposure == Exposure::refers && (state.exposure & kRefersToModel) != 0;
    rows.push_back({row, exposure, needs, !state.other_source});
  }
  return rows;
}

}  // namespace stemma
