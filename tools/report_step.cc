#include "tools/report_step.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "api/query/alarms.h"
#include "api/web/report.h"
#include "schema/error.h"

namespace stemma {
namespace {

namespace fs = std::filesystem;

/// Nothing that looks whole is left where it cannot be written.
void write_file(const fs::path& path, const std::string& text) {
  const fs::path beside = path.string() + ".part";
  {
    std::ofstream out{beside, std::ios::binary};
    out << text;
    out.close();
    if (!out) {
      std::error_code ignored;
      fs::remove(beside, ignored);
      throw Error{ErrorKind::storage, "writing " + path.string() + " failed: is the disk full?"};
    }
  }
  std::error_code error;
  fs::rename(beside, path, error);
  if (error) throw Error{ErrorKind::storage, "writing " + path.string() + ": " + error.message()};
}

/// FAMILY-YYYY-MM-DD.html; the newest first, then by family.
std::vector<ReportFile> reports_in(const fs::path& out) {
  constexpr std::size_t kDate = 10;
  std::vector<ReportFile> reports;
  for (const auto& entry : fs::directory_iterator{out}) {
    if (entry.path().extension() != ".html") continue;
    const std::string stem = entry.path().stem().string();
    if (stem.size() < kDate + 2) continue;
    const std::string date = stem.substr(stem.size() - kDate);
    if (!parse_utc(date)) continue;
    reports.push_back(
        {stem.substr(0, stem.size() - kDate - 1), date, entry.path().filename().string()});
  }
  std::sort(reports.begin(), reports.end(), [](const ReportFile& a, const ReportFile& b) {
    return a.date != b.date ? a.date > b.date : a.family < b.family;
  });
  return reports;
}

}  // namespace

std::vector<std::string> write_reports(AdoptionView& view, SnapshotFacts& facts,
                                       const std::vector<const FamilyDefinition*>& families,
                                       const fs::path& out) {
  std::error_code error;
  fs::create_directories(out, error);
  if (error) throw Error{ErrorKind::storage, "making " + out.string() + ": " + error.message()};
  const std::vector<Alarm> alarms = find_alarms(view, facts);
  const std::string date = format_utc(facts.snapshot().total().observed_at).substr(0, 10);
  std::vector<std::string> names;
  for (const FamilyDefinition* family : families) {
    const ReportParts parts = report_parts(view, facts, *family, alarms);
    const std::string stem = family->name + "-" + date;
    for (const ReportPicture& picture : report_pictures(parts)) {
      write_file(out / fmt::format("{}-{}.svg", stem, picture.name),
                 line_chart(picture.chart, ChartPlace::file));
    }
    write_file(out / (stem + ".md"), report_markdown(facts, parts, stem));
    write_file(out / (stem + ".html"), report_html(facts, parts));
    names.push_back(stem + ".html");
  }
  write_file(out / "index.html", report_index(reports_in(out)));
  return names;
}

}  // namespace stemma
