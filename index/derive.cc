#include "index/derive.h"

#include <algorithm>
#include <deque>
#include <map>
#include <memory>

#include "graph/build.h"
#include "index/counts_codec.h"
#include "index/rocks.h"
#include "index/snapshot_file.h"
#include "index/store_impl.h"
#include "index/store_keys.h"
#include "schema/error.h"
#include "schema/record_codec.h"

namespace stemma {
namespace {

/// Keeps copies of short byte strings in large blocks: a million small allocations cost more than
/// all the rest.
class Arena {
 public:
  std::string_view copy(std::string_view bytes) {
    if (blocks_.empty() || used_ + bytes.size() > blocks_.back().size) {
      const std::size_t size = std::max(kBlock, bytes.size());
      blocks_.push_back({std::make_unique<char[]>(size), size});
      used_ = 0;
    }
    char* const at = blocks_.back().bytes.get() + used_;
    std::copy(bytes.begin(), bytes.end(), at);
    used_ += bytes.size();
    return {at, bytes.size()};
  }

 private:
  static constexpr std::size_t kBlock = std::size_t{4} << 20U;
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size;
  };
  std::vector<Block> blocks_;
  std::size_t used_ = 0;
};

/// When a model was last in a walk that asked for the field that carries claims of a kind.
struct LastSeen {
  SnapshotNumber any = 0;
  SnapshotNumber base_models = 0, tags = 0, card = 0, config = 0;

  [[nodiscard]] SnapshotNumber of(ClaimSource source) const {
    switch (source) {
      case ClaimSource::base_models:
        return base_models;
      case ClaimSource::tag:
        return tags;
      case ClaimSource::card:
        return card;
      case ClaimSource::peft:
        return config;
      case ClaimSource::alias:
      case ClaimSource::curated:
      case ClaimSource::inferred:
        break;
    }
    return any;
  }
};

/// Presence of every ordinal, replayed from the walks (rule 3.8).
struct Presence {
  std::vector<SnapshotNumber> first_seen;
  std::vector<LastSeen> last_seen;
  std::vector<std::uint8_t> missed;  ///< Complete walks in a row without it.
  std::vector<bool> gone;
};

class Derivation {
 public:
  Derivation(const ModelStore& store, SnapshotNumber number) : impl_{store.impl()} {
    for (const PublishedSnapshot& snapshot : store.snapshots()) {
      if (snapshot.number <= number) snapshots_.push_back(snapshot);
    }
    if (snapshots_.empty() || snapshots_.back().number != number) {
      throw Error{ErrorKind::not_found, "there is no snapshot " + std::to_string(number)};
    }
  }

  SnapshotColumns run() {
    read_lookups();
    read_versions();
    replay_presence();
    read_counts();
    finish_models();
    const PublishedSnapshot& last = snapshots_.back();
    input_.head.number = last.number;
    input_.head.partial = last.partial ? 1 : 0;
    input_.head.generated = last.generated ? 1 : 0;
    input_.head.observed_at = last.observed_at;
    input_.head.rejected_documents = last.rejected_documents;
    input_.scope = last.scope;
    add_history();
    return build_snapshot(input_);
  }

 private:
  [[nodiscard]] SnapshotNumber number() const { return snapshots_.back().number; }

  void read_lookups() {
    const auto scan = impl_.rocks.scan(rocks::Family::lookups);
    for (scan->SeekToFirst(); scan->Valid(); scan->Next()) {
      const std::string_view key = rocks::view(scan->key());
      if (key.size() < 5 || keys::number(key.substr(key.size() - 4), 0) > number()) continue;
      const auto lookup = decode_lookup(rocks::view(scan->value()));
      if (!lookup) throw impl_.damaged("a look-up");
      lookups_[std::string{key.substr(0, key.size() - 5)}] =
          *lookup;  // later ones replace earlier ones
    }
    rocks::check(scan->status(), "reading the store " + impl_.rocks.name());
    for (const auto& [name, lookup] : lookups_) {
      if (lookup.result == Lookup::Result::redirected)
        input_.aliases.push_back({name, lookup.target_id});
    }
  }

