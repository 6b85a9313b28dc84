#include "index/rollups.h"

#include <fstream>
#include <map>
#include <random>

#include "graph/shares.h"
#include "index/agreement.h"
#include "index/family_file.h"
#include "index/recent_counts.h"
#include "index/series.h"
#include "index/sqlite.h"
#include "tests/support/catch.h"
#include "tests/support/store_fixture.h"

using namespace stemma;
using namespace stemma::test;

namespace {

constexpr const char* kFamilies = R"toml(
[[family]]
name = "red"
label = "Red"
owners = ["red"]
series_from = "^(Red\\d)"

[[family]]
name = "blue"
label = "Blue"
owners = ["blue"]
)toml";

FamilySet families(const StoreFixture& fixture, const std::string& text = kFamilies) {
  const auto file = fixture.dir() / "families.toml";
  std::ofstream{file} << text;
  return FamilySet{load_families(file)};
}

RollupReport roll(const StoreFixture& fixture, const FamilySet& set, bool anew = false) {
  const DataDir data = DataDir::open(fixture.data());
  const WriteLock lock{data, "test"};
  ModelStore store = open_for_writing(data);
  return update_rollups(data, store, set, {.anew = anew});
}

std::vector<std::string> dump_of(const StoreFixture& fixture) {
  std::vector<std::string> rows;
  open_rollups(DataDir::open(fixture.data())).dump([&](const auto& row) { rows.push_back(row); });
  return rows;
}

/// A hub whose models come, go, are renamed and re-labelled, with counts that move, stall and fall.
class RandomHub {
 public:
  RandomHub(unsigned seed, int nights) : random_{seed} {
    for (int night = 0; night < nights; ++night) nights_.push_back(make_night(night));
  }
  [[nodiscard]] const std::vector<std::vector<std::string>>& nights() const { return nights_; }
  [[nodiscard]] static std::string day(std::size_t night) {
    const auto text = format_utc(1'735'689'600 + static_cast<UnixSeconds>(night) * 86'400);
    return text;
  }

 private:
  struct Model {
    std::string name;
    std::string tags;
    std::int64_t all_time = 0;
    std::int64_t downloads = 0;
    bool gone = false;
    UnixSeconds created = 0;
  };
  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }

  std::vector<std::string> make_night(int night) {
    static const std::vector<std::string> kRelations{"finetune", "adapter", "quantized", "merge"};
    static const std::vector<std::string> kOwners{"red", "blue", "ann", "bob", "cyd", "dee"};
    const int fresh = night == 0 ? 90 : 3;
    for (int i = 0; i < fresh; ++i) {
      Model model;
      const auto& owner = kOwners[static_cast<std::size_t>(below(6))];
      model.name = owner + "/" + (below(2) == 0 ? "Red" + std::to_string(below(3)) + "-" : "m") +
                   std::to_string(models_.size());
      const int parents = below(6) == 0 ? 2 : below(4) == 0 ? 0 : 1;
      for (int p = 0; p < parents && !models_.empty(); ++p) {
        const std::string parent =
            below(15) == 0
                ? "lost/x" + std::to_string(below(3))
                : models_[static_cast<std::size_t>(below(static_cast<int>(models_.size())))].name;
        model.tags += (model.tags.empty() ? "" : ",") +
                      ("\"base_model:" + kRelations[static_cast<std::size_t>(below(4))] + ":" +
                       parent + "\"");
      }
      if (below(2) == 0)
        model.tags += std::string{model.tags.empty() ? "" : ","} + "\"license:mit\"";
      model.all_time = below(3) * below(10'000);
      model.downloads = below(3) == 0 ? 0 : 1000 + below(20'000);
      model.created = 1'735'689'600 + (night - below(90)) * 86'400;
      models_.push_back(model);
    }
    std::vector<std::string> documents;
    const bool stall = night > 2 && below(9) == 0;
    const bool rollback = night > 2 && !stall && below(9) == 0;
    for (std::size_t i = 0; i < models_.size(); ++i) {
      Model& model = models_[i];
      if (night > 0 && below(300) == 0) model.gone = !model.gone;
      if (model.gone) continue;
      if (night > 0 && below(400) == 0) model.name += "x";
      if (!stall) {
        if (below(2) == 0) model.all_time += below(300);
        if (below(60) == 0 || (rollback && below(3) == 0)) model.all_time /= 2;
      }
      std::string rest = "\"createdAt\":\"" + format_utc(model.created) + "\",\"tags\":[" +
                         model.tags + "],\"likes\":" + std::to_string(below(5));
      if (below(40) != 0) rest += ",\"downloads\":" + std::to_string(model.downloads);
      if (below(40) != 0) rest += ",\"downloadsAllTime\":" + std::to_string(model.all_time);
      documents.push_back(doc(static_cast<int>(i + 1), model.name, rest));
    }
    return documents;
  }

  std::mt19937 random_;
  std::vector<Model> models_;
  std::vector<std::vector<std::string>> nights_;
};

AdoptionSums sum_of(const std::vector<std::pair<std::string, AdoptionSums>>& entries) {
  AdoptionSums sum;
  for (const auto& [name, sums] : entries) sum += sums;
  return sum;
}

AdoptionSums named(const std::vector<std::pair<std::string, AdoptionSums>>& entries,
                   const std::string& name) {
  for (const auto& [entry, sums] : entries) {
    if (entry == name) return sums;
  }
  return {};
}

/// The derived points of one model as single series tell them.
std::vector<DerivedPoint> points_of(const SeriesReader& reader, const SnapshotView& view,
                                    NodeId node, const std::vector<RolledSnapshot>& rolled,
                                    std::vector<Observation>& series) {
  series = reader.read(view.ordinal[node], view.total().number);
  std::vector<CountPoint> points;
  for (const Observation& one : series) {
    const RolledSnapshot& at = rolled[one.snapshot - 1];
    points.push_back({at.observed_at, at.flags.usable(), one.counts});
  }
  return derive_points(points, view.created_at[node]);
}

}  // namespace

