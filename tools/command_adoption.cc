#include "tools/command_adoption.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "api/fields/adoption_rows.h"
#include "api/query/growth.h"
#include "api/query/leaderboards.h"
#include "api/query/links.h"
#include "api/render/adoption_answers.h"
#include "api/render/columns.h"
#include "api/render/text_table.h"
#include "graph/nearest.h"
#include "tools/query.h"
#include "tools/report_step.h"
#include "tools/rollup_step.h"
#include "tools/sparkline.h"
#include "tools/terminal.h"

namespace stemma {
namespace {

constexpr std::size_t kPointsShown = 30;
constexpr ParamInfo kReportFamily{"family", ParamType::list,
                                  "Families or series; every family where none is given", "LIST"};
constexpr ParamInfo kReportOut{"out", ParamType::text,
                               "Where the files go; made where it is missing", "DIR"};
constexpr std::size_t kSparkWidth = 40;

std::string flags_text(const std::vector<std::string_view>& flags) {
  std::string text;
  for (const std::string_view flag : flags) {
    if (!text.empty()) text += ' ';
    text += flag;
  }
  return text;
}

/// Numbers of models may be shares.
std::string value_text(const CurveValue& value) {
  if (!value) return "-";
  if (*value == std::round(*value) && std::abs(*value) < 9e15) {
    const auto whole = static_cast<std::int64_t>(*value);
    return (whole < 0 ? "-" : "") + grouped(static_cast<std::uint64_t>(std::abs(whole)));
  }
  return fmt::format("{:.2f}", *value);
}

std::string change_text(const CurveValue& change) {
  if (!change) return "-";
  return (*change > 0 ? "+" : "") + value_text(change);
}

std::string percent_text(const CurveValue& ratio) {
  return ratio ? fmt::format("{:+.0f} %", *ratio * 100) : "-";
}

CurveValue count_of(const AdoptionSums& sums, CountKind kind) {
  return metric_value(sums, {},
                      kind == CountKind::downloads            ? AdoptionMetric::downloads
                      : kind == CountKind::downloads_all_time ? AdoptionMetric::downloads_all_time
                      : kind == CountKind::downloads_7d       ? AdoptionMetric::downloads_7d
                                                              : AdoptionMetric::likes,
                      SharePolicy::any);
}

/// One curve in a line: where it began, how it went, where it ended.
void add_line(Table& table, std::string name, const std::vector<CurveValue>& values) {
  const auto known = [](const CurveValue& value) { return value.has_value(); };
  const auto first = std::find_if(values.begin(), values.end(), known);
  const auto last = std::find_if(values.rbegin(), values.rend(), known);
  table.add({std::move(name), first == values.end() ? "-" : value_text(*first),
             sparkline(values, kSparkWidth), last == values.rend() ? "-" : value_text(*last)});
}

Table curve_table() { return Table{{{"", false, true}, {"FIRST", true}, {""}, {"LAST", true}}}; }

class AdoptionQuery : QueryBase {
 public:
  AdoptionQuery(const CliGlobals& globals, const Invocation& invocation)
      : QueryBase{globals, invocation}, source_{DataDir::open(globals.data)} {}

  void adoption() {
    AdoptionView adoption = open();
    const Subject subject = resolve();
    CurveQuery query = read_curve_query(reader_);
    if (subject.family == nullptr) {
      const AdoptionScope scope = read_scope(reader_);
      const AdoptionMetric metric = read_metric(reader_, AdoptionMetric::downloads);
      reader_.finish();
      return show(model_adoption(adoption, *facts_, subject.model, scope, query, metric));
    }
    const SharePolicy policy = read_policy();
    const AdoptionMetric metric = read_metric(reader_, AdoptionMetric::derivatives);
    const auto by = read_breakdown(reader_);
    query.burst_adjusted = read_burst_adjusted(reader_, by);
    const auto top = static_cast<std::size_t>(reader_.number(param::curves).value_or(10));
    reader_.finish();
    if (!by) return show(family_adoption(adoption, *facts_, *subject.family, policy, query));
    show(family_breakdown(adoption, *facts_, *subject.family, policy, metric, *by, top, query));
  }

