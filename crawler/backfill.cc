#include "crawler/backfill.h"

#include <algorithm>
#include <map>
#include <system_error>

#include "schema/error.h"
#include "schema/snapshot_origin.h"

namespace stemma {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDateLength = 10;

class WeeklyFolder final : public WeeklySource {
 public:
  explicit WeeklyFolder(const fs::path& folder) : folder_{folder} {
    std::error_code error;
    if (!fs::is_directory(folder, error)) {
      throw Error{ErrorKind::usage, "--source " + folder.string() +
                                        " is neither a folder nor a data set's OWNER/NAME"};
    }
    for (const fs::path& level : {folder / "models", folder}) {
      for (const auto& entry : fs::directory_iterator{level, error}) {
        const std::string name = entry.path().filename().string();
        const fs::path file =
            entry.path().extension() == ".parquet" ? entry.path() : entry.path() / "models.parquet";
        if (!fs::is_regular_file(file, error)) continue;
        const auto date = parse_utc(std::string_view{name}.substr(0, kDateLength));
        if (!date || name.size() < kDateLength) continue;
        found_[*date] = {.date = *date,
                         .path = file.string(),
                         .bytes = fs::file_size(file, error),
                         .sha256 = {}};
      }
    }
    if (found_.empty()) {
      throw Error{ErrorKind::usage,
                  "--source " + folder.string() +
                      " holds no weekly snapshots: models/YYYY-MM-DD/models.parquet"};
    }
  }

  [[nodiscard]] std::string name() const override {
    return fs::weakly_canonical(folder_).filename().string();
  }
  [[nodiscard]] std::vector<WeeklySnapshot> list() override {
    std::vector<WeeklySnapshot> all;
    for (const auto& [date, snapshot] : found_) all.push_back(snapshot);
    return all;
  }
  void describe(WeeklySnapshot&) override {}
  [[nodiscard]] fs::path fetch(const WeeklySnapshot& snapshot, const fs::path&,
                               const std::function<void(std::uint64_t)>&) override {
    return snapshot.path;
  }
  [[nodiscard]] bool is_download() const override { return false; }

 private:
  fs::path folder_;
  std::map<UnixSeconds, WeeklySnapshot> found_;
};

}  // namespace

std::unique_ptr<WeeklySource> open_weekly_folder(const fs::path& folder) {
  return std::make_unique<WeeklyFolder>(folder);
}

std::vector<WeeklySnapshot> choose_snapshots(std::span<const WeeklySnapshot> all, UnixSeconds from,
                                             UnixSeconds to, BackfillStep step) {
  constexpr std::size_t kMonthLength = 7;
  std::vector<WeeklySnapshot> chosen;
  std::string month;
  for (const WeeklySnapshot& one : all) {
    if ((from != kUnknownTime && one.date < from) || (to != kUnknownTime && one.date > to))
      continue;
    std::string its_month = format_utc(one.date).substr(0, kMonthLength);
    if (step == BackfillStep::month && its_month == month) continue;
    month = std::move(its_month);
    chosen.push_back(one);
  }
  return chosen;
}

BackfillPlan plan_backfill(std::span<const WeeklySnapshot> chosen,
                           std::span<const PublishedSnapshot> published) {
  BackfillPlan plan;
  for (const WeeklySnapshot& one : chosen) {
    const bool there =
        std::any_of(published.begin(), published.end(),
                    [&](const PublishedSnapshot& p) { return p.observed_at == one.date; });
    if (there) {
      ++plan.there;
    } else if (published.empty() || published.back().observed_at < one.date) {
      plan.rest.push_back(one);
    } else if (const PublishedSnapshot& newest = published.back();
               !backfilled_from(newest.source).empty()) {
      plan.passed_over.push_back(one);
    } else {
      throw Error{ErrorKind::usage,
                  "history is written forwards, and snapshot " + std::to_string(newest.number) +
                      " of " + format_utc(newest.observed_at) + " (" + newest.source +
                      ") is later than the weekly snapshot of " +
                      format_utc(one.date).substr(0, kDateLength) +
                      ": backfill a new directory (--data) first, then crawl into it"};
    }
  }
  return plan;
}

}  // namespace stemma
