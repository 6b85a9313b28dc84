#include "index/rollup_store.h"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>

#include "index/embedded.h"
#include "index/rollup_codec.h"
#include "index/sqlite.h"
#include "schema/bytes.h"
#include "schema/error.h"

namespace stemma {
namespace {

constexpr std::int64_t kVersion = 4;
constexpr const char* kOlderRows =
    "SELECT snapshot, entries FROM sums WHERE grp = ? AND block = ? ORDER BY snapshot DESC";
constexpr const char* kNameOfId = "SELECT name FROM names WHERE grp = ? AND id = ?";
constexpr std::int64_t kStall = 1, kRollback = 2, kPartial = 4;

std::int64_t user_version(Database& db) {
  Statement version{db, "PRAGMA user_version"};
  return version.next() ? version.integer(0) : 0;
}

std::string_view policy_name(SharePolicy policy) {
  return policy == SharePolicy::any ? "any" : "fractional";
}

using Block = std::array<AdoptionSums, kSumsBlock>;

/// How many of the largest names are kept with each snapshot: what charts show, and by downloads as
/// many as leaderboards rank.
constexpr std::size_t top_names_kept(SumsRank by) {
  return by == SumsRank::downloads ? kBoardRows : 128;
}
/// Groups with fewer names are as quickly read whole.
constexpr std::size_t kWorthTopNames = 16 * kSumsBlock;

std::int64_t rank_value(const AdoptionSums& sums, SumsRank by, SharePolicy policy) {
  switch (by) {
    case SumsRank::models:
      return policy == SharePolicy::any ? sums.models : sums.share;
    case SumsRank::downloads:
      return sums.value(CountKind::downloads);
    case SumsRank::downloads_all_time:
      return sums.value(CountKind::downloads_all_time);
    case SumsRank::downloads_7d:
      return sums.value(CountKind::downloads_7d);
    case SumsRank::likes:
      return sums.value(CountKind::likes);
    case SumsRank::fresh:
      return sums.fresh;
  }
  return 0;
}

/// A name of today: its value, and its place among the names in byte order.
struct TopName {
  std::int64_t value = 0;
  std::uint32_t place = 0;
};

/// The numbers of the largest names, the largest first, as a row of `tops` holds them; `numbers` by
/// place.
std::string encode_top_names(std::vector<TopName>& names, std::size_t most,
                             const std::vector<std::int64_t>& numbers) {
  const auto larger = [](const TopName& a, const TopName& b) {
    return a.value != b.value ? a.value > b.value : a.place < b.place;
  };
  const std::size_t kept = std::min(most, names.size());
  const auto end = names.begin() + static_cast<std::ptrdiff_t>(kept);
  if (kept < names.size()) std::nth_element(names.begin(), end, names.end(), larger);
  std::sort(names.begin(), end, larger);
  std::string bytes;
  ByteWriter writer{bytes};
  for (auto one = names.begin(); one != end; ++one)
    writer.varint(static_cast<std::uint64_t>(numbers[one->place]));
  return bytes;
}

}  // namespace

struct RollupStore::Impl {
  explicit Impl(const std::filesystem::path& file, Mode mode)
      : db{file, mode == Mode::read_only ? Database::Mode::read_only : Database::Mode::read_write} {
  }

  Database db;

  [[nodiscard]] Error damaged() const {
    return Error{ErrorKind::corrupt, db.name() + " is damaged: `stemma rollup` makes it again"};
  }

  std::string fact(const char* key) {
    Statement get{db, "SELECT value FROM facts WHERE key = ?"};
    get.bind(std::string_view{key});
    return get.next() ? get.text(0) : std::string{};
  }
  void set_fact(const char* key, std::string_view value) {
    Statement put{db, "INSERT OR REPLACE INTO facts VALUES (?, ?)"};
    put.bind(std::string_view{key}).bind(value).run();
  }

