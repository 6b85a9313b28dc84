#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "tools/genhub_lineage.h"

namespace stemma::genhub {

/// Every document says so at its top level, under the key `generated`: whoever serves it can tell
/// that it is made up.
inline constexpr std::string_view kGenerator = "stemma-genhub";

/// Writes models as a hub's listing shows them with every field expanded. Keeps its buffers between
/// documents.
class DocumentWriter {
 public:
  explicit DocumentWriter(const Lineage& lineage) : lineage_{lineage}, json_{buffer_} {}

  /// One JSON object without a line end. The view is valid until the next call.
  [[nodiscard]] std::string_view write(Index index);

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
  void write_counts(Index index);

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
  std::vector<Index> parents_;
  std::vector<Declared> declared_;
  std::string name_;
  std::string scratch_;
};

}  // namespace stemma::genhub
