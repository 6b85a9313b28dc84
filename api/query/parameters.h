#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace stemma {

// The parameters that questions take, each described once: the query of a URL, the flags of the
// command line and /openapi.json are made from these rows.

enum class ParamType {
  text,
  list,  ///< Alternatives, separated by commas or given several times.
  integer,
  share,     ///< A number from 0 to 1.
  flag,      ///< true or false, 1 or 0
  time,      ///< A date, or a time in UTC.
  snapshot,  ///< The number of a snapshot, or a date or time: the last one at or before it.
  choice,    ///< One of `words`, the first of them where it is not given.
};

struct ParamInfo {
  std::string_view name;  ///< snake_case; on the command line with dashes.
  ParamType type = ParamType::text;
  std::string_view meaning;      ///< One sentence: in --help and /openapi.json.
  std::string_view placeholder;  ///< What stands for the value in --help; empty of flags.
  /// All values of a choice, or of each item of a list; empty where anything goes.
  std::span<const std::string_view> words = {};
  // Of integers.
  std::int64_t least = 0;
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  bool required = false;
  std::string_view default_value = {};  ///< Empty where there is none.
  bool may_be_empty = false;            ///< Then it is as if it were not given.
};

inline constexpr std::size_t kDefaultLimit = 100;
inline constexpr std::size_t kMaxLimit = 1000;
inline constexpr std::size_t kMaxTop = 100'000;

inline constexpr std::string_view kRelationWords[] = {"finetune", "adapter", "quantized", "merge",
                                                      "unspecified"};
inline constexpr std::string_view kSortWords[] = {"downloads", "likes", "created_at", "depth",
                                                  "id"};
inline constexpr std::string_view kOrderWords[] = {"desc", "asc"};
inline constexpr std::string_view kPolicyWords[] = {"any", "fractional"};
inline constexpr std::string_view kExposureWords[] = {"carries", "refers", "unknown"};
inline constexpr std::string_view kLintWords[] = {
    "self_reference",          "cycle",          "ghost_parent",
    "case_mismatch",           "renamed_parent", "contradictory_relation",
    "child_older_than_parent", "reused_name",    "rejected_claim"};

inline constexpr std::string_view kIntervalWords[] = {"day", "week", "month"};
inline constexpr std::string_view kMonthWords[] = {"month"};
inline constexpr std::string_view kNightWords[] = {
    "model_added",  "edge_added",    "license_changed", "edge_retyped",
    "edge_removed", "model_renamed", "model_gone",      "model_back"};
inline constexpr std::string_view kAlignWords[] = {"date", "release"};
inline constexpr std::string_view kBadgeWords[] = {"derivatives", "downloads"};
inline constexpr std::string_view kScopeWords[] = {"self", "descendants", "subtree"};
inline constexpr std::string_view kMetricWords[] = {"derivatives", "new_derivatives", "downloads",
                                                    "downloads_all_time", "downloads_7d"};
inline constexpr std::string_view kBreakdownWords[] = {
    "role",         "relation",  "author", "license", "library",
    "pipeline_tag", "quantizer", "series", "depth",   "burst"};
inline constexpr std::string_view kWindowWords[] = {"7d", "30d"};

