#include "api/web/line_chart.h"

#include <limits>

#include "tests/support/catch.h"

namespace stemma {
namespace {

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

Chart days(std::vector<ChartCurve> curves) {
  Chart chart{.title = "Derivatives", .curves = std::move(curves)};
  for (std::size_t i = 0; i < chart.curves.front().values.size(); ++i)
    chart.dates.push_back(parse_utc("2026-01-01").value() + static_cast<UnixSeconds>(i) * 86'400);
  return chart;
}

constexpr auto kNone = std::nullopt;

TEST_CASE("numbers that fit an axis", "[api][chart]") {
  CHECK(compact(0) == "0");
  CHECK(compact(9'999) == "9,999");
  CHECK(compact(0.5) == "0.50");
  CHECK(compact(-1'200) == "-1,200");
  CHECK(compact(10'000) == "10 k");
  CHECK(compact(71'234'567) == "71.2 M");
  CHECK(compact(2.5e9) == "2.5 G");
  CHECK(compact(-20'500) == "-20.5 k");
}

TEST_CASE("a chart of lines", "[api][chart]") {
  const std::string svg =
      line_chart(days({{"qwen", {0, 50, 100}, "c0"}, {"llama", {20, 20, 20}, "c1"}}));
  CHECK(svg.rfind("<svg", 0) == 0);
  CHECK(svg.substr(svg.size() - 6) == "</svg>");
  CHECK(count_of(svg, "class=\"curve c") == 2);
  // 100 at the top edge, 0 on the axis, the same distance between.
  CHECK_THAT(svg, holds("d=\"M56 272L322 142L588 12\""));
  CHECK_THAT(svg, holds(">100</text>"));
  CHECK_THAT(svg, holds(">01-01</text>"));
  CHECK_THAT(svg, holds(">qwen</text>"));
  CHECK(svg.find("style") == std::string::npos);  // a page allows no styles of its own
  CHECK_THAT(line_chart(days({{"a", {1}, "c0"}}), ChartPlace::file),
             holds("xmlns=\"http://www.w3.org/2000/svg\""));
}

TEST_CASE("gaps are gaps, and what stands alone is a dot", "[api][chart]") {
  const std::string svg = line_chart(days({{"a", {1, kNone, 2, kNone, 3, 4}, "c0"}}));
  CHECK(count_of(svg, "<circle") == 2);
  CHECK(count_of(svg, "M") == 1 + count_of(svg, " M"));
}

TEST_CASE("areas lie upon each other", "[api][chart]") {
  Chart chart = days({{"a", {10, 20}, "c0"}, {"b", {10, kNone}, "c1"}});
  chart.stacked = true;
  const std::string svg = line_chart(chart);
  // Both: 20 on the first day; what is unknown of one adds nothing on the second.
  CHECK_THAT(svg, holds("d=\"M56 142L588 12L588 272L56 272Z\""));
  CHECK_THAT(svg, holds("d=\"M56 12L588 12L588 12L56 142Z\""));
}

TEST_CASE("a logarithmic axis leaves out what it cannot show", "[api][chart]") {
  Chart chart = days({{"a", {0, 10, 1000}, "c0"}});
  chart.log = true;
  const std::string svg = line_chart(chart);
  CHECK_THAT(svg, holds("d=\"M322 272L588 12\""));
  CHECK_THAT(svg, holds(">100</text>"));
}

TEST_CASE("flagged dates are shaded", "[api][chart]") {
  Chart chart = days({{"a", {1, 2, 3}, "c0"}});
  chart.marked = {1};
  CHECK_THAT(line_chart(chart), holds("<rect class=\"flagged\" x=\"189\""));
}

TEST_CASE("hostile names and odd numbers", "[api][chart]") {
  Chart chart = days({{"<script>\"&", {1, 2}, "c0"}});
  chart.title = "\"><script>alert(1)</script>";
  const std::string svg = line_chart(chart);
  CHECK(svg.find("<script") == std::string::npos);
  CHECK_THAT(svg, holds("&lt;script&gt;"));
  CHECK_THAT(line_chart(days({{"a", {kNone, kNone}, "c0"}})), holds("No values in this range"));
  CHECK_THAT(line_chart(Chart{.title = "x"}), holds("No values in this range"));
  for (const double value : {0.0, 1.0, -5.0, 1e15}) {
    CAPTURE(value);
    const std::string odd = line_chart(days({{"a", {value, value}, "c0"}}));
    CHECK(odd.find("nan") == std::string::npos);
    CHECK(odd.find("inf") == std::string::npos);
  }
  const std::string wide(200, 'x');
  CHECK(count_of(line_chart(days({{wide, {1, 2}, "c0"}})), wide) == 0);
}

TEST_CASE("names at the ends do not lie upon each other", "[api][chart]") {
  std::vector<ChartCurve> curves;
  for (int i = 0; i < 10; ++i)
    curves.push_back({"curve " + std::to_string(i), {5.0 + i * 0.01, 5.0 + i * 0.01}, "c0"});
  const std::string svg = line_chart(days(std::move(curves)));
  std::vector<double> places;
  for (auto at = svg.find("class=\"label"); at != std::string::npos;
       at = svg.find("class=\"label", at + 1)) {
    const auto y = svg.find("y=\"", at) + 3;
    places.push_back(std::stod(svg.substr(y)));
  }
  REQUIRE(places.size() == 10);
  std::sort(places.begin(), places.end());
  for (std::size_t i = 1; i < places.size(); ++i) CHECK(places[i] - places[i - 1] > 13);
  CHECK(places.front() > 0);
  CHECK(places.back() < 300);
}

TEST_CASE("a spark", "[api][chart]") {
  const std::string svg = spark_line({1, kNone, 2, 3}, "28 days");
  CHECK_THAT(svg, holds("aria-label=\"28 days\""));
  CHECK_THAT(svg, holds("d=\"M2 26M79.3 14L118 2\""));
  CHECK(spark_line({}, "none").find("nan") == std::string::npos);
  CHECK(spark_line({5, 5}, "flat").find("nan") == std::string::npos);
}

}  // namespace
}  // namespace stemma
