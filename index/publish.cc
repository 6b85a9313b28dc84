#include "index/publish.h"

#include <openssl/sha.h>

#include <algorithm>
#include <cstring>
#include <sstream>
#include <unordered_map>

#include "index/counts_codec.h"
#include "index/packing.h"
#include "index/presence.h"
#include "index/rocks.h"
#include "index/store_impl.h"
#include "index/store_keys.h"
#include "schema/bytes.h"
#include "schema/error.h"
#include "schema/record_codec.h"

namespace stemma {
namespace {

/// Raw documents are compressed by this many bytes together: large enough to compress well, small
/// enough to fetch one.
constexpr std::size_t kPackBytes = std::size_t{256} << 10U;

/// What the store knew of a model before this run.
struct Known {
  Ordinal ordinal = 0;
  SnapshotNumber version = 0;
  std::uint64_t document_hash = 0;
  FieldSet fields = 0;
};

/// One observed document, settled down to what publishing needs.
struct Row {
  HubId id;
  bool has_version = false;  ///< `version` below is set: the document is new, changed, or may
                             ///< change what is carried over.
  bool has_document = false;
  FieldSet fields = 0;
  UnixSeconds last_modified = kUnknownTime;
  std::uint64_t sha_head =
      0;  ///< First 8 bytes of the document's SHA-256, big-endian: enough to order two documents.
  Counts counts;
  std::string_view version;  ///< Encoded, in Packed::versions.
  std::size_t version_at = 0;
  DocumentRef document;
};

std::uint64_t sha256_head(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::uint64_t head = 0;
  for (std::size_t i = 0; i < 8; ++i) head = head << 8U | digest[i];
  return head;
}

/// Whether two publishes are of the same time, extent and fields: with the same documents, one is
/// the other again.
bool is_same_observation(const PublishedSnapshot& a, const PublishedSnapshot& b) {
  return b.number != 0 && a.observed_at == b.observed_at && a.complete == b.complete &&
         a.partial == b.partial && a.scope == b.scope && a.source == b.source &&
         a.asked == b.asked && a.documents == b.documents &&
         a.rejected_documents == b.rejected_documents;
}

/// Rule 3.4: of two documents of one `_id` in one publish (one observation time), the one that
/// stands.
bool stands_before(const Row& a, const Row& b) {
  if (a.last_modified != b.last_modified) return a.last_modified > b.last_modified;
  return a.sha_head > b.sha_head;
}

std::string pack_documents(const std::vector<std::string_view>& documents) {
  std::string body;
  ByteWriter writer{body};
  writer.varint(documents.size());
  for (const std::string_view document : documents) writer.varint(document.size());
  for (const std::string_view document : documents) body += document;
  return compress(body, 1);
}

}  // namespace

FileNotWritten::FileNotWritten(const Error& cause, SnapshotNumber published)
    : Error{cause.kind(),
            "snapshot " + std::to_string(published) +
                " is published in the store, but its file could not be written: " + cause.what() +
                "; nothing needs to be imported or crawled again: the file is made "
                "by the next command that writes"},
      snapshot_{published} {}

void require_not_future(UnixSeconds observed_at, UnixSeconds now) {
  if (observed_at == kUnknownTime || observed_at <= now + kFutureAllowed) return;
  throw Error{ErrorKind::usage, "observation time " + format_utc(observed_at) +
                                    " lies more than a day ahead of this machine's clock (" +
                                    format_utc(now) +
                                    "): every later night would be refused until then; if it is "
                                    "right, say so with --accept-future"};
}

struct Publisher::Packed {
  std::vector<Row> rows;
  std::string versions;  ///< Encoded versions, one after the other.
  std::vector<std::string>
      packs;             ///< Compressed documents; rows count packs from 0 within the batch.
  FieldSet carried = 0;  ///< Fields that some document carries.
  bool generated = false;
};

struct Publisher::Impl {
  Impl(const DataDir& directory, ModelStore& model_store, PublishRequest publish_request)
      : data{directory}, store{model_store}, request{std::move(publish_request)} {}

  const DataDir& data;
  ModelStore& store;
  PublishRequest request;
  PublishedSnapshot last;  ///< number 0 when there is none yet
  std::uint64_t last_complete_documents = 0;
  SnapshotNumber number = 1;
  std::unordered_map<HubId, Known, HubIdHash> known;
  Ordinal next_ordinal = 0;

