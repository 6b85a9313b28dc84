#include "api/query/growth.h"

#include <map>
#include <string>

namespace stemma {

Growth family_growth(SnapshotFacts& facts, const FamilyDefinition& family,
                     const CurveQuery& query) {
  Growth growth{.family = &family, .interval = query.interval, .points = {}};
  growth.curated_only = facts.curated_only(family);
  // Days first: a calendar asked once for each model would be slow.
  std::map<std::int64_t, std::uint64_t> by_day;
  std::uint64_t before = 0;
  for (const auto& [day, count] : facts.created_by_day(family)) {
    if (day == kUnknownTime) {
      growth.unknown = count;
    } else if (query.from && day < interval_begin(*query.from, query.interval)) {
      before += count;
    } else if (!query.to || day <= *query.to) {
      by_day[day] += count;
    }
  }
  std::uint64_t cumulative = before;
  for (const auto& [day, count] : by_day) {
    const UnixSeconds from = interval_begin(day, query.interval);
    while (!growth.points.empty() &&
           interval_end(growth.points.back().from, query.interval) < from) {
      growth.points.push_back(
          {interval_end(growth.points.back().from, query.interval), 0, cumulative});
    }
    if (growth.points.empty() || growth.points.back().from != from)
      growth.points.push_back({from, 0, cumulative});
    cumulative += count;
    growth.points.back().derivatives += count;
    growth.points.back().cumulative = cumulative;
  }
  return growth;
}

Survival family_survival(AdoptionView& view, SnapshotFacts& facts, const FamilyDefinition& family,
                         const CurveQuery& query) {
  require_rolled_up(view, family, SharePolicy::any);
  Survival survival{.family = &family, .points = {}};
  survival.curated_only = facts.curated_only(family);
  std::map<UnixSeconds, std::uint64_t> created;
  for (const auto& [day, count] : facts.ever_created_by_day(family)) {
    if (day != kUnknownTime) created[interval_begin(day, Interval::month)] += count;
  }
  // The last snapshot of each month that is over.
  std::map<UnixSeconds, SnapshotNumber> last_of_month;
  for (const RolledSnapshot& one : view.snapshots())
    last_of_month[interval_begin(one.observed_at, Interval::month)] = one.number;
  const UnixSeconds newest = view.snapshots().back().observed_at;
  std::vector<SnapshotNumber> numbers;
  std::map<UnixSeconds, std::size_t> place;
  for (const auto& [month, number] : last_of_month) {
    if (interval_end(month, Interval::month) > newest) continue;
    place[month] = numbers.size();
    numbers.push_back(number);
  }
  std::vector<std::string> names;
  for (const auto& [month, count] : created) names.push_back(month_of(month));
  const auto curves =
      view.rollups().series({family.name, Breakdown::created, SharePolicy::any}, names, numbers);
  std::size_t i = 0;
  for (const auto& [month, count] : created) {
    const std::size_t curve = i++;
    if ((query.from && month < interval_begin(*query.from, Interval::month)) ||
        (query.to && month > *query.to))
      continue;
    SurvivalPoint& point = survival.points.emplace_back();
    point.from = month;
    point.created = count;
    for (const int later : kSurvivalMonths) {
      const auto found = place.find(months_after(month, later));
      if (found == place.end()) {
        point.alive.emplace_back();
        point.downloaded.emplace_back();
        continue;
      }
      point.alive.emplace_back(curves[curve][found->second].models);
      point.downloaded.emplace_back(curves[curve][found->second].downloaded);
    }
  }
  return survival;
}

}  // namespace stemma
