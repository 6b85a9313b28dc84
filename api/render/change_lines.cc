#include "api/render/change_lines.h"

#include <limits>
#include <memory>
#include <string>

#include "api/chunk_source.h"
#include "api/fields/change_fields.h"
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
          write_line<ChangesEndRow>(json, changes_end_fields(), {rows});
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
      write_line<ChangeRow>(json, change_fields(), {*now.now, seq, change ? &*change : nullptr});
      ++lines;
      ++rows;
    }
    out += json.take();
    return true;
  };
}

}  // namespace stemma