  std::optional<std::int64_t> group(const RollupKey& key) {
    Statement get{db, "SELECT id FROM groups WHERE family = ? AND breakdown = ? AND policy = ?"};
    get.bind(std::string_view{key.family})
        .bind(to_string(key.breakdown))
        .bind(policy_name(key.policy));
    if (!get.next()) return std::nullopt;
    return get.integer(0);
  }
  std::int64_t make_group(const RollupKey& key) {
    if (const auto found = group(key)) return *found;
    Statement put{db, "INSERT INTO groups (family, breakdown, policy) VALUES (?, ?, ?)"};
    put.bind(std::string_view{key.family})
        .bind(to_string(key.breakdown))
        .bind(policy_name(key.policy))
        .run();
    return db.last_insert_id();
  }

  /// Calls `visit(id, sums)` for every name of a group at one snapshot, without `fresh`.
  template <class Visit>
  void each_at(std::int64_t group, SnapshotNumber number, Visit&& visit) {
    constexpr auto kBlock = static_cast<std::int64_t>(kSumsBlock);
    Statement latest{db,
                     "SELECT block, snapshot, entries FROM latest WHERE grp = ? ORDER BY block"};
    latest.bind(group);
    Statement older{db, kOlderRows};
    while (latest.next()) {
      const std::int64_t block = latest.integer(0);
      Block sums{};
      apply(latest.blob(2), sums);
      if (latest.integer(1) > std::int64_t{number}) {
        older.again().bind(group).bind(block);
        bool there = false;
        while (!there && older.next()) {
          apply(older.blob(1), sums);
          there = older.integer(0) <= std::int64_t{number};
        }
        if (!there) continue;
      }
      for (std::size_t i = 0; i < kSumsBlock; ++i)
        visit(block * kBlock + static_cast<std::int64_t>(i), sums[i]);
    }
  }

  /// Calls `visit(snapshot, id, fresh)` for what was new in the snapshots from `first` to `last`.
  template <class Visit>
  void each_fresh(std::int64_t group, SnapshotNumber first, SnapshotNumber last, Visit&& visit) {
    Statement rows{db,
                   "SELECT snapshot, entries FROM fresh WHERE grp = ?"
                   " AND snapshot BETWEEN ? AND ? ORDER BY snapshot"};
    rows.bind(group).bind(std::int64_t{first}).bind(std::int64_t{last});
    while (rows.next()) {
      const auto snapshot = static_cast<SnapshotNumber>(rows.integer(0));
      ByteReader reader{rows.blob(1)};
      std::int64_t id = 0;
      while (!reader.at_end()) {
        id += static_cast<std::int64_t>(reader.varint());
        const auto number = static_cast<std::int64_t>(reader.varint());
        if (!reader.ok()) throw damaged();
        visit(snapshot, id, number);
      }
    }
  }

  std::string name_of(Statement& name, std::int64_t group, std::int64_t id) {
    name.again().bind(group).bind(id);
    if (!name.next()) throw damaged();
    return name.text(0);
  }

  /// `numbers` are those of the group's entries. Nobody asks who leads among single models.
  void add_top_names(Statement& add, std::int64_t id, const RollupGroup& group,
                     SnapshotNumber snapshot, const std::vector<std::int64_t>& numbers) {
    if (numbers.size() < kWorthTopNames || group.key.breakdown == Breakdown::descendants) return;
    std::vector<TopName> ranked;
    for (std::size_t rank = 0; rank < kSumsRanks; ++rank) {
      const auto by = static_cast<SumsRank>(rank);
      ranked.clear();
      for (std::size_t place = 0; place < numbers.size(); ++place) {
        const AdoptionSums& sums = group.entries[place].second;
        if (sums.models != 0)
          ranked.push_back(
              {rank_value(sums, by, group.key.policy), static_cast<std::uint32_t>(place)});
      }
      add.again()
          .bind(id)
          .bind(static_cast<std::int64_t>(rank))
          .bind(std::int64_t{snapshot})
          .bind_blob(encode_top_names(ranked, top_names_kept(by), numbers))
          .run();
    }
  }