  std::unique_ptr<rocks::BulkLoad> load;
  std::uint32_t next_pack = 0;
  std::vector<Row> rows;
  std::deque<std::string> versions;
  std::vector<RejectedDocument> rejections;
  std::uint64_t rejected = 0;
  std::vector<HubId> rejected_ids;
  std::map<std::string, std::uint64_t> unread;
  FieldSet carried = 0;
  bool generated = false;

  void read_known();
  void settle_duplicates();
  void check_shrink() const;
  std::vector<std::pair<Ordinal, std::uint32_t>> number_models(std::uint64_t& added);
  std::uint64_t write_versions(const std::vector<std::pair<Ordinal, std::uint32_t>>& order,
                               FieldSet asked);
  bool write_curated();
  void write_models(const std::vector<std::pair<Ordinal, std::uint32_t>>& order);
  /// Returns whether some count moved.
  bool write_counts(const std::vector<std::pair<Ordinal, std::uint32_t>>& order, FieldSet asked);
  /// Returns whether other models were seen than by the snapshot before.
  bool write_seen(const std::vector<std::pair<Ordinal, std::uint32_t>>& order);
};

void Publisher::Impl::read_known() {
  const ModelStore::Impl& impl = store.impl();
  const auto scan = impl.rocks.scan(rocks::Family::versions);
  for (scan->SeekToFirst(); scan->Valid(); scan->Next()) {
    const std::string_view key = rocks::view(scan->key());
    const VersionHead head = version_head(rocks::view(scan->value()));
    if (!head.ok) throw impl.damaged("a model");
    known[head.id] = {.ordinal = keys::number(key, 0),
                      .version = keys::number(key, 1),
                      .document_hash = head.document_hash,
                      .fields = head.known};
    next_ordinal = std::max(next_ordinal, keys::number(key, 0) + 1);
  }
  rocks::check(scan->status(), "reading the store " + impl.rocks.name());
}

Publisher::Publisher(const DataDir& data, ModelStore& store, PublishRequest request)
    : impl_{std::make_unique<Impl>(data, store, std::move(request))} {
  for (const PublishedSnapshot& snapshot : store.snapshots()) {
    impl_->last = snapshot;
    if (snapshot.complete) impl_->last_complete_documents = snapshot.documents;
  }
  impl_->number = impl_->last.number + 1;
  if (impl_->last.number > 0 && impl_->request.run.observed_at < impl_->last.observed_at) {
    throw Error{ErrorKind::usage, "observation time " + format_utc(impl_->request.run.observed_at) +
                                      " lies before that of snapshot " +
                                      std::to_string(impl_->last.number) + " (" +
                                      format_utc(impl_->last.observed_at) +
                                      "): history is only added to; give a later --observed-at"};
  }
  if (!impl_->request.curated) impl_->request.curated = load_curated(data.curated());
  impl_->read_known();
  impl_->load = std::make_unique<rocks::BulkLoad>(store.impl().rocks, data.scratch());
}
Publisher::~Publisher() = default;

std::shared_ptr<Publisher::Packed> Publisher::pack(const ParsedBatch& batch) const {
  auto packed = std::make_shared<Packed>();
  packed->rows.reserve(batch.documents.size());
  std::vector<std::string_view> pending;
  std::size_t pending_bytes = 0;
  const auto flush = [&] {
    if (!pending.empty()) packed->packs.push_back(pack_documents(pending));
    pending.clear();
    pending_bytes = 0;
  };
  for (const ParsedDocument& document : batch.documents) {
    Row row{.id = document.record.id,
            .fields = document.record.known,
            .last_modified = document.record.last_modified,
            .sha_head = sha256_head(document.text),
            .counts = document.counts};
    packed->carried |= document.record.known;
    packed->generated = packed->generated || document.generated;
    const auto before = impl_->known.find(row.id);
    const bool is_new = before == impl_->known.end();
    const bool changed = is_new || before->second.document_hash != document.content_hash;
    // Unchanged, but of fields carried over from older documents some may now be known to be
    // absent.
    const FieldSet static_before = is_new ? 0 : before->second.fields & ~kCountFields;
    row.has_version = changed || (static_before & ~row.fields) != 0;
    row.has_document = changed;
    if (changed) {
      if (pending_bytes >= kPackBytes) flush();
      row.document = {impl_->number, static_cast<std::uint32_t>(packed->packs.size()),
                      static_cast<std::uint32_t>(pending.size())};
      pending.push_back(document.text);
      pending_bytes += document.text.size();
    }
    if (row.has_version) {
      row.version_at = packed->versions.size();
      encode_version(
          {.document_hash = document.content_hash, .document = {}, .record = document.record},
          packed->versions);
    }
    packed->rows.push_back(row);
  }
  flush();
  return packed;
}

void Publisher::add(ParsedBatch&& batch, std::shared_ptr<Packed> packed) {
  Impl& impl = *impl_;
  const std::uint32_t first_pack = impl.next_pack;
  for (const std::string& pack : packed->packs) {
    impl.load->put(rocks::Family::documents, keys::two(impl.number, impl.next_pack++), pack);
  }
  std::string& versions = impl.versions.emplace_back(std::move(packed->versions));
  versions.shrink_to_fit();
  for (std::size_t i = 0; i < packed->rows.size(); ++i) {
    Row& row = packed->rows[i];
    row.document.pack += first_pack;
    if (row.has_version) {
      std::size_t end = versions.size();
      for (std::size_t j = i + 1; j < packed->rows.size(); ++j) {
        if (packed->rows[j].has_version) {
          end = packed->rows[j].version_at;
          break;
        }
      }
      if (row.has_document) patch_version(versions, row.version_at, row.document, row.fields);
      row.version = std::string_view{versions}.substr(row.version_at, end - row.version_at);
    }
    impl.rows.push_back(row);
  }
  impl.carried |= packed->carried;
  impl.generated = impl.generated || packed->generated;
  impl.rejected += batch.rejected.size();
  for (const auto& [field, documents] : batch.unread) impl.unread[field] += documents;
  for (RejectedDocument& document : batch.rejected) {
    if (impl.rejections.size() >= CrawlLedger::kRejectedKept) break;
    impl.rejections.push_back(std::move(document));
  }
  impl.rejected_ids.insert(impl.rejected_ids.end(), batch.rejected_ids.begin(),
                           batch.rejected_ids.end());
}

void Publisher::Impl::settle_duplicates() {
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    if (a.id != b.id) return a.id < b.id;
    return stands_before(a, b);
  });
  rows.erase(std::unique(rows.begin(), rows.end(),
                         [](const Row& a, const Row& b) { return a.id == b.id; }),
             rows.end());
}

