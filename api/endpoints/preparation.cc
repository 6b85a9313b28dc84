#include "api/endpoints/preparation.h"

#include "api/query/adoption.h"
#include "schema/error.h"

namespace stemma {
namespace {

/// Authors are the longest lists: what their curves are read from comes into the system's cache.
void read_authors(AdoptionView& view, SnapshotFacts& facts, const std::stop_token& stop) {
  constexpr std::size_t kCurves = 10;  // as many as are told unless asked otherwise
  for (const FamilyDefinition& family : facts.families().definitions()) {
    if (!family.top_level()) continue;
    for (const SharePolicy policy : {SharePolicy::any, SharePolicy::fractional}) {
      for (const AdoptionMetric metric :
           {AdoptionMetric::derivatives, AdoptionMetric::new_derivatives, AdoptionMetric::downloads,
            AdoptionMetric::downloads_all_time, AdoptionMetric::downloads_7d}) {
        if (stop.stop_requested()) return;
        static_cast<void>(family_breakdown(view, facts, family, policy, metric, Breakdown::author,
                                           kCurves, CurveQuery{}));
      }
    }
  }
}

}  // namespace

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
    SnapshotFacts& facts = *api.facts.of(snapshot);
    static_cast<void>(view.series());
    static_cast<void>(api.nights.alarms(view, facts));
    read_authors(view, facts, stop);
    return true;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::unavailable) return false;
    throw;
  }
}

}  // namespace stemma
