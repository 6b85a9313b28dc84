#include "schema/utc_time.h"

#include "tests/support/catch.h"

namespace stemma {
namespace {

TEST_CASE("times are read as RFC 3339", "[schema][utc_time]") {
  using Row = std::pair<const char*, UnixSeconds>;
  const auto [text, seconds] = GENERATE(values<Row>({
      {"1970-01-01T00:00:00Z", 0},
      {"1970-01-01", 0},
      {"1969-12-31T23:59:59Z", -1},
      {"2024-02-29T12:34:56Z", 1709210096},
      {"2024-02-29T12:34:56.000Z", 1709210096},
      {"2024-02-29T12:34:56.999999999Z", 1709210096},
      {"2024-02-29t12:34:56z", 1709210096},
      {"2024-02-29 12:34:56Z", 1709210096},
      {"2024-02-29T13:34:56+01:00", 1709210096},
      {"2024-02-29T07:04:56-05:30", 1709210096},
      {"2024-02-29", 1709164800},
      {"2000-02-29", 951782400},
  }));
  CAPTURE(text);
  CHECK(parse_utc(text) == seconds);
}

TEST_CASE("anything else is no time", "[schema][utc_time]") {
  const auto text = GENERATE(values<const char*>({
      "",
      "2024",
      "2024-02",
      "2024-2-9",
      "2023-02-29",
      "1900-02-29",
      "2024-13-01",
      "2024-00-10",
      "2024-04-31",
      "2024-01-00",
      "2024-01-01T",
      "2024-01-01T12:00",
      "2024-01-01T12:00:00",  // without an offset it could be any time zone's
      "2024-01-01T24:00:00Z",
      "2024-01-01T12:60:00Z",
      "2024-01-01T12:00:61Z",
      "2024-01-01T12:00:00.Z",
      "2024-01-01T12:00:00Zx",
      "2024-01-01T12:00:00+0100",
      "2024-01-01T12:00:00+24:00",
      "2024-01-01Z",
      " 2024-01-01",
      "2024-01-01 ",
      "-024-01-01",
      "+2024-01-01",
      "20240101",
  }));
  CAPTURE(text);
  CHECK_FALSE(parse_utc(text));
}

TEST_CASE("times are written in UTC and read back", "[schema][utc_time]") {
  CHECK(format_utc(0) == "1970-01-01T00:00:00Z");
  CHECK(format_utc(-1) == "1969-12-31T23:59:59Z");
  CHECK(format_utc(1709210096) == "2024-02-29T12:34:56Z");
  CHECK(format_utc(253402300799) == "9999-12-31T23:59:59Z");
  CHECK(format_utc(253402300800) == "10000-01-01T00:00:00Z");
  CHECK(format_utc(-62167219200) == "0000-01-01T00:00:00Z");
  CHECK(format_utc(kUnknownTime).empty());
  for (UnixSeconds time = -3'000'000'000; time < 9'000'000'000; time += 97'654'321) {
    CHECK(parse_utc(format_utc(time)) == time);
  }
  CHECK(now_utc() > *parse_utc("2024-01-01"));
}

}  // namespace
}  // namespace stemma
