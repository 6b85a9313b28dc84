#include "index/verify.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>

#include "index/agreement.h"
#include "index/crawl_ledger.h"
#include "index/derive.h"
#include "index/model_store.h"
#include "index/packing.h"
#include "index/presence.h"
#include "index/rocks.h"
#include "index/snapshot_file.h"
#include "index/store_impl.h"
#include "index/store_keys.h"
#include "schema/error.h"
#include "schema/record_codec.h"

namespace stemma {
namespace {

class Verification {
 public:
  Verification(const DataDir& data, bool all,
               const std::function<void(const std::string&)>& progress)
      : data_{data}, all_{all}, progress_{progress} {}

  VerifyReport run() {
    check_ledger();
    guarded("the data directory", [&] {
      if (auto lost = find_lost_snapshot(data_, newest_known(data_))) problem(std::move(*lost));
    });
    progress_("reading the store");
    guarded("the store", [&] {
      const ModelStore store{data_.store(), ModelStore::Mode::read_only};
      guarded("the store", [&] { check_store(store.impl()); });
      const std::vector<PublishedSnapshot> published = store.snapshots();
      check_order(published);
      check_runs(published);
      for (const PublishedSnapshot& snapshot : published)
        check_snapshot(store, snapshot, snapshot.number == published.back().number);
    });
    return std::move(report_);
  }

 private:
  void problem(std::string what) { report_.problems.push_back(std::move(what)); }

  /// What cannot be read is a problem, not the end.
  template <class Check>
  bool guarded(const std::string& what, Check&& check) {
    try {
      check();
      return true;
    } catch (const Error& error) {
      problem(what + ": " + error.what());
      return false;
    }
  }

  void check_ledger() {
    std::error_code error;
    if (!std::filesystem::exists(data_.ledger(), error)) return;
    guarded("the ledger", [&] {
      const std::string found = CrawlLedger{data_.path(), CrawlLedger::Mode::read_only}.integrity();
      if (found != "ok") problem("the ledger: " + found);
    });
  }

  void check_store(const ModelStore::Impl& impl) {
    report_.files_partly_covered = impl.rocks.verify_checksums();
    const auto each = [&](rocks::Family family, const std::string& what, auto&& readable) {
      std::uint64_t count = 0;
      std::uint64_t damaged = 0;
      const auto scan = impl.rocks.scan(family);
      for (scan->SeekToFirst(); scan->Valid(); scan->Next(), ++count)
        damaged += readable(rocks::view(scan->value())) ? 0 : 1;
      rocks::check(scan->status(), "reading the store " + impl.rocks.name());
      if (damaged != 0) {
        problem(std::to_string(damaged) + " of " + std::to_string(count) + ' ' + what +
                " cannot be read");
      }
      return count;
    };
    report_.versions = each(rocks::Family::versions, "versions of models",
                            [](auto value) { return decode_version(value).has_value(); });
    report_.documents = each(rocks::Family::documents, "packs of documents",
                             [](auto value) { return decompress(value).has_value(); });
    each(rocks::Family::seen, "lists of the models that a snapshot saw", [](auto value) {
      // Presence by block, and up to which snapshot there is such, are told by their length.
      return value.size() == std::tuple_size_v<PresenceBits> || value.size() == 4 ||
             decode_seen(value).has_value();
    });
    each(rocks::Family::snapshots, "entries of published snapshots",
         [](auto value) { return decode_published(value).has_value(); });
    each(rocks::Family::lookups, "look-ups",
         [](auto value) { return decode_lookup(value).has_value(); });
  }

  void check_order(const std::vector<PublishedSnapshot>& published) {
    for (std::size_t i = 0; i < published.size(); ++i) {
      if (published[i].number != i + 1)
        problem("snapshot " + std::to_string(i + 1) + " is missing in the store");
      if (i > 0 && published[i].observed_at < published[i - 1].observed_at) {
        problem("snapshot " + std::to_string(published[i].number) +
                " was observed before the one that it follows");
      }
    }
  }

  /// Ledger and store refer to each other by the run's number.
  void check_runs(const std::vector<PublishedSnapshot>& published) {
    std::error_code error;
    if (!std::filesystem::exists(data_.ledger(), error)) {
      if (!published.empty()) problem("the ledger is missing: which runs published is not known");
      return;
    }
    guarded("the ledger", [&] {
      CrawlLedger ledger{data_.path(), CrawlLedger::Mode::read_only};
      for (const PublishedSnapshot& snapshot : published) {
        const auto run = ledger.run(snapshot.run);
        if (run && run->source == snapshot.source && run->observed_at == snapshot.observed_at)
          continue;
        problem("snapshot " + std::to_string(snapshot.number) + " was published by run " +
                std::to_string(snapshot.run) +
                ", which the ledger does not know as such: it is not the one that belongs to this "
                "store");
      }
    });
  }

