#include "graph/burst.h"

#include <algorithm>
#include <tuple>

namespace stemma {
namespace {

constexpr UnixSeconds kDay = 86400;

/// Times before 1970 must not share a day with those after it.
std::int64_t utc_day(UnixSeconds time) noexcept { return time / kDay - (time % kDay < 0 ? 1 : 0); }

}  // namespace

std::vector<bool> find_bursts(const SnapshotView& snapshot) {
  const NodeId nodes = snapshot.node_count();
  const auto in_question = [&snapshot](NodeId node) {
    return snapshot.live(node) && snapshot.author[node] != 0 &&
           snapshot.created_at[node] != kUnknownTime;
  };
  // A child stays as soon as one parent has room for it.
  std::vector<bool> stays(nodes);
  std::vector<NodeId> group;
  for (NodeId parent = 0; parent < nodes; ++parent) {
    group.clear();
    for (std::uint32_t i = snapshot.child_begin[parent]; i < snapshot.child_begin[parent + 1];
         ++i) {
      if (in_question(snapshot.child[i])) group.push_back(snapshot.child[i]);
    }
    if (group.size() <= kBurstKept) {
      for (const NodeId child : group) stays[child] = true;
      continue;
    }
    // By author and creation time the days lie together, each in its own order of places.
    std::sort(group.begin(), group.end(), [&snapshot](NodeId a, NodeId b) {
      return std::tie(snapshot.author[a], snapshot.created_at[a], snapshot.hub_id[a]) <
             std::tie(snapshot.author[b], snapshot.created_at[b], snapshot.hub_id[b]);
    });
    std::size_t place = 0;
    for (std::size_t i = 0; i < group.size(); ++i) {
      const bool same =
          i > 0 && snapshot.author[group[i]] == snapshot.author[group[i - 1]] &&
          utc_day(snapshot.created_at[group[i]]) == utc_day(snapshot.created_at[group[i - 1]]);
      place = same ? place + 1 : 0;
      if (place < kBurstKept) stays[group[i]] = true;
    }
  }
  std::vector<bool> set_aside(nodes);
  for (NodeId node = 0; node < nodes; ++node) {
    const bool has_parents = snapshot.parent_begin[node] != snapshot.parent_begin[node + 1];
    set_aside[node] = has_parents && in_question(node) && !stays[node];
  }
  return set_aside;
}

}  // namespace stemma
