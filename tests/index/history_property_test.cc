#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <random>

#include "index/verify.h"
#include "schema/model_name.h"
#include "schema/utc_time.h"
#include "tests/support/catch.h"
#include "tests/support/store_fixture.h"

// Random histories through the real pipeline: models that come, change, miss a walk, go, return,
// and are renamed. What was answered of a snapshot is answered of it for ever; documents in any
// order and any number of files give the same bytes; and each state is what an index of it alone
// gives.

using namespace stemma;
using namespace stemma::test;

namespace {

constexpr int kHistories = 24;

struct Known {
  std::string name;
  std::vector<std::string> parents;
  bool adapter = false;
  std::string license;
  int downloads = 0;
};
using State = std::map<int, Known>;  // by the number that makes the `_id`

class Generator {
 public:
  Generator(std::mt19937& random, bool renames) : random_{random}, renames_{renames} {}

  /// The next state, from the one before.
  State next(State state) {
    for (auto at = state.begin(); at != state.end();) {
      if (chance(6)) {
        away_.insert(*at);
        at = state.erase(at);
        continue;
      }
      if (chance(4)) change(at->second);
      if (renames_ && chance(6)) at->second.name = unused(state);
      ++at;
    }
    for (auto at = away_.begin(); at != away_.end();) {
      if (chance(3) && !taken(state, at->second.name)) {
        state.insert(*at);
        at = away_.erase(at);
      } else {
        ++at;
      }
    }
    for (std::size_t fresh = 1 + pick(3); fresh > 0; --fresh) {
      Known model;
      model.name = unused(state);
      change(model);
      state.emplace(++number_, std::move(model));
    }
    return state;
  }

 private:
  std::size_t pick(std::size_t below) { return random_() % below; }
  bool chance(std::size_t in) { return pick(in) == 0; }

  std::string any_name() { return std::string{"abcd"[pick(4)]} + "/m" + std::to_string(pick(6)); }
  static bool taken(const State& state, const std::string& name) {
    return std::any_of(state.begin(), state.end(),
                       [&](const auto& model) { return model.second.name == name; });
  }
  std::string unused(const State& state) {
    for (;;) {
      std::string name = any_name();
      const bool away = std::any_of(away_.begin(), away_.end(),
                                    [&](const auto& model) { return model.second.name == name; });
      if (!taken(state, name) && !away) return name;
      if (chance(20)) return "new/" + std::to_string(++number_);
    }
  }
  void change(Known& model) {
    model.parents.clear();
    for (std::size_t count = pick(4); count > 0; --count)
      model.parents.push_back(chance(6) ? "C:\\\\bad" : chance(5) ? "A/M1" : any_name());
    model.adapter = chance(3);
    model.license = chance(2) ? "mit" : "llama3";
    model.downloads = static_cast<int>(pick(100));
  }

