#include "index/derive.h"

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <unordered_map>

#include "graph/build.h"
#include "index/counts_codec.h"
#include "index/rocks.h"
#include "index/snapshot_file.h"
#include "index/store_impl.h"
#include "index/store_keys.h"
#include "schema/error.h"
#include "schema/model_name.h"
#include "schema/record_codec.h"

namespace stemma {
namespace {

template <class Value>
using ClaimMap = std::unordered_map<Claim, Value, ClaimHash>;

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

/// Presence of every ordinal, replayed from the walks.
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
    add_curated();
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
      // Later ones replace earlier ones; what they confirm has been so since the first of them.
      Known& known = lookups_[std::string{key.substr(0, key.size() - 5)}];
      const bool same = known.since != 0 && known.lookup.result == lookup->result &&
                        known.lookup.target_id == lookup->target_id;
      if (!same) known.since = keys::number(key.substr(key.size() - 4), 0);
      known.lookup = *lookup;
    }
    rocks::check(scan->status(), "reading the store " + impl_.rocks.name());
    for (const auto& [name, lookup] : lookups_) {
      if (lookup.lookup.result == Lookup::Result::redirected)
        input_.aliases.push_back({name, lookup.lookup.target_id, lookup.since});
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
    model.ordinal = ordinal;
    model.claim_spans.assign(model.record.claims.size(), {versions.back().first, 0});
    if (versions.size() > 1) add_earlier(ordinal, versions, model);
    input_.models.push_back(std::move(model));
    ordinals_.push_back(ordinal);
  }

  /// What the versions before the last tell: since when a claim is made; names and claims that the
  /// last does not have. Linear in the versions.
  void add_earlier(Ordinal ordinal,
                   const std::vector<std::pair<SnapshotNumber, std::string>>& versions,
                   ModelState& model) {
    const auto index = static_cast<std::uint32_t>(input_.models.size());
    ClaimMap<std::size_t> current;
    for (std::size_t c = 0; c < model.record.claims.size(); ++c)
      current.emplace(model.record.claims[c], c);
    ClaimMap<std::size_t> past;
    std::vector<SnapshotNumber> ended;  // of each past claim, the first version without it
    for (std::size_t i = 0; i + 1 < versions.size(); ++i) {
      const std::string_view bytes = arena_.copy(versions[i].second);
      const auto older = decode_version(bytes);
      if (!older) throw impl_.damaged("a model");
      // A name that the `_id` bore before leads to it still.
      if (older->record.name != model.record.name) {
        old_names_.push_back({std::string{older->record.name}, model.record.id,
                              versions[i + 1].first, versions[i].first});
      }
      for (const Claim& claim : older->record.claims) {
        if (const auto still = current.find(claim); still != current.end()) {
          SnapshotNumber& first = model.claim_spans[still->second].first_seen;
          first = std::min(first, versions[i].first);
          continue;
        }
        const auto [at, added] = past.emplace(claim, model.past_claims.size());
        if (added) {
          model.past_claims.push_back({claim, {versions[i].first, 0}});
          ended.push_back(0);
        }
        ended[at->second] = versions[i + 1].first;
      }
    }
    for (std::size_t c = 0; c < ended.size(); ++c)
      ended_.push_back({ended[c], ordinal, index, static_cast<std::uint32_t>(c)});
  }

  /// Claims that end with a snapshot were last seen in the walk before it that could have told.
  void end_claims(SnapshotNumber snapshot, std::size_t& next) {
    for (; next < ended_.size() && ended_[next].at == snapshot; ++next) {
      PastClaim& past = input_.models[ended_[next].model].past_claims[ended_[next].claim];
      past.span.last_seen = std::max(
          past.span.first_seen, presence_.last_seen[ended_[next].ordinal].of(past.claim.source));
    }
  }

