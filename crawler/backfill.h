#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "index/model_store.h"
#include "schema/utc_time.h"

namespace stemma {

/// One of the public weekly snapshots: `models/YYYY-MM-DD/models.parquet`. It was observed on its
/// date at 00:00 UTC.
struct WeeklySnapshot {
  UnixSeconds date = 0;
  std::string path;         ///< Within its source.
  std::uint64_t bytes = 0;  ///< 0 where the source does not tell.
  std::string sha256;       ///< Lower-case hex; empty where the source does not tell.

  friend bool operator==(const WeeklySnapshot&, const WeeklySnapshot&) = default;
};

/// Where they come from: a data set on a hub, or a folder laid out like one.
class WeeklySource {
 public:
  virtual ~WeeklySource() = default;
  /// What the store and manifests call it.
  [[nodiscard]] virtual std::string name() const = 0;
  /// All of them, ascending by date. Throws Error.
  [[nodiscard]] virtual std::vector<WeeklySnapshot> list() = 0;
  /// Fills in what `list` does not tell of one: size and checksum.
  virtual void describe(WeeklySnapshot& snapshot) = 0;
  /// A file to read it from: itself, or a download into `folder`, which goes on where an earlier
  /// one stopped. `progress` is told the bytes that are there. Throws Error.
  [[nodiscard]] virtual std::filesystem::path fetch(
      const WeeklySnapshot& snapshot, const std::filesystem::path& folder,
      const std::function<void(std::uint64_t bytes)>& progress) = 0;
  /// Whether what `fetch` gives is only needed once.
  [[nodiscard]] virtual bool is_download() const = 0;
};

/// Throws Error{usage} where `folder` is none, or holds no such files: `YYYY-MM-DD/models.parquet`
/// in it or in its `models`, or `YYYY-MM-DD.parquet`.
[[nodiscard]] std::unique_ptr<WeeklySource> open_weekly_folder(const std::filesystem::path& folder);

enum class BackfillStep { week, month };

/// Of snapshots ascending by date, those from `from` to `to` (kUnknownTime: without a bound): every
/// one, or the first of each calendar month. Pure.
[[nodiscard]] std::vector<WeeklySnapshot> choose_snapshots(std::span<const WeeklySnapshot> all,
                                                           UnixSeconds from, UnixSeconds to,
                                                           BackfillStep step);

/// What is to be done of the chosen ones.
struct BackfillPlan {
  std::vector<WeeklySnapshot> rest;  ///< To be imported.
  std::size_t there = 0;             ///< Published already.
  /// Not there, and older than what was backfilled later: history can only be written forwards.
  std::vector<WeeklySnapshot> passed_over;
};
/// Throws Error{usage} with the reason where the newest published snapshot is no backfilled one and
/// is later than one that is to be imported. Pure.
[[nodiscard]] BackfillPlan plan_backfill(std::span<const WeeklySnapshot> chosen,
                                         std::span<const PublishedSnapshot> published);

}  // namespace stemma
