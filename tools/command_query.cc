#include "tools/command_query.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <limits>
#include <memory>

#include "api/fields/list_rows.h"
#include "api/fields/model_rows.h"
#include "api/fields/search_rows.h"
#include "api/fields/snapshot_rows.h"
#include "api/query/links.h"
#include "api/query/page_link.h"
#include "api/query/params.h"
#include "api/query/queries.h"
#include "api/render/answers.h"
#include "api/render/columns.h"
#include "api/render/text_table.h"
#include "graph/burst.h"
#include "graph/infer.h"
#include "graph/lookup.h"
#include "graph/search.h"
#include "index/crawl_ledger.h"
#include "index/data_dir.h"
#include "index/family_file.h"
#include "index/snapshot_set.h"
#include "schema/model_name.h"
#include "tools/query.h"
#include "tools/terminal.h"

namespace stemma {
namespace {

constexpr std::size_t kBreakdownShown = 10;

/// One query, from the opened data to what is printed.
class Query : QueryBase {
 public:
  using QueryBase::QueryBase;

  void show() {
    const Subject subject = resolve();
    if (subject.family != nullptr) return print_family(*subject.family);
    reader_.finish();
    const ModelAnswer answer = show_model(*facts_, subject.model);
    if (globals_.json) return print(model_json(view(), answer) + '\n');
    print_model(answer);
  }

  void family() {
    const FamilyDefinition* family = facts_->families().find(name());
    if (family == nullptr) throw unknown_family(name());
    print_family(*family);
  }

  void parents() {
    const Subject subject = resolve();
    if (subject.family != nullptr) {
      throw Error{ErrorKind::usage,
                  fmt::format("{} is a family and has no parents of its own; its models' are in "
                              "'stemma ancestors {}', one model's in 'stemma parents OWNER/NAME'",
                              subject.family->name, subject.family->name)};
    }
    ListQuery query;
    query.limit = read_limit();
    reader_.finish();
    const ListAnswer answer = list_parents(*facts_, subject.model, query);
    print_list(answer, list_path(subject, "parents"),
               fmt::format("{} has {}, ghosts and gone models included", subject_text(subject),
                           plural(answer.listing.total, "parent")) +
                   curated_text(answer));
  }

  void children() {
    const Subject subject = resolve();
    ListQuery query = read_query(false, false);
    if (subject.family != nullptr) {
      query.filters.max_depth = 1;
      const ListAnswer answer = list_descendants(*facts_, *subject.family, query);
      return print_list(answer, {},
                        headline(answer, query, "derives directly", "derive directly", subject));
    }
    const ListAnswer answer = list_children(*facts_, subject.model, query);
    print_list(answer, list_path(subject, "children"),
               headline(answer, query, "derives directly", "derive directly", subject));
  }

  void descendants() {
    const Subject subject = resolve();
    const ListQuery query = read_query(false, true);
    const bool family = subject.family != nullptr;
    const ListAnswer answer = family ? list_descendants(*facts_, *subject.family, query)
                                     : list_descendants(*facts_, subject.model, query);
    print_list(answer, list_path(subject, "descendants"),
               headline(answer, query, "descends", "descend", subject));
  }

  void ancestors() {
    const Subject subject = resolve();
    const ListQuery query = read_query(true, true);
    const bool family = subject.family != nullptr;
    const ListAnswer answer = family ? list_ancestors(*facts_, *subject.family, query)
                                     : list_ancestors(*facts_, subject.model, query);
    print_list(answer, list_path(subject, "ancestors"),
               fmt::format("{} from {}, ghosts{} included{}",
                           family ? "The roots of " + subject_text(subject) + " descend"
                                  : subject_text(subject) + " descends",
                           plural(answer.listing.total, "model"),
                           query.filters.include_gone ? " and gone models" : "",
                           filtered() ? ", as filtered" : "") +
                   curated_text(answer));
  }