  void compare() {
    AdoptionView adoption = open();
    std::vector<const FamilyDefinition*> families;
    std::vector<NodeId> models;
    for (const std::string& given : invocation_.names) {
      const Subject subject = resolve(given);
      if (subject.family != nullptr) {
        families.push_back(subject.family);
      } else {
        models.push_back(subject.model);
      }
    }
    if (!families.empty() && !models.empty()) {
      throw Error{ErrorKind::usage,
                  "families cannot be compared with models: " + families.front()->name +
                      " is a family, " + std::string{view().name(models.front())} + " a model"};
    }
    const CurveQuery query = read_curve_query(reader_);
    const SharePolicy policy = read_policy();
    const AdoptionScope scope = read_scope(reader_);
    if (!models.empty() && policy == SharePolicy::fractional)
      throw ParamError{"policy", "shares are told of families, not of models"};
    const AdoptionMetric metric = read_metric(
        reader_, models.empty() ? AdoptionMetric::derivatives : AdoptionMetric::downloads);
    reader_.finish();
    const Comparison answer =
        models.empty() ? compare_families(adoption, *facts_, families, policy, metric, query)
                       : compare_models(adoption, *facts_, models, scope, metric, query);
    if (globals_.json) return print(comparison_json(view(), answer) + '\n');
    if (invocation_.csv) return print(comparison_csv(answer));
    print(fmt::format("{} by {}, {}.\n\n", title_of(metric), to_string(answer.interval),
                      snapshot_text(view())) +
          curves_text(answer.dates, answer.series, {}, {}) + marks());
  }

  void leaderboard_of() {
    const std::string board_name = name().empty() ? "downloads" : name();
    const BoardInfo* board = find_board(board_name);
    if (board == nullptr) throw unknown_board(board_name);
    AdoptionView adoption = open();
    const auto given = reader_.text(param::board_family.name);
    const FamilyDefinition* family = nullptr;
    if (given) {
      family = facts_->families().find(*given);
      if (family == nullptr) throw unknown_family(*given);
    }
    BoardQuery query = read_board_query(reader_);
    if (query.range.to) {
      adoption.go_back_to(*query.range.to);
      open_facts(adoption);
      if (family != nullptr) family = facts_->families().find(*given);
      if (given && family == nullptr) throw unknown_family(*given);
    }
    if (invocation_.all) query.limit = kBoardRows;
    reader_.finish();
    const Leaderboard answer = leaderboard(adoption, *facts_, *board, family, query);
    if (globals_.json) return print(leaderboard_json(view(), answer) + '\n');
    if (invocation_.csv) return print(leaderboard_csv(view(), answer));
    std::string out = fmt::format("{}{} {}.\n", board->meaning,
                                  family == nullptr ? "" : " Of " + family->label + ".",
                                  capitalised(snapshot_text(view())));
    if (answer.rows.empty()) {
      out += "\nNobody is on this board: the counts that it needs were not observed long enough.\n";
      return print(out + marks());
    }
    const bool growth = board->kind == BoardKind::growth;
    Table table{{{"RANK", true},
                 {"WAS", true, false, 2},
                 {answer.rows.front().model ? "MODEL" : "NAME", false, true},
                 {growth ? "GROWTH" : "VALUE", true},
                 {answer.since == kUnknownTime ? "CHANGE" : "SINCE " + date_text(answer.since),
                  true, false, 4},
                 {growth ? "" : "GROWTH", true, false, 3},
                 {fmt::format("28 {}S", upper(to_string(answer.interval))), false, false, 1},
                 {"", false, false, 1}}};
    for (const LeaderboardRow& row : answer.rows) {
      table.add({std::to_string(row.rank),
                 row.previous_rank ? std::to_string(*row.previous_rank) : "-",
                 row.model ? printable(view().name(*row.model)) : printable(row.name),
                 growth ? percent_text(row.value) : value_text(row.value),
                 growth ? percent_text(row.change) : change_text(row.change),
                 growth ? "" : percent_text(row.growth), sparkline(row.spark, kSparkSteps),
                 flags_text(row.flags)});
    }
    print(out + '\n' + table.text(terminal_width()) + marks());
  }

  void report() {
    AdoptionView adoption = open();
    std::vector<const FamilyDefinition*> families;
    for (const std::string& given : reader_.list(kReportFamily.name)) {
      const FamilyDefinition* family = facts_->families().find(given);
      if (family == nullptr) throw unknown_family(given);
      families.push_back(family);
    }
    const auto out = reader_.text(kReportOut.name);
    reader_.finish();
    if (!out) throw Error{ErrorKind::usage, "--out: say where to, --out DIR"};
    if (families.empty()) {
      for (const FamilyDefinition& family : facts_->families().definitions()) {
        if (family.top_level()) families.push_back(&family);
      }
    }
    std::string text;
    for (const std::string& name : write_reports(adoption, *facts_, families, *out))
      text += (std::filesystem::path{*out} / name).string() + '\n';
    print(text);
  }

