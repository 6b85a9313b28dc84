#include "tools/command_lineage.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/fields/lint_rows.h"
#include "api/fields/list_rows.h"
#include "api/query/lineage_queries.h"
#include "api/query/links.h"
#include "api/query/page_link.h"
#include "api/render/answers.h"
#include "api/render/columns.h"
#include "api/render/text_table.h"
#include "schema/relation.h"
#include "tools/query.h"
#include "tools/terminal.h"

namespace stemma {
namespace {

constexpr std::size_t kPathsShown = 10;

class LineageQuery : QueryBase {
 public:
  using QueryBase::QueryBase;

  void path() {
    const NodeId from = resolve_model(invocation_.names[0]);
    const NodeId to = resolve_model(invocation_.names[1]);
    reader_.finish();
    const PathAnswer answer = find_path(*facts_, from, to);
    if (globals_.json) return print(path_json(view(), answer) + '\n');
    const std::vector<Path>& paths = answer.paths.paths;
    std::string out =
        fmt::format("{} derives from {} in {}, {}{} shortest {}, {}.\n",
                    name_of(paths.front().back().node), name_of(paths.front().front().node),
                    plural(answer.paths.length, "step"), answer.paths.truncated ? "more than " : "",
                    paths.size(), paths.size() == 1 ? "path" : "paths", snapshot_text(view()));
    const std::size_t shown = invocation_.all ? paths.size() : std::min(paths.size(), kPathsShown);
    for (std::size_t i = 0; i < shown; ++i) {
      out += '\n' + name_of(paths[i].front().node) + license_of(paths[i].front().node) + '\n';
      for (std::size_t step = 1; step < paths[i].size(); ++step) {
        const auto& [node, edge] = paths[i][step];
        out += fmt::format("{:{}}-> {}  {} ({:.2f}){}\n", "", 2 * step, name_of(node),
                           to_string(view().relation[edge]), view().confidence[edge],
                           license_of(node));
      }
    }
    if (shown < paths.size())
      out += fmt::format("\nShowing {} of {}; --all for the rest.\n", shown, paths.size());
    print(out + marks());
  }

  void common() {
    const NodeId a = resolve_model(invocation_.names[0]);
    const NodeId b = resolve_model(invocation_.names[1]);
    reader_.finish();
    const CommonAnswer answer = find_common(*facts_, a, b);
    if (globals_.json) return print(common_json(view(), answer) + '\n');
    std::string out = fmt::format(
        "{} and {} have {} in common, themselves and ghosts included, {}.\n", view().name(a),
        view().name(b), plural(answer.items.size(), "ancestor"), snapshot_text(view()));
    Table table{{{"MODEL", false, true},
                 {"STEPS FROM 1ST", true},
                 {"FROM 2ND", true},
                 {"NEAREST"},
                 {"LICENSE", false, true, 1}}};
    for (const CommonAncestor& item : answer.items) {
      table.add({name_of(item.node), std::to_string(item.depths[0]), std::to_string(item.depths[1]),
                 item.nearest ? "yes" : "", text_or_dash(declared_license(view(), item.node))});
    }
    if (!answer.items.empty()) out += '\n' + table.text(terminal_width());
    print(out + marks());
  }

  void dominators() {
    const NodeId model = resolve_model(name());
    reader_.finish();
    const DominatorsAnswer answer = find_dominators(*facts_, model);
    if (globals_.json) return print(dominators_json(view(), answer) + '\n');
    std::string out;
    if (answer.root) {
      out = fmt::format("{} declares no parent: it is a root, {}.\n", name_of(model),
                        snapshot_text(view()));
    } else if (answer.items.empty()) {
      out = fmt::format("{} comes from several roots by paths that share no model, {}.\n",
                        name_of(model), snapshot_text(view()));
    } else {
      out =
          fmt::format("Every path from a root to {} goes through {}, the nearest first, {}.\n\n",
                      name_of(model), plural(answer.items.size(), "model"), snapshot_text(view()));
      for (const NodeId node : answer.items)
        out += fmt::format("{}{}\n", name_of(node), license_of(node));
    }
    print(out + marks());
  }

