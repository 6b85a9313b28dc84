#include "crawler/document_reader.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <fstream>
#include <functional>

#include "crawler/document_parse.h"
#include "crawler/folder_source.h"
#include "crawler/ingest.h"
#include "schema/error.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace stemma {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20U;

/// Parts one after the other, `step` bytes a read. Blanks need not be held.
class FakeSource final : public ByteSource {
 public:
  struct Part {
    std::string text;
    std::size_t times = 1;
  };
  FakeSource(std::vector<Part> parts, std::size_t step) : parts_{std::move(parts)}, step_{step} {}

  std::size_t read(char* buffer, std::size_t capacity) override {
    std::size_t got = 0;
    while (got < std::min(step_, capacity) && part_ < parts_.size()) {
      const std::string& text = parts_[part_].text;
      const std::size_t size = std::min(std::min(step_, capacity) - got, text.size() - at_);
      std::copy_n(text.data() + at_, size, buffer + got);
      got += size;
      at_ += size;
      if (at_ < text.size()) continue;
      at_ = 0;
      if (++times_ < parts_[part_].times) continue;
      times_ = 0;
      ++part_;
    }
    return got;
  }

 private:
  std::vector<Part> parts_;
  std::size_t step_;
  std::size_t part_ = 0;
  std::size_t times_ = 0;
  std::size_t at_ = 0;
};

struct Rows {
  std::vector<std::string> found;  ///< "2 {text}", "3 overlong"; rows of blanks are not listed.
  std::size_t largest_chunk = 0;
};

Rows rows_of(std::vector<FakeSource::Part> parts, std::size_t step = 1000,
             std::size_t chunk_bytes = 1000) {
  FakeSource source{std::move(parts), step};
  Rows rows;
  each_chunk(source, "x", chunk_bytes, [&](DocumentChunk&& chunk) {
    rows.largest_chunk = std::max(rows.largest_chunk, chunk.text.size());
    if (chunk.overlong_line != 0) {
      CHECK(chunk.text.empty());
      rows.found.push_back(std::to_string(chunk.overlong_line) + " overlong");
      return;
    }
    std::uint64_t number = chunk.first_line;
    for (std::size_t at = 0; at < chunk.text.size(); ++number) {
      if (chunk.text[at] == '\n') {
        ++at;
        continue;
      }
      const auto end = std::min(chunk.text.find('\n', at), chunk.text.size());
      const std::string line = chunk.text.substr(at, end - at);
      at = end + 1;
      const auto first = line.find_first_not_of(" \t\r");
      if (first == std::string::npos) continue;
      rows.found.push_back(std::to_string(number) + " " +
                           line.substr(first, line.find_last_not_of(" \t\r") + 1 - first));
    }
  });
  return rows;
}

std::vector<std::string> found_in(const std::string& text, std::size_t step = 1000,
                                  std::size_t chunk_bytes = 1000) {
  return rows_of({{text}}, step, chunk_bytes).found;
}

using Found = std::vector<std::string>;

std::string doc(int number) {
  return R"({"_id":"621ffdc036468d709f)" + std::to_string(100000 + number) + R"(","id":"o/m)" +
         std::to_string(number) + "\"}";
}

std::string array_of(int first, int last) {
  std::string text = "[";
  for (int i = first; i <= last; ++i) text += (i == first ? "" : ",\n ") + doc(i);
  return text + "]";
}

std::string lines_of(int first, int last) {
  std::string text;
  for (int i = first; i <= last; ++i) text += doc(i) + "\n";
  return text;
}

void write(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream{path, std::ios::binary} << text;
}

std::string gzip(const std::string& text) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&stream, text.size()) + 100, '\0');
  std::string in = text;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string zstd(const std::string& text) {
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 3));
  return packed;
}

