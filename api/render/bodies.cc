#include "api/render/bodies.h"

#include <algorithm>

#include <cmath>
#include <memory>

#include "api/chunk_source.h"
#include "api/render/body_parts.h"
#include "api/render/lineage_bodies.h"
#include "graph/augment.h"
#include "graph/burst.h"
#include "graph/infer.h"
#include "schema/relation.h"
#include "schema/text.h"

namespace stemma {
namespace {

constexpr std::size_t kLinesAPiece = 500;

void write_gated(JsonWriter& json, Gated gated) {
  switch (gated) {
    case Gated::unknown:
      return json.null();
    case Gated::no:
      return json.boolean(false);
    case Gated::automatic:
      return json.text("auto");
    case Gated::manual:
      return json.text("manual");
  }
}

void write_texts(JsonWriter& json, const std::vector<std::string>& texts) {
  json.begin_array();
  for (const std::string& text : texts) json.text(text);
  json.end_array();
}

template <class Counts>
void write_relations(JsonWriter& json, const Counts& by_relation) {
  json.begin_object();
  for (const Relation relation : kRelations) {
    json.key(to_string(relation));
    json.number(by_relation[static_cast<std::size_t>(relation)]);
  }
  json.end_object();
}

void write_edge_item(JsonWriter& json, const SnapshotView& view, const Reached& row) {
  json.begin_object();
  json.key("id");
  json.text(view.name(row.node));
  json.key("state");
  json.text(to_string(view.state[row.node]));
  json.key("relation");
  json.text(to_string(view.relation[row.edge]));
  json.key("confidence");
  json.confidence(view.confidence[row.edge]);
  json.key("claims");
  json.begin_array();
  for (std::uint32_t i = view.claim_begin[row.edge]; i < view.claim_begin[row.edge + 1]; ++i) {
    const StoredClaim& claim = view.claims[i];
    json.begin_object();
    json.key("source");
    json.text(to_string(claim.source));
    json.key("text");
    if (claim.source == ClaimSource::inferred) {
      json.text(explain(view, {child_of(view, row.edge), view.parent[row.edge],
                               static_cast<InferenceRule>(claim.note)}));
    } else {
      json.text(view.texts[claim.text]);
    }
    if (claim.source == ClaimSource::curated) {
      json.key("why");
      json.text_or_null(claim.note == 0 ? std::string_view{} : view.notes[claim.note - 1U]);
    }
    json.key("relation");
    json.text(to_string(claim.relation));
    json.key("first_seen");
    json.time(observed_at(view, claim.first_seen));
    json.key("last_seen");
    json.time(observed_at(view, claim.last_seen));
    json.end_object();
  }
  json.end_array();
  json.key("downloads");
  json.count(view.downloads[row.node]);
  json.end_object();
}

void write_lineage_item(JsonWriter& json, const SnapshotView& view, const ListAnswer& answer,
                        const Reached& row) {
  const NodeId node = row.node;
  const bool root = row.depth == 0;
  json.begin_object();
  json.key("id");
  json.text(view.name(node));
  json.key("state");
  json.text(to_string(view.state[node]));
  if (answer.kind == ListKind::family_models) {
    json.key("role");
    json.text(root ? "official" : "derivative");
  }
  json.key("depth");
  json.number(row.depth);
  json.key("relation");
  json.text_or_null(root ? std::string_view{} : to_string(view.relation[row.edge]));
  json.key("via");
  json.text_or_null(root ? std::string_view{} : view.name(row.via));
  json.key("downloads");
  json.count(view.downloads[node]);
  json.key("likes");
  json.count(view.likes[node]);
  json.key("created_at");
  json.time(view.created_at[node]);
  json.key("author");
  json.text_or_null(view.terms[view.author[node]]);
  json.key("license");
  json.text_or_null(view.terms[view.license[node]]);
  json.key("pipeline_tag");
  json.text_or_null(view.terms[view.pipeline_tag[node]]);
  if (answer.impact) write_impact_of(json, answer.impact->rows.at(node));
  json.end_object();
}

void write_item(JsonWriter& json, const SnapshotView& view, const ListAnswer& answer,
                const Reached& row) {
  if (answer.kind == ListKind::edges) {
    write_edge_item(json, view, row);
  } else {
    write_lineage_item(json, view, answer, row);
  }
}

void write_sums(JsonWriter& json, const std::string& key, const CountSum& official,
                const CountSum& derivatives) {
  json.key(key);
  json.begin_object();
  json.key("official");
  json.count(official.value());
  json.key("derivatives");
  json.count(derivatives.value());
  json.end_object();
  json.key(key + "_unknown");
  json.begin_object();
  json.key("official");
  json.number(official.unknown);
  json.key("derivatives");
  json.number(derivatives.unknown);
  json.end_object();
}

void write_family_row(JsonWriter& json, const FamilyRow& row, Policy policy) {
  json.begin_object();
  json.key("name");
  json.text(row.family->name);
  json.key("label");
  json.text(row.family->label);
  json.key("official");
  json.number(row.summary->official);
  json.key("derivatives");
  json.number(row.summary->derivatives);
  json.key("models");
  if (policy == Policy::any) {
    json.number(row.summary->official + row.summary->derivatives);
  } else {
    json.real(row.models);
  }
  json.key("curated_only");
  json.number(row.curated_only);
  write_sums(json, "downloads", row.summary->downloads_official,
             row.summary->downloads_derivatives);
  json.end_object();
}

void write_search_item(JsonWriter& json, const SnapshotView& view, const SearchItem& item) {
  json.begin_object();
  json.key(item.model ? "id" : "name");
  json.text(item.model ? view.name(*item.model) : std::string_view{item.family->name});
  json.key("kind");
  json.text(item.model ? "model" : "family");
  json.key("downloads");
  json.count(item.downloads);
  json.key("descendants");
  json.number(item.descendants);
  json.key("curated_only");
  json.number(item.curated_only);
  json.end_object();
}

void write_unread(JsonWriter& json, const std::map<std::string, std::uint64_t>& unread) {
  json.begin_object();
  for (const auto& [field, documents] : unread) {
    json.key(field);
    json.number(documents);
  }
  json.end_object();
}

}  // namespace

std::string model_body(const SnapshotView& view, const ModelAnswer& answer) {
  const NodeId node = answer.node;
  JsonWriter json;
  json.begin_object();
  json.key("id");
  json.text(view.name(node));
  json.key("hub_id");
  json.text_or_null(view.hub_id[node].empty() ? std::string{} : view.hub_id[node].hex());
  json.key("author");
  json.text_or_null(view.terms[view.author[node]]);
  json.key("state");
  json.text(to_string(view.state[node]));
  write_snapshot(json, view);
  json.key("created_at");
  json.time(view.created_at[node]);
  json.key("last_modified");
  json.time(view.last_modified[node]);
  json.key("first_seen");
  json.time(observed_at(view, view.first_seen[node]));
  json.key("last_seen");
  json.time(observed_at(view, view.last_seen[node]));
  json.key("downloads");
  json.count(view.downloads[node]);
  json.key("downloads_all_time");
  json.count(view.downloads_all_time[node]);
  json.key("likes");
  json.count(view.likes[node]);
  json.key("license");
  json.text_or_null(view.terms[view.license[node]]);
  json.key("pipeline_tag");
  json.text_or_null(view.terms[view.pipeline_tag[node]]);
  json.key("library_name");
  json.text_or_null(view.terms[view.library[node]]);
  json.key("gated");
  write_gated(json, view.gated[node]);
  json.key("parameters");
  json.count(view.parameters[node]);
  json.key("aliases");
  write_texts(json, answer.aliases);
  json.key("families");
  write_texts(json, answer.families);
  json.key("counts");
  json.begin_object();
  json.key("children");
  json.number(answer.children);
  json.key("descendants");
  json.number(answer.descendants);
  json.key("curated_only");
  json.number(answer.curated_only);
  json.key("by_relation");
  write_relations(json, answer.by_relation);
  json.end_object();
  if (answer.namesake) {
    json.key("ghost_namesake");
    json.begin_object();
    json.key("id");
    json.text(view.name(answer.namesake->ghost));
    json.key("descendants");
    json.number(answer.namesake->descendants);
    json.end_object();
  }
  write_marks(json, view);
  json.end_object();
  return json.take();
}

std::string list_body(const SnapshotView& view, const ListAnswer& answer, std::string_view next) {
  JsonWriter json;
  json.begin_object();
  if (answer.kind != ListKind::family_models) {
    json.key("model");
    json.text_or_null(answer.model ? view.name(*answer.model) : std::string_view{});
  }
  if (!answer.family.empty()) {
    json.key("family");
    json.text(answer.family);
  }
  write_snapshot(json, view);
  json.key("total");
  json.number(answer.listing.total);
  if (answer.kind != ListKind::edges) {
    json.key("total_downloads");
    json.count(answer.listing.downloads.value());
    json.key("downloads_unknown");
    json.number(answer.listing.downloads.unknown);
  }
  json.key("curated_only");
  json.number(answer.curated_only);
  if (answer.impact) write_impact(json, *answer.impact);
  json.key("items");
  json.begin_array();
  for (const Reached& row : answer.listing.items) write_item(json, view, answer, row);
  json.end_array();
  json.key("next");
  json.text_or_null(next);
  write_marks(json, view);
  json.end_object();
  return json.take();
}

std::string families_body(const SnapshotView& view, const FamiliesAnswer& answer) {
  JsonWriter json;
  json.begin_object();
  write_snapshot(json, view);
  json.key("policy");
  json.text(to_string(answer.policy));
  json.key("items");
  json.begin_array();
  for (const FamilyRow& row : answer.items) write_family_row(json, row, answer.policy);
  json.end_array();
  json.key("other");
  if (answer.policy == Policy::any) {
    json.number(static_cast<std::uint64_t>(answer.other));
  } else {
    json.real(answer.other);
  }
  json.key("total");
  json.number(answer.total);
  write_marks(json, view);
  json.end_object();
  return json.take();
}

namespace {

void write_models(JsonWriter& json, std::uint64_t models) { json.number(models); }
void write_models(JsonWriter& json, double models) { json.real(models); }

/// What a breakdown leaves out.
template <class Count>
struct LeftOut {
  std::string_view breakdown;
  std::uint64_t names = 0;
  Count derivatives = 0;
};

/// The largest `top` names, ties by name.
template <class Count>
LeftOut<Count> write_breakdown(JsonWriter& json, std::string_view name,
                               const std::map<std::string, Count>& counts, std::size_t top) {
  std::vector<std::pair<std::string_view, Count>> rows(counts.begin(), counts.end());
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  LeftOut<Count> rest{name, 0, 0};
  json.key(name);
  json.begin_object();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i < top) {
      json.key(rows[i].first);
      write_models(json, rows[i].second);
    } else {
      ++rest.names;
      rest.derivatives += rows[i].second;
    }
  }
  json.end_object();
  return rest;
}