  void families() {
    const bool any = reader_.choice(param::policy) == "any";
    reader_.finish();
    const FamiliesAnswer answer = list_families(*facts_, any ? Policy::any : Policy::fractional);
    if (globals_.json) return print(families_json(view(), answer) + '\n');
    Table table{{{"FAMILY"},
                 {"OFFICIAL", true},
                 {"DERIVATIVES", true},
                 {any ? "MODELS" : "SHARE", true},
                 {"DOWNLOADS 30D, ALL", true}}};
    const auto share = [&](double models) {
      return any ? grouped(static_cast<std::uint64_t>(models)) : fmt::format("{:.6f}", models);
    };
    for (const FamilyRow& row : answer.items) add_family_row(table, row, share(row.models));
    table.add({"other", "", "", share(answer.other), ""});
    print(fmt::format("{} in {}; policy {}: {}.\n\n{}{}", plural(answer.total, "live model"),
                      snapshot_text(view()), to_string(answer.policy),
                      any ? "a model counts in every family that it descends from"
                          : "a model is one unit, split over its parents",
                      table.text(terminal_width()), marks()));
  }

  void search() {
    if (name().empty()) {
      throw Error{ErrorKind::usage, "the text to search for is empty"};
    }
    const std::size_t limit = read_limit();
    reader_.finish();
    const std::vector<SearchItem> items = stemma::search(*facts_, name(), limit);
    if (globals_.json) return print(search_json(view(), items) + '\n');
    if (items.empty()) {
      return print(fmt::format("Nothing is called anything like '{}' in {}.\n{}", printable(name()),
                               snapshot_text(view()), marks()));
    }
    const auto name_of = [](const SearchItemRow& r) {
      return std::string{r.item.model ? r.view.name(*r.item.model) : r.item.family->name};
    };
    const auto kind_of = [](const SearchItemRow& r) -> std::string {
      if (!r.item.model) return "family";
      const NodeState state = r.view.state[*r.item.model];
      return state == NodeState::live ? "model" : std::string{to_string(state)};
    };
    const Table table = text_table<SearchItemRow>(search_item_fields(),
                                                  {{"NAME", {}, true, 0, name_of},
                                                   {"KIND", {}, false, 0, kind_of},
                                                   {"DESCENDANTS", "descendants"},
                                                   {"DOWNLOADS 30D", "downloads"}},
                                                  items, [&](const SearchItem& item) {
                                                    return SearchItemRow{view(), item};
                                                  });
    print(table.text(terminal_width()) + marks());
  }

  void stats() {
    const std::size_t limit = read_limit();
    reader_.finish();
    UnreadFields troubles;
    try {
      troubles = CrawlLedger{globals_.data, CrawlLedger::Mode::read_only}.troubles(facts_->number(),
                                                                                   limit);
    } catch (const Error& error) {
      // The numbers are in the snapshot; only the list of what was refused is missing.
      spdlog::warn("{}", error.what());
    }
    if (globals_.json) return print(stats_json(*facts_, troubles) + '\n');
    print_stats(troubles);
  }

  void inference() {
    const InferenceAnswer answer = show_inference(*facts_, reader_.flag("measure").value_or(false));
    reader_.finish();
    if (globals_.json) return print(inference_json(view(), answer) + '\n');
    print_inference(answer);
  }

  void snapshots() {
    reader_.finish();
    if (globals_.json) return print(snapshots_json(view()) + '\n');
    const auto partial = [](const SnapshotRow& r) -> std::string {
      return r.partial != 0 ? "yes" : "no";
    };
    const Table table = text_table<SnapshotRow>(
        snapshot_fields(),
        {{"SNAPSHOT", "snapshot"},
         {"OBSERVED AT", "observed_at"},
         {"MODELS", "models"},
         {"EDGES", "edges"},
         {"PARTIAL", {}, false, 0, partial}},
        view().history, [](const SnapshotRow& row) -> const SnapshotRow& { return row; });
    print(table.text(terminal_width()));
  }

 private:
  bool filtered() const {
    return std::any_of(
        invocation_.params.begin(), invocation_.params.end(), [](const Param& param) {
          return param.name != "limit" && param.name != "as_of" && param.name != "sort" &&
                 param.name != "order" && param.name != "curated" && param.name != "include_gone" &&
                 param.name != "include_inferred";
        });
  }

  ListQuery read_query(bool gone_by_default, bool with_depth) {
    ListQuery query = read_list_query(reader_, gone_by_default, with_depth);
    reader_.finish();
    if (invocation_.all) query.limit = std::numeric_limits<NodeId>::max();
    return query;
  }

