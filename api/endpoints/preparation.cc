#include "api/endpoints/preparation.h"

#include "api/query/adoption.h"
#include "schema/error.h"

namespace stemma {

void prepare_snapshot(ApiContext& api, const SnapshotHandle& snapshot,
                      const std::stop_token& stop) {
  api.facts.of(snapshot)->prepare(stop);
  if (!stop.stop_requested()) static_cast<void>(api.nights.of(api.snapshots, snapshot));
}

bool prepare_adoption(ApiContext& api, const SnapshotHandle& snapshot,
                      const std::stop_token& stop) {
  if (api.adoption == nullptr || stop.stop_requested()) return false;
  const SnapshotNumber number = snapshot->total().number;
  try {
    AdoptionView view{*api.adoption, number};
    if (view.number() != number) return false;
    static_cast<void>(view.series());
    static_cast<void>(api.nights.alarms(view, *api.facts.of(snapshot)));
    return true;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::unavailable) return false;
    throw;
  }
}

}  // namespace stemma