template <class Summary>
void write_breakdowns(JsonWriter& json, const Summary& summary, std::size_t top) {
  const auto rests = {write_breakdown(json, "by_relation", summary.by_relation, top),
                      write_breakdown(json, "by_depth", summary.by_depth, top),
                      write_breakdown(json, "by_license", summary.by_license, top),
                      write_breakdown(json, "by_author", summary.by_author, top),
                      write_breakdown(json, "by_pipeline_tag", summary.by_pipeline_tag, top)};
  json.key("others");
  json.begin_object();
  for (const auto& rest : rests) {
    if (rest.names == 0) continue;
    json.key(rest.breakdown);
    json.begin_object();
    json.key("names");
    json.number(rest.names);
    json.key("derivatives");
    write_models(json, rest.derivatives);
    json.end_object();
  }
  json.end_object();
}

/// The numbers of a family, whole or fractional.
template <class Summary>
void write_summary(JsonWriter& json, const Summary& summary, std::uint64_t curated_only,
                   std::size_t top) {
  json.key("official");
  write_models(json, summary.official);
  json.key("derivatives");
  write_models(json, summary.derivatives);
  json.key("derivatives_direct");
  write_models(json, summary.derivatives_direct);
  json.key("derivatives_burst_adjusted");
  write_models(json, summary.derivatives_burst_adjusted);
  json.key("curated_only");
  json.number(curated_only);
  json.key("burst_rule");
  json.text(kBurstRule);
  write_sums(json, "downloads", summary.downloads_official, summary.downloads_derivatives);
  write_sums(json, "downloads_all_time", summary.downloads_all_time_official,
             summary.downloads_all_time_derivatives);
  write_breakdowns(json, summary, top);
}

}  // namespace

