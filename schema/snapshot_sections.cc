#include "schema/snapshot_sections.h"

#include <algorithm>

namespace stemma {

std::string_view to_string(NodeState state) noexcept {
  switch (state) {
    case NodeState::live:
      return "live";
    case NodeState::gone:
      return "gone";
    case NodeState::ghost:
      break;
  }
  return "ghost";
}

SnapshotView view_of(const SnapshotColumns& columns) {
  // Both visits see the same sections in the same order, so one cursor pairs them.
  std::vector<std::pair<const void*, std::size_t>> arrays;
  for_each_section(columns, [&](const char*, const auto& array) {
    arrays.emplace_back(array.data(), array.size());
  });
  SnapshotView view;
  std::size_t next = 0;
  for_each_section(view, [&]<class T>(const char*, std::span<const T>& array) {
    array = {static_cast<const T*>(arrays[next].first), arrays[next].second};
    ++next;
  });
  return view;
}

UnixSeconds observed_at(const SnapshotView& snapshot, SnapshotNumber number) noexcept {
  const auto row =
      std::lower_bound(snapshot.history.begin(), snapshot.history.end(), number,
                       [](const SnapshotRow& a, SnapshotNumber b) { return a.number < b; });
  return row != snapshot.history.end() && row->number == number ? row->observed_at : kUnknownTime;
}

namespace {

bool offsets_ok(std::span<const std::uint32_t> begin, std::size_t entries, std::size_t bytes) {
  return begin.size() == entries + 1 && begin.front() == 0 && begin.back() == bytes &&
         std::is_sorted(begin.begin(), begin.end());
}

bool below(std::span<const std::uint32_t> numbers, std::size_t bound) {
  return std::all_of(numbers.begin(), numbers.end(),
                     [bound](std::uint32_t n) { return n < bound; });
}

bool strings_ok(const StringTable<detail::Viewed>& table) {
  return !table.begin.empty() &&
         offsets_ok(table.begin, table.begin.size() - 1, table.bytes.size());
}

}  // namespace

std::optional<std::string> find_inconsistency(const SnapshotView& s) {
  const std::size_t nodes = s.state.size();
  const std::size_t edges = s.parent.size();
  if (s.totals.size() != 1) return "totals are missing";
  if (!strings_ok(s.names) || s.names.size() != nodes) return "names do not fit the nodes";
  if (!strings_ok(s.terms) || s.terms.size() == 0) return "terms are damaged";
  if (!strings_ok(s.texts)) return "texts are damaged";
  if (!strings_ok(s.aliases) || s.aliases.size() != s.alias_node.size() ||
      s.aliases.size() != s.alias_learned.size() || !strings_ok(s.alias_names) ||
      s.alias_names.size() != s.aliases.size())
    return "aliases are damaged";
  if (!strings_ok(s.notes)) return "notes are damaged";
  for (const std::size_t size :
       {s.hub_id.size(), s.ordinal.size(), s.created_at.size(), s.last_modified.size(),
        s.first_seen.size(), s.last_seen.size(), s.downloads.size(), s.downloads_all_time.size(),
        s.likes.size(), s.parameters.size(), s.author.size(), s.license.size(),
        s.license_name.size(), s.pipeline_tag.size(), s.library.size(), s.architecture.size(),
        s.gated.size(), s.by_folded_name.size()}) {
    if (size != nodes) return "a node column has the wrong length";
  }
  for (const auto& codes :
       {s.author, s.license, s.license_name, s.pipeline_tag, s.library, s.architecture}) {
    if (!below(codes, s.terms.size())) return "a term number is out of range";
  }
  for (const std::size_t size :
       {s.relation.size(), s.confidence.size(), s.child.size(), s.child_edge.size()}) {
    if (size != edges) return "an edge column has the wrong length";
  }
  if (!offsets_ok(s.parent_begin, nodes, edges) || !offsets_ok(s.child_begin, nodes, edges)) {
    return "edge offsets are damaged";
  }
  if (!below(s.parent, nodes) || !below(s.child, nodes) || !below(s.child_edge, edges)) {
    return "an edge points outside the graph";
  }
  if (!offsets_ok(s.claim_begin, edges, s.claims.size())) return "claim offsets are damaged";
  if (!std::all_of(s.claims.begin(), s.claims.end(), [&](const StoredClaim& c) {
        return c.text < s.texts.size() &&
               (c.source != ClaimSource::curated || c.note <= s.notes.size());
      })) {
    return "a claim's text is out of range";
  }
  for (const auto& claims : {s.dropped, s.past}) {
    if (!std::all_of(claims.begin(), claims.end(), [&](const DroppedClaim& c) {
          return c.node < nodes && c.claim.text < s.texts.size();
        })) {
      return "a claim without an edge is out of range";
    }
  }
  if (!std::all_of(s.inferred.begin(), s.inferred.end(),
                   [&](const InferredParent& e) {
                     return e.child < nodes && e.parent < nodes &&
                            static_cast<std::size_t>(e.rule) < kInferenceRules;
                   }) ||
      !std::is_sorted(
          s.inferred.begin(), s.inferred.end(),
          [](const InferredParent& a, const InferredParent& b) { return a.child < b.child; })) {
    return "an inferred parent is out of range";
  }
  if (!below(s.by_folded_name, nodes) || !below(s.alias_node, nodes))
    return "a name index is out of range";
  for (const auto& counts : {s.downloads, s.downloads_all_time, s.likes, s.parameters}) {
    if (!std::all_of(counts.begin(), counts.end(), [](std::int64_t count) {
          return count >= kUnknownCount && count <= kMaxCount;
        })) {
      return "a count is beyond all measure";
    }
  }
  if (!std::all_of(s.relation.begin(), s.relation.end(),
                   [](Relation r) { return r <= Relation::quantized; }) ||
      !std::all_of(s.state.begin(), s.state.end(),
                   [](NodeState n) { return n <= NodeState::ghost; })) {
    return "a relation or state has an unknown value";
  }
  return std::nullopt;
}

}  // namespace stemma