  /// What is known by hand: claims on models, and aliases that win over all others.
  void add_curated() {
    const auto states = impl_.curated_states(number());
    if (states.empty()) return;
    std::unordered_map<std::string, std::uint32_t> by_name;
    for (std::uint32_t i = 0; i < input_.models.size(); ++i) {
      const auto [entry, added] = by_name.emplace(fold_case(input_.models[i].record.name), i);
      // A live bearer of the name before one that is gone, as everywhere.
      if (!added && input_.models[entry->second].state != NodeState::live) entry->second = i;
    }
    // Since when without a break: from the newest state backwards.
    const auto since = [&](auto&& holds) {
      SnapshotNumber from = states.back().first;
      for (auto state = states.rbegin(); state != states.rend() && holds(state->second); ++state)
        from = state->first;
      return from;
    };
    const Curated& now = states.back().second;
    for (const CuratedAlias& alias : now.aliases) {
      const auto target = by_name.find(fold_case(alias.model));
      if (target == by_name.end()) continue;  // nothing of that name was observed yet
      const ModelState& model = input_.models[target->second];
      const SnapshotNumber from = since([&](const Curated& state) {
        return std::any_of(state.aliases.begin(), state.aliases.end(), [&](const auto& other) {
          return other.name == alias.name && other.model == alias.model;
        });
      });
      input_.aliases.push_back({alias.name, model.record.id, std::max(from, model.first_seen)});
    }
    for (const CuratedParent& parent : now.parents) {
      const Claim claim{.source = ClaimSource::curated,
                        .relation = parent.relation,
                        .parent_id = {},
                        .text = arena_.copy(parent.parent)};
      const std::string_view why = arena_.copy(parent.why);
      const SnapshotNumber from = since([&](const Curated& state) {
        return std::find(state.parents.begin(), state.parents.end(), parent) != state.parents.end();
      });
      const auto child = by_name.find(fold_case(parent.model));
      if (child == by_name.end()) {
        input_.unobserved.push_back({parent.model, claim, {from, number(), why}});
        continue;
      }
      ModelState& model = input_.models[child->second];
      model.record.claims.push_back(claim);
      model.claim_spans.push_back({std::max(from, model.first_seen), number(), why});
    }
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
    std::sort(ended_.begin(), ended_.end(),
              [](const Ended& a, const Ended& b) { return a.at < b.at; });
    std::size_t next_ended = 0;
    for (const PublishedSnapshot& snapshot : snapshots_) {
      end_claims(snapshot.number, next_ended);
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
    const std::string folded = fold_case(input_.models[model].record.name);
    const auto found = lookups_.find(folded);
    if (found == lookups_.end() || found->second.lookup.result != Lookup::Result::absent)
      return false;
    for (const PublishedSnapshot& snapshot : snapshots_) {
      if (snapshot.number == last_seen) return found->second.lookup.asked_at > snapshot.observed_at;
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
  /// What asking for a name taught, and the snapshot that it has been so since.
  struct Known {
    Lookup lookup;
    SnapshotNumber since = 0;
  };
  /// A claim that a model makes no more.
  struct Ended {
    SnapshotNumber at;  ///< The first snapshot whose version is without it.
    Ordinal ordinal;
    std::uint32_t model;
    std::uint32_t claim;  ///< Of the model's past ones.
  };

  std::map<std::string, Known> lookups_;
  std::vector<Ended> ended_;
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
  // Older ones by their heads alone: reading all of them each night would take too long.
  const auto usable = [&](SnapshotNumber number, bool whole) {
    try {
      static_cast<void>(open_snapshot_file(data.snapshot(number), whole));
      return true;
    } catch (const Error& unusable) {
      if (unusable.kind() != ErrorKind::corrupt) throw;
      return false;  // damaged, or of an older version
    }
  };
  for (const PublishedSnapshot& snapshot : snapshots) {
    const bool is_newest = snapshot.number == newest;
    const bool there = std::filesystem::exists(data.snapshot(snapshot.number), error);
    if (!is_newest && (!there || snapshot.number <= data.pruned_up_to())) continue;
    if (there && usable(snapshot.number, is_newest)) continue;
    publish_columns(data, store, derive_snapshot(store, snapshot.number));
  }
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
