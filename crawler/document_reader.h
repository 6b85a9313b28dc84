#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace stemma {

/// Longest document that is read; a longer line costs that document.
inline constexpr std::size_t kLongestDocument = std::size_t{16} << 20U;

/// The bytes of a file or of standard input ("-"), decompressed: plain, gzip or zstd, told by the
/// first bytes, several frames one after the other included. One thread. Throws Error{usage} when
/// the file cannot be opened, Error{corrupt} when its compression is damaged or cut short, naming
/// the file.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Replaces `buffer[0, capacity)` and returns how many bytes came; 0 at the end.
  virtual std::size_t read(char* buffer, std::size_t capacity) = 0;
  /// `stop`, where given, is looked at whenever a signal breaks a wait for input:
  /// Error{unavailable} where it is set.
  [[nodiscard]] static std::unique_ptr<ByteSource> open(const std::string& file,
                                                        const std::atomic<bool>* stop = nullptr);
};

/// A piece of a file with whole documents in it, one a line.
struct DocumentChunk {
  std::string text;              ///< Lines; a document too long to read is left out.
  std::uint64_t first_line = 1;  ///< Number of the first line of `text`.
  std::uint64_t overlong_line =
      0;  ///< Where not 0: the document with that number was too long; `text` is empty then.
};

/// Cuts a source into chunks of about `chunk_bytes`. A source holds NDJSON and JSON arrays in any
/// succession. An array begins with a `[` that is the first character of the source, follows an
/// array, or begins a line and has `{`, `]` or the line's end behind it; it goes to its closing
/// bracket, over as many lines as that takes, and what stands behind it is read on. Everything else
/// is NDJSON, and cut at line ends. White space between documents is skipped, and costs no memory
/// however long it is; so is one byte order mark at the front of the source.
///
/// An element of an array takes one line of a chunk. Numbers count lines and elements alike, from 1
/// through the whole source: in NDJSON they are the file's own line numbers, in a file of arrays
/// they count elements. Whatever is neither white space nor between two elements is in a chunk, be
/// it a document or not, or is told by `overlong_line`.
///
/// Throws Error{corrupt} when an array is not closed, after its whole elements were visited.
void each_chunk(ByteSource& source, const std::string& name, std::size_t chunk_bytes,
                const std::function<void(DocumentChunk&&)>& visit);

}  // namespace stemma
