#include "crawler/document_reader.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "schema/error.h"

namespace stemma {
namespace {

/// An open file, plain.
class FileSource final : public ByteSource {
 public:
  explicit FileSource(const std::string& file) : name_{file == "-" ? "standard input" : file} {
    fd_ = file == "-" ? ::dup(STDIN_FILENO) : ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd_ < 0) throw Error{ErrorKind::usage, "opening " + name_ + ": " + std::strerror(errno)};
  }
  ~FileSource() override { ::close(fd_); }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  std::size_t read(char* buffer, std::size_t capacity) override {
    if (!front_.empty()) {
      const std::size_t size = std::min(capacity, front_.size());
      std::memcpy(buffer, front_.data(), size);
      front_.erase(0, size);
      return size;
    }
    while (true) {
      const ssize_t got = ::read(fd_, buffer, capacity);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno == EINTR) continue;
      throw Error{errno == EISDIR ? ErrorKind::usage : ErrorKind::storage,
                  "reading " + name_ + ": " + std::strerror(errno)};
    }
  }

  /// The first bytes, which `read` will give again.
  std::string_view peek(std::size_t size) {
    std::string front;
    while (front.size() < size) {
      std::array<char, 16> some{};
      const std::size_t got = read(some.data(), std::min(some.size(), size - front.size()));
      if (got == 0) break;
      front.append(some.data(), got);
    }
    front_ = front;
    return front_;
  }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_;
  int fd_ = -1;
  std::string front_;
};

class ZstdSource final : public ByteSource {
 public:
  explicit ZstdSource(std::unique_ptr<FileSource> file)
      : file_{std::move(file)}, stream_{ZSTD_createDStream()}, in_(ZSTD_DStreamInSize()) {}

  std::size_t read(char* buffer, std::size_t capacity) override {
    ZSTD_outBuffer out{buffer, capacity, 0};
    while (out.pos == 0) {
      if (next_.pos == next_.size) {
        next_ = {in_.data(), file_->read(in_.data(), in_.size()), 0};
        if (next_.size == 0) {
          if (open_frame_)
            throw Error{ErrorKind::corrupt, file_->name() + ": the zstd data is cut short"};
          return 0;
        }
      }
      const std::size_t hint = ZSTD_decompressStream(stream_.get(), &out, &next_);
      if (ZSTD_isError(hint) != 0) {
        throw Error{ErrorKind::corrupt,
                    file_->name() + ": damaged zstd data: " + ZSTD_getErrorName(hint)};
      }
      open_frame_ = hint != 0;
    }
    return out.pos;
  }

 private:
  struct Free {
    void operator()(ZSTD_DStream* stream) const noexcept { ZSTD_freeDStream(stream); }
  };
  std::unique_ptr<FileSource> file_;
  std::unique_ptr<ZSTD_DStream, Free> stream_;
  std::vector<char> in_;
  ZSTD_inBuffer next_{nullptr, 0, 0};
  bool open_frame_ = false;
};