  std::mt19937& random_;
  bool renames_;
  State away_;
  int number_ = 0;
};

std::string document(int number, const Known& model) {
  std::string tags = "\"license:" + model.license + "\"";
  for (const std::string& parent : model.parents) {
    tags += ",\"base_model:" + parent + "\"";
    if (model.adapter) tags += ",\"base_model:adapter:" + parent + "\"";
  }
  return doc(number, model.name,
             "\"tags\":[" + tags + "],\"createdAt\":\"2025-01-0" + std::to_string(1 + number % 9) +
                 "T00:00:00.000Z\",\"downloads\":" + std::to_string(model.downloads));
}

std::vector<std::string> documents(const State& state) {
  std::vector<std::string> list;
  for (const auto& [number, model] : state) list.push_back(document(number, model));
  return list;
}

std::string day(int number) {
  return "2026-01-" + std::string(number < 10 ? "0" : "") + std::to_string(number);
}

std::string bytes_of(const StoreFixture& store, SnapshotNumber number) {
  std::ifstream file{DataDir::open(store.data()).snapshot(number), std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// Live models and their edges by name; what is no live model is told by its folded name alone, as
/// an index of one state knows nothing of models that are gone.
std::vector<std::string> plain(const SnapshotView& view) {
  std::vector<std::string> lines;
  for (NodeId node = 0; node < view.node_count(); ++node) {
    if (!view.live(node)) continue;
    const std::string name = view.hub_id[node].hex() + " " + std::string{view.name(node)};
    lines.push_back(name + " " + std::string{view.terms[view.license[node]]} + " " +
                    std::to_string(view.downloads[node]));
    for (EdgeId e = view.parent_begin[node]; e < view.parent_begin[node + 1]; ++e) {
      const NodeId parent = view.parent[e];
      lines.push_back(name + " <- " +
                      (view.live(parent) ? view.hub_id[parent].hex()
                                         : std::string{"?"} + fold_case(view.name(parent))) +
                      " " + std::string{to_string(view.relation[e])});
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

/// The latest document of every live model, as a state of its own.
std::vector<std::string> live_documents(const SnapshotView& view,
                                        const std::map<int, Known>& latest) {
  std::vector<std::string> list;
  for (const auto& [number, model] : latest) {
    const auto node = find_exact(view, model.name);
    const std::string id = doc(number, "").substr(8, 24);
    if (node && view.live(*node) && view.hub_id[*node].hex() == id)
      list.push_back(document(number, model));
  }
  return list;
}

void write_lines(const std::filesystem::path& path, const std::vector<std::string>& lines) {
  std::ofstream out{path};
  for (const std::string& line : lines) out << line << '\n';
}

}  // namespace

TEST_CASE("random histories stay as they were told, in any order, and equal their states alone",
          "[index][history][property]") {
  std::mt19937 random{4};
  std::size_t gone = 0, back = 0, aliases = 0, past = 0;
  for (int history = 0; history < kHistories; ++history) {
    INFO("history " << history);
    const bool renames = history % 2 == 1;
    Generator generator{random, renames};
    StoreFixture store;
    StoreFixture shuffled;
    State state;
    State latest;
    std::vector<std::string> told;
    const int publishes = 3 + static_cast<int>(random() % 4);
    for (int n = 1; n <= publishes; ++n) {
      INFO("snapshot " << n);
      state = generator.next(state);
      for (const auto& [number, model] : state) latest[number] = model;
      std::vector<std::string> list = documents(state);
      store.import(list, day(n), true);
      told.push_back(bytes_of(store, static_cast<SnapshotNumber>(n)));
      // The same in another order, in two files, one of which holds some twice.
      std::shuffle(list.begin(), list.end(), random);
      const auto half = list.begin() + static_cast<std::ptrdiff_t>(1 + random() % list.size());
      const auto first = shuffled.dir() / "one.ndjson";
      const auto second = shuffled.dir() / "two.ndjson";
      write_lines(first, {list.begin(), half});
      write_lines(second, {half - 1, list.end()});
      import_files(shuffled.data(),
                   {.files = {first.string(), second.string()},
                    .observed_at = parse_utc(day(n)).value(),
                    .complete = true,
                    .accept_shrink = true},
                   {});
      REQUIRE(bytes_of(shuffled, static_cast<SnapshotNumber>(n)) == told.back());
      const SnapshotHandle now = store.current();
      gone += now->total().gone;
      aliases += now->aliases.size();
      past += now->past.size();
      if (!renames) {
        StoreFixture alone;
        alone.import(live_documents(*now, latest), day(n), true);
        REQUIRE(plain(*alone.current()) == plain(*now));
      }
    }
    const SnapshotHandle last = store.current();
    for (NodeId node = 0; node < last->node_count(); ++node)
      back += last->live(node) && last->first_seen[node] < last->last_seen[node] ? 1 : 0;
    // Built again from the store alone, every snapshot is what it was; and nothing contradicts.
    const VerifyReport report = verify(DataDir::open(store.data()), true, [](const auto&) {});
    REQUIRE(report.problems == std::vector<std::string>{});
    REQUIRE(report.snapshots.size() == told.size());
    for (SnapshotNumber n = 1; n <= told.size(); ++n) CHECK(bytes_of(store, n) == told[n - 1]);
  }
  CHECK(gone > 20);
  CHECK(back > 20);
  CHECK(aliases > 20);
  CHECK(past > 20);
}