namespace param {

inline constexpr ParamInfo as_of{
    "as_of", ParamType::snapshot,
    "Answer as snapshot N did, or the last one at or before a date or time", "N|TIME"};
inline constexpr ParamInfo curated{
    "curated",
    ParamType::flag,
    "Count parents that cards tell in words and metadata does not (schema/curated.toml)",
    {},
    {},
    0,
    0,
    false,
    "true"};
inline constexpr ParamInfo include_inferred{
    "include_inferred",
    ParamType::flag,
    "Count parents that names tell and nobody declares, too",
    {},
    {},
    0,
    0,
    false,
    "false"};
inline constexpr ParamInfo min_confidence{
    "min_confidence", ParamType::share,
    "Count inferred edges from this confidence on, from 0 to 1; lists keep only such edges", "X"};
inline constexpr ParamInfo relation{"relation", ParamType::list,
                                    "Only these: finetune, adapter, quantized, merge, unspecified",
                                    "LIST", kRelationWords};
inline constexpr ParamInfo depth{"depth",
                                 ParamType::integer,
                                 "At most so many edges away",
                                 "N",
                                 {},
                                 1,
                                 std::numeric_limits<std::uint32_t>::max()};
inline constexpr ParamInfo author{"author", ParamType::list, "Only by these authors", "LIST"};
inline constexpr ParamInfo license{"license", ParamType::list, "Only under these licenses", "LIST"};
inline constexpr ParamInfo pipeline_tag{"pipeline_tag", ParamType::list, "Only for these tasks",
                                        "LIST"};
inline constexpr ParamInfo library{"library", ParamType::list, "Only for these libraries", "LIST"};
inline constexpr ParamInfo name_part{"name", ParamType::text,
                                     "Only those with this somewhere in their name", "TEXT"};
inline constexpr ParamInfo min_downloads{"min_downloads", ParamType::integer,
                                         "At least so many downloads in 30 days", "N"};
inline constexpr ParamInfo created_after{"created_after", ParamType::time, "Created then or later",
                                         "TIME"};
inline constexpr ParamInfo created_before{"created_before", ParamType::time, "Created earlier",
                                          "TIME"};
inline constexpr ParamInfo include_gone{"include_gone", ParamType::flag,
                                        "Models that are no longer there, too"};
inline constexpr ParamInfo sort{"sort",
                                ParamType::choice,
                                "What to sort by",
                                "downloads|likes|created_at|depth|id",
                                kSortWords,
                                0,
                                0,
                                false,
                                "downloads"};
inline constexpr ParamInfo order{
    "order", ParamType::choice, "Largest or smallest first", "desc|asc", kOrderWords, 0, 0, false,
    "desc"};
inline constexpr ParamInfo limit{
    "limit", ParamType::integer, "At most so many rows (100)", "N", {}, 1, kMaxLimit, false, "100"};
inline constexpr ParamInfo cursor{"cursor", ParamType::text,
                                  "Where a page begins: part of the URL in `next`", "CURSOR"};
inline constexpr ParamInfo policy{
    "policy", ParamType::choice, "any or fractional", "any|fractional", kPolicyWords, 0, 0, false,
    "any"};
inline constexpr ParamInfo top{"top",
                               ParamType::integer,
                               "How many names a breakdown has in JSON (100)",
                               "N",
                               {},
                               1,
                               kMaxTop,
                               false,
                               "100"};
inline constexpr ParamInfo exposure{"exposure", ParamType::list,
                                    "Only these: carries, refers, unknown", "LIST", kExposureWords};
inline constexpr ParamInfo lint_kind{
    "kind", ParamType::list,
    "Only these: self_reference, cycle, ghost_parent, case_mismatch, renamed_parent, "
    "contradictory_relation, child_older_than_parent, reused_name, rejected_claim",
    "LIST", kLintWords};
inline constexpr ParamInfo search_text{
    "q", ParamType::text, "The text to search for: at most 200 bytes and 8 words", "TEXT", {}, 0, 0,
    true};
inline constexpr ParamInfo since{"since",
                                 ParamType::integer,
                                 "The snapshot that is known already; 0 for none",
                                 "N",
                                 {},
                                 0,
                                 std::numeric_limits<std::uint32_t>::max(),
                                 true};
inline constexpr ParamInfo seq{"seq", ParamType::integer,
                               "Go on behind this line of the first snapshot after it", "K"};
inline constexpr ParamInfo from{"from", ParamType::text, "One model", "MODEL", {}, 0, 0, true};
inline constexpr ParamInfo to{
    "to", ParamType::text, "The other; whichever derives from the other", "MODEL", {}, 0, 0, true};
inline constexpr ParamInfo range_from{"from", ParamType::time, "Observed then or later", "TIME"};
inline constexpr ParamInfo range_to{"to", ParamType::time,
                                    "Observed then or earlier; a date is all of its day", "TIME"};
inline constexpr ParamInfo interval{"interval",
                                    ParamType::choice,
                                    "One point for each of these, its last usable snapshot",
                                    "day|week|month",
                                    kIntervalWords,
                                    0,
                                    0,
                                    false,
                                    "day"};
inline constexpr ParamInfo growth_interval{"interval",
                                           ParamType::choice,
                                           "How long the steps are",
                                           "month|week|day",
                                           kIntervalWords,
                                           0,
                                           0,
                                           false,
                                           "month"};
inline constexpr ParamInfo scope{"scope",
                                 ParamType::choice,
                                 "The model itself, what descends from it, or both",
                                 "self|descendants|subtree",
                                 kScopeWords,
                                 0,
                                 0,
                                 false,
                                 "self"};
inline constexpr ParamInfo metric{
    "metric",
    ParamType::choice,
    "What is counted: derivatives, new_derivatives, downloads, downloads_all_time, downloads_7d",
    "METRIC",
    kMetricWords,
    0,
    0,
    false,
    "derivatives"};
inline constexpr ParamInfo breakdown{
    "by", ParamType::choice,
    "Tell derivatives apart by role, relation, author, license, library, pipeline_tag, quantizer, "
    "series or depth, or by whether a burst sets them aside",
    "WHAT", kBreakdownWords};
inline constexpr ParamInfo burst_adjusted{
    "burst_adjusted", ParamType::flag,
    "Leave out derivatives that a burst sets aside; of all together or by role"};
inline constexpr ParamInfo curves{
    "top", ParamType::integer, "How many names a breakdown has (10)", "N", {}, 1, kMaxLimit, false,
    "10"};
inline constexpr ParamInfo compared_families{
    "families", ParamType::text, "Families or series, separated by commas; these or models",
    "LIST"};
inline constexpr ParamInfo compared_models{
    "models", ParamType::text, "Models, separated by commas; these or families", "LIST"};
inline constexpr ParamInfo board_family{"family", ParamType::text,
                                        "Only what belongs to this family or series", "NAME"};
inline constexpr ParamInfo board_from{
    "from", ParamType::time,
    "Look back to the first usable snapshot at or after it, instead of over the window", "TIME"};
inline constexpr ParamInfo board_to{
    "to", ParamType::time, "As of the last snapshot at or before it; a date is all of its day",
    "TIME"};
inline constexpr ParamInfo board_interval{"interval",
                                          ParamType::choice,
                                          "What each of the 28 values of a spark stands for",
                                          "day|week|month",
                                          kIntervalWords,
                                          0,
                                          0,
                                          false,
                                          "day"};
inline constexpr ParamInfo window{"window",
                                  ParamType::choice,
                                  "What change and previous_rank look back",
                                  "7d|30d",
                                  kWindowWords,
                                  0,
                                  0,
                                  false,
                                  "7d"};
inline constexpr ParamInfo cohort_interval{
    "interval",
    ParamType::choice,
    "Models are taken together by month of creation, no other way",
    "month",
    kMonthWords,
    0,
    0,
    false,
    "month"};
// How pages draw.
inline constexpr ParamInfo log_scale{"log", ParamType::flag, "A logarithmic axis"};
inline constexpr ParamInfo as_share{"share", ParamType::flag, "In per cent of all curves together"};
inline constexpr ParamInfo as_lines{"lines", ParamType::flag, "Lines, not areas upon each other"};
inline constexpr ParamInfo page_number{
    "page", ParamType::integer, "Which page, from 1", "N", {}, 1, 1'000'000, false, "1"};
inline constexpr ParamInfo night_kind{
    "kind", ParamType::choice, "Which changes", "KIND", kNightWords, 0, 0, false, "model_added"};
inline constexpr ParamInfo one_lint_kind{"kind", ParamType::choice, "Whose findings to show",
                                         "KIND", kLintWords};
inline constexpr ParamInfo badge_metric{
    "metric", ParamType::choice, "What the badge says", "derivatives|downloads", kBadgeWords, 0, 0,
    false,    "derivatives"};
/// The same parameter where a form sends it empty.
constexpr ParamInfo or_empty(ParamInfo param) {
  param.may_be_empty = true;
  return param;
}
// Of forms, which send every field.
inline constexpr ParamInfo home_metric =
    or_empty({"metric", ParamType::choice,
              "What is counted by night; empty for derivatives by date of creation", "METRIC",
              kMetricWords});
inline constexpr ParamInfo page_relation = or_empty(relation);
inline constexpr ParamInfo page_author = or_empty(author);
inline constexpr ParamInfo page_license = or_empty(license);
inline constexpr ParamInfo page_name_part = or_empty(name_part);
inline constexpr ParamInfo page_min_downloads = or_empty(min_downloads);
inline constexpr ParamInfo page_created_after = or_empty(created_after);
inline constexpr ParamInfo page_created_before = or_empty(created_before);
inline constexpr ParamInfo models_or_none{.name = "models",
                                          .type = ParamType::text,
                                          .meaning = "Models, separated by commas",
                                          .placeholder = "LIST",
                                          .may_be_empty = true};
inline constexpr ParamInfo align{"align",
                                 ParamType::choice,
                                 "By date, or by days since the first release of each",
                                 "date|release",
                                 kAlignWords,
                                 0,
                                 0,
                                 false,
                                 "date"};
inline constexpr ParamInfo page_family{.name = "family",
                                       .type = ParamType::text,
                                       .meaning = "Only what belongs to this family or series",
                                       .placeholder = "NAME",
                                       .may_be_empty = true};
inline constexpr ParamInfo families_or_none{.name = "families",
                                            .type = ParamType::text,
                                            .meaning = "Families or series, separated by commas",
                                            .placeholder = "LIST",
                                            .may_be_empty = true};
inline constexpr ParamInfo page_from{.name = "from",
                                     .type = ParamType::time,
                                     .meaning = "Observed then or later",
                                     .placeholder = "TIME",
                                     .may_be_empty = true};
inline constexpr ParamInfo page_to{.name = "to",
                                   .type = ParamType::time,
                                   .meaning = "Observed then or earlier; a date is all of its day",
                                   .placeholder = "TIME",
                                   .may_be_empty = true};
inline constexpr ParamInfo of{"of", ParamType::text, "A model", "MODEL", {}, 0, 0, true};
inline constexpr ParamInfo and_of{"and", ParamType::text, "Another", "MODEL", {}, 0, 0, true};

}  // namespace param

