#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "crawler/page_source.h"

namespace stemma {

/// A hub that is a folder of documents: files ending in .json, .ndjson or .jsonl, plain or with .gz
/// or .zst behind, in it and in folders below, hold what the Hub's listing would. The same `_id`
/// twice is the document in the file that comes last in byte order of paths, further down in it.
/// Keeps all documents in memory. Searches and authors are told as the Hub does: a search is a part
/// of the name in any case, an author is exact.
class FolderSource final : public PageSource {
 public:
  /// Reads the folder. A line that is no document with an `_id` is handed on in the first page, so
  /// that it is counted where all are. Throws Error{usage} where `folder` is none or holds no such
  /// file, and what ByteSource throws.
  explicit FolderSource(const std::filesystem::path& folder, std::size_t page_rows = 1000);

  /// `file:///absolute/path`
  [[nodiscard]] std::string name() const override { return name_; }
  /// Documents are handed out whole, whatever is asked for.
  void use_fields(std::vector<std::string> fields) override { fields_ = std::move(fields); }
  [[nodiscard]] const std::vector<std::string>& fields() const noexcept override { return fields_; }
  [[nodiscard]] std::size_t page_rows() const override { return page_rows_; }
  [[nodiscard]] std::string first_page(const ScopeTerm& term) const override;
  [[nodiscard]] HubPage fetch_page(const std::string& address) override;
  [[nodiscard]] std::optional<HubId> newest(const ScopeTerm& term) override;
  [[nodiscard]] LookupAnswer lookup_model(std::string_view name) override;
  void prove_access() override {}
  [[nodiscard]] SourceStats stats() const override { return stats_; }

  /// The folder that `hub` means: `file:///path`, or the path of a folder that is there; nullopt
  /// for anything else.
  [[nodiscard]] static std::optional<std::filesystem::path> folder_of(const std::string& hub);

 private:
  struct Document {
    HubId id;
    std::string name;
    std::string text;
  };

  void read_file(const std::filesystem::path& file);
  void keep_the_last_of_each();

  std::string name_;
  std::size_t page_rows_;
  std::vector<std::string> fields_;
  std::vector<Document> documents_;                       ///< Ascending by `_id`.
  std::vector<std::string> unreadable_;                   ///< Whatever bore no `_id`.
  std::unordered_map<std::string, std::size_t> by_name_;  ///< Folded name to document.
  SourceStats stats_;
};

}  // namespace stemma
