#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "index/crawl_ledger.h"
#include "index/data_dir.h"
#include "schema/utc_time.h"

namespace stemma {

/// A step of a night: what it does, and in words what came of it. Throws when it fails. It may be
/// called again after a night that broke off in it, and must then finish what was begun.
struct NightStep {
  std::string name;
  std::function<std::string()> run;  ///< Empty: this step is not done here; `skipped` says why.
  std::string skipped;
};

/// A night that broke off is taken up again where it stopped, but only while it is this young:
/// after that its crawl is a day old, and a new night is worth more.
inline constexpr std::int64_t kNightResumable = std::int64_t{20} * 60 * 60;

/// Whether a night that began at `started_at` and ended in `state` is gone on with at `now`. Pure.
[[nodiscard]] bool resumes_night(const std::string& state, UnixSeconds started_at, UnixSeconds now);

/// The snapshot that a crawl of the newest night has published already; 0 for none. For a crawl
/// that was killed between publishing and the night's note of it: it need not walk again.
[[nodiscard]] SnapshotNumber published_this_night(CrawlLedger& ledger);

/// Runs the steps in order, each named in the ledger before it begins and after it ends. A step
/// that is done is not run again when a night is taken up; the first that fails ends the night.
/// Nights never overlap. `say` is told of each step as it begins and ends. Throws
/// Error{unavailable} when another night holds the directory, and what a step throws, with the
/// step's name in front.
void run_night(const DataDir& data, const std::vector<NightStep>& steps,
               const std::function<void(const std::string&)>& say);

}  // namespace stemma
