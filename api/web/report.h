#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/query/alarms.h"
#include "api/query/growth.h"
#include "api/query/leaderboards.h"
#include "api/query/queries.h"
#include "api/query/snapshot_facts.h"
#include "api/web/line_chart.h"

namespace stemma {

// A family's report of one night, for a mailing list or a host of plain files: nothing in it asks a
// server.

struct ReportParts {
  FamilyAnswer family;
  FamilyTrend trend;
  std::vector<Alarm> alarms;  ///< Of the night; those of the family and of the hub are told.
  FamilyBreakdown derivatives, downloads;
  Growth growth;
  Leaderboard fastest, newest;
};
/// All of it, asked as of the view's snapshot; `facts` must be those of it.
[[nodiscard]] ReportParts report_parts(AdoptionView& view, SnapshotFacts& facts,
                                       const FamilyDefinition& family,
                                       const std::vector<Alarm>& alarms);

/// A picture that belongs to a report.
struct ReportPicture {
  std::string name;  ///< "derivatives"; its file is STEM-NAME.svg
  Chart chart;
};
[[nodiscard]] std::vector<ReportPicture> report_pictures(const ReportParts& parts);

/// One page with its pictures and its style inside.
[[nodiscard]] std::string report_html(const SnapshotFacts& facts, const ReportParts& parts);
/// A summary; its pictures are files beside it, `stem`-NAME.svg.
[[nodiscard]] std::string report_markdown(const SnapshotFacts& facts, const ReportParts& parts,
                                          std::string_view stem);

/// A report that lies in the folder.
struct ReportFile {
  std::string family, date, file;
};
/// The page that lists all nights, the newest first.
[[nodiscard]] std::string report_index(const std::vector<ReportFile>& reports);

}  // namespace stemma
