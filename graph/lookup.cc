#include "graph/lookup.h"

#include <algorithm>
#include <string>
#include <utility>

#include "schema/model_name.h"

namespace stemma {
namespace {

/// Compares `name`, folded as it is read, with the folded text `key` in byte order: < 0, 0 or > 0.
int compare_folded(std::string_view name, std::string_view key) noexcept {
  const std::size_t common = std::min(name.size(), key.size());
  for (std::size_t i = 0; i < common; ++i) {
    const auto a = static_cast<unsigned char>(fold_char(name[i]));
    const auto b = static_cast<unsigned char>(key[i]);
    if (a != b) return a < b ? -1 : 1;
  }
  if (name.size() == key.size()) return 0;
  return name.size() < key.size() ? -1 : 1;
}

/// The nodes whose folded name, cut by `cut`, is the folded text `key`.
template <class Cut>
std::span<const NodeId> folded_range(const SnapshotView& snapshot, std::string_view key,
                                     Cut&& cut) {
  const auto nodes = snapshot.by_folded_name;
  const auto first = std::partition_point(nodes.begin(), nodes.end(), [&](NodeId node) {
    return compare_folded(cut(snapshot.name(node)), key) < 0;
  });
  const auto last = std::partition_point(first, nodes.end(), [&](NodeId node) {
    return compare_folded(cut(snapshot.name(node)), key) == 0;
  });
  return nodes.subspan(static_cast<std::size_t>(first - nodes.begin()),
                       static_cast<std::size_t>(last - first));
}

/// The index in a string table that is in byte order of the first text that is not before `text`.
template <class Table>
std::size_t lower_bound_of(const Table& table, std::string_view text) {
  std::size_t first = 0;
  std::size_t count = table.size();
  while (count > 0) {
    const std::size_t half = count / 2;
    if (table[first + half] < text) {
      first += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  return first;
}

/// The one that nodes whose names differ in case only leave: see find_name.
std::optional<NodeId> choose(const SnapshotView& snapshot, std::span<const NodeId> matches) {
  // The younger `_id` where two were seen last at the same time, as when claims are resolved.
  const auto seen = [&snapshot](NodeId node) {
    return std::pair{snapshot.last_seen[node], snapshot.hub_id[node]};
  };
  std::optional<NodeId> live;
  std::optional<NodeId> past;
  for (const NodeId node : matches) {
    if (snapshot.live(node)) {
      if (live) return std::nullopt;
      live = node;
    } else if (!past || seen(node) > seen(*past)) {
      past = node;
    }
  }
  return live ? live : past;
}

}  // namespace

std::optional<NodeId> find_exact(const SnapshotView& snapshot, std::string_view name) {
  // Bearers of one name are numbered with the one that it means first.
  const std::size_t node = lower_bound_of(snapshot.names, name);
  if (node == snapshot.names.size() || snapshot.names[node] != name) return std::nullopt;
  return static_cast<NodeId>(node);
}

std::optional<NodeId> find_name(const SnapshotView& snapshot, std::string_view name) {
  if (const auto exact = find_exact(snapshot, name)) return exact;
  const std::string folded = fold_case(name);
  const std::size_t alias = lower_bound_of(snapshot.aliases, folded);
  if (alias < snapshot.aliases.size() && snapshot.aliases[alias] == folded) {
    return snapshot.alias_node[alias];
  }
  return choose(snapshot,
                folded_range(snapshot, folded, [](std::string_view whole) { return whole; }));
}

std::vector<NodeId> find_base_name(const SnapshotView& snapshot, std::string_view base_name,
                                   std::size_t limit) {
  std::vector<NodeId> live;
  std::vector<NodeId> past;
  for (NodeId node = 0; node < snapshot.node_count() && live.size() < limit; ++node) {
    const std::string_view name = snapshot.name(node);
    // The length alone rules out nearly every name before a byte of it is read.
    if (name.size() < base_name.size() || !equal_folded(base_name_of(name), base_name)) continue;
    auto& found = snapshot.live(node) ? live : past;
    if (found.size() < limit) found.push_back(node);
  }
  past.resize(std::min(past.size(), limit - live.size()));
  live.insert(live.end(), past.begin(), past.end());
  return live;
}

std::span<const NodeId> nodes_of_owner(const SnapshotView& snapshot, std::string_view owner) {
  const std::string prefix = fold_case(owner) + '/';
  return folded_range(snapshot, prefix, [size = prefix.size()](std::string_view name) {
    return name.substr(0, size);
  });
}

std::vector<std::uint32_t> find_terms(const SnapshotView& snapshot, std::string_view text) {
  std::vector<std::uint32_t> found;
  for (std::size_t i = 0; i < snapshot.terms.size(); ++i) {
    if (equal_folded(snapshot.terms[i], text)) found.push_back(static_cast<std::uint32_t>(i));
  }
  return found;
}

}  // namespace stemma