  /// Which thing was meant: "family qwen", "mistralai/Mistral-7B-v0.1", "the ghost llama3".
  std::string subject_text(const Subject& subject) const {
    if (subject.family != nullptr)
      return (subject.family->top_level() ? "family " : "series ") + subject.family->name;
    const std::string name{view().name(subject.model)};
    switch (view().state[subject.model]) {
      case NodeState::live:
        break;
      case NodeState::gone:
        return "the gone model " + name;
      case NodeState::ghost:
        return "the ghost " + name + " (named as a parent, never observed)";
    }
    return name;
  }

  /// ", 12 of them through curated parents alone"; empty where there are none.
  static std::string curated_text(const ListAnswer& answer) {
    if (answer.curated_only == 0) return {};
    return fmt::format(", {} of them through curated parents alone (--no-curated)",
                       grouped(answer.curated_only));
  }

  /// "2,293 live models descend from family qwen (1,482,379 downloads in 30 days)"
  std::string headline(const ListAnswer& answer, const ListQuery& query, std::string_view verb_one,
                       std::string_view verb_many, const Subject& subject) const {
    const std::uint64_t total = answer.listing.total;
    std::string text = fmt::format(
        "{} {} from {}{}{}{}", plural(total, query.filters.include_gone ? "model" : "live model"),
        total == 1 ? verb_one : verb_many, subject_text(subject),
        query.filters.include_gone ? ", gone ones included" : "", filtered() ? ", as filtered" : "",
        curated_text(answer));
    const CountSum& downloads = answer.listing.downloads;
    if (downloads.known != 0) {
      text += fmt::format(" ({} downloads in 30 days", count_text(downloads.value()));
      if (downloads.unknown != 0)
        text += fmt::format(", {} without a count", grouped(downloads.unknown));
      text += ')';
    } else if (total != 0) {
      text += " (downloads in 30 days: not known)";
    }
    if (subject.family != nullptr && total == 0 &&
        facts_->families().roots(view(), *subject.family).empty()) {
      text += fmt::format("; there is no model of {} in this snapshot", subject_text(subject));
    }
    return text + namesake_text(subject);
  }

  /// What descends from a ghost of the same name, which is most likely this model.
  std::string namesake_text(const Subject& subject) const {
    if (subject.family != nullptr) return {};
    const auto namesake = facts_->ghost_namesake(subject.model);
    if (!namesake) return {};
    return fmt::format("; {} more from the ghost {}, which only this model's name matches",
                       grouped(namesake->descendants), view().name(namesake->ghost));
  }

  /// Where the HTTP API has a list of a model; empty for a family's, which it does not have.
  std::string list_path(const Subject& subject, std::string_view list) const {
    if (subject.family != nullptr) return {};
    return fmt::format("{}/{}", model_path(view().name(subject.model)), list);
  }

  void print_list(const ListAnswer& answer, const std::string& path,
                  const std::string& head) const {
    if (globals_.json) {
      return print(list_json(view(), answer,
                             rest_of(path, answer.listing.items.size(), answer.listing.total)) +
                   '\n');
    }
    std::string out = fmt::format("{}, {}.\n", head, snapshot_text(view()));
    const std::vector<Reached>& items = answer.listing.items;
    if (!items.empty()) {
      out += '\n' + list_table(answer).text(terminal_width());
    }
    std::string notes;
    if (items.size() < answer.listing.total) {
      notes = fmt::format("Showing {} of {}; --all for the rest.\n", grouped(items.size()),
                          grouped(answer.listing.total));
    }
    notes += marks();
    if (!notes.empty()) out += '\n' + notes;
    print(out);
  }

  static std::string name_text(const ListItemRow& r) {
    return name_with_state(r.view, r.reached.node);
  }
  static std::string license_text(const ListItemRow& r) {
    return text_or_dash(r.view.terms[r.view.license[r.reached.node]]);
  }
  static std::string created_text(const ListItemRow& r) {
    return date_text(r.view.created_at[r.reached.node]);
  }
  /// Where the claims stand, each source once.
  static std::string sources_text(const ListItemRow& r) {
    const EdgeRow edge{r.view, r.reached.edge, r.reached.node};
    return fmt::format(
        "{}", fmt::join(edge.sources.begin(), edge.sources.begin() + edge.source_count, ", "));
  }