  /// Ends one ordinal: its versions up to the snapshot, oldest first.
  void add_model(Ordinal ordinal,
                 const std::vector<std::pair<SnapshotNumber, std::string>>& versions) {
    const std::string_view bytes = arena_.copy(versions.back().second);
    auto latest = decode_version(bytes);
    if (!latest) throw impl_.damaged("a model");
    ModelState model;
    model.record = std::move(latest->record);
    for (const Claim& claim : model.record.claims) {
      SnapshotNumber first = versions.back().first;
      for (std::size_t i = 0; versions.size() > 1 && i + 1 < versions.size(); ++i) {
        const auto older = decode_version(versions[i].second);
        if (!older) throw impl_.damaged("a model");
        if (std::find(older->record.claims.begin(), older->record.claims.end(), claim) !=
            older->record.claims.end()) {
          first = versions[i].first;
          break;
        }
      }
      model.claim_spans.push_back({first, 0});
    }
    // A name that the `_id` bore before leads to it still.
    for (std::size_t i = 0; i + 1 < versions.size(); ++i) {
      const auto older = decode_version(versions[i].second);
      if (older && older->record.name != model.record.name) {
        old_names_.push_back({std::string{older->record.name}, model.record.id});
      }
    }
    input_.models.push_back(std::move(model));
    ordinals_.push_back(ordinal);
  }

  void read_versions() {
    const auto scan = impl_.rocks.scan(rocks::Family::versions);
    std::vector<std::pair<SnapshotNumber, std::string>> versions;
    Ordinal current = 0;
    const auto flush = [&] {
      if (!versions.empty()) add_model(current, versions);
      versions.clear();
    };
    for (scan->SeekToFirst(); scan->Valid(); scan->Next()) {
      const std::string_view key = rocks::view(scan->key());
      const Ordinal ordinal = keys::number(key, 0);
      if (ordinal != current) flush();
      current = ordinal;
      if (keys::number(key, 1) <= number())
        versions.emplace_back(keys::number(key, 1), rocks::view(scan->value()));
    }
    flush();
    rocks::check(scan->status(), "reading the store " + impl_.rocks.name());
    // Redirects that the hub told us go before names that we saw change.
    input_.aliases.insert(input_.aliases.begin(), old_names_.begin(), old_names_.end());
  }

  void replay_presence() {
    const std::size_t count = ordinals_.empty() ? 0 : std::size_t{ordinals_.back()} + 1;
    presence_.first_seen.resize(count);
    presence_.last_seen.resize(count);
    presence_.missed.resize(count);
    presence_.gone.resize(count);
    std::vector<std::uint32_t> model_of(count, UINT32_MAX);
    for (std::uint32_t i = 0; i < ordinals_.size(); ++i) model_of[ordinals_[i]] = i;
    std::string value;
    for (const PublishedSnapshot& snapshot : snapshots_) {
      if (!impl_.rocks.get(rocks::Family::seen, keys::one(snapshot.number), value))
        throw impl_.damaged("presence");
      const auto seen = decode_seen(value);
      if (!seen || seen->size() > count) throw impl_.damaged("presence");
      for (Ordinal o = 0; o < count; ++o) {
        if (o < seen->size() && (*seen)[o]) {
          see(o, snapshot);
        } else if (snapshot.complete && presence_.first_seen[o] != 0 && !presence_.gone[o]) {
          ++presence_.missed[o];
          presence_.gone[o] =
              presence_.missed[o] >= 2 || denied(model_of[o], presence_.last_seen[o].any);
        }
      }
    }
  }

  void see(Ordinal o, const PublishedSnapshot& snapshot) {
    if (presence_.first_seen[o] == 0) presence_.first_seen[o] = snapshot.number;
    LastSeen& last = presence_.last_seen[o];
    last.any = snapshot.number;
    if ((snapshot.asked & kBaseModels) != 0) last.base_models = snapshot.number;
    if ((snapshot.asked & kTags) != 0) last.tags = snapshot.number;
    if ((snapshot.asked & kCardData) != 0) last.card = snapshot.number;
    if ((snapshot.asked & kConfig) != 0) last.config = snapshot.number;
    presence_.missed[o] = 0;
    presence_.gone[o] = false;
  }

