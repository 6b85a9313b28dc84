#include "index/counts_codec.h"

#include <vector>

#include "tests/support/catch.h"

using namespace stemma;

TEST_CASE("counts come back from the changes of several nights", "[index][counts]") {
  std::vector<Counts> known(4);
  std::vector<Counts> replayed(4);
  const std::vector<std::vector<CountsObservation>> nights{
      {{true, {10, 100, 1}}, {true, {0, kUnknownCount, 0}}, {false, {}}, {true, {5, 5, 5}}},
      {{true, {10, 100, 1}}, {true, {3, kUnknownCount, 0}}, {true, {7, 7, 7}}, {false, {}}},
      {{true, {2, 90, 1}}, {true, {kUnknownCount, 4, 0}}, {true, {7, 7, 8}}, {true, {5, 5, 5}}},
  };
  std::vector<std::string> blobs;
  for (const auto& night : nights) blobs.push_back(encode_counts(known, night, kCountFields));
  for (const std::string& blob : blobs) REQUIRE(apply_counts(blob, replayed));
  CHECK(replayed == known);
  CHECK(replayed == std::vector<Counts>{{2, 90, 1}, {3, 4, 0}, {7, 7, 8}, {5, 5, 5}});
}

TEST_CASE("a night in which nothing moved costs nothing", "[index][counts]") {
  std::vector<Counts> known{{1, 2, 3}, {4, kUnknownCount, 6}};
  CHECK(encode_counts(
            known, std::vector<CountsObservation>{{true, {1, 2, 3}}, {true, {4, kUnknownCount, 6}}},
            kDownloads | kLikes)
            .empty());
}

TEST_CASE("damaged counts are refused, never read past their end", "[index][counts]") {
  std::vector<Counts> known(300);
  std::vector<CountsObservation> observed(300, CountsObservation{true, {1'000'000, 2'000'000, 3}});
  const std::string blob = encode_counts(known, observed, kCountFields);
  std::size_t refused = 0;
  for (std::size_t cut = 1; cut < blob.size(); ++cut) {
    std::vector<Counts> replayed(256);
    refused += apply_counts(blob.substr(0, cut), replayed) ? 0 : 1;
  }
  CHECK(refused > 0);
  std::vector<Counts> too_few(2);
  CHECK_FALSE(apply_counts(blob, too_few));
}
