#pragma once

#include "index/data_dir.h"
#include "index/model_store.h"
#include "schema/snapshot_sections.h"

namespace stemma {

/// The columns of snapshot `number` from the store alone, as they were published then: only what
/// was observed up to it counts. Throws Error{not_found} for a snapshot that the store does not
/// have, Error{corrupt} for damaged values. Cost: one scan of versions and counts up to that
/// snapshot.
[[nodiscard]] SnapshotColumns derive_snapshot(const ModelStore& store, SnapshotNumber number);

/// Makes `columns` the published snapshot of their number: remembers its totals and writes its
/// file.
void publish_columns(const DataDir& data, const ModelStore& store, const SnapshotColumns& columns);

/// Writes the file of the newest snapshot where the store has it and the directory does not: what a
/// process killed between the two left undone. The caller holds the WriteLock.
void mend_published(const DataDir& data, const ModelStore& store);

}  // namespace stemma