  /// Whether the hub said, after the model was last seen, that its name leads nowhere.
  [[nodiscard]] bool denied(std::uint32_t model, SnapshotNumber last_seen) const {
    if (model == UINT32_MAX || lookups_.empty()) return false;
    std::string folded{input_.models[model].record.name};
    std::transform(folded.begin(), folded.end(), folded.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    const auto found = lookups_.find(folded);
    if (found == lookups_.end() || found->second.result != Lookup::Result::absent) return false;
    for (const PublishedSnapshot& snapshot : snapshots_) {
      if (snapshot.number == last_seen) return found->second.asked_at > snapshot.observed_at;
    }
    return false;
  }

  void read_counts() {
    const std::size_t count = presence_.first_seen.size();
    const std::size_t blocks = (count + kCountsBlock - 1) / kCountsBlock;
    counts_.resize(blocks * kCountsBlock);
    const auto scan = impl_.rocks.scan(rocks::Family::counts);
    for (scan->SeekToFirst(); scan->Valid(); scan->Next()) {
      const std::string_view key = rocks::view(scan->key());
      if (keys::number(key, 1) > number()) continue;
      const std::size_t block = keys::number(key, 0);
      if (block >= blocks ||
          !apply_counts(rocks::view(scan->value()),
                        std::span{counts_}.subspan(block * kCountsBlock, kCountsBlock))) {
        throw impl_.damaged("a block of counts");
      }
    }
    rocks::check(scan->status(), "reading the store " + impl_.rocks.name());
  }

  void finish_models() {
    for (std::size_t i = 0; i < ordinals_.size(); ++i) {
      const Ordinal o = ordinals_[i];
      ModelState& model = input_.models[i];
      model.state = presence_.gone[o] ? NodeState::gone : NodeState::live;
      model.first_seen = presence_.first_seen[o];
      model.last_seen = presence_.last_seen[o].any;
      model.counts = counts_[o];
      for (std::size_t c = 0; c < model.record.claims.size(); ++c) {
        ClaimSpan& span = model.claim_spans[c];
        // Carried by a document at `first_seen` even where that walk as a whole did not ask for the
        // field.
        span.last_seen =
            std::max(span.first_seen, presence_.last_seen[o].of(model.record.claims[c].source));
      }
    }
  }

  void add_history() {
    std::string value;
    for (std::size_t i = 0; i + 1 < snapshots_.size(); ++i) {
      const PublishedSnapshot& snapshot = snapshots_[i];
      SnapshotRow row{.number = snapshot.number,
                      .partial = snapshot.partial ? 1U : 0U,
                      .observed_at = snapshot.observed_at,
                      .models = 0,
                      .edges = 0};
      // Written when the snapshot's own columns were built; absent only if the process died in
      // between.
      if (impl_.rocks.get(rocks::Family::meta, "totals" + keys::one(snapshot.number), value) &&
          value.size() == 8) {
        row.models = keys::number(value, 0);
        row.edges = keys::number(value, 1);
      }
      input_.history.push_back(row);
    }
  }

  ModelStore::Impl& impl_;
  std::vector<PublishedSnapshot> snapshots_;
  std::map<std::string, Lookup> lookups_;
  std::vector<AliasState> old_names_;
  Arena arena_;
  BuildInput input_;
  std::vector<Ordinal> ordinals_;  ///< Of input_.models, ascending.
  Presence presence_;
  std::vector<Counts> counts_;
};

}  // namespace

SnapshotColumns derive_snapshot(const ModelStore& store, SnapshotNumber number) {
  return Derivation{store, number}.run();
}

void mend_published(const DataDir& data, const ModelStore& store) {
  // Half-written files of processes that were killed; the caller's lock says that nobody is writing
  // one.
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator{data.snapshots(), ignored}) {
    if (entry.path().filename().string().find(".stemma.new.") != std::string::npos) {
      std::filesystem::remove(entry.path(), ignored);
    }
  }
  const std::vector<PublishedSnapshot> snapshots = store.snapshots();
  if (snapshots.empty()) return;
  const SnapshotNumber newest = snapshots.back().number;
  std::error_code error;
  if (std::filesystem::exists(data.snapshot(newest), error)) return;
  publish_columns(data, store, derive_snapshot(store, newest));
}

void publish_columns(const DataDir& data, const ModelStore& store, const SnapshotColumns& columns) {
  const SnapshotTotals& totals = columns.totals[0];
  const rocks::Handle& rocks = store.impl().rocks;
  rocks::check(
      rocks.db().Put({}, rocks.family(rocks::Family::meta), "totals" + keys::one(totals.number),
                     keys::two(static_cast<std::uint32_t>(totals.models),
                               static_cast<std::uint32_t>(totals.edges))),
      "writing the store " + rocks.name());
  std::error_code error;
  std::filesystem::create_directories(data.snapshots(), error);
  write_snapshot_file(columns, data.snapshot(totals.number));
}

}  // namespace stemma
