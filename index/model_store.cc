#include "index/model_store.h"

#include "index/packing.h"
#include "index/rocks.h"
#include "index/store_impl.h"
#include "index/store_keys.h"
#include "schema/error.h"
#include "schema/model_name.h"

namespace stemma {
namespace {

constexpr std::string_view kFormatKey = "format";
constexpr std::uint32_t kFormatVersion = 1;

std::string page_key(std::int64_t run, std::uint32_t chain, std::uint32_t page) {
  return keys::three(static_cast<std::uint32_t>(run), chain, page);
}

std::string lookup_prefix(std::string_view name) { return fold_case(name) + '\0'; }

}  // namespace

ModelStore::ModelStore(const std::filesystem::path& path, Mode mode)
    : impl_{std::make_unique<Impl>(path, mode == Mode::read_only)} {
  std::string found;
  const bool known = impl_->rocks.get(rocks::Family::meta, kFormatKey, found);
  const std::uint32_t version = known ? keys::number(found, 0) : 0;
  if (version > kFormatVersion) {
    throw Error{ErrorKind::corrupt, "the store " + path.string() +
                                        " was written by a newer version of stemma (store format " +
                                        std::to_string(version) + ", this one reads " +
                                        std::to_string(kFormatVersion) +
                                        "): use that version, or another data directory"};
  }
  if (!known && mode == Mode::read_write) {
    rocksdb::WriteOptions sync;
    sync.sync = true;
    rocks::check(impl_->rocks.db().Put(sync, rocks::slice(kFormatKey), keys::one(kFormatVersion)),
                 "writing the store " + path.string());
  }
}
ModelStore::~ModelStore() = default;

std::vector<std::pair<SnapshotNumber, Curated>> ModelStore::Impl::curated_states(
    SnapshotNumber newest) const {
  std::vector<std::pair<SnapshotNumber, Curated>> states;
  const auto scan = rocks.seek_in(rocks::Family::meta);
  for (scan->Seek(rocks::slice(keys::kCuratedPrefix)); scan->Valid(); scan->Next()) {
    const std::string_view key = rocks::view(scan->key());
    if (key.substr(0, keys::kCuratedPrefix.size()) != keys::kCuratedPrefix) break;
    const SnapshotNumber from = keys::number(key.substr(keys::kCuratedPrefix.size()), 0);
    if (from > newest) break;
    auto curated = decode_curated(rocks::view(scan->value()));
    if (!curated) throw damaged("what was entered by hand");
    states.emplace_back(from, std::move(*curated));
  }
  rocks::check(scan->status(), "reading the store " + rocks.name());
  return states;
}

SnapshotNumber ModelStore::Impl::presence_covers() const {
  std::string bytes;
  return rocks.get(rocks::Family::seen, keys::presence(), bytes) ? keys::number(bytes, 0) : 0;
}

std::vector<PublishedSnapshot> ModelStore::snapshots() const {
  std::vector<PublishedSnapshot> all;
  const auto scan = impl_->rocks.seek_in(rocks::Family::snapshots);
  for (scan->SeekToFirst(); scan->Valid(); scan->Next()) {
    const auto snapshot = decode_published(rocks::view(scan->value()));
    if (!snapshot) throw impl_->damaged("the list of snapshots");
    all.push_back(*snapshot);
  }
  rocks::check(scan->status(), "reading the store " + impl_->rocks.name());
  return all;
}

void ModelStore::put_page(std::int64_t run, std::uint32_t chain, std::uint32_t page,
                          std::string_view body) {
  // The page, its copy in the log, and what it takes to close.
  rocks::require_space(impl_->rocks.name(), (std::uintmax_t{1} << 20U) + 2 * body.size());
  // The write-ahead log is in the kernel when this returns: enough against a killed process.
  rocks::check(impl_->rocks.db().Put({}, impl_->rocks.family(rocks::Family::pages),
                                     page_key(run, chain, page), compress(body, 1)),
               "storing a page in " + impl_->rocks.name());
}

void ModelStore::each_page(
    std::int64_t run,
    const std::function<void(std::uint32_t, std::uint32_t, std::string_view)>& visit) const {
  const auto scan = impl_->rocks.scan(rocks::Family::pages);
  for (scan->Seek(keys::one(static_cast<std::uint32_t>(run))); scan->Valid(); scan->Next()) {
    const std::string_view key = rocks::view(scan->key());
    if (keys::number(key, 0) != static_cast<std::uint32_t>(run)) break;
    const auto body = decompress(rocks::view(scan->value()));
    if (!body) throw impl_->damaged("a stored page");
    visit(keys::number(key, 1), keys::number(key, 2), *body);
  }
  rocks::check(scan->status(), "reading the store " + impl_->rocks.name());
}

void ModelStore::drop_pages(std::int64_t run) {
  rocks::check(impl_->rocks.db().DeleteRange({}, impl_->rocks.family(rocks::Family::pages),
                                             keys::one(static_cast<std::uint32_t>(run)),
                                             keys::one(static_cast<std::uint32_t>(run) + 1)),
               "dropping pages of " + impl_->rocks.name());
}

void ModelStore::put_lookup(std::string_view name, const Lookup& lookup) {
  // Keyed by the snapshot that it will take effect with, so that earlier answers never change.
  const std::vector<PublishedSnapshot> published = snapshots();
  const SnapshotNumber next = (published.empty() ? 0 : published.back().number) + 1;
  std::string key = lookup_prefix(name);
  keys::append(key, next);
  rocks::check(impl_->rocks.db().Put({}, impl_->rocks.family(rocks::Family::lookups), key,
                                     encode_lookup(lookup)),
               "storing a look-up in " + impl_->rocks.name());
}

std::optional<Lookup> ModelStore::lookup(std::string_view name) const {
  const std::string prefix = lookup_prefix(name);
  const auto scan = impl_->rocks.seek_in(rocks::Family::lookups);
  std::optional<Lookup> newest;
  for (scan->Seek(prefix);
       scan->Valid() && rocks::view(scan->key()).substr(0, prefix.size()) == prefix; scan->Next()) {
    newest = decode_lookup(rocks::view(scan->value()));
    if (!newest) throw impl_->damaged("a look-up");
  }
  rocks::check(scan->status(), "reading the store " + impl_->rocks.name());
  return newest;
}

}  // namespace stemma
