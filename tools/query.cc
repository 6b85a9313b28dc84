#include "tools/query.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>
#include <limits>

#include "api/query/page_link.h"
#include "api/query/queries.h"
#include "api/render/text_table.h"
#include "graph/infer.h"
#include "graph/lookup.h"
#include "graph/nearest.h"
#include "graph/search.h"
#include "index/data_dir.h"
#include "index/family_file.h"
#include "schema/model_name.h"
#include "schema/utc_time.h"

namespace stemma {
namespace {

constexpr std::size_t kCandidatesShown = 10;
constexpr std::size_t kCandidatesLookedAt = 1000;
constexpr std::size_t kSuggestions = 5;

/// "Count parents" -> "Do not count parents".
std::string do_not(std::string meaning) {
  meaning[0] = fold_char(meaning[0]);
  return "Do not " + meaning;
}

/// What the reader must know before using a number.
std::string marks_text(const SnapshotView& view) {
  std::string text;
  if (view.total().partial != 0) {
    text += fmt::format("Partial: only a part of the hub was crawled ({}).\n",
                        printable(view.scope_text()));
  }
  if (view.total().generated != 0) text += "Generated: demo data, none of it is on the Hub.\n";
  if (view.without_curated)
    text += "Without curated parents: what cards tell in words alone is not counted.\n";
  if (view.added) {
    const InferenceQuality quality = inference_quality(view.added->min_confidence);
    text += fmt::format(
        "Inferred: {} that no model declares are counted, too. Such guesses were right in {:.1f} % "
        "of {} and found {:.1f} % of the declared ones: {}.\n",
        plural(view.added->edges, "edge"), 100 * quality.precision(),
        plural(quality.right + quality.wrong, "case"), 100 * quality.recall(), inference_origin());
  }
  return text;
}

}  // namespace

std::string with_dashes(std::string text) {
  std::replace(text.begin(), text.end(), '_', '-');
  return text;
}

void print(const std::string& text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!written || std::fflush(stdout) != 0) {
    throw Error{ErrorKind::storage, "cannot write the answer to standard output"};
  }
}

std::string count_text(std::int64_t value) {
  return value == kUnknownCount ? "-" : grouped(static_cast<std::uint64_t>(value));
}

std::string text_or_dash(std::string_view text) { return text.empty() ? "-" : printable(text); }

std::string date_text(UnixSeconds time) {
  return time == kUnknownTime ? "-" : format_utc(time).substr(0, 10);
}

std::string plural(std::uint64_t count, std::string_view word) {
  return fmt::format("{} {}{}", grouped(count), word, count == 1 ? "" : "s");
}

std::string name_with_state(const SnapshotView& view, NodeId node) {
  const NodeState state = view.state[node];
  if (state == NodeState::live) return std::string{view.name(node)};
  return fmt::format("{} ({})", view.name(node), to_string(state));
}

std::string snapshot_text(const SnapshotView& view) {
  const SnapshotTotals& total = view.total();
  return fmt::format("snapshot {} of {}", total.number, format_utc(total.observed_at));
}

QueryBase::QueryBase(const CliGlobals& globals, const Invocation& invocation)
    : globals_{globals},
      invocation_{invocation},
      reader_{invocation.params},
      families_{load_families(globals.families)},
      snapshots_{DataDir::open(globals.data),
                 [](const std::string& message) { spdlog::warn("{}", message); }} {
  const auto as_of = reader_.as_of();
  SnapshotHandle snapshot =
      as_of ? snapshots_.at(number_as_of(snapshots_, *as_of)) : snapshots_.current();
  static_cast<void>(
      reader_.share("min_confidence"));  // taken, whatever else the query does with it
  facts_ = std::make_unique<SnapshotFacts>(std::move(snapshot), families_, reader_.edges());
}

Subject QueryBase::resolve(const std::string& given) const {
  const std::string name{model_of_address(given)};
  if (const FamilyDefinition* family = facts_->families().find(name)) return {family, kNoNode};
  if (const auto node = find_name(view(), name)) return {nullptr, *node};
  std::vector<NodeId> candidates;
  if (name.find('/') == std::string::npos) {
    candidates = find_base_name(view(), name, kCandidatesLookedAt);
  }
  if (candidates.size() == 1) return {nullptr, candidates.front()};
  if (candidates.empty()) throw unknown_name(name);

  // Re-uploads under the same name are common: the one that is a family's own goes before them.
  std::vector<NodeId> official;
  for (const NodeId node : candidates) {
    if (view().live(node) && is_official(node)) official.push_back(node);
  }
  if (official.size() == 1) {
    fmt::print(stderr, "{} is taken as {}; {} {} that name under other owners\n", printable(name),
               view().name(official.front()), plural(candidates.size() - 1, "other model"),
               candidates.size() == 2 ? "has" : "have");
    return {nullptr, official.front()};
  }
  std::string list;
  for (std::size_t i = 0; i < std::min(candidates.size(), kCandidatesShown); ++i) {
    list += fmt::format("\n  {}", view().name(candidates[i]));
  }
  if (candidates.size() > kCandidatesShown) {
    list += fmt::format("\n  and {} more", candidates.size() - kCandidatesShown);
  }
  throw Error{ErrorKind::not_found,
              fmt::format("several models are called '{}'; say which:{}", printable(name), list)};
}