  void check_snapshot(const ModelStore& store, const PublishedSnapshot& snapshot, bool newest) {
    const std::string name = "snapshot " + std::to_string(snapshot.number);
    progress_("checking " + name);
    VerifyReport::Snapshot checked;
    SnapshotHandle file;
    std::error_code error;
    if (std::filesystem::exists(data_.snapshot(snapshot.number), error)) {
      checked.file = guarded(name, [&] {
        file = open_snapshot_file(data_.snapshot(snapshot.number));
        checked.totals = file->total();
      });
    } else if (snapshot.number > data_.pruned_up_to()) {
      problem(name + ": its file is missing; it will be built again when it is asked for");
    }
    if (newest || all_) {
      guarded(name, [&] {
        const SnapshotColumns columns = derive_snapshot(store, snapshot.number);
        checked.derived = true;
        const SnapshotView derived = view_of(columns);
        if (file) compare(name, *file, derived);
        if (!file) {
          checked.totals = derived.total();
          report(name, find_disagreements(derived));
        }
      });
    }
    if (file) report(name, find_disagreements(*file));
    report_.snapshots.push_back(checked);
  }

  void report(const std::string& name, const std::vector<std::string>& found) {
    for (const std::string& what : found) problem(name + ": " + what);
  }

  void compare(const std::string& name, const SnapshotView& file, const SnapshotView& derived) {
    std::vector<std::pair<const char*, std::string_view>> sections;
    const auto bytes = [](const auto& array) {
      return std::string_view{reinterpret_cast<const char*>(array.data()), array.size_bytes()};
    };
    for_each_section(file, [&](const char* section, const auto& array) {
      sections.emplace_back(section, bytes(array));
    });
    std::size_t next = 0;
    for_each_section(derived, [&](const char* section, const auto& array) {
      if (sections[next++].second != bytes(array)) {
        problem(name + ": section " + section +
                " of its file is not what the store gives; remove the file and it is built again");
      }
    });
  }

  const DataDir& data_;
  const bool all_;
  const std::function<void(const std::string&)>& progress_;
  VerifyReport report_;
};

}  // namespace

std::vector<std::string> find_disagreements(const SnapshotView& view) {
  std::vector<std::string> problems;
  const SnapshotTotals& total = view.total();
  SnapshotTotals counted;
  std::uint64_t claimless = 0;
  for (NodeId node = 0; node < view.node_count(); ++node) {
    counted.gone += view.state[node] == NodeState::gone ? 1 : 0;
    counted.ghosts += view.state[node] == NodeState::ghost ? 1 : 0;
    if (!view.live(node)) continue;
    ++counted.models;
    for (EdgeId e = view.parent_begin[node]; e < view.parent_begin[node + std::size_t{1}]; ++e) {
      ++counted.edges;
      ++counted.by_relation[static_cast<std::size_t>(view.relation[e])];
      const std::uint32_t claims = view.claim_begin[e + std::size_t{1}] - view.claim_begin[e];
      counted.claims_kept += claims;
      claimless += claims == 0 ? 1 : 0;
    }
  }
  for (const DroppedClaim& claim : view.dropped) {
    if (!view.live(claim.node)) continue;
    ++(claim.reason == DropReason::rejected ? counted.claims_rejected : counted.claims_self);
  }
  const auto expect = [&](const char* what, std::uint64_t told, std::uint64_t found) {
    if (told == found) return;
    problems.push_back(std::string{what} + ": " + std::to_string(told) + " are told, " +
                       std::to_string(found) + " are there");
  };
  expect("live models", total.models, counted.models);
  expect("gone models", total.gone, counted.gone);
  expect("ghosts", total.ghosts, counted.ghosts);
  expect("edges", total.edges, counted.edges);
  for (std::size_t i = 0; i < std::size(total.by_relation); ++i)
    expect("edges of one relation", total.by_relation[i], counted.by_relation[i]);
  expect("claims kept", total.claims_kept, counted.claims_kept);
  expect("claims rejected", total.claims_rejected, counted.claims_rejected);
  expect("claims of models on themselves", total.claims_self, counted.claims_self);
  expect("claims kept, rejected and on themselves, of all observed", total.claims_observed,
         counted.claims_kept + counted.claims_rejected + counted.claims_self);
  if (claimless != 0) problems.push_back(std::to_string(claimless) + " edges have no claim");
  // The two orders of the edges must be of the same edges.
  std::uint64_t astray = 0;
  for (NodeId node = 0; node < view.node_count(); ++node) {
    for (std::uint32_t i = view.child_begin[node]; i < view.child_begin[node + std::size_t{1}];
         ++i) {
      const EdgeId edge = view.child_edge[i];
      const NodeId child = view.child[i];
      if (view.parent[edge] != node || edge < view.parent_begin[child] ||
          edge >= view.parent_begin[child + std::size_t{1}])
        ++astray;
    }
  }
  if (astray != 0)
    problems.push_back(std::to_string(astray) + " edges are not the same from parent and child");
  return problems;
}

VerifyReport verify(const DataDir& data, bool all,
                    const std::function<void(const std::string&)>& progress) {
  return Verification{data, all, progress}.run();
}

}  // namespace stemma
