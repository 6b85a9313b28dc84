#pragma once

#include "api/json.h"
#include "schema/snapshot_sections.h"

namespace stemma {

// What many answers have in common. Each writes keys into the object that is open.

/// What every answer says where the snapshot is not the whole and real hub, or holds inferred
/// edges. `partial_told`: the body has that key already.
void write_marks(JsonWriter& json, const SnapshotView& view, bool partial_told = false);
void write_snapshot(JsonWriter& json, const SnapshotView& view);
/// The line that tells a whole stream from one that was cut.
void write_end_line(JsonWriter& json, const SnapshotView& view, std::size_t rows);

}  // namespace stemma