bool QueryBase::is_official(NodeId node) const {
  const auto& definitions = facts_->families().definitions();
  return std::any_of(definitions.begin(), definitions.end(), [&](const FamilyDefinition& family) {
    return facts_->families().matches(family, view().name(node));
  });
}

std::vector<std::string> QueryBase::family_names() const {
  std::vector<std::string> names;
  for (const FamilyDefinition& definition : facts_->families().definitions())
    names.push_back(definition.name);
  return names;
}

Error QueryBase::unknown_name(const std::string& name) const {
  std::string message = fmt::format("no model, family or series is called '{}' in snapshot {}",
                                    printable(name), facts_->number());
  std::string suggestions;
  const std::vector<std::string> families = family_names();
  for (const std::string& family : nearest_words(name, families))
    suggestions += fmt::format("\n  {}", family);
  const auto descendants = [this](NodeId node) { return facts_->live_descendants(node); };
  for (const SearchHit& hit :
       search_names(facts_->search_index(), name, kSuggestions, descendants)) {
    suggestions += fmt::format("\n  {}", view().name(hit.node));
  }
  if (!suggestions.empty()) message += "; did you mean" + suggestions;
  return Error{ErrorKind::not_found, message};
}

Error QueryBase::unknown_family(const std::string& name) const {
  const auto nearest = nearest_words(name, family_names());
  return Error{ErrorKind::not_found,
               fmt::format("no family or series is called '{}'{}", printable(name),
                           nearest.empty() ? "; `stemma families` lists the families"
                                           : "; did you mean " + either_of(nearest) + "?")};
}

NodeId QueryBase::resolve_model(const std::string& name) const {
  const Subject subject = resolve(name);
  if (subject.family == nullptr) return subject.model;
  throw Error{ErrorKind::usage, fmt::format("{} is a family; this asks about one model: give its "
                                            "whole name, OWNER/NAME",
                                            subject.family->name)};
}

std::string QueryBase::marks() const {
  const std::string text = marks_text(view());
  return text.empty() ? text : '\n' + text;
}

std::string QueryBase::rest_of(const std::string& path, std::size_t shown,
                               std::uint64_t total) const {
  if (path.empty() || shown == 0 || shown >= total) return {};
  return next_page(
      path, invocation_.params,
      {facts_->number(), shown, query_hash(path, invocation_.params, hash_definitions(families_))});
}

std::size_t QueryBase::read_limit() {
  const std::size_t limit = reader_.limit();
  return invocation_.all ? std::numeric_limits<NodeId>::max() : limit;
}

void add_param(CLI::App& command, const std::shared_ptr<Invocation>& invocation,
               const ParamInfo& param) {
  const std::string name{param.name};
  const std::string flag = with_dashes(name);
  const std::string meaning{param.meaning};
  if (param.type == ParamType::flag) {
    const bool negated = param.default_value == "true";
    command.add_flag_callback((negated ? "--no-" : "--") + flag,
                              [invocation, name, negated] {
                                invocation->params.push_back({name, negated ? "false" : "true"});
                              },
                              negated ? do_not(meaning) : meaning);
    return;
  }
  command
      .add_option_function<std::vector<std::string>>(
          "--" + flag,
          [invocation, name](const std::vector<std::string>& values) {
            for (const std::string& given : values) invocation->params.push_back({name, given});
          },
          meaning)
      ->type_name(std::string{param.placeholder})
      ->allow_extra_args(false);
}

void add_params(CLI::App& command, const std::shared_ptr<Invocation>& invocation,
                std::span<const ParamInfo> params) {
  for (const ParamInfo& param : params) add_param(command, invocation, param);
}

void add_limit(CLI::App& command, const std::shared_ptr<Invocation>& invocation) {
  add_param(command, invocation, param::limit);
  command.add_flag("--all", invocation->all, "Every row");
}

void add_list_params(CLI::App& command, const std::shared_ptr<Invocation>& invocation,
                     bool with_depth) {
  if (with_depth) add_param(command, invocation, param::depth);
  add_params(command, invocation, kFilterParams);
}

std::pair<CLI::App*, std::shared_ptr<Invocation>> add_query(
    CLI::App& app, CliGlobals& globals, const QueryCommand& query,
    std::function<void(const Invocation&)> run) {
  CLI::App* command = app.add_subcommand(query.name, query.help);
  auto invocation = std::make_shared<Invocation>();
  invocation->names.resize(query.arguments.size());
  for (std::size_t i = 0; i < query.arguments.size(); ++i) {
    command->add_option(query.arguments[i].first, invocation->names[i], query.arguments[i].second)
        ->required();
  }
  command->add_flag("--json", globals.json, "Print what the HTTP API answers");
  add_params(*command, invocation,
             query.lineage ? std::span<const ParamInfo>{kEdgeParams} : kSnapshotParams);
  command->footer("Example: stemma " + query.example);
  command->callback([invocation, run = std::move(run)] {
    try {
      run(*invocation);
    } catch (const ParamError& error) {
      const bool limit = error.parameter() == "limit";
      throw Error{ErrorKind::usage,
                  fmt::format("--{}: {}{}", with_dashes(error.parameter()), error.reason(),
                              limit ? "; --all gives every row" : "")};
    }
  });
  return {command, invocation};
}

}  // namespace stemma