TEST_CASE("random histories: roll-ups are what a slow reading finds", "[index][rollup]") {
  const unsigned seed = GENERATE(1U, 2U);
  StoreFixture fixture;
  const FamilySet set = families(fixture);
  const RandomHub hub{seed, 40};
  for (std::size_t night = 0; night < hub.nights().size(); ++night) {
    fixture.import(hub.nights()[night], RandomHub::day(night), night % 11 != 5);
    if (night % 3 == 0) roll(fixture, set);
  }
  roll(fixture, set);
  const DataDir data = DataDir::open(fixture.data());
  RollupStore rollups = open_rollups(data);
  const auto rolled = rollups.snapshots();
  REQUIRE(rolled.size() == hub.nights().size());
  const ModelStore store{data.store(), ModelStore::Mode::read_only};
  const SeriesReader reader{store};

  for (SnapshotNumber number = 1; number <= rolled.size(); number += 9) {
    CAPTURE(seed, number);
    const SnapshotHandle snapshot = fixture.at(number);
    const SnapshotView& view = *snapshot;
    const FamilySet found = set.in(view);
    // What single series tell of each model at this snapshot.
    std::vector<DerivedPoint> derived(view.node_count());
    CounterMoves moves;
    for (NodeId node = 0; node < view.node_count(); ++node) {
      if (view.ordinal[node] == kNoOrdinal) continue;
      std::vector<Observation> series;
      const auto points = points_of(reader, view, node, rolled, series);
      if (series.empty() || series.back().snapshot != number) continue;
      if (rolled[number - 1].flags.usable()) derived[node] = points.back();
      const bool both = series.size() > 1 && series[series.size() - 2].snapshot + 1 == number;
      moves.add(series.back().counts.downloads, series.back().counts.downloads_all_time,
                both ? series[series.size() - 2].counts.downloads_all_time : kUnknownCount);
    }
    CHECK(moves.large == rolled[number - 1].moves.large);
    CHECK(moves.stood == rolled[number - 1].moves.stood);
    CHECK(moves.fell == rolled[number - 1].moves.fell);

    const auto contribution = [&](NodeId node) {
      AdoptionSums one;
      one.models = 1;
      one.fresh = number > 1 && view.first_seen[node] == number ? 1 : 0;
      one.downloaded = view.downloads[node] > 0 && !derived[node].stale ? 1 : 0;
      const std::array<std::int64_t, kCountKinds> values{
          view.downloads[node], view.downloads_all_time[node], derived[node].downloads_7d,
          view.likes[node]};
      for (std::size_t k = 0; k < kCountKinds; ++k) {
        if (values[k] == kUnknownCount) continue;
        one.total[k] = values[k];
        one.known[k] = 1;
      }
      return one;
    };

    AdoptionSums everyone;
    for (NodeId node = 0; node < view.node_count(); ++node) {
      if (view.live(node)) everyone += contribution(node);
    }
    CHECK(sum_of(rollups.at({{}, Breakdown::role, SharePolicy::any}, number)) == everyone);

    AdoptionSums shared =
        named(rollups.at({{}, Breakdown::role, SharePolicy::fractional}, number), kHubOther);
    for (const FamilyDefinition& family : found.definitions()) {
      CAPTURE(family.name);
      const FamilyMembers members = members_of(view, found, family);
      AdoptionSums official, derivatives;
      std::map<std::string, AdoptionSums> by_author, by_relation;
      for (const NodeId root : members.roots) {
        if (view.live(root)) official += contribution(root);
      }
      for (const Reached& row : members.derivatives) {
        if (!view.live(row.node)) continue;
        derivatives += contribution(row.node);
        by_author[std::string{view.terms[view.author[row.node]]}] += contribution(row.node);
        by_relation[std::string{to_string(view.relation[row.edge])}] += contribution(row.node);
      }
      const auto roles = rollups.at({family.name, Breakdown::role, SharePolicy::any}, number);
      CHECK(named(roles, kOfficial) == official);
      CHECK(named(roles, kDerivatives) == derivatives);
      const auto authors = rollups.at({family.name, Breakdown::author, SharePolicy::any}, number);
      CHECK(std::map<std::string, AdoptionSums>{authors.begin(), authors.end()} == by_author);
      const auto relations =
          rollups.at({family.name, Breakdown::relation, SharePolicy::any}, number);
      CHECK(std::map<std::string, AdoptionSums>{relations.begin(), relations.end()} == by_relation);
      for (const Breakdown breakdown :
           {Breakdown::relation, Breakdown::author, Breakdown::license, Breakdown::library,
            Breakdown::pipeline_tag, Breakdown::depth, Breakdown::created, Breakdown::burst}) {
        CHECK(sum_of(rollups.at({family.name, breakdown, SharePolicy::any}, number)) ==
              derivatives);
      }
      if (!family.top_level()) continue;
      const auto series = rollups.at({family.name, Breakdown::series, SharePolicy::any}, number);
      if (!series.empty()) CHECK(sum_of(series) == derivatives);
      const auto split =
          rollups.at({family.name, Breakdown::role, SharePolicy::fractional}, number);
      const AdoptionSums whole = sum_of(split);
      shared.share += whole.share;
      shared.fresh += whole.fresh;
      for (std::size_t k = 0; k < kCountKinds; ++k) shared.total[k] += whole.total[k];
      const AdoptionSums part = named(split, kDerivatives);
      for (const Breakdown breakdown : {Breakdown::author, Breakdown::license, Breakdown::depth}) {
        const AdoptionSums sum =
            sum_of(rollups.at({family.name, breakdown, SharePolicy::fractional}, number));
        CHECK(sum.share == part.share);
        CHECK(sum.total == part.total);
      }
    }
    CHECK(shared.share == everyone.models * 1'000'000);
    CHECK(shared.total == everyone.total);
    CHECK(shared.fresh == everyone.fresh * 1'000'000);

    // What is below each model.
    const auto below = rollups.at({{}, Breakdown::descendants, SharePolicy::any}, number);
    std::size_t with_descendants = 0;
    for (NodeId node = 0; node < view.node_count(); ++node) {
      AdoptionSums expected;
      const std::vector<NodeId> source{node};
      for (const Reached& row : descendants_of(view, source)) {
        if (view.live(row.node)) expected += contribution(row.node);
      }
      expected.fresh = expected.downloaded = 0;
      with_descendants += expected.models != 0 ? 1 : 0;
      CHECK(named(below, descendants_key(view, node)) == expected);
    }
    CHECK(below.size() == with_descendants);

    // Boards.
    std::vector<std::pair<std::int64_t, NodeId>> by_week;
    for (NodeId node = 0; node < view.node_count(); ++node) {
      if (view.live(node) && derived[node].downloads_7d > 0)
        by_week.emplace_back(-derived[node].downloads_7d, node);
    }
    std::sort(by_week.begin(), by_week.end());
    std::vector<BoardRow> expected;
    for (const auto& [value, node] : by_week) expected.push_back({view.ordinal[node], -value});
    CHECK(rollups.board(ModelBoard::downloads_7d, "", number) == expected);
  }

  // Many names and snapshots at once are what each snapshot has.
  std::vector<SnapshotNumber> numbers;
  for (SnapshotNumber n = 2; n <= rolled.size(); n += 3) numbers.push_back(n);
  const std::vector<std::string> names{"ann", "nobody", "bob", "red"};
  const RollupKey key{"red", Breakdown::author, SharePolicy::any};
  const auto series = rollups.series(key, names, numbers);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto at = rollups.at(key, numbers[i]);
    for (std::size_t n = 0; n < names.size(); ++n) CHECK(series[n][i] == named(at, names[n]));
  }
}

