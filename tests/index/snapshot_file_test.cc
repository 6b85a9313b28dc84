#include "index/snapshot_file.h"

#include <fstream>
#include <random>
#include <sstream>

#include "schema/error.h"
#include "tests/support/catch.h"
#include "tests/support/lineage.h"
#include "tests/support/temp_dir.h"

using namespace stemma;
using stemma::test::TempDir;

namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  std::stringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream{path, std::ios::binary} << bytes;
}

}  // namespace

TEST_CASE("a snapshot file gives back what was written", "[index][snapshot]") {
  const TempDir dir;
  const SnapshotColumns columns = lineage_of(
      "tiny -finetune-> tiny-chat\ntiny-chat -quantized-> tiny-chat-gguf\n?lost -merge-> "
      "tiny-chat\n");
  write_snapshot_file(columns, dir / "1.stemma");
  const SnapshotHandle read_back = open_snapshot_file(dir / "1.stemma");
  const SnapshotView original = view_of(columns);
  std::vector<std::string> expected, found;
  const auto bytes = [](const auto& array) {
    return std::string{reinterpret_cast<const char*>(array.data()),
                       array.size() * sizeof(array[0])};
  };
  for_each_section(original,
                   [&](const char*, const auto& array) { expected.push_back(bytes(array)); });
  for_each_section(*read_back,
                   [&](const char*, const auto& array) { found.push_back(bytes(array)); });
  CHECK(expected == found);
  CHECK(std::distance(std::filesystem::directory_iterator{dir.path()}, {}) ==
        1);  // nothing left beside it
}

TEST_CASE("a damaged, short or foreign snapshot file is refused, never read", "[index][snapshot]") {
  const TempDir dir;
  const auto path = dir / "1.stemma";
  write_snapshot_file(
      lineage_of("tiny -finetune-> tiny-chat\ntiny-chat -quantized-> tiny-chat-gguf\n"), path);
  const std::string whole = read(path);
  std::mt19937 random{7};
  const auto refused = [&](const std::string& bytes) {
    write(path, bytes);
    try {
      (void)open_snapshot_file(path);
      return false;
    } catch (const Error& error) {
      return error.kind() == ErrorKind::corrupt &&
             std::string{error.what()}.find("1.stemma") != std::string::npos;
    }
  };
  for (std::size_t size = 0; size < whole.size(); size += 1 + size / 50)
    CHECK(refused(whole.substr(0, size)));
  CHECK(refused(whole + "x"));
  CHECK(refused(std::string(5000, 'x')));
  std::size_t harmless = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string bytes = whole;
    const std::size_t at = random() % bytes.size();
    bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1U << random() % 8));
    harmless +=
        refused(bytes) ? 0 : 1;  // a flipped bit in the padding between sections changes nothing
  }
  CHECK(harmless < 1000);
  write(path, whole);
  CHECK_NOTHROW(open_snapshot_file(path));
}

TEST_CASE("a snapshot stays readable after its file is removed", "[index][snapshot]") {
  const TempDir dir;
  write_snapshot_file(lineage_of("a -finetune-> b"), dir / "1.stemma");
  const SnapshotHandle handle = open_snapshot_file(dir / "1.stemma");
  std::filesystem::remove(dir / "1.stemma");
  CHECK(handle->node_count() == 2);
  CHECK_FALSE(find_inconsistency(*handle));
}

TEST_CASE("writing where nothing may be written is a clear error", "[index][snapshot]") {
  try {
    write_snapshot_file(lineage_of("a -finetune-> b"), "/nonexistent/dir/1.stemma");
    FAIL("written");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::storage);
    CHECK(std::string{error.what()}.find("/nonexistent/dir") != std::string::npos);
  }
}