  void impact() {
    const NodeId model = resolve_model(name());
    ListQuery query = read_list_query(reader_, false);
    const auto exposures = read_exposures(reader_);
    reader_.finish();
    if (invocation_.all) query.limit = std::numeric_limits<NodeId>::max();
    const ListAnswer answer = list_impact(*facts_, model, exposures, query);
    const std::string path = model_path(view().name(model)) + "/impact";
    if (globals_.json)
      return print(list_json(view(), answer,
                             rest_of(path, answer.listing.items.size(), answer.listing.total)) +
                   '\n');
    const Impact& impact = *answer.impact;
    std::string out = fmt::format("If {} were withdrawn: live models downstream, {}.\n\n",
                                  name_of(model), snapshot_text(view()));
    Table sums{{{"", false, true}, {"MODELS", true}, {"DOWNLOADS 30D", true}}};
    const auto add = [&](std::string what, const Impact::Sum& sum) {
      sums.add({std::move(what), grouped(sum.models), count_text(sum.downloads.value())});
    };
    const auto by = [&](Exposure exposure) -> const Impact::Sum& {
      return impact.by_exposure[static_cast<std::size_t>(exposure)];
    };
    add("carry its weights (finetune, quantized, merge)", by(Exposure::carries));
    add("only refer to weights (adapters)", by(Exposure::refers));
    add("  of these, to its own: unusable without it", impact.needs);
    add("not known: a relation on the way is not given", by(Exposure::unknown));
    add("of all, have no other source", impact.only_source);
    out += sums.text(terminal_width());
    const auto name = [](const ListItemRow& r) { return name_with_state(r.view, r.reached.node); };
    const Table table = text_table<ListItemRow>(list_item_fields(answer.kind),
                                                {{"MODEL", {}, true, 0, name},
                                                 {"EXPOSURE", "exposure"},
                                                 {"NEEDS IT", "needs", false, 2},
                                                 {"ONLY SOURCE", "only_source", false, 3},
                                                 {"RELATION", "relation", false, 1},
                                                 {"DEPTH", "depth", false, 4},
                                                 {"DOWNLOADS 30D", "downloads"}},
                                                answer.listing.items, [&](const Reached& reached) {
                                                  return ListItemRow{view(), answer, reached};
                                                });
    if (!answer.listing.items.empty()) out += '\n' + table.text(terminal_width());
    out += showing(answer.listing.items.size(), answer.listing.total);
    print(out + marks());
  }

  void licenses() {
    const NodeId model = resolve_model(name());
    reader_.finish();
    const LicensesAnswer answer = show_licenses(*facts_, model);
    if (globals_.json) return print(licenses_json(view(), answer) + '\n');
    std::string out = fmt::format(
        "{} declares {}; {}: {}, {}.\n", name_of(model),
        text_or_dash(declared_license(view(), model)),
        answer.verdict ? "against its ancestors' licences" : "it has no ancestors",
        answer.verdict ? to_string(*answer.verdict) : "nothing to compare", snapshot_text(view()));
    Table table{{{"ANCESTOR", false, true},
                 {"DEPTH", true, false, 1},
                 {"LICENSE"},
                 {"VERDICT"},
                 {"WHY", false, true, 2}}};
    for (const AncestorLicense& item : answer.items) {
      table.add({name_of(item.node), std::to_string(item.depth),
                 text_or_dash(declared_license(view(), item.node)),
                 std::string{to_string(item.comparison.verdict)}, item.comparison.reason});
    }
    if (!answer.items.empty()) {
      out += '\n' + table.text(terminal_width());
      for (const AncestorLicense& item : answer.items) {
        if (item.comparison.verdict != LicenseVerdict::relaxes &&
            item.comparison.verdict != LicenseVerdict::contradicts)
          continue;
        out += fmt::format("\n{} {}: {}.\n ", view().name(model),
                           to_string(item.comparison.verdict), item.comparison.reason);
        for (std::size_t i = 0; i < item.path.size(); ++i)
          out += fmt::format(" {}{} ({})", i == 0 ? "" : "-> ", view().name(item.path[i]),
                             text_or_dash(declared_license(view(), item.path[i])));
        out += '\n';
      }
      out += "\nA comparison of what the licences' texts say, not advice.\n";
    }
    print(out + marks());
  }

  void history() {
    const NodeId model = resolve_model(name());
    reader_.finish();
    const HistoryAnswer answer = show_history(*facts_, model);
    if (globals_.json) return print(history_json(view(), answer) + '\n');
    const auto seen = [&](SnapshotNumber number) {
      const std::string text = format_utc(observed_at(view(), number));
      return text_or_dash(text);
    };
    std::string out = fmt::format("{}, first seen {}, last seen {}, {}.\n", name_of(model),
                                  seen(view().first_seen[model]), seen(view().last_seen[model]),
                                  snapshot_text(view()));
    if (answer.names.size() > 1) {
      Table names{{{"NAME", false, true}, {"UNTIL"}}};
      for (const auto& [text, until] : answer.names)
        names.add({std::string{text}, until == 0 ? "today" : seen(until)});
      out += '\n' + names.text(terminal_width());
    }
    for (const auto& [node, until] : answer.borne_before_by) {
      out += fmt::format(
          "\nUntil {}, {} bore this name: claims that were made by then mean that model.\n",
          seen(until), name_of(node));
    }
    Table claims{{{"NAMED PARENT", false, true},
                  {"SOURCE"},
                  {"RELATION"},
                  {"FIRST SEEN"},
                  {"LAST SEEN"},
                  {"TODAY", false, true}}};
    for (const HistoryAnswer::Said& said : answer.claims) {
      claims.add({printable(view().texts[said.claim.text]),
                  std::string{to_string(said.claim.source)},
                  std::string{to_string(said.claim.relation)}, seen(said.claim.first_seen),
                  seen(said.claim.last_seen),
                  said.parent != kNoNode ? name_of(said.parent)
                  : said.current         ? "no edge"
                                         : "no more"});
    }
    out +=
        answer.claims.empty() ? "It never named a parent.\n" : '\n' + claims.text(terminal_width());
    print(out + marks());
  }

