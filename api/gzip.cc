#include "api/gzip.h"

#include <zlib.h>

#include <array>
#include <limits>
#include <memory>

#include "api/chunk_source.h"
#include "schema/error.h"
#include "schema/model_name.h"
#include "schema/text.h"

namespace stemma {
namespace {

// Answers are written once and often: a fifth more bytes than the best level for a third of its
// time.
constexpr int kLevel = 4;
constexpr int kGzipWindow = 15 + 16;  // 16 asks zlib for gzip's frame instead of its own.

class Deflater {
 public:
  Deflater() {
    if (deflateInit2(&stream_, kLevel, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw Error{ErrorKind::storage, "compressing an answer: zlib has no memory"};
    }
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  /// Appends what comes out for `text` to `out`; `last` closes the member.
  void write(std::string_view text, bool last, std::string& out) {
    do {
      const auto piece = text.substr(0, std::numeric_limits<uInt>::max() / 2);
      text.remove_prefix(piece.size());
      // zlib reads through this pointer and never writes.
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
      stream_.avail_in = static_cast<uInt>(piece.size());
      const int flush = last && text.empty() ? Z_FINISH : Z_NO_FLUSH;
      do {
        std::array<char, 16384> buffer;
        stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
        stream_.avail_out = static_cast<uInt>(buffer.size());
        deflate(&stream_, flush);
        out.append(buffer.data(), buffer.size() - stream_.avail_out);
      } while (stream_.avail_out == 0);
    } while (!text.empty());
  }

 private:
  z_stream stream_{};
};

}  // namespace

std::string gzip(std::string_view text) {
  std::string compressed;
  Deflater{}.write(text, true, compressed);
  return compressed;
}

std::string gunzip(std::string_view compressed) {
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK)
    throw Error{ErrorKind::storage, "reading what is compressed: zlib has no memory"};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  std::string text;
  std::array<char, 1U << 16U> piece;
  int result = Z_OK;
  while (result == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    result = inflate(&stream, Z_NO_FLUSH);
    text.append(piece.data(), piece.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (result != Z_STREAM_END) throw Error{ErrorKind::corrupt, "what is compressed is damaged"};
  return text;
}

ChunkSource gzip_chunks(ChunkSource plain) {
  return [plain = std::move(plain), deflater = std::make_shared<Deflater>(),
          ended = false](std::string& out) mutable {
    if (ended) return false;
    // zlib keeps small inputs to itself for a while: go on until something comes out.
    while (!ended && out.empty()) {
      std::string piece;
      ended = !plain(piece);
      deflater->write(piece, ended, out);
    }
    return true;
  };
}

}  // namespace stemma
