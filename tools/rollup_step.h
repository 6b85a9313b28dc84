#pragma once

#include <string>

#include "index/rollups.h"
#include "tools/command.h"

namespace stemma {

/// Brings the roll-ups up to the newest snapshot, showing how far it is on standard error and
/// saying there where all of them are made anew, and why. A signal stops it between two snapshots.
RollupReport run_rollup(const CliGlobals& globals, bool anew);

/// The same after a publish, of which it is a part: a failure is told with what was published.
void roll_up_published(const CliGlobals& globals, SnapshotNumber published);

/// "rolled up 1 snapshot, up to 12"
[[nodiscard]] std::string report_text(const RollupReport& report);

}  // namespace stemma
