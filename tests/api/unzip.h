#pragma once

#include <zlib.h>

#include <array>
#include <stdexcept>
#include <string>

namespace stemma {

/// One whole gzip member and nothing after it; throws for anything else.
inline std::string unzip(const std::string& compressed) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  std::string text;
  int status = Z_OK;
  while (status == Z_OK) {
    std::array<char, 4096> buffer;
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = static_cast<uInt>(buffer.size());
    status = inflate(&stream, Z_NO_FLUSH);
    text.append(buffer.data(), buffer.size() - stream.avail_out);
  }
  const bool rest = stream.avail_in != 0;
  inflateEnd(&stream);
  if (status != Z_STREAM_END || rest) throw std::runtime_error{"not one gzip member"};
  return text;
}

}  // namespace stemma