  void growth() {
    const FamilyDefinition& family = resolve_family();
    const CurveQuery query = read_curve_query(reader_, Interval::month);
    reader_.finish();
    const Growth answer = family_growth(*facts_, family, query);
    if (globals_.json) return print(growth_json(view(), answer) + '\n');
    if (invocation_.csv) return print(growth_csv(answer));
    std::string out = fmt::format("Derivatives of {} by {} of creation, {}.\n", family.label,
                                  to_string(answer.interval), snapshot_text(view()));
    if (answer.points.empty()) return print(out + "\nNone in this range.\n" + marks());
    std::vector<CurveValue> values;
    for (const GrowthPoint& point : answer.points)
      values.emplace_back(static_cast<double>(point.derivatives));
    out += '\n' + sparkline(values, kSparkWidth) + "\n\n";
    const auto shown = last_ones(answer.points);
    out += text_table<GrowthPoint>(
               growth_point_fields(),
               {{"FROM", {}, false, 0, [](const GrowthPoint& p) { return date_text(p.from); }},
                {"DERIVATIVES", "derivatives"},
                {"TOGETHER", "cumulative"}},
               shown, [](const GrowthPoint& point) { return point; })
               .text(terminal_width());
    out += showing_last(shown.size(), answer.points.size());
    if (answer.unknown != 0)
      out += fmt::format("\n{} without a date.\n", plural(answer.unknown, "derivative"));
    print(out + fmt::format("\nNote: {}.\n", kGrowthNote) + marks());
  }

  void survival() {
    AdoptionView adoption = open();
    const FamilyDefinition& family = resolve_family();
    const CurveQuery query = read_range(reader_);
    static_cast<void>(reader_.choice(param::cohort_interval));
    reader_.finish();
    const Survival answer = family_survival(adoption, *facts_, family, query);
    if (globals_.json) return print(survival_json(view(), answer) + '\n');
    if (invocation_.csv) return print(survival_csv(answer));
    std::string out = fmt::format("Derivatives of {} by month of creation, {}.\n", family.label,
                                  snapshot_text(view()));
    if (answer.points.empty()) return print(out + "\nNone in this range.\n" + marks());
    Table table{{{"CREATED IN"},
                 {"MODELS", true},
                 {"THERE AFTER 1", true},
                 {"3", true},
                 {"6", true},
                 {"12 MONTHS", true},
                 {"DOWNLOADED AFTER 1", true},
                 {"3", true},
                 {"6", true},
                 {"12 MONTHS", true}}};
    const auto shown = last_ones(answer.points);
    for (const SurvivalPoint& point : shown) {
      std::vector<std::string> cells{month_of(point.from), grouped(point.created)};
      for (const auto* values : {&point.alive, &point.downloaded}) {
        for (const auto& value : *values) cells.push_back(value ? count_text(*value) : "-");
      }
      table.add(std::move(cells));
    }
    print(out + '\n' + table.text(terminal_width()) +
          showing_last(shown.size(), answer.points.size()) +
          fmt::format("\nNote: {}.\n", kSurvivalNote) + marks());
  }

 private:
  /// The roll-ups, and the snapshot that they are of.
  AdoptionView open() {
    AdoptionView adoption{source_, facts_->number()};
    require_same_families(adoption.rollups(), families_);
    open_facts(adoption);
    return adoption;
  }
  void open_facts(const AdoptionView& adoption) {
    if (adoption.number() != facts_->number())
      facts_ = std::make_unique<SnapshotFacts>(snapshots_.at(adoption.number()), families_);
  }

  SharePolicy read_policy() {
    return reader_.choice(param::policy) == "any" ? SharePolicy::any : SharePolicy::fractional;
  }

  const FamilyDefinition& resolve_family() {
    const Subject subject = resolve();
    if (subject.family != nullptr) return *subject.family;
    throw Error{ErrorKind::usage, fmt::format("{} is a model; this asks about a family or series",
                                              view().name(subject.model))};
  }

  static Error unknown_board(const std::string& given) {
    std::vector<std::string> names;
    std::string list;
    for (const BoardInfo& one : boards()) {
      names.emplace_back(one.name);
      list += (list.empty() ? "" : ", ") + std::string{one.name};
    }
    const auto nearest = nearest_words(given, names);
    return Error{ErrorKind::usage,
                 fmt::format("there is no board '{}'; {}", printable(given),
                             nearest.empty() ? "there are " + list
                                             : "did you mean " + either_of(nearest) + "?")};
  }

