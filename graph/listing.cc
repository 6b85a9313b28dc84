#include "graph/listing.h"

#include <algorithm>
#include <limits>
#include <unordered_set>

#include "schema/model_name.h"

namespace stemma {
namespace {

/// Which terms a filter lets through. Texts are looked up once, so a row costs one bit.
class TermFilter {
 public:
  TermFilter(const SnapshotView& snapshot, const std::vector<std::string>& alternatives)
      : active_{!alternatives.empty()} {
    if (!active_) return;
    wanted_.resize(snapshot.terms.size());
    // One pass over the terms, however many alternatives there are.
    std::unordered_set<std::string> folded;
    std::size_t longest = 0;
    for (const std::string& text : alternatives) {
      folded.insert(fold_case(text));
      longest = std::max(longest, text.size());
    }
    for (std::size_t term = 0; term < wanted_.size(); ++term) {
      const std::string_view text = snapshot.terms[term];
      wanted_[term] = text.size() <= longest && folded.contains(fold_case(text));
    }
    wanted_[0] = false;  // the empty term stands for unknown, whatever was asked for
  }

  [[nodiscard]] bool passes(std::uint32_t term) const { return !active_ || wanted_[term]; }

 private:
  bool active_;
  std::vector<bool> wanted_;
};

class RowFilter {
 public:
  RowFilter(const SnapshotView& snapshot, const Filters& filters)
      : snapshot_{snapshot},
        filters_{filters},
        authors_{snapshot, filters.authors},
        licenses_{snapshot, filters.licenses},
        pipeline_tags_{snapshot, filters.pipeline_tags},
        libraries_{snapshot, filters.libraries},
        name_part_{fold_case(filters.name_part)} {
    for (const Relation relation : filters.relations) relations_ |= bit(relation);
  }

  [[nodiscard]] bool passes(const Reached& row) const {
    const NodeId node = row.node;
    return state_passes(snapshot_.state[node]) && row.depth <= max_depth() && edge_passes(row) &&
           authors_.passes(snapshot_.author[node]) && licenses_.passes(snapshot_.license[node]) &&
           pipeline_tags_.passes(snapshot_.pipeline_tag[node]) &&
           libraries_.passes(snapshot_.library[node]) && counts_pass(node) &&
           creation_passes(snapshot_.created_at[node]) && name_passes(node);
  }

 private:
  static unsigned bit(Relation relation) noexcept { return 1U << static_cast<unsigned>(relation); }

  [[nodiscard]] std::uint32_t max_depth() const {
    return filters_.max_depth.value_or(std::numeric_limits<std::uint32_t>::max());
  }

  [[nodiscard]] bool state_passes(NodeState state) const {
    switch (state) {
      case NodeState::live:
        return true;
      case NodeState::gone:
        return filters_.include_gone;
      case NodeState::ghost:
        break;
    }
    return filters_.include_ghosts;
  }

  [[nodiscard]] bool edge_passes(const Reached& row) const {
    if (relations_ == 0 && !filters_.min_confidence) return true;
    if (row.depth == 0) return false;
    if (relations_ != 0 && (relations_ & bit(snapshot_.relation[row.edge])) == 0) return false;
    // Confidences are kept as floats: 0.9 must let through what was stored as 0.9.
    return !filters_.min_confidence ||
           snapshot_.confidence[row.edge] >= static_cast<float>(*filters_.min_confidence);
  }

  [[nodiscard]] bool name_passes(NodeId node) const {
    return name_part_.empty() ||
           fold_case(snapshot_.name(node)).find(name_part_) != std::string::npos;
  }

  [[nodiscard]] bool counts_pass(NodeId node) const {
    if (!filters_.min_downloads) return true;
    const std::int64_t downloads = snapshot_.downloads[node];
    return downloads != kUnknownCount && downloads >= *filters_.min_downloads;
  }

  [[nodiscard]] bool creation_passes(UnixSeconds created) const {
    if (!filters_.created_after && !filters_.created_before) return true;
    return created != kUnknownTime &&
           (!filters_.created_after || created >= *filters_.created_after) &&
           (!filters_.created_before || created < *filters_.created_before);
  }

  const SnapshotView& snapshot_;
  const Filters& filters_;
  unsigned relations_ = 0;
  TermFilter authors_, licenses_, pipeline_tags_, libraries_;
  std::string name_part_;  ///< Folded; empty for any.
};

constexpr std::int64_t kUnknownKey = std::numeric_limits<std::int64_t>::min();

std::int64_t sort_key(const SnapshotView& snapshot, const Reached& row, SortKey key) {
  const auto known = [](std::int64_t value, std::int64_t unknown) {
    return value == unknown ? kUnknownKey : value;
  };
  switch (key) {
    case SortKey::downloads:
      return known(snapshot.downloads[row.node], kUnknownCount);
    case SortKey::likes:
      return known(snapshot.likes[row.node], kUnknownCount);
    case SortKey::created_at:
      return known(snapshot.created_at[row.node], kUnknownTime);
    case SortKey::depth:
      return row.depth;
    case SortKey::id:
      break;
  }
  return row.node;  // nodes are numbered in the order of their names
}

struct Row {
  std::int64_t key;
  Reached reached;
};

}  // namespace

Listing list_nodes(const SnapshotView& snapshot, std::vector<Reached> reached,
                   const ListQuery& query) {
  Listing listing;
  const RowFilter filter{snapshot, query.filters};
  std::erase_if(reached, [&](const Reached& row) { return !filter.passes(row); });
  listing.total = reached.size();
  std::vector<Row> rows;
  rows.reserve(reached.size());
  for (const Reached& row : reached) {
    listing.downloads.add(snapshot.downloads[row.node]);
    rows.push_back({sort_key(snapshot, row, query.sort), row});
  }

  // Only the page itself is sorted: selection cuts off what comes after it and what comes before.
  const std::size_t first = std::min(query.offset, rows.size());
  const std::size_t last = first + std::min(query.limit, rows.size() - first);
  const auto at = [&rows](std::size_t i) { return rows.begin() + static_cast<std::ptrdiff_t>(i); };
  const auto before = [descending = query.descending](const Row& a, const Row& b) {
    if (a.key == b.key) return a.reached.node < b.reached.node;
    if (a.key == kUnknownKey || b.key == kUnknownKey) return b.key == kUnknownKey;
    return descending ? a.key > b.key : a.key < b.key;
  };
  if (last < rows.size()) std::nth_element(rows.begin(), at(last), rows.end(), before);
  if (first < last) std::nth_element(rows.begin(), at(first), at(last), before);
  std::sort(at(first), at(last), before);
  for (std::size_t i = first; i < last; ++i) listing.items.push_back(rows[i].reached);
  return listing;
}

}  // namespace stemma