  Table list_table(const ListAnswer& answer) const {
    const auto row = [&](const Reached& reached) { return ListItemRow{view(), answer, reached}; };
    if (answer.kind == ListKind::edges) {
      return text_table<ListItemRow>(list_item_fields(answer.kind),
                                     {{"MODEL", {}, true, 0, name_text},
                                      {"RELATION", "relation"},
                                      {"CONFIDENCE", "confidence", false, 1},
                                      {"CLAIMED IN", {}, true, 4, sources_text},
                                      {"DOWNLOADS 30D", "downloads", false, 3},
                                      {"LICENSE", {}, true, 2, license_text}},
                                     answer.listing.items, row);
    }
    return text_table<ListItemRow>(list_item_fields(answer.kind),
                                   {{"MODEL", {}, true, 0, name_text},
                                    {"RELATION", "relation"},
                                    {"DEPTH", "depth", false, 4},
                                    {"VIA", "via", true, 3},
                                    {"DOWNLOADS 30D", "downloads"},
                                    {"LIKES", "likes", false, 1},
                                    {"CREATED", {}, false, 2, created_text},
                                    {"LICENSE", "license", true, 2}},
                                   answer.listing.items, row);
  }

  /// "Qwen/Qwen3-8B-Base (its card: ...)" of each parent that is known by hand.
  std::string curated_parents(NodeId node) const {
    std::string text;
    for (EdgeId e = view().parent_begin[node]; e < view().parent_begin[node + 1]; ++e) {
      for (std::uint32_t i = view().claim_begin[e]; i < view().claim_begin[e + 1]; ++i) {
        const StoredClaim& claim = view().claims[i];
        if (claim.source != ClaimSource::curated) continue;
        text += (text.empty() ? "" : "; ") + std::string{view().name(view().parent[e])};
        if (claim.note != 0)
          text += " (" + printable(view().notes[claim.note - std::size_t{1}]) + ')';
      }
    }
    return text;
  }

  void print_model(const ModelAnswer& answer) const {
    const NodeId node = answer.node;
    const auto joined = [](const std::vector<std::string>& texts) {
      std::string all;
      for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
      return text_or_dash(all);
    };
    const auto time = [](UnixSeconds at) { return text_or_dash(format_utc(at)); };
    std::string by_relation;
    for (const Relation relation : kRelations) {
      const std::uint64_t count = answer.by_relation[static_cast<std::size_t>(relation)];
      if (count == 0) continue;
      by_relation += fmt::format("{}{} {}", by_relation.empty() ? ": " : ", ", grouped(count),
                                 to_string(relation));
    }
    std::string out = fmt::format("{} ({}), {}.\n\n", view().name(node),
                                  to_string(view().state[node]), snapshot_text(view()));
    const auto line = [&](std::string_view name, const std::string& value) {
      out += fmt::format("{:<20}{}\n", name, value);
    };
    line("families", joined(answer.families));
    line("children", fmt::format("{} live{}", grouped(answer.children), by_relation));
    std::string descendants = grouped(answer.descendants) + " live";
    if (answer.curated_only != 0)
      descendants +=
          fmt::format(", {} through curated parents alone", grouped(answer.curated_only));
    if (answer.namesake) {
      descendants +=
          fmt::format("; {} more descend from the ghost {}", grouped(answer.namesake->descendants),
                      view().name(answer.namesake->ghost));
    }
    line("descendants", descendants);
    if (const std::string parents = curated_parents(node); !parents.empty())
      line("curated parents", parents);
    line("downloads 30 days", count_text(view().downloads[node]));
    line("downloads all time", count_text(view().downloads_all_time[node]));
    line("likes", count_text(view().likes[node]));
    line("license", text_or_dash(view().terms[view().license[node]]));
    line("pipeline tag", text_or_dash(view().terms[view().pipeline_tag[node]]));
    line("library", text_or_dash(view().terms[view().library[node]]));
    line("parameters", count_text(view().parameters[node]));
    line("created", time(view().created_at[node]));
    line("last modified", time(view().last_modified[node]));
    line("first seen", time(observed_at(view(), view().first_seen[node])));
    line("last seen", time(observed_at(view(), view().last_seen[node])));
    line("hub id", view().hub_id[node].empty() ? "-" : view().hub_id[node].hex());
    if (!answer.aliases.empty()) line("old names", joined(answer.aliases));
    print(out + marks());
  }