std::string family_body(const SnapshotView& view, const FamilyAnswer& answer, std::size_t top) {
  JsonWriter json;
  json.begin_object();
  json.key("name");
  json.text(answer.family.family->name);
  json.key("label");
  json.text(answer.family.family->label);
  write_snapshot(json, view);
  json.key("policy");
  json.text(to_string(answer.fractional != nullptr ? Policy::fractional : Policy::any));
  if (answer.fractional != nullptr) {
    json.key("models");
    json.real(answer.fractional->models);
    write_summary(json, *answer.fractional, answer.family.curated_only, top);
  } else {
    write_summary(json, *answer.family.summary, answer.family.curated_only, top);
  }
  json.key("series");
  json.begin_array();
  for (const FamilyRow& row : answer.series) write_family_row(json, row, Policy::any);
  json.end_array();
  write_marks(json, view);
  json.end_object();
  return json.take();
}

std::string inference_body(const SnapshotView& view, const InferenceAnswer& answer) {
  JsonWriter json;
  const auto figures = [&](std::uint64_t right, std::uint64_t exact, std::uint64_t wrong,
                           std::uint64_t unjudged) {
    for (const auto& [name, value] : {std::pair{"right", right}, std::pair{"exact", exact},
                                      std::pair{"wrong", wrong}, std::pair{"unjudged", unjudged}}) {
      json.key(name);
      json.number(value);
    }
  };
  json.begin_object();
  write_snapshot(json, view);
  json.key("note");
  json.text(inference_origin());
  json.key("rules");
  json.begin_array();
  for (const InferenceRuleFacts& rule : inference_rules()) {
    json.begin_object();
    json.key("rule");
    json.text(rule.name);
    json.key("sentence");
    json.text(rule.sentence);
    json.key("relation");
    json.text(to_string(rule.relation));
    json.key("confidence");
    json.confidence(rule.confidence);
    figures(rule.right, rule.exact, rule.wrong, rule.unjudged);
    json.key("edges");
    json.number(answer.edges[static_cast<std::size_t>(rule.rule)]);
    json.end_object();
  }
  json.end_array();
  const InferenceQuality quality = inference_quality(kSureEnough);
  json.key("include_inferred");
  json.begin_object();
  json.key("min_confidence");
  json.confidence(kSureEnough);
  json.key("precision");
  json.share(quality.precision());
  json.key("recall");
  json.share(quality.recall());
  json.key("declaring");
  json.number(quality.declaring);
  json.end_object();
  json.key("measured_here");
  json.begin_array();
  for (const InferenceMeasurement& half : answer.measured) {
    json.begin_object();
    json.key("declaring");
    json.number(half.declaring);
    for (const InferenceRuleFacts& rule : inference_rules()) {
      const auto& row = half.rules[static_cast<std::size_t>(rule.rule)];
      json.key(rule.name);
      json.begin_object();
      figures(row.right, row.exact, row.wrong, row.unjudged);
      json.end_object();
    }
    json.end_object();
  }
  json.end_array();
  write_marks(json, view);
  json.end_object();
  return json.take();
}

