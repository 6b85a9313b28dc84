#include <zlib.h>

#include <array>

#include "api/chunk_source.h"
#include "api/gzip.h"
#include "api/http/address_set.h"
#include "api/http/negotiation.h"
#include "api/http/request.h"
#include "api/json.h"
#include "api/query/cursor.h"
#include "schema/error.h"
#include "schema/model_record.h"
#include "schema/percent.h"
#include "schema/text.h"
#include "tests/api/unzip.h"
#include "tests/support/catch.h"

namespace stemma {
namespace {

TEST_CASE("a target is taken apart before it is decoded", "[api][request]") {
  const auto target =
      parse_target("/v1/models/Qwen%2FQwen3-8B/children?q=a+b%26c&flag&x=1%3D2#part");
  REQUIRE(target);
  CHECK(target->segments == std::vector<std::string>{"v1", "models", "Qwen/Qwen3-8B", "children"});
  CHECK(target->params == ParamList{{"q", "a b&c"}, {"flag", ""}, {"x", "1=2"}});
  CHECK(target->raw_query == "q=a+b%26c&flag&x=1%3D2");
}

TEST_CASE("broken targets are refused", "[api][request]") {
  const std::string bad = GENERATE("", "v1", "*", "/%", "/%4", "/%zz", "/%00", "/?a=%f", "/?%g0=1");
  CAPTURE(bad);
  CHECK_FALSE(parse_target(bad));
}

TEST_CASE("where the head of a request ends", "[api][request]") {
  constexpr auto kNone = std::string_view::npos;
  CHECK(head_length("") == kNone);
  CHECK(head_length("GET / HTTP/1.1\r\nA: b\r\n") == kNone);
  CHECK(head_length("GET / HTTP/1.1\r\nA: b\r\n\r\nGET") == 24);
  CHECK(head_length("GET / HTTP/1.1\r\n\r\n") == 18);
  CHECK(head_length("GET / HTTP/1.1\n\n") == 16);
  CHECK(head_length("GET / HTT") == kNone);
  CHECK(head_length("GET /\r\n") == 7);         // HTTP/0.9: nothing more will come
  CHECK(head_length("\x16\x03\x01\x02") == 4);  // TLS
  const std::string_view whole = "GET / HTTP/1.1\r\nA: b\r\n\r\n";
  for (std::size_t seen = 0; seen < whole.size(); ++seen) {
    CAPTURE(seen);
    CHECK(head_length(whole.substr(0, seen)) == kNone);
    CHECK(head_length(whole, seen) == whole.size());
  }
}

TEST_CASE("a head that could be read in two ways is refused", "[api][messages]") {
  const auto [headers, faulty] = GENERATE(table<std::string, bool>({
      {"", false},
      {"Host: a\r\nAccept: */*\r\nX-Empty:\r\nTab:\tb\r\n", false},
      {"Host: a\nAccept: */*\n", false},
      {"Content-Length : 30\r\n", true},
      {"Content-Length\t: 30\r\n", true},
      {"A: b\r\n folded\r\n", true},
      {"A: b\r\n\tfolded\r\n", true},
      {" Host: a\r\n", true},
      {"no colon\r\n", true},
      {": no name\r\n", true},
      {"A(b): c\r\n", true},
      {"A: b\rC: d\r\n", true},
      {std::string{"A: b\0c\r\n", 8}, true},
      {"Host: a\r\nhost: a\r\n", true},
      {"Host: a\r\nAccept: b\r\nHOST: c\r\n", true},
      {"Accept: a\r\nAccept: b\r\n", false},
  }));
  CAPTURE(headers);
  CHECK(head_fault("GET / HTTP/1.1\r\n" + headers + "\r\n").has_value() == faulty);
}

TEST_CASE("what no head is has no fault to tell", "[api][messages]") {
  CHECK_FALSE(head_fault(""));
  CHECK_FALSE(head_fault("GET"));
  CHECK_FALSE(head_fault("\x16\x03\x01"));
}

TEST_CASE("sets of addresses", "[api][address]") {
  const AddressSet set = AddressSet::parse("127.0.0.1, 10.0.0.0/8,::1,2001:db8::/32");
  const auto [address, inside] = GENERATE(table<std::string, bool>({
      {"127.0.0.1", true},
      {"127.0.0.2", false},
      {"10.255.0.1", true},
      {"11.0.0.1", false},
      {"::1", true},
      {"::2", false},
      {"2001:db8:1::5", true},
      {"2001:db9::", false},
      {"::ffff:127.0.0.1", true},
      {"::ffff:11.0.0.1", false},
      {"", false},
      {"localhost", false},
  }));
  CAPTURE(address);
  CHECK(set.contains(address) == inside);
  CHECK_FALSE(AddressSet{}.contains(address));
}

TEST_CASE("what is no address is named", "[api][address]") {
  CHECK(AddressSet::parse("").empty());
  const std::string text = GENERATE("localhost", "10.0.0.0/33", "1.2.3", "127.0.0.1,,", "*");
  CAPTURE(text);
  CHECK_THROWS_AS(AddressSet::parse(text), Error);
}

TEST_CASE("what announces a body", "[api][request]") {
  CHECK_FALSE(announces_body({{"Accept", "*/*"}, {"Content-Length", "0"}}));
  CHECK(announces_body({{"content-length", "10"}}));
  CHECK(announces_body({{"Content-Length", "x"}}));
  CHECK(announces_body({{"Content-Length", "0"}, {"Transfer-Encoding", "chunked"}}));
  CHECK(has_token("keep-alive, Close", "close"));
  CHECK_FALSE(has_token("closed", "close"));
}

TEST_CASE("percent encoding goes there and back", "[api][request]") {
  const std::string text = "a/b c?&=#+\xC3\xBC~-._";
  CHECK(percent_encode("a/b") == "a%2Fb");
  CHECK(percent_encode("a/b", true) == "a/b");
  CHECK(percent_decode(percent_encode(text), false) == text);
}

TEST_CASE("what is not UTF-8 is replaced", "[api][request]") {
  CHECK(valid_utf8("a\xC3\xBC\xE2\x82\xAC\xF0\x9F\x8C\xB3") ==
        "a\xC3\xBC\xE2\x82\xAC\xF0\x9F\x8C\xB3");
  const std::string mark = "\xEF\xBF\xBD";
  CHECK(valid_utf8("a\xFFz") == "a" + mark + "z");
  CHECK(valid_utf8("\xC3") == mark);
  CHECK(valid_utf8("\xC0\xAF") == mark + mark);             // overlong
  CHECK(valid_utf8("\xED\xA0\x80") == mark + mark + mark);  // a surrogate
}

TEST_CASE("a cursor survives its journey, a changed one does not", "[api][cursor]") {
  const Cursor cursor{7, 123456, 0xFEDCBA9876543210U};
  const std::string text = encode_cursor(cursor);
  CHECK(
      text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
      std::string::npos);
  CHECK(decode_cursor(text) == cursor);
  for (const std::string& bad : {std::string{}, std::string{"x"}, std::string{"!!!!"}, text + "A",
                                 text.substr(1), text.substr(0, text.size() - 2), "=" + text}) {
    CAPTURE(bad);
    CHECK(decode_cursor(bad) != cursor);
  }
  CHECK_FALSE(decode_cursor(""));
  CHECK_FALSE(decode_cursor(encode_cursor({0, 1, 2})));  // there is no snapshot 0
}

TEST_CASE("gzip is used where it is accepted", "[api][gzip]") {
  const auto [header, accepted] = GENERATE(table<std::string, bool>({
      {"gzip", true},
      {"GZIP", true},
      {"br, gzip;q=0.5", true},
      {"*", true},
      {"", false},
      {"identity", false},
      {"gzip;q=0", false},
      {"gzip; q=0.000", false},
      {"*, gzip;q=0", false},
      {"br", false},
      {"xgzip", false},
  }));
  CAPTURE(header);
  CHECK(accepts_gzip(header) == accepted);
}

TEST_CASE("compressed texts come back whole", "[api][gzip]") {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += std::to_string(i * 7919) + ',';
  CHECK(unzip(gzip(text)) == text);
  CHECK(unzip(gzip("")).empty());

  std::size_t sent = 0;
  ChunkSource chunks = gzip_chunks([&](std::string& out) {
    if (sent == text.size()) return false;
    out += text.substr(sent, 1000);
    sent = std::min(sent + 1000, text.size());
    return true;
  });
  std::string compressed;
  std::size_t pieces = 0;
  for (std::string piece; chunks(piece); piece.clear(), ++pieces) compressed += piece;
  CHECK(unzip(compressed) == text);
  CHECK(pieces > 1);
}

TEST_CASE("unknown values are null and texts are escaped", "[api][json]") {
  JsonWriter json;
  json.begin_array();
  json.count(kUnknownCount);
  json.count(0);
  json.time(kUnknownTime);
  json.time(0);
  json.text_or_null("");
  json.text("\"\n\\");
  json.confidence(0.9F);
  json.confidence(1.0F);
  json.end_array();
  CHECK(json.take() == R"([null,0,null,"1970-01-01T00:00:00Z",null,"\"\n\\",0.9,1])");
}

}  // namespace
}  // namespace stemma