  void add_family_row(Table& table, const FamilyRow& row, const std::string& models) const {
    const FamilySummary& summary = *row.summary;
    table.add({row.family->name, grouped(summary.official), grouped(summary.derivatives), models,
               count_text((summary.downloads_official + summary.downloads_derivatives).value())});
  }

  static std::string models_text(std::uint64_t models) { return grouped(models); }
  static std::string models_text(double models) { return fmt::format("{:.6f}", models); }

  void print_family(const FamilyDefinition& family) {
    const Policy policy = reader_.choice(param::policy) == "any" ? Policy::any : Policy::fractional;
    const std::size_t top = reader_.top();
    reader_.finish();
    const FamilyAnswer answer = show_family(*facts_, family, policy);
    if (globals_.json) return print(family_json(view(), answer, top) + '\n');
    std::string out;
    if (answer.fractional != nullptr) {
      out = fmt::format(
          "Family {}: {} of {}, {}; policy fractional: a model is one unit, split over its "
          "parents.\n\n",
          family.name, models_text(answer.fractional->models),
          plural(view().total().models, "live model"), snapshot_text(view()));
      out +=
          fmt::format("{:<28}{}\n{:<28}{}\n", "official", models_text(answer.fractional->official),
                      "derivatives", models_text(answer.fractional->derivatives));
      add_summary(out, *answer.fractional);
    } else {
      const FamilySummary& summary = *answer.family.summary;
      out = fmt::format("Family {}: {} and {}, {}.\n\n", family.name,
                        plural(summary.official, "official model"),
                        plural(summary.derivatives, "live derivative"), snapshot_text(view()));
      if (answer.family.curated_only != 0) {
        out +=
            fmt::format("{:<28}{}  (through curated parents alone; --no-curated leaves them out)\n",
                        "of these derivatives", grouped(answer.family.curated_only));
      }
      if (facts_->families().roots(view(), family).empty())
        out += fmt::format("There is no model of {} in this snapshot.\n", family.name);
      add_summary(out, summary);
    }
    if (!answer.series.empty()) {
      Table table{{{"SERIES"},
                   {"OFFICIAL", true},
                   {"DERIVATIVES", true},
                   {"MODELS", true},
                   {"DOWNLOADS 30D, ALL", true}}};
      for (const FamilyRow& row : answer.series) {
        add_family_row(table, row, grouped(row.summary->official + row.summary->derivatives));
      }
      out += '\n' + table.text(terminal_width());
    }
    print(out + marks());
  }

  /// The numbers of a family, whole or fractional.
  template <class Summary>
  static void add_summary(std::string& out, const Summary& summary) {
    const auto sum = [](const CountSum& value) { return count_text(value.value()); };
    out += fmt::format("{:<28}{}\n", "direct derivatives", models_text(summary.derivatives_direct));
    out += fmt::format("{:<28}{}  ({})\n", "derivatives, burst-adjusted",
                       models_text(summary.derivatives_burst_adjusted), kBurstRule);
    out += fmt::format("{:<28}official {}, derivatives {}\n", "downloads in 30 days",
                       sum(summary.downloads_official), sum(summary.downloads_derivatives));
    add_breakdown(out, "RELATION", summary.by_relation);
    add_breakdown(out, "DEPTH", summary.by_depth);
    add_breakdown(out, "LICENSE", summary.by_license);
    add_breakdown(out, "AUTHOR", summary.by_author);
    add_breakdown(out, "TASK", summary.by_pipeline_tag);
  }