/// Several rows, or lists of rows, in one list.
template <std::size_t... N>
constexpr auto params_of(const std::array<ParamInfo, N>&... lists) {
  std::array<ParamInfo, (N + ... + 0)> all{};
  std::size_t at = 0;
  (
      [&] {
        for (const ParamInfo& param : lists) all[at++] = param;
      }(),
      ...);
  return all;
}
inline constexpr std::array kSnapshotParams{param::as_of};
/// Of questions that walk edges.
inline constexpr std::array kEdgeParams{param::as_of, param::curated, param::include_inferred,
                                        param::min_confidence};
/// Of curves over time.
inline constexpr std::array kCurveParams{param::range_from, param::range_to, param::interval};
/// Of a family's members on its page.
inline constexpr std::array kMemberParams{param::page_relation,
                                          param::page_license,
                                          param::page_author,
                                          param::page_name_part,
                                          param::page_created_after,
                                          param::page_created_before,
                                          param::page_min_downloads,
                                          param::sort,
                                          param::order,
                                          param::page_number};
inline constexpr std::array kPageCurveParams{param::page_from, param::page_to, param::interval};
inline constexpr std::array kPageParams{param::limit, param::cursor};
/// Filters and order of lists of models, without a depth.
inline constexpr std::array kFilterParams{
    param::relation,       param::author,       param::license,       param::pipeline_tag,
    param::library,        param::name_part,    param::min_downloads, param::created_after,
    param::created_before, param::include_gone, param::sort,          param::order};

}  // namespace stemma
