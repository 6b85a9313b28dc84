#include "api/fields/list_rows.h"

#include <algorithm>

#include "api/fields/answer_parts.h"
#include "api/fields/model_rows.h"
#include "graph/infer.h"

namespace stemma {
namespace {

constexpr Field<ClaimRow> kClaimFields[] = {
    {"source", FieldType::text, Presence::always,
     "Where it stands: base_models, tag, card, peft, alias, curated or inferred.",
     [](const ClaimRow& r) { return Value{to_string(r.claim.source)}; }},
    {"text", FieldType::text, Presence::always,
     "The parent as it is written there; of an inferred one, how it was concluded.",
     [](const ClaimRow& r) {
       if (r.claim.source != ClaimSource::inferred) return Value{r.view.texts[r.claim.text]};
       return Value{std::string{explain(r.view, {child_of(r.view, r.edge), r.view.parent[r.edge],
                                                 static_cast<InferenceRule>(r.claim.note)})}};
     }},
    {"why", FieldType::text, Presence::optional, "What a curated claim rests on.",
     [](const ClaimRow& r) {
       if (r.claim.source != ClaimSource::curated) return Value{LeftOut{}};
       return r.claim.note == 0 ? Value{} : text_value(r.view.notes[r.claim.note - std::size_t{1}]);
     }},
    {"relation", FieldType::text, Presence::always, "The relation that it states.",
     [](const ClaimRow& r) { return Value{to_string(r.claim.relation)}; }},
    {"first_seen", FieldType::time, Presence::or_null,
     "Observation time of the first snapshot with it.",
     [](const ClaimRow& r) { return time_value(observed_at(r.view, r.claim.first_seen)); }},
    {"last_seen", FieldType::time, Presence::or_null,
     "Observation time of the last snapshot with it.",
     [](const ClaimRow& r) { return time_value(observed_at(r.view, r.claim.last_seen)); }},
};

std::uint64_t live_children(const SnapshotView& view, NodeId node) {
  const auto children = view.child.subspan(
      view.child_begin[node], view.child_begin[node + std::size_t{1}] - view.child_begin[node]);
  return static_cast<std::uint64_t>(std::count_if(children.begin(), children.end(),
                                                  [&](NodeId child) { return view.live(child); }));
}

template <FieldName name>
consteval Field<ListItemRow> of_model() {
  return shared<kModelFields, name, ListItemRow, [](const ListItemRow& r) {
    return NodeRow{r.view, r.reached.node};
  }>();
}

constexpr Field<ListItemRow> kEdgeItemFields[] = {
    of_model<"id">(),
    of_model<"state">(),
    {"relation", FieldType::text, Presence::always,
     "finetune, adapter, quantized, merge, or unspecified where no claim states one.",
     [](const ListItemRow& r) { return Value{to_string(r.view.relation[r.reached.edge])}; }},
    {"confidence", FieldType::number, Presence::always, "That of its strongest claim, up to 1.",
     [](const ListItemRow& r) { return Value{r.view.confidence[r.reached.edge]}; }},
    {"claims", FieldType::objects, Presence::always, "The evidence.",
     [] { return infos_of<ClaimRow>(kClaimFields); },
     [](ValueSink& sink, const ListItemRow& r) {
       const EdgeId edge = r.reached.edge;
       const std::uint32_t first = r.view.claim_begin[edge];
       tell_objects<ClaimRow>(
           sink, kClaimFields,
           r.view.claims.subspan(first, r.view.claim_begin[edge + std::size_t{1}] - first),
           [&](const StoredClaim& claim) {
             return ClaimRow{r.view, edge, claim};
           });
     }},
    of_model<"downloads">(),
    {"children", FieldType::integer, Presence::always, "Live models made directly from it.",
     [](const ListItemRow& r) { return number_value(live_children(r.view, r.reached.node)); }},
};

bool is_root(const ListItemRow& r) { return r.reached.depth == 0; }

constexpr Field<ListItemRow> kRole{
    "role", FieldType::text, Presence::always, "official or derivative.", [](const ListItemRow& r) {
      return Value{std::string_view{is_root(r) ? "official" : "derivative"}};
    }};
constexpr Field<ListItemRow> kDepth{
    "depth", FieldType::integer, Presence::always,
    "Edges on a shortest path; 0 for an official model of a family.",
    [](const ListItemRow& r) { return number_value(r.reached.depth); }};
constexpr Field<ListItemRow> kRelation{
    "relation", FieldType::text, Presence::or_null,
    "That of the last edge on a shortest path; null for an official model of a family.",
    [](const ListItemRow& r) {
      return is_root(r) ? Value{} : Value{to_string(r.view.relation[r.reached.edge])};
    }};
constexpr Field<ListItemRow> kVia{"via", FieldType::text, Presence::or_null,
                                  "The other end of that edge.", [](const ListItemRow& r) {
                                    return is_root(r) ? Value{}
                                                      : text_value(r.view.name(r.reached.via));
                                  }};

constexpr Field<ListItemRow> kLineageFields[] = {
    of_model<"id">(),
    of_model<"state">(),
    kDepth,
    kRelation,
    kVia,
    of_model<"downloads">(),
    of_model<"likes">(),
    of_model<"created_at">(),
    of_model<"author">(),
    of_model<"license">(),
    of_model<"pipeline_tag">(),
};

constexpr Field<ListItemRow> kFamilyModelFields[] = {
    of_model<"id">(),
    of_model<"state">(),
    kRole,
    kDepth,
    kRelation,
    kVia,
    of_model<"downloads">(),
    of_model<"likes">(),
    of_model<"created_at">(),
    of_model<"author">(),
    of_model<"license">(),
    of_model<"pipeline_tag">(),
};

const ImpactRow& impact_of(const ListItemRow& r) {
  return r.answer.impact->rows.at(r.reached.node);
}

constexpr Field<ListItemRow> kImpactFields[] = {
    of_model<"id">(),
    of_model<"state">(),
    kDepth,
    kRelation,
    kVia,
    of_model<"downloads">(),
    of_model<"likes">(),
    of_model<"created_at">(),
    of_model<"author">(),
    of_model<"license">(),
    of_model<"pipeline_tag">(),
    {"exposure", FieldType::text, Presence::always,
     "carries: its files hold weights made from the model's; refers: an adapter, useless without "
     "others' weights; unknown: a relation on the way is not given.",
     [](const ListItemRow& r) { return Value{to_string(impact_of(r).exposure)}; }},
    {"needs", FieldType::flag, Presence::always,
     "It refers to the very weights of the model and cannot be used without them.",
     [](const ListItemRow& r) { return Value{impact_of(r).needs}; }},
    {"only_source", FieldType::flag, Presence::always,
     "Every path from a root to it goes through the model.",
     [](const ListItemRow& r) { return Value{impact_of(r).only_source}; }},
};

constexpr Field<Impact::Sum> kImpactSum[] = {
    {"models", FieldType::integer, Presence::always, "Live models.",
     [](const Impact::Sum& r) { return number_value(r.models); }},
    {"downloads", FieldType::integer, Presence::or_null,
     "Their downloads in the last 30 days; null where none is known.",
     [](const Impact::Sum& r) { return count_value(r.downloads.value()); }},
    {"downloads_unknown", FieldType::integer, Presence::always, "How many of them have no count.",
     [](const Impact::Sum& r) { return number_value(r.downloads.unknown); }},
    {"curated_only", FieldType::integer, Presence::always,
     "How many are not counted here without curated parents.",
     [](const Impact::Sum& r) { return number_value(r.curated_only); }},
};
FieldInfos impact_sum_infos() { return infos_of<Impact::Sum>(kImpactSum); }

template <Exposure exposure>
void tell_exposure(ValueSink& sink, const Impact& impact) {
  tell_object<Impact::Sum>(sink, kImpactSum,
                           impact.by_exposure[static_cast<std::size_t>(exposure)]);
}

constexpr Field<Impact> kImpactSums[] = {
    {"carries", FieldType::object, Presence::always, "Those whose files hold weights made from it.",
     &impact_sum_infos, &tell_exposure<Exposure::carries>},
    {"refers", FieldType::object, Presence::always, "Adapters.", &impact_sum_infos,
     &tell_exposure<Exposure::refers>},
    {"unknown", FieldType::object, Presence::always,
     "Those where a relation on the way is not given.", &impact_sum_infos,
     &tell_exposure<Exposure::unknown>},
    {"needs", FieldType::object, Presence::always, "Those that cannot be used without it.",
     &impact_sum_infos,
     [](ValueSink& sink, const Impact& r) { tell_object<Impact::Sum>(sink, kImpactSum, r.needs); }},
    {"only_source", FieldType::object, Presence::always, "Those that have no other source.",
     &impact_sum_infos,
     [](ValueSink& sink, const Impact& r) {
       tell_object<Impact::Sum>(sink, kImpactSum, r.only_source);
     }},
};

constexpr Field<ListRow> kModel{
    "model", FieldType::text, Presence::or_null,
    "The model that is asked about; null for a family.", [](const ListRow& r) {
      return r.answer.model ? text_value(r.view.name(*r.answer.model)) : Value{};
    }};
constexpr Field<ListRow> kFamily{
    "family", FieldType::text, Presence::optional, "The family or series that is asked about.",
    [](const ListRow& r) {
      return r.answer.family.empty() ? Value{LeftOut{}} : Value{std::string_view{r.answer.family}};
    }};
constexpr Field<ListRow> kTotal{
    "total", FieldType::integer, Presence::always,
    "How many models the filters leave, on all pages.",
    [](const ListRow& r) { return number_value(r.answer.listing.total); }};
constexpr Field<ListRow> kDownloads{
    "total_downloads", FieldType::integer, Presence::or_null,
    "Sum of their downloads in the last 30 days; null where none is known.",
    [](const ListRow& r) { return count_value(r.answer.listing.downloads.value()); }};
constexpr Field<ListRow> kDownloadsUnknown{
    "downloads_unknown", FieldType::integer, Presence::always,
    "How many of them have no count of downloads.",
    [](const ListRow& r) { return number_value(r.answer.listing.downloads.unknown); }};
constexpr Field<ListRow> kCuratedOnly{
    "curated_only", FieldType::integer, Presence::always,
    "How many of them are there through curated parents alone.",
    [](const ListRow& r) { return number_value(r.answer.curated_only); }};
constexpr Field<ListRow> kNext{"next", FieldType::text, Presence::or_null,
                               "URL of the next page; null on the last.",
                               [](const ListRow& r) { return text_value(r.next); }};

template <ListKind kind>
constexpr Field<ListRow> items() {
  return {"items",
          FieldType::objects,
          Presence::always,
          "The models of this page.",
          [] { return infos_of<ListItemRow>(list_item_fields(kind)); },
          [](ValueSink& sink, const ListRow& r) {
            tell_objects<ListItemRow>(sink, list_item_fields(kind), r.answer.listing.items,
                                      [&](const Reached& reached) {
                                        return ListItemRow{r.view, r.answer, reached};
                                      });
          }};
}

constexpr Field<ListRow> kEdgeListFields[] = {
    kModel, kFamily,          snapshot_number<ListRow>(),
    kTotal, kCuratedOnly,     items<ListKind::edges>(),
    kNext,  marks<ListRow>(),
};
constexpr Field<ListRow> kLineageListFields[] = {
    kModel,
    kFamily,
    snapshot_number<ListRow>(),
    kTotal,
    kDownloads,
    kDownloadsUnknown,
    kCuratedOnly,
    items<ListKind::lineage>(),
    kNext,
    marks<ListRow>(),
};
constexpr Field<ListRow> kFamilyListFields[] = {
    kFamily,      snapshot_number<ListRow>(),       kTotal, kDownloads,       kDownloadsUnknown,
    kCuratedOnly, items<ListKind::family_models>(), kNext,  marks<ListRow>(),
};
constexpr Field<ListRow> kImpactListFields[] = {
    kModel,
    kFamily,
    snapshot_number<ListRow>(),
    kTotal,
    kDownloads,
    kDownloadsUnknown,
    kCuratedOnly,
    {"impact", FieldType::object, Presence::always,
     "All live models downstream, whatever the filters, by what its withdrawal means for them.",
     [] { return infos_of<Impact>(kImpactSums); },
     [](ValueSink& sink, const ListRow& r) {
       tell_object<Impact>(sink, kImpactSums, *r.answer.impact);
     }},
    items<ListKind::impact>(),
    kNext,
    marks<ListRow>(),
};

}  // namespace

FieldList<ClaimRow> claim_fields() { return kClaimFields; }

FieldList<ListItemRow> list_item_fields(ListKind kind) {
  switch (kind) {
    case ListKind::edges:
      return kEdgeItemFields;
    case ListKind::lineage:
      return kLineageFields;
    case ListKind::family_models:
      return kFamilyModelFields;
    case ListKind::impact:
      break;
  }
  return kImpactFields;
}

FieldList<ListRow> list_fields(ListKind kind) {
  switch (kind) {
    case ListKind::edges:
      return kEdgeListFields;
    case ListKind::lineage:
      return kLineageListFields;
    case ListKind::family_models:
      return kFamilyListFields;
    case ListKind::impact:
      break;
  }
  return kImpactListFields;
}

}  // namespace stemma
