#pragma once

#include <stop_token>

#include "api/endpoints/api_context.h"

namespace stemma {

// What a server computes ahead, so that nobody who asks waits for it. Both end early once `stop` is
// requested.

/// What pages and answers need of a snapshot and of its night. Cost: some seconds at five million
/// models.
void prepare_snapshot(ApiContext& api, const SnapshotHandle& snapshot, const std::stop_token& stop);
/// What is needed of its curves. Returns whether it is done: false while the snapshot is not rolled
/// up. Cost until then: opening the roll-ups.
[[nodiscard]] bool prepare_adoption(ApiContext& api, const SnapshotHandle& snapshot,
                                    const std::stop_token& stop);

}  // namespace stemma
