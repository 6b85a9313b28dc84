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
  FileSource(const std::string& file, const std::atomic<bool>* stop)
      : name_{file == "-" ? "standard input" : file}, stop_{stop} {
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
      if (errno == EINTR) {
        if (stop_ != nullptr && *stop_) throw Error{ErrorKind::unavailable, "stopped by a signal"};
        continue;
      }
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
  const std::atomic<bool>* stop_;
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

constexpr std::size_t kReadBytes = std::size_t{256} << 10U;

/// White space of JSON; any other control character is content, and not of a document.
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::size_t leading_blanks(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_blank) -
                                  text.begin());
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

/// Whether a line of NDJSON that begins with `[` opens an array of documents, which may end lines
/// below. What else begins so, such as a line of a log, is one line that is no document; read as an
/// array that never closes, it would cost all that follows.
bool opens_array(std::string_view line) {
  line.remove_prefix(1);
  line.remove_prefix(leading_blanks(line));
  return line.empty() || line.front() == '{' || line.front() == ']';
}

/// Cuts one source. Blanks outside of documents are dropped as they are read, so that neither time
/// nor memory depends on how they are spread.
class DocumentCutter {
 public:
  DocumentCutter(ByteSource& source, const std::string& name, std::size_t chunk_bytes,
                 const std::function<void(DocumentChunk&&)>& visit)
      : source_{source},
        name_{name},
        chunk_bytes_{chunk_bytes},
        visit_{visit},
        block_(kReadBytes) {}

  void run() {
    skip_mark();
    while (skip_blanks()) {
      if (pending().front() == '[') {
        cut_array();
      } else {
        cut_lines();
      }
    }
    flush();
  }

 private:
  /// What was read and is not used yet.
  [[nodiscard]] std::string_view pending() const { return std::string_view{text_}.substr(at_); }

  /// Reads on; false at the end. Offsets into `pending` stay what they are.
  bool fill() {
    if (ended_) return false;
    text_.erase(0, at_);
    at_ = 0;
    const std::size_t got = source_.read(block_.data(), block_.size());
    text_.append(block_.data(), got);
    ended_ = got == 0;
    return !ended_;
  }

  /// Past a byte order mark, which some editors put at the front of a file.
  void skip_mark() {
    constexpr std::string_view kMark = "\xEF\xBB\xBF";
    while (pending().size() < kMark.size() && fill()) {
    }
    if (pending().substr(0, kMark.size()) == kMark) at_ = kMark.size();
  }

  /// To the next array or line; false at the end. Counts the lines that are skipped.
  bool skip_blanks() {
    while (true) {
      const std::string_view blanks = pending().substr(0, leading_blanks(pending()));
      skipped_lines_ += static_cast<std::uint64_t>(std::count(blanks.begin(), blanks.end(), '\n'));
      at_ += blanks.size();
      if (!pending().empty()) return true;
      if (!fill()) return false;
    }
  }

  void flush() {
    if (!chunk_.text.empty()) visit_(std::move(chunk_));
    chunk_ = {};
  }

  /// Adds one row, with its end.
  void add_row(std::string_view row) {
    if (chunk_.text.empty()) chunk_.first_line = number_;
    chunk_.text += row;
    chunk_.text += '\n';
    ++number_;
    if (chunk_.text.size() >= chunk_bytes_) flush();
  }

  void add_overlong() {
    flush();
    visit_({.text = {}, .first_line = number_, .overlong_line = number_});
    ++number_;
  }

  /// Passes on the first `size` bytes of `pending`, whole lines but for the last one of a file.
  void emit(std::size_t size, std::uint64_t lines) {
    if (size > 0) visit_({.text = std::string{pending().substr(0, size)}, .first_line = number_});
    number_ += lines;
    at_ += size;
  }

  /// Lines, up to one that opens an array.
  void cut_lines() {
    flush();
    // The end of the line that an array ended on is no line of its own.
    number_ += skipped_lines_ - (after_array_ && skipped_lines_ > 0 ? 1 : 0);
    after_array_ = false;
    std::size_t line = 0;     // where the line begins
    std::uint64_t lines = 0;  // before it
    while (true) {
      std::size_t first = line + leading_spaces(pending().substr(line));
      while (first == pending().size()) {
        text_.resize(at_ + line);
        if (!fill()) return emit(line, lines);
        first = line + leading_spaces(pending().substr(line));
      }
      std::size_t end = pending().find('\n', first);
      bool more = true;
      while (end == std::string_view::npos && more &&
             pending().size() - first <= kLongestDocument) {
        const std::size_t searched = pending().size();
        more = fill();
        end = pending().find('\n', searched);
      }
      const std::size_t stop = std::min(end, pending().size());
      if (pending()[first] == '[' && opens_array(pending().substr(first, stop - first))) {
        emit(line, lines);
        at_ += first - line;
        skipped_lines_ = 0;
        return;
      }
      if (stop - first > kLongestDocument) {
        emit(line, lines);
        at_ += first - line;
        cut_long_line();
        line = lines = 0;
        continue;
      }
      if (!more) return emit(stop, lines);  // a last line without its end
      line = end + 1;
      ++lines;
      if (line >= chunk_bytes_) {
        emit(line, lines);
        line = lines = 0;
      }
    }
  }

