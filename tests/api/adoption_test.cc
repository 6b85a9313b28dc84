#include "api/query/adoption.h"

#include "api/query/growth.h"
#include "api/query/leaderboards.h"
#include "tests/api/adoption_fixture.h"
#include "tests/support/catch.h"

namespace stemma {
namespace {

using test::doc;

/// One line for a list of numbers: `1 2 -`.
std::string text(const rapidjson::Value& list) {
  std::string out;
  for (const auto& item : list.GetArray()) {
    if (!out.empty()) out += ' ';
    if (item.IsNull()) {
      out += '-';
    } else if (item.IsString()) {
      out += item.GetString();
    } else {
      out += item.IsInt64() ? std::to_string(item.GetInt64()) : std::to_string(item.GetDouble());
    }
  }
  return out;
}

/// The values of one field over the points: `1 2 -`.
std::string over(const rapidjson::Value& points, std::initializer_list<const char*> path) {
  std::string out;
  for (const auto& point : points.GetArray()) {
    const rapidjson::Value* value = &point;
    for (const char* name : path) value = &at(*value, name);
    if (!out.empty()) out += ' ';
    out += value->IsNull()     ? "-"
           : value->IsString() ? value->GetString()
           : value->IsInt64()  ? std::to_string(value->GetInt64())
           : value->IsArray()  ? "[" + text(*value) + "]"
                               : std::to_string(value->GetDouble());
  }
  return out;
}

std::string day(int number) {
  return format_utc(parse_utc("2026-01-01").value() + (number - 1) * 86'400);
}

std::string counts(std::int64_t downloads, std::int64_t all_time) {
  return R"("downloads":)" + std::to_string(downloads) + R"(,"downloadsAllTime":)" +
         std::to_string(all_time);
}

/// Nights 1 to `nights`: one family whose derivatives grow by one a night, its root downloaded 100
/// times a day, each derivative ten times.
void growing(AdoptionFixture& api, int nights) {
  for (int night = 1; night <= nights; ++night) {
    std::vector<std::string> documents{doc(
        1, "Qwen/Qwen3-8B",
        counts(3000, 10'000 + night * 100) + R"(,"likes":7,"createdAt":"2025-01-01T00:00:00Z")")};
    for (int i = 1; i <= night; ++i) {
      documents.push_back(doc(i + 1, (i % 2 == 0 ? "ann/m" : "bob/m") + std::to_string(i),
                              counts(300, (night - i) * 10) + R"(,"createdAt":")" + day(i) +
                                  R"(","tags":["license:)" + (i % 3 == 0 ? "mit" : "apache-2.0") +
                                  R"(","base_model:finetune:Qwen/Qwen3-8B"])"));
    }
    api.night(documents, day(night));
  }
}

TEST_CASE("a family over time", "[api][adoption]") {
  AdoptionFixture api;
  growing(api, 12);
  const auto body = api.json("/v1/families/qwen/adoption");
  CHECK(same(at(body, "family"), "qwen"));
  CHECK(same(at(body, "snapshot"), 12));
  CHECK(same(at(body, "interval"), "day"));
  const auto& points = at(body, "points");
  CHECK(over(points, {"derivatives", "models"}) == "1 2 3 4 5 6 7 8 9 10 11 12");
  CHECK(over(points, {"derivatives", "new"}) == "- 1 1 1 1 1 1 1 1 1 1 1");
  CHECK(over(points, {"official", "models"}) == "1 1 1 1 1 1 1 1 1 1 1 1");
  CHECK(over(points, {"official", "downloads_7d"}) == "- - - - - - - 700 700 700 700 700");
  // Of a derivative younger than a week all that it was downloaded.
  CHECK(over(points, {"derivatives", "downloads_7d"}) ==
        "0 10 30 60 100 150 210 280 350 420 490 560");
  CHECK(over(points, {"derivatives", "downloads"}).substr(0, 11) == "300 600 900");
  CHECK(over(points, {"official", "downloads_unknown"}) == "0 0 0 0 0 0 0 0 0 0 0 0");

  {
    INFO("by week: its last snapshot, and all that is new in it");
    // 2026-01-01 was a Thursday: weeks end on the 4th and the 11th.
    const auto weeks = api.json("/v1/families/qwen/adoption?interval=week");
    CHECK(over(at(weeks, "points"), {"snapshot"}) == "4 11 12");
    CHECK(over(at(weeks, "points"), {"derivatives", "new"}) == "3 7 1");
  }
  {
    INFO("by month, from and to");
    const auto month =
        api.json("/v1/families/qwen/adoption?interval=month&from=2026-01-03&to=2026-01-05");
    CHECK(over(at(month, "points"), {"snapshot"}) == "5");
    CHECK(over(at(month, "points"), {"derivatives", "new"}) == "3");
  }
  {
    INFO("as of an older snapshot it ends there");
    const auto older = api.json("/v1/families/qwen/adoption?as_of=3");
    CHECK(same(at(older, "snapshot"), 3));
    CHECK(over(at(older, "points"), {"derivatives", "models"}) == "1 2 3");
  }
  {
    INFO("told apart, the rest among others");
    const auto by = api.json("/v1/families/qwen/adoption?by=author&top=1&interval=week");
    CHECK(text(at(by, "dates")) ==
          "2026-01-04T00:00:00Z 2026-01-11T00:00:00Z 2026-01-12T00:00:00Z");
    const auto& series = at(by, "series");
    REQUIRE(series.Size() == 1);
    CHECK(same(at(series[0], "name"), "ann"));
    CHECK(text(at(series[0], "values")) == "2 5 6");
    CHECK(text(at(by, "others")) == "2 6 6");
    const auto fresh =
        api.json("/v1/families/qwen/adoption?by=license&metric=new_derivatives&interval=month");
    CHECK(text(at(at(fresh, "series")[0], "values")) == "7");
    CHECK(text(at(at(fresh, "series")[1], "values")) == "4");
    CHECK(text(at(fresh, "others")) == "0");
    const auto roles =
        api.json("/v1/families/qwen/adoption?by=role&metric=downloads_7d&from=2026-01-12");
    CHECK(text(at(at(roles, "series")[0], "values")) == "700");
    CHECK(text(at(at(roles, "series")[1], "values")) == "560");
    const auto series_of = api.json("/v1/families/qwen/adoption?by=series&from=2026-01-12");
    CHECK(same(at(at(series_of, "series")[0], "name"), "qwen3"));
    CHECK(text(at(at(series_of, "series")[0], "values")) == "12");
  }
  {
    INFO("shares");
    const auto shares = api.json("/v1/families/qwen/adoption?policy=fractional&from=2026-01-12");
    CHECK(over(at(shares, "points"), {"derivatives", "models"}) == "12.000000");
  }
  {
    INFO("side by side");
    const auto body2 =
        api.json("/v1/compare?families=qwen3,deepseek&metric=downloads&interval=week");
    CHECK(text(at(at(body2, "series")[0], "values")) == "4200 6300 6600");
    CHECK(text(at(at(body2, "series")[1], "values")) == "- - -");
    CHECK(same(at(at(body2, "series")[0], "family"), "qwen3"));
  }
}

TEST_CASE("models side by side", "[api][adoption]") {
  AdoptionFixture api;
  growing(api, 3);
  const auto body = api.json("/v1/compare?models=Qwen/Qwen3-8B,ann/m2");
  CHECK(same(at(body, "metric"), "downloads"));
  CHECK(same(at(body, "scope"), "self"));
  CHECK(same(at(at(body, "series")[0], "model"), "Qwen/Qwen3-8B"));
  CHECK(text(at(at(body, "series")[0], "values")) == "3000 3000 3000");
  CHECK(text(at(at(body, "series")[1], "values")) == "- 300 300");
  const auto below = api.json("/v1/compare?models=Qwen/Qwen3-8B&scope=subtree&metric=downloads");
  CHECK(text(at(at(below, "series")[0], "values")) == "3300 3600 3900");
  const auto derived = api.json("/v1/compare?models=Qwen/Qwen3-8B&metric=derivatives");
  CHECK(same(at(derived, "scope"), "descendants"));
  CHECK(text(at(at(derived, "series")[0], "values")) == "1 2 3");
  const auto refused = [&](const std::string& query, const char* words) {
    CAPTURE(query);
    const Response response = api.get("/v1/compare?models=" + query);
    CHECK(response.status == 400);
    CHECK_THAT(response.body, holds(words));
  };
  refused("", "models");
  refused("ann/m2&families=qwen", "leave one of both empty");
  refused("ann/m2&policy=fractional", "of families, not of models");
  refused("ann/m2&metric=new_derivatives", "of families, not of models");
  CHECK(api.get("/v1/compare?models=no/where").status == 404);
}

TEST_CASE("a burst is left out of curves that are adjusted for it", "[api][adoption]") {
  AdoptionFixture api;
  for (int night = 1; night <= 2; ++night) {
    std::vector<std::string> documents{doc(1, "Qwen/Qwen3-8B", R"("downloads":1000)")};
    for (int i = 1; i <= 8 * night; ++i) {
      documents.push_back(doc(i + 1, "ann/m" + std::to_string(i),
                              R"("downloads":5,"createdAt":"2025-12-31T00:00:00Z",)"
                              R"("tags":["base_model:finetune:Qwen/Qwen3-8B"])"));
    }
    api.night(documents, day(night));
  }
  const auto raw = api.json("/v1/families/qwen/adoption");
  CHECK(over(at(raw, "points"), {"derivatives", "models"}) == "8 16");
  CHECK_FALSE(raw.HasMember("burst_adjusted"));
  const auto adjusted = api.json("/v1/families/qwen/adoption?burst_adjusted=true");
  CHECK(at(adjusted, "burst_adjusted").GetBool());
  CHECK(std::string{at(adjusted, "burst_rule").GetString()}.find("beyond the first 10") !=
        std::string::npos);
  CHECK(over(at(adjusted, "points"), {"derivatives", "models"}) == "8 10");
  CHECK(over(at(adjusted, "points"), {"derivatives", "downloads"}) == "40 50");
  CHECK(over(at(adjusted, "points"), {"official", "models"}) == "1 1");
  // As the family's own page has it.
  CHECK(same(at(api.json("/v1/families/qwen"), "derivatives_burst_adjusted"), 10));
  const auto roles = api.json("/v1/families/qwen/adoption?by=role&burst_adjusted=true");
  CHECK(text(at(at(roles, "series")[1], "values")) == "8 10");
  const auto by = api.json("/v1/families/qwen/adoption?by=burst");
  CHECK(text(at(at(by, "series")[0], "values")) == "8 10");
  CHECK(same(at(at(by, "series")[1], "name"), "set_aside"));
  CHECK(text(at(at(by, "series")[1], "values")) == "0 6");
  CHECK(api.get("/v1/families/qwen/adoption?by=author&burst_adjusted=true").status == 400);
  const Response page = api.get("/families/qwen?burst_adjusted=1&by=relation");
  CHECK(page.status == 200);
  CHECK_THAT(page.body, holds("Derivatives of Qwen by role, burst-adjusted") ||
                            holds("derivatives of Qwen by role, burst-adjusted"));
}

TEST_CASE("a model over time", "[api][adoption]") {
  AdoptionFixture api;
  growing(api, 9);
  const auto self = api.json("/v1/models/Qwen/Qwen3-8B/adoption");
  CHECK(same(at(self, "scope"), "self"));
  CHECK(over(at(self, "points"), {"downloads_all_time"}) ==
        "10100 10200 10300 10400 10500 10600 10700 10800 10900");
  CHECK(over(at(self, "points"), {"downloads_7d"}) == "- - - - - - - 700 700");
  CHECK(over(at(self, "points"), {"spike_share"}).find("0.142900") != std::string::npos);
  const auto below = api.json("/v1/models/Qwen/Qwen3-8B/adoption?scope=descendants");
  CHECK(over(at(below, "points"), {"models"}) == "1 2 3 4 5 6 7 8 9");
  CHECK(over(at(below, "points"), {"likes"}) == "- - - - - - - - -");
  const auto with = api.json("/v1/models/Qwen/Qwen3-8B/adoption?scope=subtree");
  CHECK(over(at(with, "points"), {"models"}) == "2 3 4 5 6 7 8 9 10");
  CHECK(over(at(with, "points"), {"downloads"}) == "3300 3600 3900 4200 4500 4800 5100 5400 5700");
  CHECK(over(at(with, "points"), {"likes"}) == "7 7 7 7 7 7 7 7 7");
  const auto late = api.json("/v1/models/bob/m7/adoption");
  CHECK(over(at(late, "points"), {"snapshot"}) == "7 8 9");
  CHECK(over(at(late, "points"), {"downloads_7d"}) == "0 10 20");
}

TEST_CASE("a ghost, a gone model, a rename", "[api][adoption]") {
  AdoptionFixture api;
  const auto child = [](int number) {
    return doc(number, "ann/c" + std::to_string(number),
               counts(10, 20) + R"(,"tags":["base_model:finetune:lost/Base"])");
  };
  api.night({child(1), child(2), doc(9, "x/old", counts(5, 50))}, day(1));
  api.night({child(1), child(2), child(3), doc(9, "x/old", counts(5, 51))}, day(2));
  // What was a ghost is observed; another model is renamed; a third is gone.
  api.night({child(1), child(2), child(3), doc(8, "lost/Base", counts(100, 1000)),
             doc(9, "y/new", counts(5, 52))},
            day(3));
  api.night(
      {child(2), child(3), doc(8, "lost/Base", counts(100, 1000)), doc(9, "y/new", counts(5, 53))},
      day(4));
  api.night(
      {child(2), child(3), doc(8, "lost/Base", counts(100, 1000)), doc(9, "y/new", counts(5, 54))},
      day(5));
  {
    INFO("before it was observed what descends from it was the ghost's");
    const auto below = api.json("/v1/models/lost/Base/adoption?scope=descendants");
    CHECK(over(at(below, "points"), {"models"}) == "2 3 3 3 2");
    const auto with = api.json("/v1/models/lost/Base/adoption?scope=subtree");
    CHECK(over(at(with, "points"), {"models"}) == "2 3 4 4 3");
  }
  {
    INFO("as of then it is a ghost, with nothing of its own");
    const auto self = api.json("/v1/models/lost/Base/adoption?as_of=2");
    CHECK(same(at(self, "state"), "ghost"));
    CHECK(at(self, "points").Empty());
    const auto below = api.json("/v1/models/lost/Base/adoption?as_of=2&scope=descendants");
    CHECK(over(at(below, "points"), {"models"}) == "2 3");
  }
  {
    INFO("a rename breaks no series");
    const auto series = api.json("/v1/models/y/new/adoption");
    CHECK(over(at(series, "points"), {"downloads_all_time"}) == "50 51 52 53 54");
    CHECK(api.get("/v1/models/x/old/adoption").status == 308);
  }
  {
    INFO("a gone model's series ends");
    const auto series = api.json("/v1/models/ann/c1/adoption");
    CHECK(same(at(series, "state"), "gone"));
    CHECK(over(at(series, "points"), {"snapshot"}) == "1 2 3");
    // Confirmed by the second walk without it, it counted until then.
    const auto with = api.json("/v1/models/ann/c1/adoption?scope=subtree");
    CHECK(over(at(with, "points"), {"models"}).substr(0, 5) == "1 1 1");
  }
}

TEST_CASE("stalls, gaps and recounts are told and change nothing later", "[api][adoption]") {
  AdoptionFixture api;
  for (int night = 1; night <= 16; ++night) {
    if (night == 14) continue;
    std::vector<std::string> documents;
    for (int i = 1; i <= 60; ++i) {
      std::int64_t all_time = 100'000 + night * 100;
      if (night == 5) all_time -= 100;  // as the night before
      if (i == 60 && night >= 11) all_time -= 50'000;
      documents.push_back(doc(i, "Qwen/Qwen3-" + std::to_string(i), counts(2000, all_time)));
    }
    api.night(documents, day(night));
  }
  const auto family = api.json("/v1/families/qwen/adoption");
  const auto& points = at(family, "points");
  CHECK(over(points, {"flags"}) == "[] [] [] [] [stall] [] [] [] [] [] [] [] [] [gap] []");
  CHECK(over(points, {"official", "downloads_7d"}) ==
        "- - - - - - - 42000 42000 42000 41300 41300 41300 41300 41300");
  CHECK(over(points, {"official", "downloads_7d_unknown"}) ==
        "60 60 60 60 60 60 60 0 0 0 1 1 1 1 1");
  const auto model = api.json("/v1/models/Qwen/Qwen3-60/adoption?from=2026-01-10");
  CHECK(over(at(model, "points"), {"flags"}) == "[] [recount] [] [] [gap] []");
  CHECK(over(at(model, "points"), {"downloads_7d"}) == "700 - - - - -");
  // By week the stalled night does not stand for the week: 2026-01-05 is a Monday.
  const auto week = api.json("/v1/families/qwen/adoption?interval=week&to=2026-01-05");
  CHECK(over(at(week, "points"), {"snapshot"}) == "4 5");
}

TEST_CASE("growth by dates of creation, from the first snapshot on", "[api][adoption]") {
  AdoptionFixture api;
  const auto child = [](int number, const std::string& created) {
    return doc(number, "ann/c" + std::to_string(number),
               (created.empty() ? std::string{} : R"("createdAt":")" + created + R"(",)") +
                   R"("tags":["base_model:finetune:Qwen/Qwen3-8B"])");
  };
  api.night({doc(1, "Qwen/Qwen3-8B", R"("createdAt":"2020-01-01T00:00:00Z")"),
             child(2, "2025-01-15T10:00:00Z"), child(3, "2025-01-31T23:59:59Z"),
             child(4, "2025-04-01T00:00:00Z"), child(5, "")},
            "2026-01-01");
  const auto body = api.json("/v1/families/qwen/growth");
  CHECK(over(at(body, "points"), {"from"}) ==
        "2025-01-01T00:00:00Z 2025-02-01T00:00:00Z 2025-03-01T00:00:00Z 2025-04-01T00:00:00Z");
  CHECK(over(at(body, "points"), {"derivatives"}) == "2 0 0 1");
  CHECK(over(at(body, "points"), {"cumulative"}) == "2 2 2 3");
  CHECK(same(at(body, "unknown"), 1));
  CHECK(std::string{at(body, "note").GetString()}.find("deleted") != std::string::npos);
  CHECK(std::string{at(body, "note").GetString()}.find("2022-03-02") != std::string::npos);
  const auto weeks =
      api.json("/v1/families/qwen/growth?interval=week&from=2025-01-20&to=2025-02-10");
  CHECK(over(at(weeks, "points"), {"from"}) == "2025-01-27T00:00:00Z");
  CHECK(over(at(weeks, "points"), {"cumulative"}) == "2");
}

TEST_CASE("survival by month of creation", "[api][adoption]") {
  AdoptionFixture api;
  const auto child = [](int number, const std::string& created, int downloads) {
    return doc(number, "ann/c" + std::to_string(number),
               R"("createdAt":")" + created + R"(T00:00:00Z","downloads":)" +
                   std::to_string(downloads) + R"(,"tags":["base_model:finetune:Qwen/Qwen3-8B"])");
  };
  const std::string root = doc(1, "Qwen/Qwen3-8B");
  api.night({root, child(2, "2025-01-10", 5), child(3, "2025-01-20", 5), child(4, "2025-01-21", 5)},
            "2025-01-31");
  // February: one has no downloads any more. March: one is missing, in April it is gone.
  api.night({root, child(2, "2025-01-10", 5), child(3, "2025-01-20", 0), child(4, "2025-01-21", 5),
             child(5, "2025-02-02", 1)},
            "2025-02-27");
  api.night({root, child(2, "2025-01-10", 5), child(3, "2025-01-20", 0), child(5, "2025-02-02", 1)},
            "2025-03-30");
  api.night({root, child(2, "2025-01-10", 5), child(3, "2025-01-20", 0), child(5, "2025-02-02", 1)},
            "2025-04-15");
  api.night({root, child(2, "2025-01-10", 5), child(3, "2025-01-20", 0), child(5, "2025-02-02", 1)},
            "2025-05-01");
  const auto body = api.json("/v1/families/qwen/survival");
  const auto& points = at(body, "points");
  CHECK(over(points, {"from"}) == "2025-01-01T00:00:00Z 2025-02-01T00:00:00Z");
  CHECK(over(points, {"created"}) == "3 1");
  CHECK(over(points, {"alive", "1"}) == "3 1");
  CHECK(over(points, {"downloaded", "1"}) == "2 1");
  CHECK(over(points, {"alive", "3"}) == "2 -");  // May is not over
  CHECK(over(points, {"downloaded", "3"}) == "1 -");
  CHECK(over(points, {"alive", "6"}) == "- -");
}

TEST_CASE("leaderboards", "[api][adoption]") {
  AdoptionFixture api;
  for (int night = 1; night <= 40; ++night) {
    std::vector<std::string> documents{
        doc(1, "Qwen/Qwen3-8B", counts(50'000, 100'000 + night * 1000)),
        // Overtakes the one before on night 36.
        doc(2, "ann/fast",
            counts(20'000 + night * 834, 50'000 + night * 300 + std::max(0, night - 33) * 900) +
                R"(,"tags":["base_model:finetune:Qwen/Qwen3-8B"])"),
        // One night's spike.
        doc(3, "bob/spiky",
            counts(30'000, 50'000 + night * 300 + (night >= 38 ? 90'000 : 0)) +
                R"(,"tags":["base_model:quantized:ann/fast"])"),
        doc(4, "zed/quiet", counts(40'000, 1000))};
    api.night(documents, day(night));
  }
  const auto names = [](const rapidjson::Value& body, const char* key) {
    std::string out;
    for (const auto& item : at(body, "items").GetArray()) {
      if (!out.empty()) out += ' ';
      out += at(item, key).GetString();
    }
    return out;
  };
  {
    INFO("by downloads");
    const auto body = api.json("/v1/leaderboards/downloads");
    CHECK(names(body, "id") == "ann/fast Qwen/Qwen3-8B zed/quiet bob/spiky");
    CHECK(over(at(body, "items"), {"rank"}) == "1 2 3 4");
    CHECK(over(at(body, "items"), {"previous_rank"}) == "2 1 3 4");
    CHECK(over(at(body, "items"), {"change"}) == "5838 0 0 0");
    const auto& spark = at(at(body, "items")[0], "spark");
    REQUIRE(spark.Size() == kSparkSteps);
    CHECK(spark[27].GetInt64() == 20'000 + 40 * 834);
    CHECK(spark[0].GetInt64() == 20'000 + 13 * 834);
    CHECK(same(at(body, "window"), "7d"));
    CHECK(over(at(api.json("/v1/leaderboards/downloads?window=30d&limit=1"), "items"),
               {"change"}) == std::to_string(30 * 834));
    CHECK(over(at(api.json("/v1/leaderboards/downloads?as_of=1"), "items"), {"previous_rank"}) ==
          "- - - -");
  }
  {
    INFO("by downloads of a week, in a family");
    const auto body = api.json("/v1/leaderboards/downloads_7d?family=qwen");
    CHECK(names(body, "id") == "bob/spiky ann/fast Qwen/Qwen3-8B");
    CHECK(over(at(body, "items"), {"value"}) == "30000 8400 7000");
    CHECK(over(at(body, "items"), {"flags"}) == "[] [] []");
  }
  {
    INFO("growth leaves out spikes and what is small");
    const auto body = api.json("/v1/leaderboards/growth");
    CHECK(names(body, "id") == "ann/fast Qwen/Qwen3-8B");
    CHECK(at(at(body, "items")[0], "value").GetDouble() > 2.9);
    CHECK(at(at(body, "items")[0], "growth").GetDouble() > 2.9);
  }
  {
    INFO("derivatives, families, authors");
    const auto body = api.json("/v1/leaderboards/derivatives");
    CHECK(names(body, "id") == "Qwen/Qwen3-8B ann/fast");
    CHECK(over(at(body, "items"), {"value"}) == "2 1");
    const auto families = api.json("/v1/leaderboards/families");
    CHECK(names(families, "name") == "qwen");
    CHECK(over(at(families, "items"), {"value"}) ==
          std::to_string(50'000 + 20'000 + 40 * 834 + 30'000));
    CHECK(names(api.json("/v1/leaderboards/families?family=qwen"), "name") == "qwen3");
    CHECK(names(api.json("/v1/leaderboards/authors"), "name") == "ann Qwen zed bob");
    CHECK(names(api.json("/v1/leaderboards/authors?family=qwen"), "name") == "ann bob");
    CHECK(names(api.json("/v1/leaderboards/quantizers"), "name").empty());
    CHECK(names(api.json("/v1/leaderboards/new"), "id").empty());
  }
  {
    INFO("as it was, against a day that is chosen, with a spark of weeks");
    const auto then = api.json("/v1/leaderboards/downloads?to=2026-01-30");
    CHECK(same(at(then, "snapshot"), 30));
    CHECK(names(then, "id") == "Qwen/Qwen3-8B ann/fast zed/quiet bob/spiky");
    CHECK(same(at(then, "since"), "2026-01-23T00:00:00Z"));
    const auto body = api.json("/v1/leaderboards/downloads?from=2026-01-11&interval=week");
    CHECK(same(at(body, "since"), "2026-01-11T00:00:00Z"));
    CHECK(over(at(body, "items"), {"change"}) == std::to_string(29 * 834) + " 0 0 0");
    // 2026-02-09 is a Monday, and the fortieth night.
    const auto& spark = at(at(body, "items")[0], "spark");
    REQUIRE(spark.Size() == kSparkSteps);
    CHECK(spark[27].GetInt64() == 20'000 + 40 * 834);
    CHECK(spark[26].GetInt64() == 20'000 + 39 * 834);
    CHECK(spark[25].GetInt64() == 20'000 + 32 * 834);
    CHECK(spark[21].GetInt64() == 20'000 + 4 * 834);
    CHECK(spark[20].IsNull());
    const auto authors =
        api.json("/v1/leaderboards/authors?from=2026-01-02&interval=month&to=2026-02-08");
    CHECK(over(at(authors, "items"), {"change"}) == std::to_string(37 * 834) + " 0 0 0");
    CHECK(over(at(authors, "items"), {"spark"}).find("- 45854 52526]") != std::string::npos);
    // Nothing lies between the first day asked for and the newest snapshot.
    CHECK(at(api.json("/v1/leaderboards/downloads?from=2026-02-09"), "since").IsNull());
    CHECK(api.get("/v1/leaderboards/downloads?to=2025-12-31").status == 404);
    CHECK(api.get("/v1/leaderboards/downloads?from=2026-02-01&to=2026-01-31").status == 400);
    CHECK(api.get("/v1/leaderboards/downloads?as_of=3&to=2026-01-30").status == 200);
  }
  {
    INFO("what there is not");
    const Response unknown = api.get("/v1/leaderboards/download");
    CHECK(unknown.status == 404);
    CHECK_THAT(unknown.body, holds("did you mean downloads"));
    CHECK(api.get("/v1/leaderboards/downloads?family=qwne").status == 404);
    CHECK(api.get("/v1/leaderboards/downloads?window=8d").status == 400);
    CHECK(at(api.json("/v1/leaderboards"), "boards").Size() == boards().size());
  }
}

TEST_CASE("authors of a hundred quantized models are told by name", "[api][adoption]") {
  AdoptionFixture api;
  std::vector<std::string> documents{doc(1, "Qwen/Qwen3-8B", counts(10, 10))};
  for (int i = 0; i < 150; ++i) {
    documents.push_back(doc(i + 2, (i < 100 ? "many/q" : "few/q") + std::to_string(i),
                            counts(1, 1) + R"(,"tags":["base_model:quantized:Qwen/Qwen3-8B"])"));
  }
  documents.push_back(
      doc(900, "x/tuned", counts(1, 1) + R"(,"tags":["base_model:finetune:Qwen/Qwen3-8B"])"));
  api.night(documents, "2026-01-01");
  const auto body = api.json("/v1/families/qwen/adoption?by=quantizer");
  REQUIRE(at(body, "series").Size() == 2);
  CHECK(same(at(at(body, "series")[0], "name"), "many"));
  CHECK(text(at(at(body, "series")[0], "values")) == "100");
  CHECK(same(at(at(body, "series")[1], "name"), "other"));
  CHECK(text(at(at(body, "series")[1], "values")) == "50");
  CHECK(text(at(body, "others")) == "1");
  const auto board = api.json("/v1/leaderboards/quantizers");
  REQUIRE(at(board, "items").Size() == 1);
  CHECK(same(at(at(board, "items")[0], "name"), "many"));
}

TEST_CASE("what hangs on curated parents alone is told beside curves", "[api][adoption]") {
  AdoptionFixture api;
  // The parent of the second stands in schema/curated.toml alone.
  const std::string distilled = "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B";
  api.night(
      {doc(1, "Qwen/Qwen2.5-Math-7B", counts(10, 10)), doc(2, distilled, counts(1, 1)),
       doc(3, "x/gguf", counts(1, 1) + R"(,"tags":["base_model:quantized:)" + distilled + R"("])"),
       doc(4, "y/tuned", counts(1, 1) + R"(,"tags":["base_model:finetune:Qwen/Qwen2.5-Math-7B"])")},
      "2026-01-01");
  for (const char* target : {"/v1/families/qwen/adoption", "/v1/families/qwen/adoption?by=author",
                             "/v1/families/qwen/growth", "/v1/families/qwen/survival",
                             "/v1/models/Qwen/Qwen2.5-Math-7B/adoption?scope=descendants"}) {
    CAPTURE(target);
    CHECK(same(at(api.json(target), "curated_only"), 2));
  }
  CHECK(same(at(api.json("/v1/models/Qwen/Qwen2.5-Math-7B/adoption"), "curated_only"), 0));
  const auto compared = api.json("/v1/compare?families=qwen,llama");
  CHECK(over(at(compared, "series"), {"curated_only"}) == "2 0");
}

TEST_CASE("what cannot be answered is told in a sentence", "[api][adoption]") {
  AdoptionFixture api;
  SECTION("nothing rolled up yet") {
    api.store().import({doc(1, "Qwen/Qwen3-8B")}, "2026-01-01", true);
    const Response response = api.get("/v1/families/qwen/adoption");
    CHECK(response.status == 503);
    CHECK_THAT(response.body, holds("stemma rollup"));
    CHECK(api.get("/v1/families/qwen/growth").status == 200);
  }
  SECTION("rolled up with other families") {
    growing(api, 1);
    CHECK(api.get("/v1/families/qwen/adoption").status == 200);
    api.define_families_otherwise();
    const Response response = api.get("/v1/families/qwen/adoption");
    CHECK(response.status == 503);
    CHECK_THAT(response.body, holds("other families"));
    api.roll_up();
    api.reopen();
    CHECK(api.get("/v1/families/qwen/adoption").status == 200);
  }
  SECTION("wrong questions") {
    growing(api, 2);
    const auto problem = [&](const std::string& target, int status, const std::string& words) {
      CAPTURE(target);
      const Response response = api.get(target);
      CHECK(response.status == status);
      CHECK_THAT(response.body, holds(words));
    };
    problem("/v1/families/qwne/adoption", 404, "did you mean qwen");
    problem("/v1/families/qwen/adoption?from=2026-02-01&to=2026-01-01", 400, "lies before");
    problem("/v1/families/qwen/adoption?from=soon", 400, "\"parameter\":\"from\"");
    problem("/v1/families/qwen/adoption?interval=year", 400, "day, week, month");
    problem("/v1/families/qwen/adoption?by=colour", 400, "\"parameter\":\"by\"");
    problem("/v1/families/qwen3/adoption?policy=fractional", 400, "top-level");
    problem("/v1/families/qwen/adoption?as_of=9", 404, "9");
    problem("/v1/models/no/where/adoption", 404, "no/where");
    problem("/v1/compare", 400, "families");
    problem("/v1/compare?families=qwen,qwne", 404, "did you mean qwen");
    problem("/v1/families/QWEN/adoption", 308, "");
    problem("/v1/families/qwen/survival?interval=week", 400, "month");
  }
  SECTION("an empty range, one snapshot, a family without members") {
    growing(api, 1);
    CHECK(at(api.json("/v1/families/qwen/adoption?from=2027-01-01"), "points").Empty());
    CHECK(at(api.json("/v1/families/qwen/adoption?from=2027-01-01&by=author"), "dates").Empty());
    const auto nobody = api.json("/v1/families/kimi/adoption");
    CHECK(over(at(nobody, "points"), {"derivatives", "models"}) == "0");
    CHECK(over(at(nobody, "points"), {"derivatives", "downloads"}) == "-");
    CHECK(at(api.json("/v1/families/kimi/adoption?by=author"), "series").Empty());
    CHECK(at(api.json("/v1/families/kimi/growth"), "points").Empty());
    CHECK(at(api.json("/v1/families/kimi/survival"), "points").Empty());
    CHECK(at(api.json("/v1/leaderboards/downloads?family=kimi"), "items").Empty());
  }
  SECTION("a hub without all-time counts") {
    for (int night = 1; night <= 9; ++night)
      api.night({doc(1, "Qwen/Qwen3-8B", R"("downloads":5)")}, day(night));
    const auto body = api.json("/v1/families/qwen/adoption");
    CHECK(over(at(body, "points"), {"official", "downloads_7d"}) == "- - - - - - - - -");
    CHECK(over(at(body, "points"), {"official", "downloads_all_time_unknown"}) ==
          "1 1 1 1 1 1 1 1 1");
    CHECK(at(api.json("/v1/leaderboards/downloads_7d"), "items").Empty());
  }
}

TEST_CASE("dates begin and end where the calendar says", "[api][adoption]") {
  const auto begin = [](const char* time, Interval interval) {
    return format_utc(interval_begin(*parse_utc(time), interval)).substr(0, 10);
  };
  CHECK(begin("2026-01-01T23:59:59Z", Interval::day) == "2026-01-01");
  CHECK(begin("2026-01-01", Interval::week) == "2025-12-29");
  CHECK(begin("2025-12-29", Interval::week) == "2025-12-29");
  CHECK(begin("2025-12-28T23:59:59Z", Interval::week) == "2025-12-22");
  CHECK(begin("1969-12-31T23:00:00Z", Interval::week) == "1969-12-29");
  CHECK(begin("2024-02-29", Interval::month) == "2024-02-01");
  const auto end = [](const char* time, Interval interval) {
    return format_utc(interval_end(*parse_utc(time), interval)).substr(0, 10);
  };
  CHECK(end("2024-02-01", Interval::month) == "2024-03-01");
  CHECK(end("2025-12-01", Interval::month) == "2026-01-01");
  CHECK(end("2025-12-29", Interval::week) == "2026-01-05");
}

}  // namespace
}  // namespace stemma
