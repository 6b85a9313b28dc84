#include "api/http/gzip.h"

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

bool refused(std::string_view parameters) {
  parameters = trim(parameters);
  if (parameters.size() < 3 || fold_char(parameters[0]) != 'q' || parameters[1] != '=')
    return false;
  return parameters.substr(2).find_first_not_of("0.") == std::string_view::npos;
}

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

bool accepts_gzip(std::string_view accept_encoding) {
  bool any = false;
  while (!accept_encoding.empty()) {
    const auto comma = accept_encoding.find(',');
    const std::string_view item = accept_encoding.substr(0, comma);
    accept_encoding =
        comma == std::string_view::npos ? std::string_view{} : accept_encoding.substr(comma + 1);
    const auto semicolon = item.find(';');
    const std::string_view coding = trim(item.substr(0, semicolon));
    const bool no = semicolon != std::string_view::npos && refused(item.substr(semicolon + 1));
    if (equal_folded(coding, "gzip")) return !no;
    if (coding == "*") any = !no;
  }
  return any;
}

std::string gzip(std::string_view text) {
  std::string compressed;
  Deflater{}.write(text, true, compressed);
  return compressed;
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
