#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "index/crawl_ledger.h"
#include "index/curated.h"
#include "index/data_dir.h"
#include "index/derive.h"
#include "index/model_store.h"
#include "index/snapshot_file.h"
#include "schema/error.h"
#include "schema/model_record.h"

namespace stemma {

/// One document that was understood. A view: valid until the text's owner changes.
struct ParsedDocument {
  ModelRecord record;
  Counts counts;
  std::string_view text;           ///< The raw document.
  std::uint64_t content_hash = 0;  ///< Of the text without the values of its counts.
  bool generated = false;
};

/// What a batch of raw documents came to. Documents keep their order.
struct ParsedBatch {
  std::string text;  ///< Owns what the records point at, with whatever padding the parser needs.
  std::deque<std::string> unescaped;  ///< Owns strings that are not verbatim in `text`.
  std::vector<ParsedDocument> documents;
  std::vector<RejectedDocument> rejected;
  std::vector<HubId>
      rejected_ids;  ///< `_id`s of refused documents that could be read: seen, if not understood.
  /// Documents by the field of theirs that could not be read, whether that cost the document or
  /// only the field.
  std::map<std::string, std::uint64_t> unread;
};

/// How much smaller than the last complete walk the next may be without being asked about.
inline constexpr double kShrinkLimit = 0.02;

struct PublishRequest {
  Run run;  ///< Its observed_at, scope, source and id go into the snapshot.
  bool complete = false;
  bool accept_shrink = false;
  double shrink_limit = kShrinkLimit;  ///< Share of the models that may be missing.
  FieldSet asked = 0;  ///< Fields asked for; what some document carries counts as asked for too.
  std::optional<Curated> curated;  ///< What was entered by hand; nullopt leaves it as it was.
  bool adds = false;  ///< Only what is new was looked for: the snapshot is as whole as the last.
};

/// A complete walk that saw so much less than the last one that it is not believed.
class ShrinkRefused : public Error {
 public:
  using Error::Error;
};

/// The snapshot is published in the store; only its file could not be written, on a full disk say.
/// The next command that writes makes the file, and readers derive the snapshot until then:
/// importing the same again would publish it twice.
class FileNotWritten : public Error {
 public:
  FileNotWritten(const Error& cause, SnapshotNumber published);
  [[nodiscard]] SnapshotNumber snapshot() const noexcept { return snapshot_; }

 private:
  SnapshotNumber snapshot_;
};

/// How far ahead of the clock an observation may lie: clocks differ, and a date without a time may
/// be tomorrow's elsewhere.
inline constexpr UnixSeconds kFutureAllowed = 24 * 60 * 60;
/// Throws Error{usage} when `observed_at` lies further ahead of `now`: every later observation
/// would be refused until then.
void require_not_future(UnixSeconds observed_at, UnixSeconds now);

struct PublishReport {
  SnapshotNumber snapshot = 0;
  /// Nothing was published: `snapshot`, the newest, holds the same documents, observed at the same
  /// time.
  bool already = false;
  SnapshotTotals totals;
  std::uint64_t documents = 0;
  std::uint64_t added = 0;    ///< Models never seen before.
  std::uint64_t changed = 0;  ///< Models whose document changed.
  std::uint64_t rejected = 0;
  std::map<std::string, std::uint64_t> unread;  ///< As in ParsedBatch.
};

/// Takes the documents of one run and publishes them as the next snapshot. Batches may come in any
/// order; the same `_id` twice is settled as ARCHITECTURE.md says (section 1). Nothing reaches the
/// store before `publish`, and that is one atomic step: a process killed at any moment leaves
/// either the old state or the new one. One thread, but see `pack`.
class Publisher {
 public:
  /// Throws Error{usage} when request.run.observed_at lies before the last published observation.
  Publisher(const DataDir& data, ModelStore& store, PublishRequest request);
  ~Publisher();

  /// Part of taking a batch that may run on any thread, beside others and beside `add`: decides
  /// which documents are new and compresses them.
  struct Packed;
  [[nodiscard]] std::shared_ptr<Packed> pack(const ParsedBatch& batch) const;
  void add(ParsedBatch&& batch, std::shared_ptr<Packed> packed);

  /// Writes the store, builds the snapshot and makes it current. What the newest snapshot holds
  /// already, observed at the same time, is not published again. Throws FileNotWritten where the
  /// store has the snapshot and its file could not be written; ShrinkRefused (unavailable)
  /// when a complete walk is more than `shrink_limit` below the last complete one and
  /// `accept_shrink` was not given; nothing is changed then.
  PublishReport publish();

  [[nodiscard]] std::uint64_t documents() const noexcept;
  [[nodiscard]] std::uint64_t rejected() const noexcept;
  [[nodiscard]] const std::vector<RejectedDocument>& rejections() const noexcept;
  [[nodiscard]] const std::map<std::string, std::uint64_t>& unread() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stemma