class GzipSource final : public ByteSource {
 public:
  explicit GzipSource(std::unique_ptr<FileSource> file)
      : file_{std::move(file)}, in_(std::size_t{256} << 10U) {
    start();
  }
  ~GzipSource() override { inflateEnd(&stream_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  std::size_t read(char* buffer, std::size_t capacity) override {
    stream_.next_out = reinterpret_cast<Bytef*>(buffer);
    stream_.avail_out = static_cast<uInt>(capacity);
    while (stream_.avail_out == capacity) {
      if (stream_.avail_in == 0) {
        stream_.avail_in = static_cast<uInt>(file_->read(in_.data(), in_.size()));
        stream_.next_in = reinterpret_cast<Bytef*>(in_.data());
        if (stream_.avail_in == 0) {
          if (!member_ended_)
            throw Error{ErrorKind::corrupt, file_->name() + ": the gzip data is cut short"};
          return 0;
        }
      }
      if (member_ended_) {
        inflateReset(&stream_);
        member_ended_ = false;
      }
      const int code = inflate(&stream_, Z_NO_FLUSH);
      if (code == Z_STREAM_END) {
        member_ended_ = true;
      } else if (code != Z_OK && code != Z_BUF_ERROR) {
        throw Error{ErrorKind::corrupt,
                    file_->name() + ": damaged gzip data: " +
                        (stream_.msg != nullptr ? stream_.msg : "not a gzip member")};
      }
    }
    return capacity - stream_.avail_out;
  }

 private:
  void start() {
    if (inflateInit2(&stream_, 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc{};
  }
  std::unique_ptr<FileSource> file_;
  std::vector<char> in_;
  z_stream stream_{};
  bool member_ended_ = false;
};

/// Reads on until the buffer has grown by some bytes; false at the end.
bool grow(ByteSource& source, std::string& buffer, std::size_t by) {
  const std::size_t before = buffer.size();
  buffer.resize(before + by);
  const std::size_t got = source.read(buffer.data() + before, by);
  buffer.resize(before + got);
  return got > 0;
}

constexpr std::size_t kReadBytes = std::size_t{256} << 10U;

void each_line_chunk(ByteSource& source, std::string buffer, std::size_t chunk_bytes,
                     const std::function<void(DocumentChunk&&)>& visit) {
  std::uint64_t line = 1;
  bool more = true;
  const auto emit = [&](std::size_t size) {
    std::string rest = buffer.substr(size);
    buffer.resize(size);
    const auto lines = static_cast<std::uint64_t>(std::count(buffer.begin(), buffer.end(), '\n'));
    visit({.text = std::move(buffer), .first_line = line});
    line += lines;
    buffer = std::move(rest);
  };
  while (more || !buffer.empty()) {
    while (more && buffer.size() < chunk_bytes) more = grow(source, buffer, kReadBytes);
    const std::size_t end = buffer.rfind('\n');
    if (!more && end + 1 != buffer.size() && buffer.size() <= kLongestDocument) {
      emit(buffer.size());  // a last line without its end
    } else if (end != std::string::npos) {
      emit(end + 1);
    } else if (buffer.size() <= kLongestDocument) {
      if (more) more = grow(source, buffer, kReadBytes);
    } else {
      // A line too long to be a document: told, skipped, and read on behind it.
      visit({.text = {}, .first_line = line, .overlong_line = line});
      std::size_t newline = std::string::npos;
      do {
        buffer.clear();
        more = grow(source, buffer, kReadBytes);
        newline = buffer.find('\n');
      } while (more && newline == std::string::npos);
      buffer.erase(0, newline == std::string::npos ? buffer.size() : newline + 1);
      ++line;
    }
  }
}

/// Follows the nesting of one JSON array byte by byte, so that an element can be cut out without
/// being understood.
class ArrayScanner {
 public:
  enum class Event { none, element_ends, array_ends };
  Event feed(char c) {
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      }
      return Event::none;
    }
    switch (c) {
      case '"':
        in_string_ = true;
        return Event::none;
      case '[':
      case '{':
        ++depth_;
        return Event::none;
      case ']':
      case '}':
        --depth_;
        return depth_ == 0 ? Event::array_ends : Event::none;
      case ',':
        return depth_ == 1 ? Event::element_ends : Event::none;
      default:
        return Event::none;
    }
  }

 private:
  std::uint64_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
};

void each_element_chunk(ByteSource& source, const std::string& name, std::string buffer,
                        std::size_t chunk_bytes,
                        const std::function<void(DocumentChunk&&)>& visit) {
  ArrayScanner scanner;
  DocumentChunk chunk;
  std::string element;
  std::uint64_t number = 1;
  bool opened = false;
  bool overlong = false;
  const auto flush = [&] {
    if (!chunk.text.empty()) visit(std::move(chunk));
    chunk = {.text = {}, .first_line = number};
  };
  const auto end_element = [&](bool last) {
    const bool blank =
        std::all_of(element.begin(), element.end(), [](unsigned char c) { return c <= ' '; });
    if (overlong) {
      flush();
      visit({.text = {}, .first_line = number, .overlong_line = number});
    } else if (!(last && blank)) {
      // Line ends between tokens mean nothing in JSON, and inside strings they are not allowed.
      std::replace(element.begin(), element.end(), '\n', ' ');
      chunk.text += element;
      chunk.text += '\n';
    }
    element.clear();
    overlong = false;
    ++number;
    if (chunk.text.size() >= chunk_bytes || chunk.text.empty()) flush();
  };
  do {
    for (std::size_t i = 0; i < buffer.size(); ++i) {
      const char c = buffer[i];
      const ArrayScanner::Event event = scanner.feed(c);
      if (!opened) {
        opened = c == '[';
        continue;
      }
      if (event == ArrayScanner::Event::none) {
        if (element.size() < kLongestDocument) {
          element += c;
        } else {
          overlong = true;
        }
        continue;
      }
      end_element(event == ArrayScanner::Event::array_ends);
      if (event == ArrayScanner::Event::array_ends) {
        flush();
        return;
      }
    }
    buffer.clear();
  } while (grow(source, buffer, kReadBytes));
  flush();
  throw Error{ErrorKind::corrupt,
              name + ": the JSON array is cut short behind element " + std::to_string(number - 1)};
}

}  // namespace

std::unique_ptr<ByteSource> ByteSource::open(const std::string& file) {
  auto plain = std::make_unique<FileSource>(file);
  const std::string_view front = plain->peek(4);
  if (front == "\x28\xB5\x2F\xFD") return std::make_unique<ZstdSource>(std::move(plain));
  if (front.substr(0, 2) == "\x1F\x8B") return std::make_unique<GzipSource>(std::move(plain));
  return plain;
}

void each_chunk(ByteSource& source, const std::string& name, std::size_t chunk_bytes,
                const std::function<void(DocumentChunk&&)>& visit) {
  std::string buffer;
  std::size_t first = std::string::npos;
  while (first == std::string::npos && grow(source, buffer, kReadBytes))
    first = buffer.find_first_not_of(" \t\r\n");
  if (first != std::string::npos && buffer[first] == '[') {
    each_element_chunk(source, name, std::move(buffer), chunk_bytes, visit);
  } else {
    each_line_chunk(source, std::move(buffer), chunk_bytes, visit);
  }
}

}  // namespace stemma