void Publisher::Impl::check_shrink() const {
  if (!request.complete || request.accept_shrink || last_complete_documents == 0) return;
  const auto now = static_cast<double>(rows.size());
  const auto before = static_cast<double>(last_complete_documents);
  if (now >= before * (1 - request.shrink_limit)) return;
  std::ostringstream percent;
  percent << request.shrink_limit * 100;
  throw ShrinkRefused{ErrorKind::unavailable,
                      "not published: this walk saw " + std::to_string(rows.size()) +
                          " models, the last complete one " +
                          std::to_string(last_complete_documents) + ", more than " + percent.str() +
                          " % fewer; if that is so, run again with --accept-shrink"};
}

/// Ordinals of all rows, ascending; new models get theirs in order of `_id`.
std::vector<std::pair<Ordinal, std::uint32_t>> Publisher::Impl::number_models(
    std::uint64_t& added) {
  std::vector<std::pair<Ordinal, std::uint32_t>> order;
  order.reserve(rows.size());
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    const auto before = known.find(rows[i].id);
    added += before == known.end() ? 1 : 0;
    order.emplace_back(before == known.end() ? next_ordinal++ : before->second.ordinal, i);
  }
  std::sort(order.begin(), order.end());
  return order;
}

/// Returns how many models that were known before changed.
std::uint64_t Publisher::Impl::write_versions(
    const std::vector<std::pair<Ordinal, std::uint32_t>>& order, FieldSet asked) {
  std::uint64_t changed = 0;
  std::string before_bytes;
  std::string encoded;
  for (const auto& [ordinal, index] : order) {
    const Row& row = rows[index];
    if (!row.has_version) continue;
    const std::string key = keys::two(ordinal, number);
    const auto before = known.find(row.id);
    encoded.assign(row.version);
    if (before == known.end()) {
      patch_version(encoded, 0, row.document, row.fields | asked);
      load->put(rocks::Family::versions, key, encoded);
      continue;
    }
    if (!store.impl().rocks.get(rocks::Family::versions, keys::two(ordinal, before->second.version),
                                before_bytes)) {
      throw store.impl().damaged("a model's last version");
    }
    const auto old_version = decode_version(before_bytes);
    auto new_version = decode_version(row.version);
    if (!old_version || !new_version) throw store.impl().damaged("a model");
    const bool poorer = (old_version->record.known & ~kCountFields & ~row.fields & ~asked) != 0;
    ModelVersion merged{.document_hash = new_version->document_hash,
                        .document = row.has_document ? row.document : old_version->document,
                        .record = carry_over(old_version->record, new_version->record, asked)};
    ModelRecord same = merged.record;
    same.known = old_version->record.known;
    const bool told_more = (merged.record.known & ~old_version->record.known & ~kCountFields) != 0;
    // A document with fewer fields that changes nothing in what is known is not worth a version.
    if (same == old_version->record && !told_more && (poorer || !row.has_document)) continue;
    encoded.clear();
    encode_version(merged, encoded);
    load->put(rocks::Family::versions, key, encoded);
    ++changed;
  }
  return changed;
}

