#include <fmt/format.h>

#include <algorithm>

#include "api/fields/lint_rows.h"
#include "api/web/page.h"
#include "api/web/pages.h"
#include "graph/infer.h"
#include "schema/text.h"

namespace stemma {
namespace {

constexpr std::string_view kQuality = "quality.html";

std::string_view words_of(LintKind kind) {
  switch (kind) {
    case LintKind::self_reference:
      return "A model names itself as its parent.";
    case LintKind::cycle:
      return "A model descends from itself through others.";
    case LintKind::ghost_parent:
      return "A parent was never observed: deleted, private, renamed or misspelt.";
    case LintKind::case_mismatch:
      return "A parent is named in another case than it is written in.";
    case LintKind::renamed_parent:
      return "A parent is named as it was called before.";
    case LintKind::contradictory_relation:
      return "What is said of the relation contradicts itself.";
    case LintKind::child_older_than_parent:
      return "A model is older than its parent.";
    case LintKind::reused_name:
      return "A parent's name was borne by another model when it was written.";
    case LintKind::rejected_claim:
      return "What is given as a parent cannot be the name of a model.";
  }
  return {};
}

std::string share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? "–"
                    : fmt::format("{:.1f} %",
                                  100 * static_cast<double>(part) / static_cast<double>(whole));
}

void add_coverage(Page& page, const SnapshotFacts& facts, const QualityParts& parts) {
  const SnapshotTotals& total = facts.snapshot().total();
  std::uint64_t inferred = 0;
  for (const std::uint64_t count : parts.inference.edges) inferred += count;
  page.section("Coverage");
  page.add("facts_begin");
  page.fact("Live models", grouped(total.models));
  const auto line = [&](std::string_view name, std::uint64_t count) {
    page.fact(name, fmt::format("{} <span class=\"soft\">({})</span>", grouped(count),
                                share(count, total.models)));
  };
  line("Declare a parent", total.declaring);
  line("of them several parents", total.multi_parent);
  line("Declare none, but names tell of one", inferred);
  page.fact("Edges", grouped(total.edges));
  page.fact("Ghosts: parents never observed", grouped(total.ghosts));
  page.fact("Claims that cannot be a name", grouped(total.claims_rejected));
  page.fact("Documents that were refused", grouped(total.rejected_documents));
  page.add("facts_end");
  page.add_from(kQuality, "inferred_note");
}

void add_lint(Page& page, const SnapshotView& view, const QualityParts& parts) {
  page.section("What is wrong in what models say");
  page.add_from(kQuality, "lint_lead");
  struct Row {
    LintKind kind;
    std::uint64_t count;
    bool current;
  };
  std::vector<Row> rows;
  for (std::size_t i = 0; i < kLintKinds; ++i) {
    const auto kind = static_cast<LintKind>(i);
    rows.push_back({kind, parts.lint.by_kind[i], parts.kind && *parts.kind == kind});
  }
  page.table<Row>(
      {},
      {{"Kind",
        {},
        [](const Row& r) {
          const std::string_view name = to_string(r.kind);
          const std::string text = link(fmt::format("/quality?kind={}#lint", name), name);
          return r.current ? "<strong>" + text + "</strong>" : text;
        }},
       {"Findings", {}, [](const Row& r) { return grouped(r.count); }, true},
       {"What it means", {}, [](const Row& r) { return std::string{words_of(r.kind)}; }}},
      rows, [](const Row& row) { return row; },
      [](const Row& r) { return fmt::format("/v1/lint?kind={}", to_string(r.kind)); });
  if (!parts.kind) return;
  page.add_from(kQuality, "lint_kind", arg("kind", to_string(*parts.kind)),
                arg("words", words_of(*parts.kind)), arg("shown", grouped(parts.lint.items.size())),
                arg("total", grouped(parts.lint.total)));
  if (parts.lint.items.empty()) {
    page.soft("None in this snapshot.");
    return;
  }
  page.table<LintItemRow>(lint_item_fields(),
                          {{"Model",
                            {},
                            [](const LintItemRow& r) {
                              const Value id = field_named(lint_item_fields(), "id").get(r);
                              const std::string name = shown(id);
                              return link(page_link(name), name);
                            }},
                           {"Says", "text"},
                           {"Means", "parent"},
                           {"What would mend it", "fix"}},
                          parts.lint.items, [&](const LintItem& item) {
                            return LintItemRow{view, item};
                          });
}

void add_inference(Page& page, const QualityParts& parts) {
  page.section("Parents told from names");
  page.add_from(kQuality, "inference_lead");
  struct Row {
    InferenceRule rule;
    std::uint64_t edges;
  };
  std::vector<Row> rows;
  for (std::size_t i = 0; i < kInferenceRules; ++i)
    rows.push_back({static_cast<InferenceRule>(i), parts.inference.edges[i]});
  page.table<Row>(
      {},
      {{"Rule", {}, [](const Row& r) { return std::string{facts_of(r.rule).sentence}; }},
       {"Models", {}, [](const Row& r) { return grouped(r.edges); }, true},
       {"Confidence",
        {},
        [](const Row& r) { return fmt::format("{:.2f}", facts_of(r.rule).confidence); },
        true}},
      rows, [](const Row& row) { return row; }, [](const Row&) { return "/v1/inference"; });
}

void add_nights(Page& page, const SnapshotView& view, const QualityParts& parts) {
  page.section("Snapshots");
  const UnixSeconds age = parts.now - view.total().observed_at;
  page.paragraph(fmt::format("This snapshot was observed {} ago.",
                             age < 2 * 86'400
                                 ? fmt::format("{} hours", std::max<UnixSeconds>(age, 0) / 3600)
                                 : fmt::format("{} days", age / 86'400)));
  struct Row {
    const SnapshotRow& snapshot;
    std::string flags;
  };
  std::vector<Row> rows;
  constexpr std::size_t kShown = 30;
  const std::size_t count = std::min(kShown, view.history.size());
  for (std::size_t i = 0; i < count; ++i) {
    const SnapshotRow& snapshot = view.history[view.history.size() - 1 - i];
    std::string flags = snapshot.partial != 0 ? "partial" : "";
    for (const RolledSnapshot& rolled : parts.rolled) {
      if (rolled.number != snapshot.number) continue;
      if (rolled.flags.stall) flags += flags.empty() ? "stall" : ", stall";
      if (rolled.flags.rollback) flags += flags.empty() ? "rollback" : ", rollback";
    }
    rows.push_back({snapshot, std::move(flags)});
  }
  page.table<Row>(
      {},
      {{"Snapshot",
        {},
        [](const Row& r) {
          return link(fmt::format("/?as_of={}", r.snapshot.number),
                      fmt::format("{}", r.snapshot.number));
        }},
       {"Observed", {}, [](const Row& r) { return format_utc(r.snapshot.observed_at); }},
       {"Models", {}, [](const Row& r) { return grouped(r.snapshot.models); }, true},
       {"Edges", {}, [](const Row& r) { return grouped(r.snapshot.edges); }, true},
       {"Flags", {}, [](const Row& r) { return r.flags; }}},
      rows, [](const Row& row) { return row; }, [](const Row&) { return "/v1/snapshots"; });
  page.add_from(kList, "source", arg("link", "/v1/snapshots"));
  if (parts.runs.empty()) return;
  page.section("Last crawls and imports");
  page.table<RunFacts>(
      {},
      {{"Began", {}, [](const RunFacts& r) { return format_utc(r.run.started_at); }},
       {"What", {}, [](const RunFacts& r) { return escape_html(r.run.kind); }},
       {"Where it stands", {}, [](const RunFacts& r) { return escape_html(r.run.state); }},
       {"Documents",
        {},
        [](const RunFacts& r) { return grouped(static_cast<std::uint64_t>(r.run.documents)); },
        true}},
      parts.runs, [](const RunFacts& run) -> const RunFacts& { return run; });
}

}  // namespace

std::string quality_page(const SnapshotFacts& facts, const QualityParts& parts) {
  const SnapshotView& view = facts.snapshot();
  Page page{"Quality – Stemma"};
  page.heading("How good is what is known");
  page.add_marks(view);
  add_coverage(page, facts, parts);
  add_lint(page, view, parts);
  add_inference(page, parts);
  add_nights(page, view, parts);
  return page.finish(&view, "/v1/lint");
}

}  // namespace stemma
