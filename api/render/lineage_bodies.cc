#include "api/render/lineage_bodies.h"

#include "api/chunk_source.h"
#include "api/render/body_parts.h"
#include "schema/relation.h"

namespace stemma {
namespace {

constexpr std::size_t kLinesAPiece = 500;

void write_name(JsonWriter& json, const SnapshotView& view, std::string_view key, NodeId node) {
  json.key(key);
  json.text_or_null(node == kNoNode ? std::string_view{} : view.name(node));
}

/// `id`, `state` and `license` of a node.
void write_node(JsonWriter& json, const SnapshotView& view, NodeId node) {
  write_name(json, view, "id", node);
  json.key("state");
  json.text(to_string(view.state[node]));
  json.key("license");
  json.text_or_null(view.terms[view.license[node]]);
}

/// Begins the body of an answer about one model.
void begin_model_body(JsonWriter& json, const SnapshotView& view, NodeId model) {
  json.begin_object();
  write_name(json, view, "model", model);
  write_snapshot(json, view);
}

std::string finished(JsonWriter& json, const SnapshotView& view) {
  write_marks(json, view);
  json.end_object();
  return json.take();
}

void write_sum(JsonWriter& json, std::string_view key, const Impact::Sum& sum) {
  json.key(key);
  json.begin_object();
  json.key("models");
  json.number(sum.models);
  json.key("downloads");
  json.count(sum.downloads.value());
  json.key("downloads_unknown");
  json.number(sum.downloads.unknown);
  json.key("curated_only");
  json.number(sum.curated_only);
  json.end_object();
}

void write_lint_item(JsonWriter& json, const SnapshotView& view, const LintItem& item) {
  json.begin_object();
  json.key("kind");
  json.text(to_string(item.kind));
  write_name(json, view, "id", item.node);
  write_name(json, view, "parent", item.parent);
  json.key("text");
  json.text(lint_text(view, item));
  json.key("fix");
  json.text_or_null(lint_fix(view, item));
  json.end_object();
}

}  // namespace

std::string path_body(const SnapshotView& view, const PathAnswer& answer) {
  JsonWriter json;
  json.begin_object();
  write_name(json, view, "from", answer.from);
  write_name(json, view, "to", answer.to);
  write_snapshot(json, view);
  json.key("length");
  json.number(answer.paths.length);
  json.key("paths");
  json.begin_array();
  for (const Path& path : answer.paths.paths) {
    json.begin_array();
    for (std::size_t i = 0; i < path.size(); ++i) {
      json.begin_object();
      write_node(json, view, path[i].node);
      json.key("relation");
      json.text_or_null(i == 0 ? std::string_view{} : to_string(view.relation[path[i].edge]));
      json.key("confidence");
      if (i == 0) {
        json.null();
      } else {
        json.confidence(view.confidence[path[i].edge]);
      }
      json.end_object();
    }
    json.end_array();
  }
  json.end_array();
  json.key("truncated");
  json.boolean(answer.paths.truncated);
  return finished(json, view);
}

std::string common_body(const SnapshotView& view, const CommonAnswer& answer) {
  JsonWriter json;
  json.begin_object();
  json.key("models");
  json.begin_array();
  for (const NodeId model : answer.models) json.text(view.name(model));
  json.end_array();
  write_snapshot(json, view);
  json.key("total");
  json.number(answer.items.size());
  json.key("items");
  json.begin_array();
  for (const CommonAncestor& item : answer.items) {
    json.begin_object();
    write_node(json, view, item.node);
    json.key("depths");
    json.begin_array();
    for (const std::uint32_t depth : item.depths) json.number(depth);
    json.end_array();
    json.key("nearest");
    json.boolean(item.nearest);
    json.end_object();
  }
  json.end_array();
  return finished(json, view);
}

std::string dominators_body(const SnapshotView& view, const DominatorsAnswer& answer) {
  JsonWriter json;
  begin_model_body(json, view, answer.model);
  json.key("root");
  json.boolean(answer.root);
  json.key("total");
  json.number(answer.items.size());
  json.key("items");
  json.begin_array();
  for (const NodeId node : answer.items) {
    json.begin_object();
    write_node(json, view, node);
    json.end_object();
  }
  json.end_array();
  return finished(json, view);
}

std::string licenses_body(const SnapshotView& view, const LicensesAnswer& answer) {
  JsonWriter json;
  begin_model_body(json, view, answer.model);
  json.key("license");
  json.text_or_null(view.terms[view.license[answer.model]]);
  json.key("license_name");
  json.text_or_null(view.terms[view.license_name[answer.model]]);
  json.key("verdict");
  json.text_or_null(answer.verdict ? to_string(*answer.verdict) : std::string_view{});
  json.key("total");
  json.number(answer.items.size());
  json.key("items");
  json.begin_array();
  for (const AncestorLicense& item : answer.items) {
    json.begin_object();
    write_node(json, view, item.node);
    json.key("license_name");
    json.text_or_null(view.terms[view.license_name[item.node]]);
    json.key("depth");
    json.number(item.depth);
    json.key("verdict");
    json.text(to_string(item.comparison.verdict));
    json.key("reason");
    json.text(item.comparison.reason);
    json.key("path");
    json.begin_array();
    for (const NodeId node : item.path) json.text(view.name(node));
    json.end_array();
    json.end_object();
  }
  json.end_array();
  return finished(json, view);
}

std::string license_table_body() {
  JsonWriter json;
  json.begin_array();
  for (const LicenseTerms& terms : license_table()) {
    json.begin_object();
    json.key("license");
    json.text(terms.id);
    json.key("conditions");
    json.begin_array();
    for (const std::string_view word : condition_words(terms.conditions)) json.text(word);
    json.end_array();
    const auto list = [&](std::string_view key, std::string_view words) {
      json.key(key);
      json.begin_array();
      while (!words.empty()) {
        const auto end = words.find(' ');
        json.text(words.substr(0, end));
        words = end == std::string_view::npos ? std::string_view{} : words.substr(end + 1);
      }
      json.end_array();
    };
    list("or_under", terms.or_under);
    list("also_written", terms.aliases);
    json.end_object();
  }
  json.end_array();
  return json.take();
}

std::string history_body(const SnapshotView& view, const HistoryAnswer& answer) {
  JsonWriter json;
  begin_model_body(json, view, answer.model);
  json.key("state");
  json.text(to_string(view.state[answer.model]));
  json.key("first_seen");
  json.time(observed_at(view, view.first_seen[answer.model]));
  json.key("last_seen");
  json.time(observed_at(view, view.last_seen[answer.model]));
  json.key("names");
  json.begin_array();
  for (const HistoryAnswer::Name& name : answer.names) {
    json.begin_object();
    json.key("name");
    json.text(name.name);
    json.key("until");
    json.time(observed_at(view, name.until));
    json.end_object();
  }
  json.end_array();
  json.key("borne_before_by");
  json.begin_array();
  for (const HistoryAnswer::Bearer& bearer : answer.borne_before_by) {
    json.begin_object();
    write_name(json, view, "id", bearer.node);
    json.key("until");
    json.time(observed_at(view, bearer.until));
    json.end_object();
  }
  json.end_array();
  json.key("claims");
  json.begin_array();
  for (const HistoryAnswer::Said& said : answer.claims) {
    json.begin_object();
    json.key("source");
    json.text(to_string(said.claim.source));
    json.key("text");
    json.text(view.texts[said.claim.text]);
    json.key("relation");
    json.text(to_string(said.claim.relation));
    write_name(json, view, "parent", said.parent);
    json.key("current");
    json.boolean(said.current);
    json.key("first_seen");
    json.time(observed_at(view, said.claim.first_seen));
    json.key("last_seen");
    json.time(observed_at(view, said.claim.last_seen));
    json.end_object();
  }
  json.end_array();
  return finished(json, view);
}

std::string lint_body(const SnapshotView& view, const LintAnswer& answer, std::string_view next) {
  JsonWriter json;
  json.begin_object();
  write_snapshot(json, view);
  json.key("total");
  json.number(answer.total);
  json.key("by_kind");
  json.begin_object();
  for (std::size_t i = 0; i < kLintKinds; ++i) {
    json.key(to_string(static_cast<LintKind>(i)));
    json.number(answer.by_kind[i]);
  }
  json.end_object();
  json.key("items");
  json.begin_array();
  for (const LintItem& item : answer.items) write_lint_item(json, view, item);
  json.end_array();
  json.key("next");
  json.text_or_null(next);
  return finished(json, view);
}

ChunkSource lint_lines(SnapshotHandle snapshot, LintAnswer answer) {
  const auto held = std::make_shared<const LintAnswer>(std::move(answer));
  return [snapshot = std::move(snapshot), held, next = std::size_t{0},
          ended = false](std::string& out) mutable {
    if (ended) return false;
    JsonWriter json;
    for (std::size_t i = 0; i < kLinesAPiece && next < held->items.size(); ++i, ++next) {
      write_lint_item(json, *snapshot, held->items[next]);
      json.end_line();
    }
    if (next == held->items.size()) {
      write_end_line(json, *snapshot, next);
      ended = true;
    }
    out += json.take();
    return true;
  };
}

void write_impact_of(JsonWriter& json, const ImpactRow& row) {
  json.key("exposure");
  json.text(to_string(row.exposure));
  json.key("needs");
  json.boolean(row.needs);
  json.key("only_source");
  json.boolean(row.only_source);
}

void write_impact(JsonWriter& json, const Impact& impact) {
  json.key("impact");
  json.begin_object();
  for (const Exposure exposure : {Exposure::carries, Exposure::refers, Exposure::unknown})
    write_sum(json, to_string(exposure), impact.by_exposure[static_cast<std::size_t>(exposure)]);
  write_sum(json, "needs", impact.needs);
  write_sum(json, "only_source", impact.only_source);
  json.end_object();
}

}  // namespace stemma