std::string search_body(const SnapshotView& view, const std::vector<SearchItem>& items) {
  JsonWriter json;
  json.begin_object();
  write_snapshot(json, view);
  json.key("items");
  json.begin_array();
  for (const SearchItem& item : items) write_search_item(json, view, item);
  json.end_array();
  write_marks(json, view);
  json.end_object();
  return json.take();
}

std::string families_lines(const SnapshotView& view, const FamiliesAnswer& answer) {
  JsonWriter json;
  for (const FamilyRow& row : answer.items) {
    write_family_row(json, row, answer.policy);
    json.end_line();
  }
  write_end_line(json, view, answer.items.size());
  return json.take();
}

std::string search_lines(const SnapshotView& view, const std::vector<SearchItem>& items) {
  JsonWriter json;
  for (const SearchItem& item : items) {
    write_search_item(json, view, item);
    json.end_line();
  }
  write_end_line(json, view, items.size());
  return json.take();
}

std::string stats_body(SnapshotFacts& facts, const Troubles& troubles) {
  const SnapshotView& view = facts.snapshot();
  const SnapshotTotals& total = view.total();
  const CuratedEdges& curated = facts.curated_edges();
  JsonWriter json;
  json.begin_object();
  write_snapshot(json, view);
  json.key("observed_at");
  json.time(total.observed_at);
  json.key("partial");
  json.boolean(total.partial != 0);
  write_marks(json, view, true);
  json.key("models");
  json.number(total.models);
  json.key("gone");
  json.number(total.gone);
  json.key("ghosts");
  json.number(total.ghosts);
  json.key("edges");
  json.number(total.edges);
  json.key("by_relation");
  write_relations(json, total.by_relation);
  json.key("curated_only");
  json.number(curated.edges);
  json.key("curated_only_by_relation");
  write_relations(json, curated.by_relation);
  json.key("declaring");
  json.number(total.declaring);
  json.key("multi_parent");
  json.number(total.multi_parent);
  json.key("self_references");
  json.number(total.self_references);
  json.key("cycles");
  json.number(total.cycles);
  json.key("claims");
  json.begin_object();
  json.key("observed");
  json.number(total.claims_observed);
  json.key("kept");
  json.number(total.claims_kept);
  json.key("rejected");
  json.number(total.claims_rejected);
  json.key("self");
  json.number(total.claims_self);
  json.end_object();
  json.key("rejected_documents");
  json.number(total.rejected_documents);
  json.key("rejected");
  json.begin_array();
  for (const RejectedDocument& document : troubles.rejected) {
    json.begin_object();
    json.key("where");
    json.text(valid_utf8(document.where));
    json.key("field");
    json.text_or_null(valid_utf8(document.field));
    json.key("reason");
    json.text(valid_utf8(document.reason));
    json.end_object();
  }
  json.end_array();
  json.key("unread_fields");
  write_unread(json, troubles.unread);
  json.end_object();
  return json.take();
}