/// Only where it is not what the last publish found.
bool Publisher::Impl::write_curated() {
  if (!request.curated) return false;
  const std::string bytes = encode_curated(*request.curated);
  const auto states = store.impl().curated_states(last.number);
  if (bytes == (states.empty() ? encode_curated({}) : encode_curated(states.back().second)))
    return false;
  load->put(rocks::Family::meta, keys::curated(number), bytes);
  return true;
}

void Publisher::Impl::write_models(const std::vector<std::pair<Ordinal, std::uint32_t>>& order) {
  std::vector<std::pair<HubId, Ordinal>> added;
  for (const auto& [ordinal, index] : order) {
    if (known.find(rows[index].id) == known.end()) added.emplace_back(rows[index].id, ordinal);
  }
  std::sort(added.begin(), added.end());
  for (const auto& [id, ordinal] : added) {
    load->put(rocks::Family::models,
              {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()},
              keys::one(ordinal));
  }
}

bool Publisher::Impl::write_counts(const std::vector<std::pair<Ordinal, std::uint32_t>>& order,
                                   FieldSet asked) {
  const std::size_t blocks = (next_ordinal + kCountsBlock - 1) / kCountsBlock;
  std::vector<Counts> counts(blocks * kCountsBlock);
  const ModelStore::Impl& impl = store.impl();
  const auto scan = impl.rocks.scan(rocks::Family::counts);
  for (scan->SeekToFirst(); scan->Valid(); scan->Next()) {
    const std::size_t block = keys::number(rocks::view(scan->key()), 0);
    if (block >= blocks ||
        !apply_counts(rocks::view(scan->value()),
                      std::span{counts}.subspan(block * kCountsBlock, kCountsBlock))) {
      throw impl.damaged("a block of counts");
    }
  }
  rocks::check(scan->status(), "reading the store " + impl.rocks.name());

  // A document that was refused shows that its model is there, and tells none of its counts.
  std::vector<Ordinal> untold;
  for (const HubId& id : rejected_ids) {
    if (const auto before = known.find(id); before != known.end())
      untold.push_back(before->second.ordinal);
  }
  std::sort(untold.begin(), untold.end());

  bool moved = false;
  std::vector<CountsObservation> observed(kCountsBlock);
  auto refused = untold.begin();
  for (std::size_t at = 0; at < order.size() || refused != untold.end();) {
    const std::uint32_t block = std::min(at < order.size() ? order[at].first : UINT32_MAX,
                                         refused != untold.end() ? *refused : UINT32_MAX) /
                                kCountsBlock;
    std::fill(observed.begin(), observed.end(), CountsObservation{});
    for (; refused != untold.end() && *refused / kCountsBlock == block; ++refused)
      observed[*refused % kCountsBlock].seen = true;
    for (; at < order.size() && order[at].first / kCountsBlock == block; ++at) {
      observed[order[at].first % kCountsBlock] = {.seen = true,
                                                  .counts = rows[order[at].second].counts};
    }
    const auto of_block =
        std::span{counts}.subspan(std::size_t{block} * kCountsBlock, kCountsBlock);
    const std::vector<Counts> before{of_block.begin(), of_block.end()};
    const std::string bytes = encode_counts(of_block, observed, asked);
    if (bytes.empty()) continue;
    load->put(rocks::Family::counts, keys::two(block, number), bytes);
    moved = moved || !std::equal(before.begin(), before.end(), of_block.begin());
  }
  return moved;
}

