#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/model_record.h"
#include "schema/record_codec.h"
#include "schema/snapshot_sections.h"

namespace stemma {

/// A model's permanent number in one store, given when it is first published. Never shown.
using Ordinal = std::uint32_t;

/// What was observed in one published snapshot, as the store remembers it.
struct PublishedSnapshot {
  SnapshotNumber number = 0;
  UnixSeconds observed_at = 0;
  bool complete = false;   ///< A complete walk: absent means absent.
  bool partial = false;    ///< A crawl of a part.
  bool generated = false;  ///< Holds made-up documents.
  std::string scope;
  std::string source;
  std::int64_t run = 0;  ///< In the ledger.
  FieldSet asked = 0;    ///< Fields that were asked for, or carried by some document.
  std::uint64_t documents = 0;
  std::uint64_t rejected_documents = 0;
};

/// What became of asking the hub for a name.
struct Lookup {
  enum class Result : std::uint8_t { found = 0, redirected = 1, absent = 2 };
  Result result = Result::absent;
  UnixSeconds asked_at = 0;
  std::string target;  ///< redirected: the name that it leads to.
  HubId target_id;     ///< redirected or found: the `_id` of what answers there.
};

/// The truth: everything that hubs said, by `_id`, with its history; RocksDB under `store/`.
/// schema/KEYS.md describes column families, keys and values. One writer (who holds the directory's
/// WriteLock) and any number of read-only openers in other processes. const methods are
/// thread-safe.
class ModelStore {
 public:
  enum class Mode { read_only, read_write };
  /// Throws Error{storage}; Error{corrupt} for a format that this version cannot read.
  ModelStore(const std::filesystem::path& path, Mode mode);
  ~ModelStore();
  ModelStore(const ModelStore&) = delete;
  ModelStore& operator=(const ModelStore&) = delete;

  /// Ascending.
  [[nodiscard]] std::vector<PublishedSnapshot> snapshots() const;

  // --- Pages of a crawl that goes on: kept until its run is published or given up.
  /// Stores the body of a page (a JSON array or a JSON object); durable against a killed process
  /// when it returns.
  void put_page(std::int64_t run, std::uint32_t chain, std::uint32_t page, std::string_view body);
  /// Calls `visit(chain, page, body)` in order of chain and page.
  void each_page(
      std::int64_t run,
      const std::function<void(std::uint32_t, std::uint32_t, std::string_view)>& visit) const;
  void drop_pages(std::int64_t run);

  // --- What asking for single names taught; takes effect with the next snapshot.
  void put_lookup(std::string_view name, const Lookup& lookup);
  [[nodiscard]] std::optional<Lookup> lookup(std::string_view name) const;

  struct Impl;
  [[nodiscard]] Impl& impl() const noexcept { return *impl_; }  ///< For publish.cc and derive.cc.

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace stemma