std::string crawls_body(const std::vector<RunFacts>& runs, const std::vector<Night>& nights) {
  JsonWriter json;
  const auto seconds = [&](UnixSeconds from, UnixSeconds to) {
    if (from == kUnknownTime || to == kUnknownTime) return json.null();
    json.sum(std::max<UnixSeconds>(0, to - from));
  };
  json.begin_object();
  json.key("runs");
  json.begin_array();
  for (const auto& [run, lookups, unread] : runs) {
    json.begin_object();
    json.key("run");
    json.sum(run.id);
    json.key("kind");
    json.text(run.kind);
    json.key("source");
    json.text(valid_utf8(run.source));
    json.key("scope");
    json.text(valid_utf8(run.scope.empty() ? "all" : run.scope));
    json.key("state");
    json.text(run.state);
    json.key("ended");
    json.text_or_null(valid_utf8(run.ended));
    json.key("snapshot");
    json.count(run.snapshot == 0 ? kUnknownCount : std::int64_t{run.snapshot});
    json.key("observed_at");
    json.time(run.observed_at);
    json.key("started_at");
    json.time(run.started_at);
    json.key("finished_at");
    json.time(run.finished_at);
    json.key("seconds");
    seconds(run.started_at, run.finished_at);
    for (const auto& [name, value] :
         {std::pair{"pages", run.pages}, std::pair{"documents", run.documents},
          std::pair{"rejected_documents", run.rejected}, std::pair{"requests", run.requests},
          std::pair{"retries", run.retries}, std::pair{"bytes", run.bytes},
          std::pair{"names_asked", lookups.asked},
          std::pair{"absences_confirmed", lookups.confirmed},
          std::pair{"absences_refuted", lookups.alive}}) {
      json.key(name);
      json.sum(value);
    }
    json.key("unread_fields");
    write_unread(json, unread);
    json.end_object();
  }
  json.end_array();
  json.key("nights");
  json.begin_array();
  for (const Night& night : nights) {
    json.begin_object();
    json.key("night");
    json.sum(night.id);
    json.key("state");
    json.text(night.state);
    json.key("started_at");
    json.time(night.started_at);
    json.key("finished_at");
    json.time(night.finished_at);
    json.key("steps");
    json.begin_array();
    for (const Step& step : night.steps) {
      json.begin_object();
      json.key("name");
      json.text(step.name);
      json.key("state");
      json.text(step.state);
      json.key("seconds");
      seconds(step.started_at, step.finished_at);
      json.key("detail");
      json.text(valid_utf8(step.detail));
      json.end_object();
    }
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

std::string snapshots_body(const SnapshotView& view) {
  JsonWriter json;
  json.begin_array();
  for (const SnapshotRow& row : view.history) {
    json.begin_object();
    json.key("snapshot");
    json.number(row.number);
    json.key("observed_at");
    json.time(row.observed_at);
    json.key("models");
    json.number(row.models);
    json.key("edges");
    json.number(row.edges);
    json.key("partial");
    json.boolean(row.partial != 0);
    json.end_object();
  }
  json.end_array();
  return json.take();
}

std::string verify_body(const VerifyReport& report) {
  JsonWriter json;
  json.begin_object();
  json.key("ok");
  json.boolean(report.ok());
  json.key("problems");
  write_texts(json, report.problems);
  json.key("files_partly_covered");
  json.number(report.files_partly_covered);
  json.key("versions");
  json.number(report.versions);
  json.key("documents");
  json.number(report.documents);
  json.key("snapshots");
  json.begin_array();
  for (const VerifyReport::Snapshot& checked : report.snapshots) {
    json.begin_object();
    json.key("snapshot");
    json.number(checked.totals.number);
    json.key("file");
    json.boolean(checked.file);
    json.key("derived");
    json.boolean(checked.derived);
    json.key("claims");
    json.begin_object();
    for (const auto& [key, count] : {std::pair{"observed", checked.totals.claims_observed},
                                     std::pair{"kept", checked.totals.claims_kept},
                                     std::pair{"rejected", checked.totals.claims_rejected},
                                     std::pair{"self", checked.totals.claims_self}}) {
      json.key(key);
      json.number(count);
    }
    json.end_object();
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

ChunkSource list_lines(SnapshotHandle snapshot, ListAnswer answer) {
  return [snapshot = std::move(snapshot),
          answer = std::make_shared<const ListAnswer>(std::move(answer)), next = std::size_t{0},
          ended = false](std::string& out) mutable {
    if (ended) return false;
    const std::vector<Reached>& items = answer->listing.items;
    JsonWriter json;
    for (std::size_t i = 0; i < kLinesAPiece && next < items.size(); ++i, ++next) {
      write_item(json, *snapshot, *answer, items[next]);
      json.end_line();
    }
    if (next == items.size()) {
      write_end_line(json, *snapshot, items.size());
      ended = true;
    }
    out += json.take();
    return true;
  };
}

}  // namespace stemma