  static std::string upper(std::string_view word) {
    std::string text{word};
    for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return text;
  }
  static std::string capitalised(std::string text) {
    if (!text.empty()) text[0] = static_cast<char>(std::toupper(text[0]));
    return text;
  }
  static std::string title_of(AdoptionMetric metric) {
    switch (metric) {
      case AdoptionMetric::derivatives:
        return "Derivatives";
      case AdoptionMetric::new_derivatives:
        return "New derivatives";
      case AdoptionMetric::downloads:
        return "Downloads in 30 days";
      case AdoptionMetric::downloads_all_time:
        return "Downloads of all time";
      case AdoptionMetric::downloads_7d:
        return "Downloads in seven days";
      case AdoptionMetric::likes:
        return "Likes";
    }
    return {};
  }

  template <class Point>
  [[nodiscard]] std::vector<Point> last_ones(const std::vector<Point>& points) const {
    const std::size_t shown =
        invocation_.all ? points.size() : std::min(points.size(), kPointsShown);
    return {points.end() - static_cast<std::ptrdiff_t>(shown), points.end()};
  }
  static std::string showing_last(std::size_t shown, std::size_t total) {
    if (shown >= total) return {};
    return fmt::format("\nShowing the last {} of {}; --all for the rest.\n", shown, total);
  }

  void show(const ModelAdoption& answer) {
    if (globals_.json) return print(adoption_json(view(), answer) + '\n');
    if (invocation_.csv) return print(adoption_csv(answer));
    const bool self = answer.scope == AdoptionScope::self;
    std::string out = fmt::format(
        "{}{} by {}, {}.\n",
        self                                         ? ""
        : answer.scope == AdoptionScope::descendants ? "What descends from "
                                                     : "With what descends from it: ",
        name_with_state(view(), answer.node), to_string(answer.interval), snapshot_text(view()));
    if (answer.points.empty()) {
      return print(out +
                   (view().state[answer.node] == NodeState::ghost && self
                        ? "\nIt was never observed; --scope descendants tells of what descends "
                          "from it.\n"
                        : "\nNothing was observed in this range.\n") +
                   marks());
    }
    Table lines = curve_table();
    const auto line = [&](std::string title, CountKind kind) {
      std::vector<CurveValue> values;
      for (const AdoptionPoint& point : answer.points) values.push_back(count_of(point.sums, kind));
      add_line(lines, std::move(title), values);
    };
    if (!self) {
      std::vector<CurveValue> values;
      for (const AdoptionPoint& point : answer.points)
        values.emplace_back(static_cast<double>(point.sums.models));
      add_line(lines, "models", values);
    }
    line("downloads in 30 days", CountKind::downloads);
    line("in seven days", CountKind::downloads_7d);
    line("of all time", CountKind::downloads_all_time);
    line("likes", CountKind::likes);
    const auto shown = last_ones(answer.points);
    const Table table = text_table<AdoptionPointRow>(
        adoption_point_fields(),
        {{"DATE",
          {},
          false,
          0,
          [](const AdoptionPointRow& r) { return date_text(r.point.at.observed_at); }},
         {self ? "" : "MODELS",
          {},
          false,
          4,
          [](const AdoptionPointRow& r) {
            return r.point.derived ? std::string{}
                                   : grouped(static_cast<std::uint64_t>(r.point.sums.models));
          }},
         {"DOWNLOADS 30D", "downloads"},
         {"7D", "downloads_7d"},
         {self ? "" : "UNKNOWN",
          {},
          false,
          1,
          [](const AdoptionPointRow& r) {
            return r.point.derived ? std::string{}
                                   : count_text(r.point.sums.unknown(CountKind::downloads_7d));
          }},
         {"ALL TIME", "downloads_all_time"},
         {"LIKES", "likes", false, 2},
         {"FLAGS",
          {},
          false,
          3,
          [](const AdoptionPointRow& r) { return flags_text(r.point.flags); }}},
        shown, [](const AdoptionPoint& point) { return AdoptionPointRow{point}; });
    print(out + '\n' + lines.text(terminal_width()) + '\n' + table.text(terminal_width()) +
          showing_last(shown.size(), answer.points.size()) + marks());
  }