TEST_CASE("what a burst sets aside is told apart night by night", "[index][rollup]") {
  StoreFixture fixture;
  const FamilySet set = families(fixture);
  std::vector<std::string> night{doc(1, "red/Red1", R"("createdAt":"2026-01-01T00:00:00Z")")};
  const auto child = [](int id) {
    return doc(id, "ann/x" + std::to_string(id),
               R"("createdAt":"2026-01-02T03:04:05Z","downloads":7,)"
               R"("tags":["base_model:finetune:red/Red1"])");
  };
  for (int id = 2; id <= 11; ++id) night.push_back(child(id));
  fixture.import(night, "2026-01-03", true);
  roll(fixture, set);
  for (int id = 12; id <= 14; ++id) night.push_back(child(id));
  // One of the burst has a child of its own: that one stays.
  night.push_back(doc(15, "ben/y", R"("tags":["base_model:finetune:ann/x14"])"));
  fixture.import(night, "2026-01-04", true);
  roll(fixture, set);

  RollupStore rollups = open_rollups(DataDir::open(fixture.data()));
  const RollupKey key{"red", Breakdown::burst, SharePolicy::any};
  const auto curves = rollups.series(key, std::vector<std::string>{kNotInBurst, kInBurst},
                                     std::vector<SnapshotNumber>{1, 2});
  CHECK(curves[0][0].models == 10);
  CHECK(curves[0][1].models == 11);
  CHECK(curves[1][0].models == 0);
  CHECK(curves[1][1].models == 3);
  CHECK(curves[1][1].value(CountKind::downloads) == 21);
}

