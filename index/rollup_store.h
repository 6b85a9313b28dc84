#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graph/adoption.h"
#include "graph/rollup.h"
#include "schema/snapshot_sections.h"

namespace stemma {

/// A snapshot that was rolled up.
struct RolledSnapshot {
  SnapshotNumber number = 0;
  UnixSeconds observed_at = 0;
  SnapshotFlags flags;
  CounterMoves moves;
};

/// What names are ranked by: their sums at one snapshot.
enum class SumsRank : std::uint8_t {
  models,  ///< Or, under `fractional`, their shares.
  downloads,
  downloads_all_time,
  downloads_7d,
  likes,
  fresh  ///< First seen in the snapshot.
};
inline constexpr std::size_t kSumsRanks = 6;

/// One file of roll-ups (SQLite; schema/rollups.sql): snapshots from 1 on without a hole. WAL mode:
/// one writer, readers beside it in other processes. Not thread-safe: one object a thread. Throws
/// Error{storage}, Error{corrupt} for damaged values and for files of another version.
class RollupStore {
 public:
  enum class Mode { read_only, read_write };
  RollupStore(const std::filesystem::path& file, Mode mode);
  ~RollupStore();
  RollupStore(RollupStore&&) noexcept;
  RollupStore& operator=(RollupStore&&) noexcept;

  /// The hash of the definitions that it was made with.
  [[nodiscard]] std::string definitions();
  [[nodiscard]] bool is_complete();
  void set_complete();
  /// Of a new file.
  void set_definitions(std::string_view hash);

  /// Ascending.
  [[nodiscard]] std::vector<RolledSnapshot> snapshots();
  /// 0 where none was rolled up.
  [[nodiscard]] SnapshotNumber newest();

  /// Adds the snapshot after the newest, in one transaction.
  void add(const RolledSnapshot& snapshot, const Rollup& rollup);

  /// Whether there is such a group; one that has never had a member is none.
  [[nodiscard]] bool has(const RollupKey& key);
  /// Of each of `names` the sums at each of `numbers`, which ascend. All zero where the group or
  /// the name had nobody. Cost: for each block of 64 names its changes since the first number.
  [[nodiscard]] std::vector<std::vector<AdoptionSums>> series(
      const RollupKey& key, std::span<const std::string> names,
      std::span<const SnapshotNumber> numbers);
  /// All names of a group with their sums at one snapshot; those with nobody are left out.
  [[nodiscard]] std::vector<std::pair<std::string, AdoptionSums>> at(const RollupKey& key,
                                                                     SnapshotNumber number);
  /// The names with the largest value at one snapshot; at most `most`, largest first, unknown
  /// values last, ties by name in byte order. Who has nobody then is left out. Cost: the names
  /// alone up to 128 of them (by downloads up to kBoardRows), else a look at the whole group.
  [[nodiscard]] std::vector<std::string> largest(const RollupKey& key, SnapshotNumber number,
                                                 std::size_t most, SumsRank by);
  /// The same by `fresh` added up over `numbers`. Cost: what was new in these snapshots, and, where
  /// that is fewer than `most` names, all names at the last of them.
  [[nodiscard]] std::vector<std::string> most_fresh(const RollupKey& key,
                                                    std::span<const SnapshotNumber> numbers,
                                                    std::size_t most);
  [[nodiscard]] std::vector<BoardRow> board(ModelBoard board, std::string_view family,
                                            SnapshotNumber number);

  /// Calls `visit(table, row)` for every row of every table, each a text: for tests that compare
  /// files.
  void dump(const std::function<void(const std::string& row)>& visit);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stemma
