#include "graph/build.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "graph/cycles.h"
#include "graph/edge_order.h"
#include "graph/edge_relation.h"
#include "graph/infer.h"
#include "graph/resolve.h"
#include "schema/model_name.h"

namespace stemma {
namespace {

/// Gives every distinct string a number, in order of first use, and writes them as a table.
class Interner {
 public:
  explicit Interner(StringTable<detail::Owned>& table) : table_{table} {
    table_.begin.push_back(0);
  }

  std::uint32_t add(std::string_view text) {
    const auto [entry, added] =
        numbers_.try_emplace(std::string{text}, static_cast<std::uint32_t>(numbers_.size()));
    if (added) {
      table_.bytes.insert(table_.bytes.end(), text.begin(), text.end());
      table_.begin.push_back(static_cast<std::uint32_t>(table_.bytes.size()));
    }
    return entry->second;
  }

 private:
  StringTable<detail::Owned>& table_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

void append(StringTable<detail::Owned>& table, std::string_view text) {
  if (table.begin.empty()) table.begin.push_back(0);
  table.bytes.insert(table.bytes.end(), text.begin(), text.end());
  table.begin.push_back(static_cast<std::uint32_t>(table.bytes.size()));
}

/// Nodes in their final order: which model or ghost each is, and the way back.
struct Numbering {
  std::vector<ParentRef> nodes;
  std::vector<NodeId> of_model;
  std::vector<NodeId> of_ghost;

