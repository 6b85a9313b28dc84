#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "tools/genhub_lineage.h"

namespace stemma::genhub {

/// Every document says so at its top level, under the key `generated`: whoever serves it can tell
/// that it is made up.
inline constexpr std::string_view kGenerator = "stemma-genhub";

/// What moves from night to night.
struct Counts {
  std::uint64_t downloads = 0;  ///< Of the last 30 days.
  std::uint64_t downloads_all_time = 0;
  std::uint64_t likes = 0;

  friend bool operator==(const Counts&, const Counts&) = default;
};

/// The counts of a model on the first night; of one that arrives later, those that it would have
/// had.
[[nodiscard]] Counts first_counts(const Lineage& lineage, Index index);

/// Writes models as a hub's listing shows them with every field expanded. Keeps its buffers between
/// documents.
class DocumentWriter {
 public:
  explicit DocumentWriter(const Lineage& lineage) : lineage_{lineage}, json_{buffer_} {}

  /// One JSON object without a line end. The view is valid until the next call.
  [[nodiscard]] std::string_view write(Index index) {
    return write(index, first_counts(lineage_, index));
  }
  [[nodiscard]] std::string_view write(Index index, const Counts& counts);

  /// From now on the model has another name. What others say of it in tags and cards stays; only
  /// what the Hub itself resolves shows the new one.
  void rename(Index index, std::string name) { renamed_[index] = std::move(name); }

  /// Appends the name that the model has now.
  void append_current_name(Index index, std::string& out) const;

 private:
  /// One parent as the document states it. `model` is kNoParent for what is no model of the hub.
  struct Declared {
    Index model = kNoParent;
    std::string text;
  };

  void declare(Index index);
  void write_identity(Index index);
  void write_dates(Index index);
  void write_tags(Index index);
  void write_card(Index index);
  void write_base_models(Index index);
  void write_size(Index index);
  void write_counts(const Counts& counts);

  void key(std::string_view name);
  void text(std::string_view value);
  void field(std::string_view name, std::string_view value);

  [[nodiscard]] std::string_view relation_word(Index index) const;
  [[nodiscard]] const OfficialModel* top_official(Index index) const;
  [[nodiscard]] std::string_view license_of(Index index) const;
  [[nodiscard]] std::string_view pipeline_tag_of(Index index) const;
  [[nodiscard]] std::string_view library_of(Index index) const;

  const Lineage& lineage_;
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> json_;
  std::unordered_map<Index, std::string> renamed_;
  std::vector<Index> parents_;
  std::vector<Declared> declared_;
  std::string name_;
  std::string scratch_;
};

}  // namespace stemma::genhub