PublishReport import_file(const test::TempDir& dir, const std::string& text) {
  write(dir / "in", text);
  return import_files(
      dir / "data",
      {.files = {(dir / "in").string()}, .observed_at = 1'800'000'000, .complete = true}, {});
}

std::string refusal_of(const std::function<void()>& run) {
  try {
    run();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("what follows an array is read", "[crawler][reader]") {
  const Found all = {"1 {1}", "2 {2}", "3 {3}", "4 {4}"};
  const std::string text =
      GENERATE(as<std::string>{}, "[{1},{2}][{3},{4}]", "[{1},\n{2}]\n\n [{3},{4}]\n",
               "[{1},{2}]\n{3}\n{4}\n", "[{1},{2}] {3}\n{4}", "{1}\n{2}\n[{3},{4}]",
               "{1}\n[{2}]\n[ {3}\n]\n{4}", "{1}\n [\n{2},{3}]{4}", "[]\n[{1}][][{2},{3},{4}] []",
               "[\n{1}\n,\n{2}\n]{3}\n[{4}]\n \n");
  const auto step = GENERATE(as<std::size_t>{}, 1, 3, 1000);
  const auto chunk = GENERATE(as<std::size_t>{}, 1, 10, 1000);
  CAPTURE(text, step, chunk);
  CHECK(found_in(text, step, chunk) == all);
}

TEST_CASE("rows are numbered as they stand", "[crawler][reader]") {
  CHECK(found_in("\n\n{3}\n\n{5}\n") == Found{"3 {3}", "5 {5}"});
  CHECK(found_in("\n\n[{1},{2}]") == Found{"1 {1}", "2 {2}"});
  CHECK(found_in("[{1},{2}]\n\n{4}\n") == Found{"1 {1}", "2 {2}", "4 {4}"});
  CHECK(found_in("{1}\n\n[{3}]\n{4}\n") == Found{"1 {1}", "3 {3}", "4 {4}"});
}

TEST_CASE("a line that opens no array of documents is one line", "[crawler][reader]") {
  CHECK(found_in("{1}\n[warn: it's late\n{3}\n") == Found{"1 {1}", "2 [warn: it's late", "3 {3}"});
  CHECK(found_in("{1}\n[2,3]\n{3}\n") == Found{"1 {1}", "2 [2,3]", "3 {3}"});
  CHECK(found_in("[{1}],[{2}]\n") == Found{"1 {1}", "2 ,[{2}]"});
}

TEST_CASE("an array that is cut short stops the reading", "[crawler][reader]") {
  const std::string text = GENERATE(as<std::string>{}, "[{1},{2},{\"a", "[{1},{2}][{\"a\"}",
                                    "{1}\n{2}\n[", "{1}\n{2}\n[{\"a\n{3}\n");
  CAPTURE(text);
  Found found;
  FakeSource source{{{text}}, 7};
  const std::string refused = refusal_of([&] {
    each_chunk(source, "x.json", 1, [&](DocumentChunk&& chunk) { found.push_back(chunk.text); });
  });
  CHECK(refused.rfind("x.json: the JSON array is cut short behind element ", 0) == 0);
  CHECK(found.size() == 2);
}

TEST_CASE("documents behind an array are imported", "[crawler][reader]") {
  test::TempDir dir;
  const auto [name, text] = GENERATE(table<std::string, std::string>(
      {{"arrays", array_of(1, 1000) + array_of(1001, 2000)},
       {"gzip", gzip(array_of(1, 1000)) + gzip(array_of(1001, 2000))},
       {"zstd", zstd(array_of(1, 1000)) + zstd(array_of(1001, 2000))},
       {"array, lines", array_of(1, 1000) + "\n" + lines_of(1001, 2000)},
       {"lines, array", lines_of(1, 1000) + array_of(1001, 2000)}}));
  CAPTURE(name);
  const PublishReport report = import_file(dir, text);
  CHECK(report.documents == 2000);
  CHECK(report.rejected == 0);
}

TEST_CASE("a folder's files may hold several arrays", "[crawler][reader][folder]") {
  test::TempDir dir;
  write(dir / "hub/a.json", array_of(1, 3) + "\n" + array_of(4, 6) + "\n" + lines_of(7, 8));
  FolderSource source{dir / "hub"};
  CHECK(source.fetch_page(source.first_page({})).ids.readable == 8);
}

TEST_CASE("a document that is too long for a folder is counted", "[crawler][reader][folder]") {
  test::TempDir dir;
  write(dir / "hub/a.json", lines_of(1, 1) + "{\"a\":\"" + std::string(kLongestDocument, 'x') +
                                "\"}\n" + lines_of(2, 2));
  FolderSource source{dir / "hub"};
  const HubPage page = source.fetch_page(source.first_page({}));
  CHECK(page.ids.readable == 2);
  CHECK(page.ids.rows == 3);
}

TEST_CASE("blanks cost neither memory nor documents", "[crawler][reader]") {
  // Longer than a document may be.
  const std::size_t times = kLongestDocument / 4096 + 1;
  const FakeSource::Part lines{std::string(4096, '\n'), times};
  const FakeSource::Part spaces{std::string(4096, ' '), times};
  const std::string last = std::to_string(times * 4096 + 1);
  const std::vector<std::pair<std::vector<FakeSource::Part>, Found>> inputs = {
      {{lines, {"{1}"}}, {last + " {1}"}},
      {{spaces, {"{1}"}}, {"1 {1}"}},
      {{lines, {"[{1}]"}, spaces, {"[{2}]"}, lines}, {"1 {1}", "2 {2}"}},
      {{{"[{1},"}, spaces, {"{2}"}, spaces, {",{3}]"}}, {"1 {1}", "2 {2}", "3 {3}"}},
      {{{"[{1},"}, spaces, {",{3},"}, spaces, {"]"}}, {"1 {1}", "3 {3}"}},
      {{{"{1}\n"}, spaces, {"\n{3}"}, spaces, {"\n{4}"}}, {"1 {1}", "3 {3}", "4 {4}"}},
      {{spaces, lines}, {}}};
  for (const auto& [parts, found] : inputs) {
    const Rows rows = rows_of(parts, 4096, kMiB);
    CAPTURE(found);
    CHECK(rows.found == found);
  }
  CHECK(rows_of({lines, {"{1}"}}, 4096, kMiB).largest_chunk < 2 * kMiB);
  CHECK(rows_of({{"{1}\n"}, lines, {"{2}"}}, 4096, kMiB).largest_chunk < 2 * kMiB);
}

TEST_CASE("documents that are too long cost themselves", "[crawler][reader]") {
  const FakeSource::Part part{std::string(4096, 'x'), kLongestDocument / 4096 + 1};
  CHECK(rows_of({{"{1}\n"}, part, {"\n{3}\n"}}, 4096).found ==
        Found{"1 {1}", "2 overlong", "3 {3}"});
  CHECK(rows_of({{"[{1},"}, part, {",{3}]{4}"}}, 4096).found ==
        Found{"1 {1}", "2 overlong", "3 {3}", "4 {4}"});
  CHECK(rows_of({{"{1}\n"}, part}, 4096).found == Found{"1 {1}", "2 overlong"});
}

TEST_CASE("a file of blanks holds no documents", "[crawler][reader]") {
  test::TempDir dir;
  const std::string text = GENERATE(as<std::string>{}, "", " ", "\n\n \r\n\t", "[]", "[ ]\n[]");
  CHECK(refusal_of([&] { import_file(dir, text); }).find("holds no documents") !=
        std::string::npos);
}

TEST_CASE("a line of NULs is a rejected document", "[crawler][reader]") {
  test::TempDir dir;
  const PublishReport report =
      import_file(dir, lines_of(1, 1) + std::string(5, '\0') + "\n" + lines_of(2, 2));
  CHECK(report.documents == 2);
  CHECK(report.rejected == 1);
  DocumentParser parser;
  const ParsedBatch batch = parser.parse_lines(" \r\n\t\v\n", "x", 7);
  REQUIRE(batch.rejected.size() == 1);
  CHECK(batch.rejected[0].where == "x:8");
}

TEST_CASE("a byte order mark is passed over where the input begins", "[crawler][reader]") {
  const std::string mark = "\xEF\xBB\xBF";
  const auto step = GENERATE(as<std::size_t>{}, 1, 2, 1000);
  CHECK(found_in(mark + "[{1}]", step) == Found{"1 {1}"});
  CHECK(found_in(mark + "\n{2}\n", step) == Found{"2 {2}"});
  CHECK(found_in(mark, step).empty());
  CHECK(found_in("{1}\n" + mark + "{2}\n", step) == Found{"1 {1}", "2 " + mark + "{2}"});
  test::TempDir dir;
  CHECK(import_file(dir, mark + array_of(1, 2)).documents == 2);
  CHECK(import_file(dir, mark + lines_of(1, 2)).documents == 2);
}

TEST_CASE("compression is told by the first bytes", "[crawler][reader]") {
  test::TempDir dir;
  // Of a frame that decoders skip, the magic number may end in any of 16 digits.
  const auto skipped = [](char first) {
    return std::string{first} + std::string{"\x2A\x4D\x18\x05\0\0\0notes", 12};
  };
  const std::string lines = lines_of(1, 2);
  const std::string text = GENERATE_COPY(as<std::string>{}, lines, gzip(lines), zstd(lines),
                                         skipped('\x50') + zstd(lines),
                                         skipped('\x5F') + skipped('\x57') + zstd(lines_of(1, 1)) +
                                             skipped('\x50') + zstd(lines_of(2, 2)));
  const PublishReport report = import_file(dir, text);
  CHECK(report.documents == 2);
  CHECK(report.rejected == 0);
}

}  // namespace
}  // namespace stemma
