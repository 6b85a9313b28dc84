#include "graph/dump_rows.h"

#include <algorithm>

#include "schema/claim.h"
#include "schema/relation.h"

namespace stemma {
namespace {

Cell text_cell(std::string_view text) { return text.empty() ? Cell{} : Cell{text}; }
Cell time_cell(UnixSeconds time) { return time == kUnknownTime ? Cell{} : Cell{CellTime{time}}; }
Cell count_cell(std::int64_t count) { return count == kUnknownCount ? Cell{} : Cell{count}; }
Cell id_cell(const HubId& id) { return id.empty() ? Cell{} : Cell{id}; }

Cell gated_cell(Gated gated) {
  switch (gated) {
    case Gated::unknown:
      break;
    case Gated::no:
      return false;
    case Gated::automatic:
      return std::string_view{"auto"};
    case Gated::manual:
      return std::string_view{"manual"};
  }
  return {};
}

}  // namespace

RowMaker::RowMaker(const SnapshotView& snapshot) : view_{snapshot} {
  for (std::uint32_t i = 0; i < view_.alias_node.size(); ++i)
    aliases_.emplace_back(view_.alias_node[i], i);
  std::sort(aliases_.begin(), aliases_.end());
}

TextList RowMaker::aliases(NodeId node) const {
  TextList names;
  for (auto at = std::lower_bound(aliases_.begin(), aliases_.end(), std::pair{node, 0U});
       at != aliases_.end() && at->first == node; ++at) {
    names.push_back(view_.alias_names[at->second]);
  }
  return names;
}

Cell RowMaker::seen(SnapshotNumber number) const {
  return number == 0 ? Cell{} : time_cell(observed_at(view_, number));
}

ModelRow RowMaker::model(NodeId node) const {
  const auto term = [&](std::uint32_t number) { return text_cell(view_.terms[number]); };
  return {Cell{view_.name(node)},
          id_cell(view_.hub_id[node]),
          Cell{to_string(view_.state[node])},
          term(view_.author[node]),
          time_cell(view_.created_at[node]),
          time_cell(view_.last_modified[node]),
          seen(view_.first_seen[node]),
          seen(view_.last_seen[node]),
          count_cell(view_.downloads[node]),
          count_cell(view_.downloads_all_time[node]),
          count_cell(view_.likes[node]),
          term(view_.license[node]),
          term(view_.pipeline_tag[node]),
          term(view_.library[node]),
          gated_cell(view_.gated[node]),
          count_cell(view_.parameters[node]),
          Cell{aliases(node)}};
}

EdgeRow RowMaker::edge(EdgeId edge, NodeId child) const {
  const NodeId parent = view_.parent[edge];
  TextList sources;
  SnapshotNumber first = 0;
  SnapshotNumber last = 0;
  std::string_view why;
  for (std::uint32_t i = view_.claim_begin[edge]; i < view_.claim_begin[edge + 1]; ++i) {
    const StoredClaim& claim = view_.claims[i];
    const std::string_view source = to_string(claim.source);
    if (sources.empty() || sources.back() != source) sources.push_back(source);
    first = first == 0 ? claim.first_seen : std::min(first, claim.first_seen);
    last = std::max(last, claim.last_seen);
    if (claim.source == ClaimSource::curated && claim.note != 0)
      why = view_.notes[claim.note - std::size_t{1}];
  }
  const auto claims = std::int64_t{view_.claim_begin[edge + 1] - view_.claim_begin[edge]};
  return {Cell{view_.name(parent)},
          Cell{view_.name(child)},
          Cell{to_string(view_.relation[edge])},
          Cell{view_.confidence[edge]},
          Cell{to_string(view_.state[child])},
          Cell{std::move(sources)},
          Cell{claims},
          seen(first),
          seen(last),
          text_cell(why),
          Cell{to_string(view_.state[parent])},
          Cell{to_string(view_.state[child])},
          id_cell(view_.hub_id[parent]),
          id_cell(view_.hub_id[child])};
}

}  // namespace stemma