  /// The names that were kept as the largest; nullopt where none were, or not as many.
  std::optional<std::vector<std::string>> kept_largest(std::int64_t group, SnapshotNumber number,
                                                       std::size_t most, SumsRank by);

  /// At most `most`, the largest first, ties by name; a look at the whole group.
  template <class Value>
  std::vector<std::string> find_largest(std::int64_t group, SnapshotNumber number, std::size_t most,
                                        Value&& value);

  void apply(std::string_view bytes, Block& block) const {
    if (!apply_sums_change(bytes, block)) throw damaged();
  }
};

RollupStore::RollupStore(const std::filesystem::path& file, Mode mode)
    : impl_{std::make_unique<Impl>(file, mode)} {
  const std::int64_t found = user_version(impl_->db);
  if (mode == Mode::read_write && found == 0) {
    impl_->db.execute("PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;");
    impl_->db.execute(kRollupsSql);
  } else if (found != kVersion) {
    throw Error{ErrorKind::corrupt, file.string() + " is of another version (" +
                                        std::to_string(found) + ", this one reads " +
                                        std::to_string(kVersion) +
                                        "): `stemma rollup` makes it again"};
  }
  // All of it can be made again: a power failure may cost the newest snapshot, never the file.
  if (mode == Mode::read_write) impl_->db.execute("PRAGMA synchronous = NORMAL;");
}
RollupStore::~RollupStore() = default;
RollupStore::RollupStore(RollupStore&&) noexcept = default;
RollupStore& RollupStore::operator=(RollupStore&&) noexcept = default;

std::string RollupStore::definitions() { return impl_->fact("definitions"); }
void RollupStore::set_definitions(std::string_view hash) { impl_->set_fact("definitions", hash); }
bool RollupStore::is_complete() { return impl_->fact("complete") == "1"; }
void RollupStore::set_complete() { impl_->set_fact("complete", "1"); }

std::vector<RolledSnapshot> RollupStore::snapshots() {
  std::vector<RolledSnapshot> all;
  Statement get{impl_->db,
                "SELECT number, observed_at, flags, large, stood, fell FROM snapshots"
                " ORDER BY number"};
  while (get.next()) {
    const std::int64_t flags = get.integer(2);
    all.push_back({.number = static_cast<SnapshotNumber>(get.integer(0)),
                   .observed_at = get.integer(1),
                   .flags = {.stall = (flags & kStall) != 0,
                             .rollback = (flags & kRollback) != 0,
                             .partial = (flags & kPartial) != 0},
                   .moves = {.large = static_cast<std::uint64_t>(get.integer(3)),
                             .stood = static_cast<std::uint64_t>(get.integer(4)),
                             .fell = static_cast<std::uint64_t>(get.integer(5))}});
  }
  return all;
}

SnapshotNumber RollupStore::newest() {
  Statement get{impl_->db, "SELECT max(number) FROM snapshots"};
  return get.next() ? static_cast<SnapshotNumber>(get.integer(0)) : 0;
}

void RollupStore::add(const RolledSnapshot& snapshot, const Rollup& rollup) {
  Database& db = impl_->db;
  Transaction transaction{db};
  Statement{db, "INSERT INTO snapshots VALUES (?, ?, ?, ?, ?, ?)"}
      .bind(std::int64_t{snapshot.number})
      .bind(snapshot.observed_at)
      .bind((snapshot.flags.stall ? kStall : 0) | (snapshot.flags.rollback ? kRollback : 0) |
            (snapshot.flags.partial ? kPartial : 0))
      .bind(static_cast<std::int64_t>(snapshot.moves.large))
      .bind(static_cast<std::int64_t>(snapshot.moves.stood))
      .bind(static_cast<std::int64_t>(snapshot.moves.fell))
      .run();

  Statement known_names{db, "SELECT name, id FROM names WHERE grp = ? ORDER BY name"};
  Statement add_name{db, "INSERT INTO names (grp, name, id) VALUES (?, ?, ?)"};
  Statement newest_row{db, "SELECT snapshot, entries FROM latest WHERE grp = ? AND block = ?"};
  Statement set_row{
      db, "INSERT OR REPLACE INTO latest (grp, block, snapshot, entries) VALUES (?, ?, ?, ?)"};
  Statement add_row{db, "INSERT INTO sums (grp, block, snapshot, entries) VALUES (?, ?, ?, ?)"};
  Statement add_fresh{db, "INSERT INTO fresh (grp, snapshot, entries) VALUES (?, ?, ?)"};
  Statement add_top{db, "INSERT INTO tops (grp, rank_by, snapshot, entries) VALUES (?, ?, ?, ?)"};
  const Block nothing{};
  std::string fresh;
  std::vector<std::int64_t> numbers;

  for (const RollupGroup& group : rollup.groups) {
    const std::int64_t id = impl_->make_group(group.key);
    // Names known and names of today, both in byte order.
    std::vector<std::pair<std::int64_t, const AdoptionSums*>> rows;
    std::vector<std::size_t> added;  // places of entries
    numbers.assign(group.entries.size(), 0);
    const auto place_of = [&](auto entry) {
      return static_cast<std::size_t>(entry - group.entries.begin());
    };
    std::int64_t names = 0;
    {
      known_names.again().bind(id);
      auto entry = group.entries.begin();
      while (known_names.next()) {
        const std::string_view name = known_names.blob(0);
        ++names;
        for (; entry != group.entries.end() && entry->first < name; ++entry)
          added.push_back(place_of(entry));
        if (entry != group.entries.end() && entry->first == name) {
          rows.emplace_back(known_names.integer(1), &entry->second);
          numbers[place_of(entry)] = known_names.integer(1);
          ++entry;
        } else {
          rows.emplace_back(known_names.integer(1), &nothing[0]);
        }
      }
      for (; entry != group.entries.end(); ++entry) added.push_back(place_of(entry));
    }
    // Those with most models come first: the largest names are what is asked about.
    std::stable_sort(added.begin(), added.end(), [&](std::size_t a, std::size_t b) {
      return group.entries[a].second.models > group.entries[b].second.models;
    });
    for (const std::size_t place : added) {
      const auto& [name, sums] = group.entries[place];
      add_name.again().bind(id).bind(std::string_view{name}).bind(names).run();
      numbers[place] = names;
      rows.emplace_back(names++, &sums);
    }
    impl_->add_top_names(add_top, id, group, snapshot.number, numbers);
    std::sort(rows.begin(), rows.end());
    fresh.clear();
    ByteWriter fresh_writer{fresh};
    std::int64_t last_fresh = 0;
    for (const auto& [name, sums] : rows) {
      if (sums->fresh == 0) continue;
      fresh_writer.varint(static_cast<std::uint64_t>(name - last_fresh));
      fresh_writer.varint(static_cast<std::uint64_t>(sums->fresh));
      last_fresh = name;
    }
    if (!fresh.empty())
      add_fresh.again().bind(id).bind(std::int64_t{snapshot.number}).bind_blob(fresh).run();
    for (std::size_t at = 0; at < rows.size();) {
      const std::int64_t block = rows[at].first / static_cast<std::int64_t>(kSumsBlock);
      Block now{};
      for (; at < rows.size() && rows[at].first / static_cast<std::int64_t>(kSumsBlock) == block;
           ++at)
        now[static_cast<std::size_t>(rows[at].first) % kSumsBlock] = *rows[at].second;
      Block before{};
      newest_row.again().bind(id).bind(block);
      const bool exists = newest_row.next();
      std::int64_t row = 0;
      if (exists) {
        row = newest_row.integer(0);
        impl_->apply(newest_row.blob(1), before);
      }
      const std::string back = encode_sums_change(now, before);
      if (back.empty()) continue;
      if (exists) add_row.again().bind(id).bind(block).bind(row).bind_blob(back).run();
      set_row.again()
          .bind(id)
          .bind(block)
          .bind(std::int64_t{snapshot.number})
          .bind_blob(encode_sums_change(nothing, now))
          .run();
    }
    newest_row.again();  // a statement that is not done holds the transaction
  }

  Statement add_board{db, "INSERT INTO boards VALUES (?, ?, ?, ?)"};
  std::string entries;
  for (const Board& board : rollup.boards) {
    entries.clear();
    ByteWriter writer{entries};
    for (const BoardRow& row : board.rows) {
      writer.varint(row.ordinal);
      writer.signed_varint(row.value);
    }
    add_board.again()
        .bind(std::string_view{board.family})
        .bind(to_string(board.board))
        .bind(std::int64_t{snapshot.number})
        .bind_blob(entries)
        .run();
  }
  transaction.commit();
}

bool RollupStore::has(const RollupKey& key) { return impl_->group(key).has_value(); }

std::vector<std::vector<AdoptionSums>> RollupStore::series(
    const RollupKey& key, std::span<const std::string> names,
    std::span<const SnapshotNumber> numbers) {
  std::vector<std::vector<AdoptionSums>> all(names.size(),
                                             std::vector<AdoptionSums>(numbers.size()));
  const auto group = impl_->group(key);
  if (!group || numbers.empty()) return all;
  // Names by block, so that each block is read once.
  std::map<std::int64_t, std::vector<std::pair<std::size_t, std::size_t>>> by_block;
  std::unordered_multimap<std::int64_t, std::size_t> by_id;
  Statement find{impl_->db, "SELECT id FROM names WHERE grp = ? AND name = ?"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    find.again().bind(*group).bind(std::string_view{names[i]});
    if (!find.next()) continue;
    const auto id = static_cast<std::size_t>(find.integer(0));
    by_block[static_cast<std::int64_t>(id / kSumsBlock)].emplace_back(i, id % kSumsBlock);
    by_id.emplace(find.integer(0), i);
  }
  Statement latest{impl_->db, "SELECT snapshot, entries FROM latest WHERE grp = ? AND block = ?"};
  Statement older{impl_->db, kOlderRows};
  for (const auto& [block, wanted] : by_block) {
    Block sums{};
    std::size_t open = numbers.size();
    // Each row holds from its snapshot on until the next one.
    for (Statement* const rows : {&latest, &older}) {
      rows->again().bind(*group).bind(block);
      while (open > 0 && rows->next()) {
        const auto from = static_cast<SnapshotNumber>(rows->integer(0));
        impl_->apply(rows->blob(1), sums);
        for (; open > 0 && numbers[open - 1] >= from; --open) {
          for (const auto& [name, place] : wanted) all[name][open - 1] = sums[place];
        }
      }
    }
  }
  impl_->each_fresh(*group, numbers.front(), numbers.back(),
                    [&](SnapshotNumber snapshot, std::int64_t id, std::int64_t fresh) {
                      const auto [begin, end] = by_id.equal_range(id);
                      if (begin == end) return;
                      const auto at = std::lower_bound(numbers.begin(), numbers.end(), snapshot);
                      if (at == numbers.end() || *at != snapshot) return;
                      for (auto one = begin; one != end; ++one)
                        all[one->second][static_cast<std::size_t>(at - numbers.begin())].fresh =
                            fresh;
                    });
  return all;
}

std::vector<std::pair<std::string, AdoptionSums>> RollupStore::at(const RollupKey& key,
                                                                  SnapshotNumber number) {
  std::vector<std::pair<std::string, AdoptionSums>> all;
  const auto group = impl_->group(key);
  if (!group) return all;
  std::unordered_map<std::int64_t, AdoptionSums> by_id;
  impl_->each_at(*group, number, [&](std::int64_t id, const AdoptionSums& sums) {
    if (sums.models != 0) by_id.emplace(id, sums);
  });
  impl_->each_fresh(*group, number, number,
                    [&](SnapshotNumber, std::int64_t id, std::int64_t fresh) {
                      if (const auto found = by_id.find(id); found != by_id.end())
                        found->second.fresh = fresh;
                    });
  Statement names{impl_->db, "SELECT name, id FROM names WHERE grp = ? ORDER BY name"};
  names.bind(*group);
  while (names.next()) {
    if (const auto found = by_id.find(names.integer(1)); found != by_id.end())
      all.emplace_back(names.text(0), found->second);
  }
  return all;
}

namespace {

/// Leaves those that may be among the `most` largest: names decide only between equals.
template <class Pairs>
void keep_largest(Pairs& all, std::size_t most) {
  if (all.size() <= most) return;
  const auto last = all.begin() + static_cast<std::ptrdiff_t>(most - 1);
  std::nth_element(all.begin(), last, all.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  const auto least = last->first;
  std::erase_if(all, [&](const auto& one) { return one.first < least; });
}

/// The largest first, ties by name.
template <class Named>
void sort_named(Named& named) {
  std::sort(named.begin(), named.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
}

}  // namespace

template <class Value>
std::vector<std::string> RollupStore::Impl::find_largest(std::int64_t group, SnapshotNumber number,
                                                         std::size_t most, Value&& value) {
  std::vector<std::pair<std::int64_t, std::int64_t>> all;
  each_at(group, number, [&](std::int64_t id, const AdoptionSums& sums) {
    if (sums.models != 0) all.emplace_back(value(sums), id);
  });
  keep_largest(all, most);
  std::vector<std::pair<std::int64_t, std::string>> named;
  constexpr std::size_t kWorthScanning = 2000;
  if (all.size() > kWorthScanning) {
    std::unordered_map<std::int64_t, std::int64_t> by_id;
    for (const auto& [one, id] : all) by_id.emplace(id, one);
    Statement names{db, "SELECT name, id FROM names WHERE grp = ?"};
    names.bind(group);
    while (names.next()) {
      if (const auto found = by_id.find(names.integer(1)); found != by_id.end())
        named.emplace_back(found->second, names.text(0));
    }
  } else {
    Statement name{db, kNameOfId};
    for (const auto& [one, id] : all) named.emplace_back(one, name_of(name, group, id));
  }
  sort_named(named);
  if (named.size() > most) named.resize(most);
  std::vector<std::string> names;
  for (auto& [one, name] : named) names.push_back(std::move(name));
  return names;
}

std::optional<std::vector<std::string>> RollupStore::Impl::kept_largest(std::int64_t group,
                                                                        SnapshotNumber number,
                                                                        std::size_t most,
                                                                        SumsRank by) {
  if (most > top_names_kept(by)) return std::nullopt;
  Statement top{db, "SELECT entries FROM tops WHERE grp = ? AND rank_by = ? AND snapshot = ?"};
  top.bind(group).bind(static_cast<std::int64_t>(by)).bind(std::int64_t{number});
  if (!top.next()) return std::nullopt;
  Statement name{db, kNameOfId};
  std::vector<std::string> names;
  ByteReader reader{top.blob(0)};
  while (names.size() < most && !reader.at_end()) {
    const auto id = static_cast<std::int64_t>(reader.varint());
    if (!reader.ok()) throw damaged();
    names.push_back(name_of(name, group, id));
  }
  return names;
}

std::vector<std::string> RollupStore::largest(const RollupKey& key, SnapshotNumber number,
                                              std::size_t most, SumsRank by) {
  if (by == SumsRank::fresh) return most_fresh(key, std::span{&number, 1}, most);
  const auto group = impl_->group(key);
  if (!group || most == 0) return {};
  if (auto names = impl_->kept_largest(*group, number, most, by)) return *std::move(names);
  return impl_->find_largest(*group, number, most, [&](const AdoptionSums& sums) {
    return rank_value(sums, by, key.policy);
  });
}

std::vector<std::string> RollupStore::most_fresh(const RollupKey& key,
                                                 std::span<const SnapshotNumber> numbers,
                                                 std::size_t most) {
  const auto group = impl_->group(key);
  if (!group || most == 0 || numbers.empty()) return {};
  if (numbers.size() == 1) {
    if (auto names = impl_->kept_largest(*group, numbers.front(), most, SumsRank::fresh))
      return *std::move(names);
  }
  std::unordered_map<std::int64_t, std::int64_t> by_id;
  impl_->each_fresh(*group, numbers.front(), numbers.back(),
                    [&](SnapshotNumber snapshot, std::int64_t id, std::int64_t fresh) {
                      if (std::binary_search(numbers.begin(), numbers.end(), snapshot))
                        by_id[id] += fresh;
                    });
  Statement name{impl_->db, kNameOfId};
  std::vector<std::string> names;
  // Few of them have nobody left at the last snapshot: a few more are looked at than are asked for,
  // and all where that was not enough.
  for (std::size_t looked_at = most * 2; names.size() < most; looked_at = by_id.size()) {
    names.clear();
    std::vector<std::pair<std::int64_t, std::int64_t>> all;
    for (const auto& [id, fresh] : by_id) all.emplace_back(fresh, id);
    keep_largest(all, looked_at);
    std::vector<std::pair<std::int64_t, std::string>> named;
    for (const auto& [fresh, id] : all) named.emplace_back(fresh, impl_->name_of(name, *group, id));
    sort_named(named);
    std::vector<std::string> candidates;
    for (auto& [fresh, one] : named) candidates.push_back(std::move(one));
    const auto then = series(key, candidates, numbers.last(1));
    for (std::size_t i = 0; i < candidates.size() && names.size() < most; ++i) {
      if (then[i][0].models != 0) names.push_back(candidates[i]);
    }
    if (all.size() == by_id.size()) break;
  }
  if (names.size() == most) return names;
  // The rest have none: by name alone.
  for (std::string& one :
       impl_->find_largest(*group, numbers.back(), most + names.size(),
                           [](const AdoptionSums&) { return std::int64_t{0}; })) {
    if (names.size() == most) break;
    if (std::find(names.begin(), names.end(), one) == names.end()) names.push_back(std::move(one));
  }
  return names;
}

std::vector<BoardRow> RollupStore::board(ModelBoard board, std::string_view family,
                                         SnapshotNumber number) {
  Statement get{impl_->db,
                "SELECT entries FROM boards WHERE family = ? AND board = ? AND snapshot = ?"};
  get.bind(family).bind(to_string(board)).bind(std::int64_t{number});
  std::vector<BoardRow> rows;
  if (!get.next()) return rows;
  ByteReader reader{get.blob(0)};
  while (!reader.at_end()) {
    BoardRow& row = rows.emplace_back();
    row.ordinal = static_cast<std::uint32_t>(reader.varint());
    row.value = reader.signed_varint();
    if (!reader.ok()) throw impl_->damaged();
  }
  return rows;
}

void RollupStore::dump(const std::function<void(const std::string& row)>& visit) {
  for (const char* const sql :
       {"SELECT 'facts', key, value, '', '' FROM facts ORDER BY key",
        "SELECT 'snapshots', number, observed_at, flags, large || ' ' || stood || ' ' || fell"
        " FROM snapshots ORDER BY number",
        "SELECT 'groups', id, family, breakdown, policy FROM groups ORDER BY id",
        "SELECT 'names', grp, name, id, '' FROM names ORDER BY grp, name",
        "SELECT 'latest', grp, block, snapshot, hex(entries) FROM latest ORDER BY grp, block",
        "SELECT 'sums', grp, block, snapshot, hex(entries) FROM sums ORDER BY grp, block, snapshot",
        "SELECT 'fresh', grp, snapshot, hex(entries), '' FROM fresh ORDER BY grp, snapshot",
        "SELECT 'tops', grp, rank_by, snapshot, hex(entries) FROM tops"
        " ORDER BY grp, rank_by, snapshot",
        "SELECT 'boards', family, board, snapshot, hex(entries) FROM boards"
        " ORDER BY family, board, snapshot"}) {
    Statement rows{impl_->db, sql};
    while (rows.next()) {
      std::string row = rows.text(0);
      for (int column = 1; column < 5; ++column) row += '\t' + rows.text(column);
      visit(row);
    }
  }
}

}  // namespace stemma
