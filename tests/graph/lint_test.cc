#include "graph/lint.h"

#include "graph/build.h"
#include "tests/support/catch.h"
#include "tests/support/lineage.h"

namespace stemma {
namespace {

using Lines = std::vector<std::string>;

Lines lint_of(const SnapshotView& view) {
  Lines lines;
  for (const LintItem& item : find_lint(view)) {
    lines.push_back(std::string{to_string(item.kind)} + ' ' + std::string{view.name(item.node)} +
                    " | " + lint_text(view, item) + " | " + lint_fix(view, item));
  }
  return lines;
}

/// One model with claims as (source, relation, text).
struct Said {
  ClaimSource source;
  Relation relation;
  const char* text;
};
ModelState model(int number, const char* name, std::vector<Said> said, UnixSeconds created = 100) {
  ModelState state;
  state.record.id.bytes[11] = static_cast<std::uint8_t>(number);
  state.record.name = name;
  state.record.created_at = created;
  state.first_seen = state.last_seen = 1;
  for (const Said& one : said) {
    state.record.claims.push_back(
        {.source = one.source, .relation = one.relation, .parent_id = {}, .text = one.text});
    state.claim_spans.push_back({1, 1});
  }
  return state;
}

SnapshotColumns built(std::vector<ModelState> models, std::vector<AliasState> aliases = {}) {
  BuildInput input;
  input.models = std::move(models);
  input.aliases = std::move(aliases);
  input.head.number = 1;
  return build_snapshot(input);
}

constexpr auto kTag = ClaimSource::tag;
constexpr auto kCard = ClaimSource::card;
constexpr auto kNone = Relation::unspecified;

TEST_CASE("a name without an owner means the one model of that name that many use",
          "[graph][lint]") {
  const auto columns = lineage_of(
      "org/bert downloads=20000\ncopy/bert downloads=5\n?bert -finetune-> x/a\n"
      "?lost/bert -finetune-> x/b\n");
  const auto view = view_of(columns);
  std::vector<std::string> fixes;
  for (const LintItem& item : find_lint(view)) fixes.push_back(lint_fix(view, item));
  CHECK(fixes == std::vector<std::string>{"base_model: org/bert", ""});
}

TEST_CASE("each kind of lint, with the card line that mends it", "[graph][lint]") {
  HubId base;
  base.bytes[11] = 1;
  const SnapshotColumns columns =
      built({model(1, "acme/Base", {}),
             model(2, "x/case", {{kTag, kNone, "ACME/base"}, {kCard, kNone, " ACME/base "}}),
             model(3, "x/self", {{kTag, kNone, "x/self"}, {kTag, kNone, "acme/Base"}}),
             model(4, "x/ghost", {{kTag, kNone, "lost/Base"}}),
             model(5, "x/nobody", {{kTag, kNone, "lost/nothing#1"}}),
             model(6, "x/renamed", {{kTag, kNone, "acme/old"}, {kTag, kNone, "lost/z"}}),
             model(7, "x/Base-GGUF", {{kTag, Relation::finetune, "acme/Base"}}),
             model(8, "x/two",
                   {{kTag, Relation::merge, "acme/Base"}, {kCard, Relation::adapter, "acme/Base"}}),
             model(9, "x/young", {{kTag, kNone, "acme/Base"}}, 50),
             model(10, "x/path", {{kCard, kNone, "C:\\models\\x"}, {kTag, kNone, "acme/Base"}}),
             model(11, "r/one", {{kTag, kNone, "r/two"}}, 100),
             model(12, "r/two", {{kTag, kNone, "r/one"}}, 200)},
            {{"acme/OLD", base, 1}});
  CHECK(lint_of(view_of(columns)) ==
        Lines{
            "self_reference x/self | x/self | base_model: acme/Base",
            "cycle r/one | r/two | base_model: []",
            "cycle r/two | r/one | ",
            "ghost_parent x/ghost | lost/Base | base_model: acme/Base",
            "ghost_parent x/nobody | lost/nothing#1 | ",
            "ghost_parent x/renamed | lost/z | ",
            "case_mismatch x/case | ACME/base | base_model: acme/Base",
            "case_mismatch x/case |  ACME/base  | base_model: acme/Base",
            "renamed_parent x/renamed | acme/old | base_model: [acme/Base, lost/z]",
            "contradictory_relation x/Base-GGUF | tag: finetune; name: quantized | "
            "base_model_relation: quantized",
            "contradictory_relation x/two | tag: merge; card: adapter | base_model_relation: merge",
            "child_older_than_parent r/one | r/two | ",
            "child_older_than_parent x/young | acme/Base | ",
            "rejected_claim x/path | C:\\models\\x | base_model: acme/Base",
        });
}

TEST_CASE("names that YAML would read otherwise are quoted", "[graph][lint]") {
  const SnapshotColumns columns = built({model(1, "x/y",
                                               {{kTag, kNone, "x/y"},
                                                {kTag, kNone, "gpt2"},
                                                {kTag, kNone, "no"},
                                                {kTag, kNone, "it's/so"}})});
  CHECK(lint_of(view_of(columns)).front() ==
        "self_reference x/y | x/y | base_model: ['gpt2', 'it''s/so', 'no']");
}

TEST_CASE("what is gone or guessed is no lint, and words are read back", "[graph][lint]") {
  const SnapshotColumns columns = lineage_of("!a/gone -finetune-> b/x\n?c/lost -finetune-> !d/y\n");
  CHECK(lint_of(view_of(columns)).empty());
  for (std::size_t i = 0; i < kLintKinds; ++i) {
    const auto kind = static_cast<LintKind>(i);
    CHECK(parse_lint_kind(to_string(kind)) == kind);
  }
  CHECK_FALSE(parse_lint_kind("nonsense"));
}

}  // namespace
}  // namespace stemma