bool Publisher::Impl::write_seen(const std::vector<std::pair<Ordinal, std::uint32_t>>& order) {
  std::vector<bool> seen(next_ordinal);
  for (const auto& [ordinal, index] : order) seen[ordinal] = true;
  // A document that we refused shows that its model is still there.
  for (const HubId& id : rejected_ids) {
    if (const auto before = known.find(id); before != known.end())
      seen[before->second.ordinal] = true;
  }
  // The same by block, for those who read one model's history; also of snapshots from before there
  // were such rows.
  const ModelStore::Impl& impl = store.impl();
  auto values = presence_rows(impl, impl.presence_covers(), last.number);
  const std::vector<bool> before = impl.seen_by(last.number);
  append_presence(number, before, seen, values);
  const bool same = seen == before;
  values.emplace_back(keys::one(number), encode_seen(seen));
  values.emplace_back(keys::presence(), keys::one(number));
  std::sort(values.begin(), values.end());
  for (const auto& [key, value] : values) load->put(rocks::Family::seen, key, value);
  return last.number == 0 || !same;
}

PublishReport Publisher::publish() {
  Impl& impl = *impl_;
  impl.settle_duplicates();
  impl.check_shrink();
  const FieldSet asked = impl.request.asked | impl.carried;
  PublishReport report{.snapshot = impl.number,
                       .documents = impl.rows.size(),
                       .rejected = impl.rejected,
                       .unread = impl.unread};
  const auto order = impl.number_models(report.added);
  report.changed = impl.write_versions(order, asked);
  const bool curated = impl.write_curated();
  impl.write_models(order);
  const bool counted = impl.write_counts(order, asked);
  const bool seen = impl.write_seen(order);
  // What is added to a part is still a part, until a complete walk has seen everything.
  const std::string own_scope =
      impl.request.adds && impl.last.number > 0 ? "" : impl.request.run.scope;
  const bool still_partial = impl.last.partial && !impl.request.complete && own_scope.empty();
  const std::string& scope = still_partial ? impl.last.scope : own_scope;
  const PublishedSnapshot snapshot{.number = impl.number,
                                   .observed_at = impl.request.run.observed_at,
                                   .complete = impl.request.complete,
                                   .partial = !scope.empty(),
                                   .generated = impl.generated || impl.last.generated,
                                   .scope = scope,
                                   .source = impl.request.run.source,
                                   .run = impl.request.run.id,
                                   .asked = asked,
                                   .documents = impl.rows.size(),
                                   .rejected_documents = impl.rejected};
  const bool changed = report.added != 0 || report.changed != 0 || curated || counted || seen;
  if (!changed && is_same_observation(snapshot, impl.last)) {
    impl.load.reset();
    mend_published(impl.data, impl.store);
    report.already = true;
    report.snapshot = impl.last.number;
    report.totals = open_snapshot_file(impl.data.snapshot(impl.last.number))->total();
    return report;
  }
  impl.load->put(rocks::Family::snapshots, keys::one(impl.number), encode_published(snapshot));
  // The commit point: before it nothing happened, after it the snapshot is published, whatever
  // becomes of us.
  impl.load->ingest();
  impl.load.reset();
  impl.rows = {};
  impl.versions = {};
  impl.known = {};

  try {
    const SnapshotColumns columns = derive_snapshot(impl.store, impl.number);
    publish_columns(impl.data, impl.store, columns);
    report.totals = columns.totals[0];
  } catch (const Error& error) {
    throw FileNotWritten{error, impl.number};
  }
  return report;
}

std::uint64_t Publisher::documents() const noexcept { return impl_->rows.size(); }
std::uint64_t Publisher::rejected() const noexcept { return impl_->rejected; }
const std::vector<RejectedDocument>& Publisher::rejections() const noexcept {
  return impl_->rejections;
}

const std::map<std::string, std::uint64_t>& Publisher::unread() const noexcept {
  return impl_->unread;
}

}  // namespace stemma