  void lint() {
    const auto kinds = read_lint_kinds(reader_);
    const std::size_t limit = read_limit();
    reader_.finish();
    const LintAnswer answer = list_lint(*facts_, kinds, 0, limit);
    if (globals_.json)
      return print(
          lint_json(view(), answer, rest_of("/v1/lint", answer.items.size(), answer.total)) + '\n');
    std::string out = fmt::format("{} in what live models say of their parents, {}.\n\n",
                                  plural(answer.total, "finding"), snapshot_text(view()));
    Table sums{{{"KIND"}, {"FINDINGS", true}}};
    for (std::size_t i = 0; i < kLintKinds; ++i)
      sums.add({std::string{to_string(static_cast<LintKind>(i))}, grouped(answer.by_kind[i])});
    out += sums.text(terminal_width());
    const Table table = text_table<LintItemRow>(lint_item_fields(),
                                                {{"MODEL", "id", true},
                                                 {"KIND", "kind"},
                                                 {"TEXT", "text", true},
                                                 {"CARD LINE THAT FIXES IT", "fix", true, 1}},
                                                answer.items, [&](const LintItem& item) {
                                                  return LintItemRow{view(), item};
                                                });
    if (!answer.items.empty()) out += '\n' + table.text(terminal_width());
    out += showing(answer.items.size(), answer.total);
    print(out + marks());
  }

 private:
  [[nodiscard]] std::string name_of(NodeId node) const { return name_with_state(view(), node); }

  [[nodiscard]] std::string license_of(NodeId node) const {
    const std::string_view license = declared_license(view(), node);
    return license.empty() ? std::string{} : fmt::format("  [{}]", printable(license));
  }

  static std::string showing(std::size_t shown, std::uint64_t total) {
    if (shown >= total) return {};
    return fmt::format("\nShowing {} of {}; --all for the rest.\n", grouped(shown), grouped(total));
  }
};

}  // namespace

void add_lineage_commands(CLI::App& app, CliGlobals& globals) {
  const auto add = [&](const QueryCommand& command, void (LineageQuery::*run)()) {
    return add_query(app, globals, command, [&globals, run](const Invocation& invocation) {
      LineageQuery query{globals, invocation};
      (query.*run)();
    });
  };
  const std::pair<std::string, std::string> model{"MODEL", "A model, or the end of its name"};
  {
    const auto [command, invocation] =
        add({"path",
             "How one model derives from another: all shortest paths",
             {{"FROM", "One model"}, {"TO", "The other; whichever derives from the other"}},
             "path meta-llama/Llama-2-7b-hf TheBloke/Llama-2-7B-GGUF"},
            &LineageQuery::path);
    command->add_flag("--all", invocation->all, "Every path, not only the first 10");
  }
  add({"common",
       "What two models both descend from",
       {{"ONE", "A model"}, {"OTHER", "Another"}},
       "common TheBloke/zephyr-7B-beta-GGUF HuggingFaceH4/mistral-7b-sft-beta"},
      &LineageQuery::common);
  add({"dominators",
       "The models that every path from a root to a model goes through",
       {model},
       "dominators TheBloke/zephyr-7B-beta-GGUF"},
      &LineageQuery::dominators);
  {
    const auto [command, invocation] =
        add({"impact",
             "What a model's withdrawal would mean for those downstream",
             {model},
             "impact mistralai/Mistral-7B-v0.1 --min-downloads 1000"},
            &LineageQuery::impact);
    add_param(*command, invocation, param::exposure);
    add_list_params(*command, invocation, true);
    add_limit(*command, invocation);
  }
  add({"licenses",
       "The licences that a model descends from, and how its own stands to them",
       {model},
       "licenses TheBloke/zephyr-7B-beta-GGUF"},
      &LineageQuery::licenses);
  add({"history",
       "What a model was called and which parents it named, and when",
       {model},
       "history Qwen/Qwen2-7B"},
      &LineageQuery::history);
  {
    const auto [command, invocation] =
        add({"lint",
             "What is wrong in what models say of their parents, and what would mend it",
             {},
             "lint --kind rejected_claim,cycle",
             false},
            &LineageQuery::lint);
    add_param(*command, invocation, param::lint_kind);
    add_limit(*command, invocation);
  }
}

}  // namespace stemma
