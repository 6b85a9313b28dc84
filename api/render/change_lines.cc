#include "api/render/change_lines.h"

#include <limits>
#include <memory>
#include <string>

#include "api/chunk_source.h"
#include "api/fields/changes.h"
#include "api/json.h"
#include "api/render/json_fields.h"
#include "graph/build.h"

namespace stemma {
namespace {

constexpr std::size_t kLinesAPiece = 500;

/// A snapshot of nothing: what was before the first.
SnapshotHandle nothing() {
  struct Held {
    SnapshotColumns columns = build_snapshot({});
    SnapshotView view = view_of(columns);
  };
  const auto held = std::make_shared<Held>();
  return {held, &held->view};
}

/// The changes of one snapshot on their way out.
struct Step {
  Step(SnapshotHandle from, SnapshotHandle to)
      : old{std::move(from)},
        now{std::move(to)},
        before{*old},
        after{*now},
        changes{before, after} {}

  SnapshotHandle old, now;
  RowReader before, after;
  ChangeStream changes;
  std::uint64_t next = 0;  ///< The next seq: 0 is the opening line.
};

void write_opening(JsonWriter& json, const SnapshotView& view) {
  const SnapshotTotals& total = view.total();
  json.key("observed_at");
  json.time(total.observed_at);
  json.key("last_seen");
  json.time(total.observed_at);
  json.key("models");
  json.number(total.models);
  json.key("edges");
  json.number(total.edges);
  json.key("partial");
  json.boolean(total.partial != 0);
}

std::string_view column_name(ChangeKind kind, std::size_t place) {
  return is_edge(kind) ? kEdgeFields[place].name : kModelFields[place].name;
}

void write_set(JsonWriter& json, const Change& change) {
  json.key("set");
  json.begin_object();
  for (const auto& [place, value] : change.set) {
    json.key(column_name(change.kind, place));
    write_value(json, value);
  }
  json.end_object();
}

void write_change(JsonWriter& json, const Change& change) {
  const auto cell = [&](std::string_view key, const Value& value) {
    json.key(key);
    write_value(json, value);
  };
  const bool added =
      change.kind == ChangeKind::model_added || change.kind == ChangeKind::edge_added;
  if (added) {  // flat: a whole row
    for (const auto& [place, value] : change.set) cell(column_name(change.kind, place), value);
    return;
  }
  if (is_edge(change.kind)) {
    cell("parent_id", change.parent_id);
    cell("child_id", change.child_id);
    cell("relation", change.relation);
    cell("parent_hub_id", change.parent_hub_id);
    cell("child_hub_id", change.child_hub_id);
  } else {
    cell("hub_id", change.hub_id);
    cell("id", change.id);
  }
  switch (change.kind) {
    case ChangeKind::model_renamed:
    case ChangeKind::edge_retyped:
      cell("from", change.from);
      break;
    case ChangeKind::license_changed:
      cell("from", change.from);
      cell("license", change.set.front().second);
      break;
    case ChangeKind::alias_added:
      cell("alias", change.from);
      break;
    case ChangeKind::model_gone:
      if (change.set.empty()) cell("state", std::string_view{"ghost"});
      break;
    default:
      break;
  }
  if (!change.set.empty()) write_set(json, change);
}

}  // namespace

ChangesRange read_changes_range(ParamReader& reader, SnapshotNumber newest) {
  const auto since = reader.number(param::since);
  const auto seq = reader.number(param::seq);
  if (!since) throw ParamError{"since", "is missing: the snapshot that is known already, or 0"};
  if (*since > newest) {
    throw Error{ErrorKind::not_found, "there is no snapshot " + std::to_string(*since) +
                                          "; the newest asked for is " + std::to_string(newest)};
  }
  ChangesRange range{.since = static_cast<SnapshotNumber>(*since), .to = newest, .after = {}};
  if (seq) range.after = static_cast<std::uint64_t>(*seq);
  return range;
}

ChunkSource change_lines(SnapshotSource& snapshots, const ChangesRange& range) {
  // Shared, as a ChunkSource is copied.
  auto step = std::make_shared<std::unique_ptr<Step>>();
  return [&snapshots, step, range, number = range.since, rows = std::uint64_t{0},
          ended = false](std::string& out) mutable {
    if (ended) return false;
    JsonWriter json;
    for (std::size_t lines = 0; lines < kLinesAPiece;) {
      if (!*step) {
        if (number == range.to) {
          json.begin_object();
          json.key("end");
          json.boolean(true);
          json.key("rows");
          json.number(rows);
          json.end_object();
          json.end_line();
          ended = true;
          break;
        }
        SnapshotHandle before = number == 0 ? nothing() : snapshots.at(number);
        *step = std::make_unique<Step>(std::move(before), snapshots.at(++number));
      }
      Step& now = **step;
      const std::uint64_t seq = now.next++;
      const std::optional<Change> change = seq == 0 ? std::nullopt : now.changes.next();
      if (seq != 0 && !change) {
        step->reset();
        continue;
      }
      if (range.after && number == range.since + 1 && seq <= *range.after) continue;
      json.begin_object();
      json.key("snapshot");
      json.number(number);
      json.key("seq");
      json.number(seq);
      json.key("kind");
      if (seq == 0) {
        json.text("snapshot");
        write_opening(json, *now.now);
      } else {
        json.text(to_string(change->kind));
        write_change(json, *change);
      }
      json.end_object();
      json.end_line();
      ++lines;
      ++rows;
    }
    out += json.take();
    return true;
  };
}

}  // namespace stemma
