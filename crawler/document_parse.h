#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "index/publish.h"

namespace stemma {

/// How many different claims of one source are read of one document; the most that was seen on the
/// Hub are 65 parents. Beyond it the rest is left out and the field is counted as unread.
inline constexpr std::size_t kMaxClaims = 256;

/// Reads hub model documents (https://huggingface.co/docs/hub/api, model objects of listings and of
/// model info). Strict where a wrong type would make the model something else (`_id`, `id`, `tags`,
/// counts, dates: the document is refused, naming the field), lenient where authors write freely
/// (`cardData`, `config`, `gguf`, `safetensors`: what cannot be read is unknown). null is the same
/// as absent. Linear in the text. One object a thread: it keeps the parser's buffers between
/// batches.
class DocumentParser {
 public:
  DocumentParser();
  ~DocumentParser();
  DocumentParser(DocumentParser&&) noexcept;
  DocumentParser& operator=(DocumentParser&&) noexcept;

  /// `text` holds documents one a line (lines of white space are skipped). `where` and `first_line`
  /// say where they come from in rejections: "hub.ndjson:17".
  [[nodiscard]] ParsedBatch parse_lines(std::string text, const std::string& where,
                                        std::uint64_t first_line);

  /// `text` is a JSON array of documents, or one document: a page of a listing, or a model info.
  /// `where`: "page 12".
  [[nodiscard]] ParsedBatch parse_page(std::string text, const std::string& where);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stemma