TEST_CASE("rolled up night by night, at once, or from pruned files: the same rows",
          "[index][rollup]") {
  StoreFixture fixture;
  const FamilySet set = families(fixture);
  const RandomHub hub{9, 12};
  for (std::size_t night = 0; night < hub.nights().size(); ++night) {
    fixture.import(hub.nights()[night], RandomHub::day(night), true);
    const RollupReport report = roll(fixture, set);
    CHECK(report.rolled_up == 1);
    CHECK(report.anew_because.empty());
  }
  const auto by_night = dump_of(fixture);
  CHECK(by_night.size() > 100);
  CHECK(roll(fixture, set).rolled_up == 0);

  CHECK(roll(fixture, set, true).rolled_up == hub.nights().size());
  CHECK(dump_of(fixture) == by_night);

  std::filesystem::remove(DataDir::open(fixture.data()).snapshot(3));
  std::filesystem::remove_all(DataDir::open(fixture.data()).rollups());
  CHECK(roll(fixture, set).rolled_up == hub.nights().size());
  CHECK(dump_of(fixture) == by_night);
}

TEST_CASE("roll-ups that cannot be used are made again", "[index][rollup]") {
  StoreFixture fixture;
  const FamilySet set = families(fixture);
  const DataDir data = [&] {
    fixture.import({doc(1, "red/Red1", R"("downloads":5)"),
                    doc(2, "ann/x", R"("tags":["base_model:finetune:red/Red1"])")},
                   "2026-01-01", true);
    return DataDir::open(fixture.data());
  }();
  CHECK_THROWS_WITH(open_rollups(data), holds("run `stemma rollup`"));
  roll(fixture, set);
  const auto rows = dump_of(fixture);

  SECTION("not a database") {
    std::ofstream{data.rollups() / "1.sqlite"} << "this is no database, it is much too long a text";
    CHECK_THROWS_WITH(open_rollups(data), holds("run `stemma rollup`"));
    CHECK_THAT(roll(fixture, set).anew_because, holds("not a database"));
    CHECK(dump_of(fixture) == rows);
  }
  SECTION("of another version") {
    Database{data.rollups() / "1.sqlite", Database::Mode::read_write}.execute(
        "PRAGMA user_version = 77");
    CHECK_THAT(roll(fixture, set).anew_because, holds("another version"));
    CHECK(dump_of(fixture) == rows);
  }
  SECTION("with other families") {
    const FamilySet others = families(fixture, R"toml(
[[family]]
name = "red"
label = "Red"
owners = ["red", "crimson"]
)toml");
    CHECK_THAT(roll(fixture, others).anew_because, holds("defined otherwise"));
    CHECK(roll(fixture, others).rolled_up == 0);
    CHECK(open_rollups(data).has({"red", Breakdown::role, SharePolicy::any}));
    CHECK_FALSE(open_rollups(data).has({"blue", Breakdown::role, SharePolicy::any}));
  }
  SECTION("stopped, and gone on with") {
    for (int night = 2; night < 6; ++night)
      fixture.import({doc(1, "red/Red1", R"("downloads":)" + std::to_string(night))},
                     "2026-01-0" + std::to_string(night), true);
    std::atomic<bool> stop = false;
    {
      const WriteLock lock{data, "test"};
      ModelStore store = open_for_writing(data);
      const RollupReport report = update_rollups(
          data, store, set, {.anew = true, .stop = &stop, .progress = [&](const RollupProgress& p) {
                               stop = p.done == 2;
                             }});
      CHECK(report.stopped);
      CHECK(report.rolled_up == 3);
    }
    // What was there is still there for readers.
    CHECK(dump_of(fixture) == rows);
    CHECK(roll(fixture, set).rolled_up == 2);
    CHECK(open_rollups(data).newest() == 5);
  }
}