  /// Blanks that do not end a line.
  static std::size_t leading_spaces(std::string_view text) {
    return std::min(text.find_first_not_of(" \t\r"), text.size());
  }

  /// A line that is too long to be a document, unless the rest of it is blank.
  void cut_long_line() {
    element_.clear();
    overlong_ = false;
    std::size_t end = std::string_view::npos;
    do {
      end = pending().find('\n');
      take(pending().substr(0, end));
      at_ = end == std::string_view::npos ? text_.size() : at_ + end + 1;
    } while (end == std::string_view::npos && fill());
    end_row();
    flush();
  }

  /// Adds to the row that is being read. Blanks before it, and those that it has no room for, are
  /// left out.
  void take(std::string_view text) {
    if (element_.empty()) text.remove_prefix(leading_blanks(text));
    const std::size_t room = std::min(kLongestDocument - element_.size(), text.size());
    element_ += text.substr(0, room);
    text.remove_prefix(room);
    overlong_ = overlong_ || leading_blanks(text) < text.size();
  }

  void end_row() {
    if (overlong_) {
      add_overlong();
    } else {
      // Line ends between tokens mean nothing in JSON, and inside strings they are not allowed.
      std::replace(element_.begin(), element_.end(), '\n', ' ');
      add_row(element_);
    }
    element_.clear();
    overlong_ = false;
  }

  void cut_array() {
    ArrayScanner scanner;
    static_cast<void>(scanner.feed('['));
    ++at_;
    skipped_lines_ = 0;
    after_array_ = true;
    element_.clear();
    overlong_ = false;
    while (true) {
      auto event = ArrayScanner::Event::none;
      std::size_t end = 0;
      const std::string_view text = pending();
      while (end < text.size() && event == ArrayScanner::Event::none)
        event = scanner.feed(text[end++]);
      if (event == ArrayScanner::Event::none) {
        take(text);
        at_ = text_.size();
        if (fill()) continue;
        flush();
        throw Error{ErrorKind::corrupt, name_ + ": the JSON array is cut short behind element " +
                                            std::to_string(number_ - 1)};
      }
      take(text.substr(0, end - 1));
      at_ += end;
      const bool last = event == ArrayScanner::Event::array_ends;
      if (!last || overlong_ || !element_.empty()) end_row();
      if (last) return;
    }
  }

  ByteSource& source_;
  const std::string& name_;
  std::size_t chunk_bytes_;
  const std::function<void(DocumentChunk&&)>& visit_;
  std::vector<char> block_;
  std::string text_;
  std::size_t at_ = 0;
  bool ended_ = false;
  std::uint64_t number_ = 1;         ///< Of the next row.
  std::uint64_t skipped_lines_ = 0;  ///< Blank ones, since the last array or line.
  bool after_array_ = false;
  DocumentChunk chunk_;  ///< Elements that were not visited yet.
  std::string element_;  ///< The one that is being read.
  bool overlong_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> ByteSource::open(const std::string& file,
                                             const std::atomic<bool>* stop) {
  auto plain = std::make_unique<FileSource>(file, stop);
  const std::string_view front = plain->peek(4);
  // zstd: a frame of data, or one of those that decoders skip (notes, and what pzstd writes).
  if (front == "\x28\xB5\x2F\xFD" ||
      (front.size() == 4 && (static_cast<unsigned char>(front[0]) & 0xF0U) == 0x50U &&
       front.substr(1) == "\x2A\x4D\x18"))
    return std::make_unique<ZstdSource>(std::move(plain));
  if (file == "-" && front == "PAR1") {
    throw Error{
        ErrorKind::usage,
        "standard input is a Parquet file, which is read from its end: give the file's name"};
  }
  if (front.substr(0, 2) == "\x1F\x8B") return std::make_unique<GzipSource>(std::move(plain));
  return plain;
}

void each_chunk(ByteSource& source, const std::string& name, std::size_t chunk_bytes,
                const std::function<void(DocumentChunk&&)>& visit) {
  DocumentCutter{source, name, chunk_bytes, visit}.run();
}

}  // namespace stemma
