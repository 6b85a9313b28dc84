#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/query/adoption.h"
#include "api/query/params.h"
#include "api/web/chart_parts.h"
#include "api/web/pages.h"

namespace stemma {

// What pages and pictures are asked by, beyond what the API takes.

/// The fields of forms may be left empty.
void allow_empty_fields(ParamReader& params);
/// What a page with curves was asked for. Texts are shown again as they were given.
[[nodiscard]] ChartState read_chart_state(ParamReader& params, std::string path,
                                          Interval by_default);
/// The same of a family's curves, told apart by relation unless asked otherwise; burst-adjusted
/// ones by role, which `query` is told too.
[[nodiscard]] ChartState read_family_chart(ParamReader& params, std::string path,
                                           CurveQuery& query);
/// More nights than a screen has room for are told by the week.
[[nodiscard]] Interval fitting_interval(const AdoptionView* adoption);
/// The filters, the order and the page of a family's members.
[[nodiscard]] ListQuery read_members_query(ParamReader& params);
/// The parameters that read_members_query() takes.
[[nodiscard]] std::span<const std::string_view> member_params() noexcept;

}  // namespace stemma
