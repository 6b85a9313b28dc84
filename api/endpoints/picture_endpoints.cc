#include "api/endpoints/comparisons.h"
#include "api/endpoints/endpoints.h"
#include "api/endpoints/page_params.h"
#include "api/render/adoption_answers.h"
#include "api/web/badge.h"
#include "api/web/comparison.h"
#include "api/web/embed_page.h"
#include "api/web/family_charts.h"
#include "api/web/line_chart.h"
#include "graph/lookup.h"
#include "schema/percent.h"

namespace stemma {
namespace {

/// What a picture's path asks for, by how its last segment ends.
enum class PictureFormat { frame, svg, csv };

std::pair<std::string, PictureFormat> split_format(const std::string& name) {
  for (const auto& [end, format] :
       {std::pair{std::string_view{".svg"}, PictureFormat::svg}, {".csv", PictureFormat::csv}}) {
    if (name.size() > end.size() && name.ends_with(end))
      return {name.substr(0, name.size() - end.size()), format};
  }
  return {name, PictureFormat::frame};
}

/// Others may keep it for an hour: it changes with the next snapshot.
Response kept_for_an_hour(Response response) {
  response.set_header("Cache-Control", "public, max-age=3600");
  return response;
}

/// A chart in the format that is asked for.
template <class MakeAnswer, class ToChart, class ToCsv>
Response picture(RequestContext& context, PictureFormat format, const std::string& page,
                 MakeAnswer&& make_answer, ToChart&& to_chart, ToCsv&& to_csv) {
  context.params().finish();
  std::string_view type = kHtmlType;
  if (format == PictureFormat::svg) type = kSvgType;
  if (format == PictureFormat::csv) type = kCsvType;
  return kept_for_an_hour(context.whole(context.raw_path(), type, [&]() -> std::string {
    const auto answer = make_answer();
    if (format == PictureFormat::csv) return to_csv(answer);
    const Chart chart = to_chart(answer);
    if (format == PictureFormat::svg) return line_chart(chart, ChartPlace::file);
    std::string link = page;
    for (const Param& param : context.given_params()) {
      if (param.value.empty()) continue;
      link += (link == page ? "?" : "&amp;") + percent_encode(param.name) + "=" +
              percent_encode(param.value);
    }
    return embed_page(context.view(), chart, link);
  }));
}

}  // namespace

Response get_family_picture(RequestContext& context) {
  constexpr std::size_t kCurves = 8;
  allow_empty_fields(context.params());
  AdoptionView adoption = context.open_adoption();
  const auto [name, format] = split_format(context.variable());
  const FamilyDefinition& family = context.family_named(name);
  ParamReader& params = context.params();
  CurveQuery query = read_curve_query(params, fitting_interval(&adoption));
  const std::string page = "/families/" + percent_encode(family.name);
  const ChartState state = read_family_chart(params, page, query);
  return picture(
      context, format, page,
      [&] {
        return family_breakdown(adoption, context.facts(), family, SharePolicy::any, state.metric,
                                *state.by, kCurves, query);
      },
      [&](const FamilyBreakdown& answer) { return breakdown_chart(answer, state); },
      [](const FamilyBreakdown& answer) { return adoption_csv(answer); });
}

Response get_comparison_picture(RequestContext& context) {
  allow_empty_fields(context.params());
  AdoptionView adoption = context.open_adoption();
  const auto [name, format] = split_format(context.variable());
  if (name != "compare") throw Error{ErrorKind::not_found, "there is no such picture"};
  ComparedNames names;
  ChartState state;
  const CurveQuery query = read_comparison(context, adoption, state, names);
  if (names.families.empty() && names.models.empty()) {
    for (const FamilyDefinition& family : context.facts().families().definitions()) {
      if (family.top_level()) names.families.push_back(&family);
    }
  }
  return picture(
      context, format, "/compare", [&] { return compare(context, adoption, state, names, query); },
      [&](const Comparison& answer) { return comparison_chart(context.facts(), answer, state); },
      [](const Comparison& answer) { return comparison_csv(answer); });
}

Response get_badge(RequestContext& context) {
  context.open_as_of();
  const auto [name, format] = split_format(context.variable());
  if (format != PictureFormat::svg)
    throw Error{ErrorKind::not_found, "badges are called /badges/NAME.svg"};
  const bool downloads = context.params().choice(param::badge_metric) == "downloads";
  context.params().finish();
  SnapshotFacts& facts = context.facts();
  const FamilyDefinition* family = facts.families().find(name);
  const NodeId node = family == nullptr ? context.find_model(name) : kNoNode;
  return kept_for_an_hour(context.whole(context.raw_path(), kSvgType, [&] {
    std::int64_t value = 0;
    if (family != nullptr) {
      const FamilySummary& summary = facts.summary(*family);
      value = downloads ? (summary.downloads_official + summary.downloads_derivatives).value()
                        : static_cast<std::int64_t>(summary.derivatives);
    } else {
      value = downloads ? context.view().downloads[node]
                        : static_cast<std::int64_t>(facts.live_descendants(node));
    }
    const std::string text =
        value == kUnknownCount ? "unknown" : compact(static_cast<double>(value));
    return badge_svg(downloads ? "downloads, 30 days" : "derivatives", text);
  }));
}

}  // namespace stemma