  /// Derivatives by one property, the most frequent values first.
  template <class Count>
  static void add_breakdown(std::string& out, const std::string& title,
                            const std::map<std::string, Count>& counts) {
    if (counts.empty()) return;
    std::vector<std::pair<std::string, Count>> rows(counts.begin(), counts.end());
    std::stable_sort(rows.begin(), rows.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    Table table{{{title, false, true}, {"DERIVATIVES", true}}};
    for (std::size_t i = 0; i < std::min(rows.size(), kBreakdownShown); ++i) {
      table.add({rows[i].first, models_text(rows[i].second)});
    }
    if (rows.size() > kBreakdownShown) {
      Count rest = 0;
      for (std::size_t i = kBreakdownShown; i < rows.size(); ++i) rest += rows[i].second;
      table.add({fmt::format("{} more", rows.size() - kBreakdownShown), models_text(rest)});
    }
    out += '\n' + table.text(terminal_width());
  }

  void print_inference(const InferenceAnswer& answer) const {
    const auto share = [](std::uint64_t right, std::uint64_t wrong) {
      return right + wrong == 0 ? std::string{"-"}
                                : fmt::format("{:.1f} %", 100.0 * static_cast<double>(right) /
                                                              static_cast<double>(right + wrong));
    };
    Table table{{{"RULE"},
                 {"CONFIDENCE", true},
                 {"RIGHT", true},
                 {"WRONG", true},
                 {"OPEN", true, false, 2},
                 {"EXACT", true, false, 1},
                 {"PRECISION", true},
                 {"EDGES HERE", true}}};
    const auto add = [&](const InferenceRuleFacts& rule, const InferenceMeasurement::Row& row,
                         std::uint64_t edges) {
      table.add({std::string{rule.name}, fmt::format("{:.3f}", rule.confidence), grouped(row.right),
                 grouped(row.wrong), grouped(row.unjudged), grouped(row.exact),
                 share(row.right, row.wrong), grouped(edges)});
    };
    std::string out = fmt::format(
        "Parents that {} tells from names alone, for models that declare none; counted only with "
        "--include-inferred\n(rules of {} and more) or --min-confidence. Figures {}.\n\n",
        snapshot_text(view()), kSureEnough, inference_origin());
    for (const InferenceRuleFacts& rule : inference_rules()) {
      add(rule,
          {.right = rule.right,
           .exact = rule.exact,
           .wrong = rule.wrong,
           .unjudged = rule.unjudged},
          answer.edges[static_cast<std::size_t>(rule.rule)]);
    }
    out += table.text(terminal_width());
    const InferenceQuality quality = inference_quality(kSureEnough);
    out += fmt::format(
        "\nRules of {} and more together: right in {:.1f} % of {}, found {:.1f} % of {}.\n\n",
        kSureEnough, 100 * quality.precision(), plural(quality.right + quality.wrong, "case"),
        100 * quality.recall(), plural(quality.declaring, "model"));
    for (const InferenceRuleFacts& rule : inference_rules())
      out += fmt::format("{:<20}{}\n", rule.name, rule.sentence);
    for (std::size_t half = 0; half < answer.measured.size(); ++half) {
      const InferenceMeasurement& measured = answer.measured[half];
      table = Table{{{"RULE"},
                     {"RIGHT", true},
                     {"WRONG", true},
                     {"OPEN", true},
                     {"EXACT", true},
                     {"PRECISION", true}}};
      out += fmt::format("\nMeasured here, half {} of the owners, {} that declare a parent\n", half,
                         plural(measured.declaring, "model"));
      for (const InferenceRuleFacts& rule : inference_rules()) {
        const auto& row = measured.rules[static_cast<std::size_t>(rule.rule)];
        table.add({std::string{rule.name}, grouped(row.right), grouped(row.wrong),
                   grouped(row.unjudged), grouped(row.exact), share(row.right, row.wrong)});
      }
      out += table.text(terminal_width());
    }
    print(out + marks());
  }

  void print_stats(const UnreadFields& troubles) const {
    const SnapshotTotals& total = view().total();
    std::string out =
        fmt::format("{} in {}.\n\n", plural(total.models, "live model"), snapshot_text(view()));
    const auto line = [&](std::string_view name, std::uint64_t value) {
      out += fmt::format("{:<28}{:>14}\n", name, grouped(value));
    };
    line("gone models", total.gone);
    line("ghosts", total.ghosts);
    line("edges", total.edges);
    for (const Relation relation : kRelations) {
      line(fmt::format("  {}", to_string(relation)),
           total.by_relation[static_cast<std::size_t>(relation)]);
    }
    line("  curated alone", facts_->curated_edges().edges);
    line("models that declare a parent", total.declaring);
    line("models with several parents", total.multi_parent);
    line("self references", total.self_references);
    line("cycles", total.cycles);
    line("claims observed", total.claims_observed);
    line("claims kept", total.claims_kept);
    line("claims rejected", total.claims_rejected);
    line("claims on themselves", total.claims_self);
    line("documents rejected", total.rejected_documents);
    if (!troubles.unread.empty()) {
      out += "\nDocuments by the field that could not be read\n";
      for (const auto& [field, documents] : troubles.unread) {
        line("  " + printable(field), documents);
      }
    }
    const std::vector<RejectedDocument>& rejected = troubles.rejected;
    if (!rejected.empty()) {
      Table table{{{"REJECTED", false, true}, {"FIELD"}, {"REASON", false, true}}};
      for (const RejectedDocument& document : rejected) {
        table.add({document.where, text_or_dash(document.field), document.reason});
      }
      out += '\n' + table.text(terminal_width());
      if (rejected.size() < total.rejected_documents) {
        out += fmt::format("The first {} of {}.\n", rejected.size(),
                           grouped(total.rejected_documents));
      }
    }
    print(out + marks());
  }
};

}  // namespace

void add_query_commands(CLI::App& app, CliGlobals& globals) {
  const std::pair<std::string, std::string> any{"NAME", "Family, series, model or part of a name"};
  const auto add = [&](const QueryCommand& command, void (Query::*run)()) {
    return add_query(app, globals, command, [&globals, run](const Invocation& invocation) {
      Query query{globals, invocation};
      (query.*run)();
    });
  };
  add({"show", "What is known of a model or a family", {any}, "show Qwen/Qwen2-7B"}, &Query::show);
  {
    const auto [command, invocation] =
        add({"parents",
             "The models that a model was made from, with the evidence",
             {any},
             "parents MaziyarPanahi/Qwen2-7B-Instruct-v0.1"},
            &Query::parents);
    add_limit(*command, invocation);
  }
  {
    const auto [command, invocation] = add({"children",
                                            "The models made directly from a model or a family",
                                            {any},
                                            "children Qwen/Qwen2-7B --min-downloads 100"},
                                           &Query::children);
    add_list_params(*command, invocation, false);
    add_limit(*command, invocation);
  }
  {
    const auto [command, invocation] = add({"ancestors",
                                            "Everything that a model or a family descends from",
                                            {any},
                                            "ancestors TheBloke/Mistral-7B-v0.1-GGUF"},
                                           &Query::ancestors);
    add_list_params(*command, invocation, true);
    add_limit(*command, invocation);
  }
  {
    const auto [command, invocation] = add({"descendants",
                                            "Everything that descends from a model or a family",
                                            {any},
                                            "descendants qwen2 --min-downloads 1000"},
                                           &Query::descendants);
    add_list_params(*command, invocation, true);
    add_limit(*command, invocation);
  }
  {
    const auto [command, invocation] = add(
        {"families", "All families, with their numbers", {}, "families --json"}, &Query::families);
    add_param(*command, invocation, param::policy);
  }
  {
    const auto [command, invocation] =
        add({"family", "One family or series in numbers", {any}, "family qwen --policy fractional"},
            &Query::family);
    add_param(*command, invocation, param::policy);
    add_param(*command, invocation, param::top);
  }
  {
    const auto [command, invocation] =
        add({"search",
             "Models and families by a part of their name, typos allowed",
             {{"TEXT", "What to look for"}},
             "search qwen2-7b"},
            &Query::search);
    add_limit(*command, invocation);
  }
  {
    const auto [command, invocation] =
        add({"stats",
             "The snapshot in numbers, and the documents that were refused",
             {},
             "stats --json",
             false},
            &Query::stats);
    add_limit(*command, invocation);
  }
  add({"snapshots", "The snapshots that were published", {}, "snapshots", false},
      &Query::snapshots);
  {
    const auto [command, invocation] =
        add({"inference",
             "How parents that nobody declares are told from names, and how well",
             {},
             "inference --measure",
             false},
            &Query::inference);
    add_param(*command, invocation,
              {"measure", ParamType::flag,
               "Measure it on this snapshot, too: hides the declared parents of half of the "
               "owners"});
  }
}

}  // namespace stemma
