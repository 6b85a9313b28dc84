#include "crawler/parquet_documents.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include "schema/error.h"
#include "schema/parquet/parquet_reader.h"

namespace stemma {
namespace {

// Fields that a document is read for (document_parse.cc). What else the snapshots hold (siblings,
// trendingScore, spaces) would only fill the store.
constexpr std::string_view kFields[] = {
    "_id",          "id",           "author",      "createdAt",        "lastModified",
    "likes",        "downloads",    "tags",        "downloadsAllTime", "cardData",
    "pipeline_tag", "library_name", "safetensors", "config",           "baseModels",
    "gguf",         "sha",          "gated",       "private",          "disabled"};
// JSON as text in some years, a struct in others.
constexpr std::string_view kJson[] = {"cardData",    "config",     "gguf",
                                      "safetensors", "baseModels", "tags"};
constexpr std::string_view kTimes[] = {"createdAt", "lastModified"};

}  // namespace

bool is_parquet(const std::string& file) {
  // What is read of a pipe is gone from it.
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return false;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> open{std::fopen(file.c_str(), "rb"),
                                                             std::fclose};
  std::array<char, 4> front{};
  return open && std::fread(front.data(), 1, front.size(), open.get()) == front.size() &&
         std::string_view{front.data(), front.size()} == "PAR1";
}

ParquetGaps each_parquet_chunk(const std::string& file, std::size_t chunk_bytes,
                               const std::function<void(DocumentChunk&&)>& visit) {
  const std::unique_ptr<ParquetReader> reader =
      open_parquet(file, {.fields = kFields, .json = kJson, .times = kTimes});
  const auto& columns = reader->read_columns();
  for (const char* const needed : {"_id", "id"}) {
    if (std::find(columns.begin(), columns.end(), needed) == columns.end()) {
      throw Error{ErrorKind::corrupt,
                  file + " is no table of hub models: it has no column `" + needed + "` of text"};
    }
  }
  ParquetGaps gaps;
  for (const std::string& column : reader->other_columns()) {
    if (std::find(std::begin(kFields), std::end(kFields), column) != std::end(kFields))
      gaps.unreadable[column] = reader->rows();
  }
  DocumentChunk chunk;
  std::uint64_t row = 1;
  const auto flush = [&] {
    if (!chunk.text.empty()) visit(std::move(chunk));
    chunk = DocumentChunk{};
    chunk.first_line = row;
  };
  std::string lines;
  while (reader->next(lines)) {
    std::string_view rest = lines;
    while (!rest.empty()) {
      const std::size_t size = rest.find('\n') + 1;
      if (size > kLongestDocument) {
        flush();
        DocumentChunk overlong;
        overlong.overlong_line = row++;
        visit(std::move(overlong));
        chunk.first_line = row;
      } else {
        chunk.text += rest.substr(0, size);
        ++row;
        if (chunk.text.size() >= chunk_bytes) flush();
      }
      rest.remove_prefix(size);
    }
    lines.clear();
  }
  flush();
  return gaps;
}

}  // namespace stemma