  void show(const FamilyAdoption& answer) {
    if (globals_.json) return print(adoption_json(view(), answer) + '\n');
    if (invocation_.csv) return print(adoption_csv(answer));
    std::string out =
        fmt::format("{} by {}{}, {}.\n", answer.family->label, to_string(answer.interval),
                    answer.policy == SharePolicy::any ? "" : ", fractional", snapshot_text(view()));
    if (answer.points.empty())
      return print(out + "\nNothing was observed in this range.\n" + marks());
    Table lines = curve_table();
    const auto line = [&](const std::string& title, bool official, AdoptionMetric metric) {
      std::vector<CurveValue> values;
      for (const FamilyPoint& point : answer.points) {
        values.push_back(metric_value(official ? point.official : point.derivatives,
                                      official ? point.new_official : point.new_derivatives, metric,
                                      answer.policy));
      }
      add_line(lines, title, values);
    };
    line("official models", true, AdoptionMetric::derivatives);
    line("derivatives", false, AdoptionMetric::derivatives);
    line("new derivatives", false, AdoptionMetric::new_derivatives);
    line("official: downloads in 30 days", true, AdoptionMetric::downloads);
    line("derivatives: downloads in 30 days", false, AdoptionMetric::downloads);
    line("official: in seven days", true, AdoptionMetric::downloads_7d);
    line("derivatives: in seven days", false, AdoptionMetric::downloads_7d);
    const auto shown = last_ones(answer.points);
    Table table{{{"DATE"},
                 {"OFFICIAL", true, false, 2},
                 {"DERIVATIVES", true},
                 {"NEW", true, false, 3},
                 {"DOWNLOADS 30D", true},
                 {"OF OFFICIAL", true, false, 2},
                 {"7D", true},
                 {"OF OFFICIAL", true, false, 2},
                 {"UNKNOWN", true, false, 1},
                 {"FLAGS", false, false, 4}}};
    for (const FamilyPoint& point : shown) {
      const auto cell = [&](bool official, AdoptionMetric metric) {
        return value_text(metric_value(official ? point.official : point.derivatives,
                                       official ? point.new_official : point.new_derivatives,
                                       metric, answer.policy));
      };
      table.add(
          {date_text(point.at.observed_at), cell(true, AdoptionMetric::derivatives),
           cell(false, AdoptionMetric::derivatives), cell(false, AdoptionMetric::new_derivatives),
           cell(false, AdoptionMetric::downloads), cell(true, AdoptionMetric::downloads),
           cell(false, AdoptionMetric::downloads_7d), cell(true, AdoptionMetric::downloads_7d),
           count_text(point.official.unknown(CountKind::downloads_7d) +
                      point.derivatives.unknown(CountKind::downloads_7d)),
           flags_text(point.flags)});
    }
    print(out + '\n' + lines.text(terminal_width()) + '\n' + table.text(terminal_width()) +
          showing_last(shown.size(), answer.points.size()) + marks());
  }

  void show(const FamilyBreakdown& answer) {
    if (globals_.json) return print(adoption_json(view(), answer) + '\n');
    if (invocation_.csv) return print(adoption_csv(answer));
    print(fmt::format("{}: {} by {}, by {}{}, {}.\n\n", answer.family->label,
                      to_string(answer.metric), to_string(answer.by), to_string(answer.interval),
                      answer.policy == SharePolicy::any ? "" : ", fractional",
                      snapshot_text(view())) +
          curves_text(answer.dates, answer.series,
                      answer.by == Breakdown::role ? std::vector<CurveValue>{} : answer.others,
                      "(others)") +
          marks());
  }

  [[nodiscard]] std::string curves_text(const std::vector<UnixSeconds>& dates,
                                        const std::vector<NamedCurve>& curves,
                                        const std::vector<CurveValue>& others,
                                        const std::string& others_name) const {
    if (dates.empty()) return "Nothing was observed in this range.\n";
    Table table{{{"", false, true},
                 {date_text(dates.front()), true},
                 {""},
                 {date_text(dates.back()), true},
                 {"CHANGE", true, false, 1}}};
    const auto add = [&](const std::string& title, const std::vector<CurveValue>& values) {
      const CurveValue change = values.front() && values.back()
                                    ? CurveValue{*values.back() - *values.front()}
                                    : std::nullopt;
      table.add({printable(title), value_text(values.front()), sparkline(values, kSparkWidth),
                 value_text(values.back()), change_text(change)});
    };
    for (const NamedCurve& curve : curves) add(curve.name, curve.values);
    if (!others.empty()) add(others_name, others);
    return table.text(terminal_width());
  }

