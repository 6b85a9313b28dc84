#include "index/data_dir.h"

#include <fstream>
#include <functional>

#include "schema/error.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace stemma;
using stemma::test::TempDir;

namespace {

ErrorKind kind_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    INFO(error.what());
    return error.kind();
  }
  FAIL("no error");
  return ErrorKind::usage;
}

}  // namespace

TEST_CASE("a data directory is made once and opened again", "[index][data]") {
  const TempDir dir;
  const auto path = dir / "data";
  CHECK(kind_of([&] { (void)DataDir::open(path); }) == ErrorKind::not_found);
  (void)DataDir::open_or_create(path);
  (void)DataDir::open_or_create(path);
  CHECK(DataDir::open(path).published().empty());
}

TEST_CASE("what is no data directory is left alone", "[index][data]") {
  const TempDir dir;
  std::ofstream{dir / "letter.txt"} << "dear";
  CHECK(kind_of([&] { (void)DataDir::open_or_create(dir.path()); }) == ErrorKind::usage);
  CHECK(kind_of([&] { (void)DataDir::open_or_create(dir / "letter.txt"); }) == ErrorKind::usage);
}

TEST_CASE("a directory from a newer version is refused", "[index][data]") {
  const TempDir dir;
  (void)DataDir::open_or_create(dir / "data");
  std::ofstream{dir / "data/FORMAT"} << "stemma-data 2\n";
  CHECK(kind_of([&] { (void)DataDir::open(dir / "data"); }) == ErrorKind::corrupt);
  CHECK(kind_of([&] { (void)DataDir::open_or_create(dir / "data"); }) == ErrorKind::corrupt);
  std::ofstream{dir / "data/FORMAT"} << "???";
  CHECK(kind_of([&] { (void)DataDir::open(dir / "data"); }) == ErrorKind::corrupt);
}

TEST_CASE("the second writer is told who holds the directory", "[index][data]") {
  const TempDir dir;
  const DataDir data = DataDir::open_or_create(dir / "data");
  {
    const WriteLock first{data, "import of x"};
    try {
      const WriteLock second{data, "crawl"};
      FAIL("two writers");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::unavailable);
      CHECK(std::string{error.what()}.find("import of x") != std::string::npos);
    }
  }
  const WriteLock after{data, "crawl"};
}

TEST_CASE("a process killed while it made the directory leaves nothing in the way",
          "[index][data]") {
  const TempDir dir;
  std::filesystem::create_directories(dir / "data");
  std::ofstream{dir / "data/FORMAT.new"} << "stemma-da";
  CHECK_NOTHROW(DataDir::open_or_create(dir / "data"));
  CHECK_NOTHROW(DataDir::open(dir / "data"));
}