  [[nodiscard]] NodeId of(ParentRef ref) const {
    return ref.ghost ? of_ghost[ref.index] : of_model[ref.index];
  }
};

std::string_view name_of(const BuildInput& input, const ResolvedClaims& resolved, ParentRef ref) {
  return ref.ghost ? std::string_view{resolved.ghosts[ref.index]}
                   : input.models[ref.index].record.name;
}

Numbering number_nodes(const BuildInput& input, const ResolvedClaims& resolved) {
  Numbering numbering;
  numbering.nodes.reserve(input.models.size() + resolved.ghosts.size());
  for (std::uint32_t i = 0; i < input.models.size(); ++i) numbering.nodes.push_back({i, false});
  for (std::uint32_t i = 0; i < resolved.ghosts.size(); ++i) numbering.nodes.push_back({i, true});
  std::sort(numbering.nodes.begin(), numbering.nodes.end(), [&](ParentRef a, ParentRef b) {
    const std::string_view x = name_of(input, resolved, a);
    const std::string_view y = name_of(input, resolved, b);
    if (const int order = x.compare(y); order != 0) return order < 0;
    if (a.ghost || b.ghost)
      return a < b;  // a ghost never shares a name with a model; two ghosts never share one
    const ModelState& m = input.models[a.index];
    const ModelState& n = input.models[b.index];
    if (m.state != n.state) return m.state == NodeState::live;
    if (m.last_seen != n.last_seen) return m.last_seen > n.last_seen;
    return m.record.id > n.record.id;
  });
  numbering.of_model.resize(input.models.size());
  numbering.of_ghost.resize(resolved.ghosts.size());
  for (NodeId node = 0; node < numbering.nodes.size(); ++node) {
    const ParentRef ref = numbering.nodes[node];
    (ref.ghost ? numbering.of_ghost : numbering.of_model)[ref.index] = node;
  }
  return numbering;
}

void fill_nodes(SnapshotColumns& out, const BuildInput& input, const ResolvedClaims& resolved,
                const Numbering& numbering) {
  Interner terms{out.terms};
  terms.add("");
  // Interned by value first seen in node order, which does not depend on the input's order.
  std::unordered_map<std::string_view, std::uint32_t> seen;
  const auto term = [&](std::string_view text) {
    const auto [entry, added] = seen.try_emplace(text, 0);
    if (added) entry->second = terms.add(text);
    return entry->second;
  };
  for (const ParentRef ref : numbering.nodes) {
    append(out.names, name_of(input, resolved, ref));
    if (ref.ghost) {
      out.hub_id.emplace_back();
      out.ordinal.push_back(kNoOrdinal);
      out.state.push_back(NodeState::ghost);
      out.created_at.push_back(kUnknownTime);
      out.last_modified.push_back(kUnknownTime);
      out.first_seen.push_back(0);
      out.last_seen.push_back(0);
      for (auto* column : {&out.downloads, &out.downloads_all_time, &out.likes, &out.parameters}) {
        column->push_back(kUnknownCount);
      }
      out.author.push_back(term(owner_of(resolved.ghosts[ref.index])));
      for (auto* column :
           {&out.license, &out.license_name, &out.pipeline_tag, &out.library, &out.architecture}) {
        column->push_back(0);
      }
      out.gated.push_back(Gated::unknown);
      continue;
    }
    const ModelState& model = input.models[ref.index];
    const ModelRecord& record = model.record;
    out.hub_id.push_back(record.id);
    out.ordinal.push_back(model.ordinal);
    out.state.push_back(model.state);
    out.created_at.push_back(record.created_at);
    out.last_modified.push_back(record.last_modified);
    out.first_seen.push_back(model.first_seen);
    out.last_seen.push_back(model.last_seen);
    out.downloads.push_back(model.counts.downloads);
    out.downloads_all_time.push_back(model.counts.downloads_all_time);
    out.likes.push_back(model.counts.likes);
    out.parameters.push_back(record.parameters());
    out.author.push_back(term(record.author.empty() ? owner_of(record.name) : record.author));
    out.license.push_back(term(record.license()));
    out.license_name.push_back(term(record.license_name));
    out.pipeline_tag.push_back(term(record.pipeline_tag));
    out.library.push_back(term(record.library_name));
    out.architecture.push_back(term(record.architecture()));
    out.gated.push_back(record.gated);
  }
  if (out.names.begin.empty()) out.names.begin.push_back(0);
}

/// Texts of claims, and what curated ones rest on.
struct ClaimTexts {
  Interner texts;
  Interner notes;
};

StoredClaim stored(const Claim& said, const ClaimSpan& span, ClaimTexts& texts) {
  std::uint32_t note = 0;
  if (!span.why.empty()) note = texts.notes.add(span.why) + 1;
  if (note > std::numeric_limits<std::uint16_t>::max()) note = 0;  // told by its source alone
  return {.text = texts.texts.add(said.text),
          .first_seen = span.first_seen,
          .last_seen = span.last_seen,
          .source = said.source,
          .relation = said.relation,
          .note = static_cast<std::uint16_t>(note)};
}

StoredClaim stored(const BuildInput& input, std::uint32_t model, std::uint32_t claim,
                   ClaimTexts& texts) {
  const ModelState& state = input.models[model];
  return stored(state.record.claims[claim], state.claim_spans.at(claim), texts);
}

/// A claim that made an edge, ready to be sorted into it.
struct KeptClaim {
  NodeId child;
  NodeId parent;
  std::uint32_t order;  ///< Within the edge: of the model's claims, then those on unobserved ones.
  const Claim* claim;
  const ClaimSpan* span;
  float confidence;
};

std::vector<KeptClaim> kept_claims(const BuildInput& input, const ResolvedClaims& resolved,
                                   const Numbering& numbering) {
  std::vector<KeptClaim> kept;
  kept.reserve(resolved.claims.size() + resolved.unobserved.size());
  for (const ResolvedClaim& claim : resolved.claims) {
    if (claim.outcome != ResolvedClaim::Outcome::kept) continue;
    const ModelState& model = input.models[claim.model];
    kept.push_back({numbering.of_model[claim.model], numbering.of(claim.parent), claim.claim,
                    &model.record.claims[claim.claim], &model.claim_spans.at(claim.claim),
                    claim.confidence});
  }
  constexpr std::uint32_t kAfterAll = std::uint32_t{1} << 31U;
  for (const ResolvedUnobserved& edge : resolved.unobserved) {
    const UnobservedClaim& said = input.unobserved[edge.index];
    kept.push_back({numbering.of(edge.child), numbering.of(edge.parent), kAfterAll + edge.index,
                    &said.claim, &said.span, edge.confidence});
  }
  std::sort(kept.begin(), kept.end(), [](const KeptClaim& a, const KeptClaim& b) {
    return std::tie(a.child, a.parent, a.order) < std::tie(b.child, b.parent, b.order);
  });
  return kept;
}

void fill_edges(SnapshotColumns& out, const BuildInput& input, const ResolvedClaims& resolved,
                const Numbering& numbering, ClaimTexts& texts) {
  const std::vector<KeptClaim> kept = kept_claims(input, resolved, numbering);
  std::vector<const ResolvedClaim*> dropped;
  for (const ResolvedClaim& claim : resolved.claims) {
    if (claim.outcome != ResolvedClaim::Outcome::kept) dropped.push_back(&claim);
  }

  const std::size_t nodes = numbering.nodes.size();
  out.parent_begin.assign(nodes + 1, 0);
  out.claim_begin.push_back(0);
  std::vector<NodeId> child_of;
  for (std::size_t i = 0; i < kept.size();) {
    const KeptClaim& first = kept[i];
    EdgeRelation relation;
    float confidence = 0;
    for (; i < kept.size() && kept[i].child == first.child && kept[i].parent == first.parent; ++i) {
      relation.add(kept[i].claim->source, kept[i].claim->relation);
      confidence = std::max(confidence, kept[i].confidence);
      out.claims.push_back(stored(*kept[i].claim, *kept[i].span, texts));
    }
    out.parent.push_back(first.parent);
    out.relation.push_back(relation.relation());
    out.confidence.push_back(confidence);
    out.claim_begin.push_back(static_cast<std::uint32_t>(out.claims.size()));
    child_of.push_back(first.child);
    ++out.parent_begin[first.child + 1];
  }
  std::partial_sum(out.parent_begin.begin(), out.parent_begin.end(), out.parent_begin.begin());

  order_by_parent(out.parent, child_of, static_cast<NodeId>(nodes), out.child_begin, out.child,
                  out.child_edge);

  std::sort(dropped.begin(), dropped.end(), [&](const ResolvedClaim* a, const ResolvedClaim* b) {
    return std::pair{numbering.of_model[a->model], a->claim} <
           std::pair{numbering.of_model[b->model], b->claim};
  });
  for (const ResolvedClaim* claim : dropped) {
    out.dropped.push_back({.node = numbering.of_model[claim->model],
                           .reason = claim->outcome == ResolvedClaim::Outcome::rejected
                                         ? DropReason::rejected
                                         : DropReason::self_reference,
                           .claim = stored(input, claim->model, claim->claim, texts)});
  }
}

/// After the edges, so that texts are numbered in an order that does not depend on the input's.
void fill_past(SnapshotColumns& out, const BuildInput& input, const Numbering& numbering,
               ClaimTexts& texts) {
  for (NodeId node = 0; node < numbering.nodes.size(); ++node) {
    if (numbering.nodes[node].ghost) continue;
    std::vector<PastClaim> past = input.models[numbering.nodes[node].index].past_claims;
    std::sort(past.begin(), past.end(), [](const PastClaim& a, const PastClaim& b) {
      return std::tie(a.span.first_seen, a.span.last_seen, a.claim.source, a.claim.relation,
                      a.claim.text, a.claim.parent_id) <
             std::tie(b.span.first_seen, b.span.last_seen, b.claim.source, b.claim.relation,
                      b.claim.text, b.claim.parent_id);
    });
    for (const PastClaim& claim : past) {
      out.past.push_back({.node = node,
                          .reason = DropReason::past,
                          .claim = stored(claim.claim, claim.span, texts)});
    }
  }
}

void fill_name_index(SnapshotColumns& out, const BuildInput& input, const Numbering& numbering) {
  const std::size_t nodes = numbering.nodes.size();
  std::string folded(out.names.bytes.size(), '\0');
  std::transform(out.names.bytes.begin(), out.names.bytes.end(), folded.begin(), fold_char);
  const auto folded_name = [&](NodeId node) {
    return std::string_view{folded}.substr(out.names.begin[node],
                                           out.names.begin[node + 1] - out.names.begin[node]);
  };
  out.by_folded_name.resize(nodes);
  std::iota(out.by_folded_name.begin(), out.by_folded_name.end(), NodeId{0});
  std::sort(out.by_folded_name.begin(), out.by_folded_name.end(), [&](NodeId a, NodeId b) {
    const int order = folded_name(a).compare(folded_name(b));
    return order != 0 ? order < 0 : a < b;
  });

  // The name that the target bears today, in whatever case, is no alias of it.
  std::unordered_map<HubId, NodeId, HubIdHash> by_id;
  if (!input.aliases.empty()) {
    for (NodeId node = 0; node < nodes; ++node) {
      if (out.state[node] != NodeState::ghost) by_id.emplace(out.hub_id[node], node);
    }
  }
  struct Alias {
    NodeId node;
    SnapshotNumber learned;
    std::string_view name;
  };
  std::map<std::string, Alias> aliases;
  for (const AliasState& alias : input.aliases) {
    const auto target = by_id.find(alias.target);
    if (target == by_id.end() || equal_folded(out.names[target->second], alias.name)) continue;
    aliases[fold_case(alias.name)] = {target->second, alias.learned, alias.name};
  }
  out.aliases.begin.push_back(0);
  out.alias_names.begin.push_back(0);
  for (const auto& [folded_alias, alias] : aliases) {
    append(out.aliases, folded_alias);
    append(out.alias_names, alias.name);
    out.alias_node.push_back(alias.node);
    out.alias_learned.push_back(alias.learned);
  }
}

void fill_totals(SnapshotColumns& out, const BuildInput& input, const ResolvedClaims& resolved) {
  SnapshotTotals total = input.head;
  for (NodeId node = 0; node < out.state.size(); ++node) {
    if (out.state[node] == NodeState::gone) ++total.gone;
    if (out.state[node] == NodeState::ghost) ++total.ghosts;
    if (out.state[node] != NodeState::live) continue;
    ++total.models;
    const std::uint32_t parents = out.parent_begin[node + 1] - out.parent_begin[node];
    total.edges += parents;
    if (parents > 1) ++total.multi_parent;
    for (EdgeId edge = out.parent_begin[node]; edge < out.parent_begin[node + 1]; ++edge) {
      ++total.by_relation[static_cast<std::size_t>(out.relation[edge])];
    }
  }
  std::uint32_t last_declaring = UINT32_MAX;
  std::uint32_t last_self = UINT32_MAX;
  for (const ResolvedClaim& claim : resolved.claims) {
    if (input.models[claim.model].state != NodeState::live) continue;
    ++total.claims_observed;
    if (claim.model != last_declaring) ++total.declaring;
    last_declaring = claim.model;
    switch (claim.outcome) {
      case ResolvedClaim::Outcome::kept:
        ++total.claims_kept;
        if (claim.parent.ghost) ++total.claims_to_ghosts;
        break;
      case ResolvedClaim::Outcome::rejected:
        ++total.claims_rejected;
        break;
      case ResolvedClaim::Outcome::self_reference:
        ++total.claims_self;
        if (claim.model != last_self) ++total.self_references;
        last_self = claim.model;
        break;
    }
  }
  for (const ResolvedUnobserved& edge : resolved.unobserved) {
    // An alias led to a model that was observed after all: its claim, like any other.
    if (edge.child.ghost || input.models[edge.child.index].state != NodeState::live) continue;
    ++total.claims_observed;
    ++total.claims_kept;
    if (edge.parent.ghost) ++total.claims_to_ghosts;
    if (input.models[edge.child.index].record.claims.empty()) ++total.declaring;
  }
  out.totals.push_back(total);
}

}  // namespace

SnapshotColumns build_snapshot(const BuildInput& input) {
  const ResolvedClaims resolved = resolve_claims(input);
  const Numbering numbering = number_nodes(input, resolved);
  SnapshotColumns out;
  fill_nodes(out, input, resolved, numbering);
  ClaimTexts texts{Interner{out.texts}, Interner{out.notes}};
  fill_edges(out, input, resolved, numbering, texts);
  fill_past(out, input, numbering, texts);
  fill_name_index(out, input, numbering);
  fill_totals(out, input, resolved);
  out.totals[0].cycles = count_cycles(view_of(out));
  out.inferred = infer_parents(view_of(out));
  out.scope.assign(input.scope.begin(), input.scope.end());
  out.history = input.history;
  out.history.push_back({.number = out.totals[0].number,
                         .partial = out.totals[0].partial,
                         .observed_at = out.totals[0].observed_at,
                         .models = out.totals[0].models,
                         .edges = out.totals[0].edges});
  return out;
}

}  // namespace stemma