  AdoptionSource source_;
};

}  // namespace

void add_adoption_commands(CLI::App& app, CliGlobals& globals) {
  const auto add = [&](const QueryCommand& command, void (AdoptionQuery::*run)()) {
    const auto [added, invocation] =
        add_query(app, globals, command, [&globals, run](const Invocation& given) {
          AdoptionQuery query{globals, given};
          (query.*run)();
        });
    added->add_flag("--csv", invocation->csv, "One line a value or a point, as CSV");
    return std::pair{added, invocation};
  };
  const auto add_all = [](CLI::App& command, const std::shared_ptr<Invocation>& invocation) {
    command.add_flag("--all", invocation->all, "Every point, not only the last 30");
  };
  {
    const auto [command, invocation] =
        add({"adoption",
             "A model or a family over time: models, downloads, likes",
             {{"NAME", "A family, series or model"}},
             "adoption Qwen3 --by author --metric downloads --interval week",
             false},
            &AdoptionQuery::adoption);
    add_params(*command, invocation, kCurveParams);
    for (const ParamInfo& param : {param::metric, param::breakdown, param::burst_adjusted,
                                   param::curves, param::policy, param::scope})
      add_param(*command, invocation, param);
    add_all(*command, invocation);
  }
  {
    const auto [command, invocation] =
        add({"compare",
             "Families, or models, side by side over time",
             {},
             "compare qwen llama deepseek --metric downloads --interval month",
             false},
            &AdoptionQuery::compare);
    command->add_option("NAME", invocation->names, "Families and series, or models")->required();
    add_params(*command, invocation, kCurveParams);
    for (const ParamInfo& param : {param::metric, param::policy, param::scope})
      add_param(*command, invocation, param);
  }
  {
    const auto [command, invocation] = add({"leaderboard",
                                            "Who leads: models, families, authors, quantizers",
                                            {},
                                            "leaderboard growth --family qwen --limit 20",
                                            false},
                                           &AdoptionQuery::leaderboard_of);
    invocation->names.resize(1);
    command->add_option("BOARD", invocation->names[0],
                        "downloads (default), downloads_7d, growth, new, likes, derivatives, "
                        "families, authors or quantizers");
    for (const ParamInfo& param : {param::board_family, param::window, param::board_from,
                                   param::board_to, param::board_interval})
      add_param(*command, invocation, param);
    add_limit(*command, invocation);
  }
  {
    const auto [command, invocation] =
        add({"growth",
             "A family's derivatives by their dates of creation, from before the first snapshot on",
             {{"NAME", "A family or series"}},
             "growth qwen --from 2024-01",
             false},
            &AdoptionQuery::growth);
    for (const ParamInfo& param : {param::range_from, param::range_to, param::growth_interval})
      add_param(*command, invocation, param);
    add_all(*command, invocation);
  }
  {
    const auto [command, invocation] =
        add({"survival",
             "How many derivatives were still there, and still downloaded, months after creation",
             {{"NAME", "A family or series"}},
             "survival qwen --from 2025-01-01",
             false},
            &AdoptionQuery::survival);
    for (const ParamInfo& param : {param::range_from, param::range_to, param::cohort_interval})
      add_param(*command, invocation, param);
    add_all(*command, invocation);
  }
  {
    const auto [command, invocation] = add_query(
        app, globals,
        {"report",
         "A family's night as one HTML page and a Markdown summary, for mail or a host of files",
         {},
         "report --family qwen --family llama --out reports",
         false},
        [&globals](const Invocation& given) {
          AdoptionQuery{globals, given}.report();
        });
    add_param(*command, invocation, kReportFamily);
    add_param(*command, invocation, kReportOut);
  }
  auto anew = std::make_shared<bool>(false);
  CLI::App* rollup = app.add_subcommand(
      "rollup", "Prepare curves and leaderboards of snapshots that lack them, or of all");
  rollup->add_flag("--anew", *anew, "Of all snapshots, also where they are prepared already");
  rollup->footer(
      "Publishing does this by itself. It is for a store from before there were roll-ups, and\n"
      "after families were defined otherwise. What was stopped is gone on with.\n"
      "Example: stemma rollup --families my-families.toml");
  rollup->callback([anew, &globals] {
    const RollupReport report = run_rollup(globals, *anew);
    fmt::print("{}\n", report_text(report));
    if (report.stopped) globals.exit_code = 1;
  });
}

}  // namespace stemma
