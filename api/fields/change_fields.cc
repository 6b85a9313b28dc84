#include "api/fields/change_fields.h"

#include <algorithm>

#include "api/fields/answer_parts.h"

namespace stemma {
namespace {

bool is_added(const Change& change) {
  return change.kind == ChangeKind::model_added || change.kind == ChangeKind::edge_added;
}
/// A change of a row that is known already.
const Change* of_known(const ChangeRow& r) {
  return r.change != nullptr && !is_added(*r.change) ? r.change : nullptr;
}
const Change* of_edge(const ChangeRow& r) {
  const Change* change = of_known(r);
  return change != nullptr && is_edge(change->kind) ? change : nullptr;
}
const Change* of_model(const ChangeRow& r) {
  const Change* change = of_known(r);
  return change != nullptr && !is_edge(change->kind) ? change : nullptr;
}
template <const Change* (*of)(const ChangeRow&), auto member>
Value value_of(const ChangeRow& r) {
  const Change* change = of(r);
  return change == nullptr ? Value{LeftOut{}} : change->*member;
}

/// The columns that a change sets, with their names.
void tell_columns(ValueSink& sink, const ChangeRow& r) {
  for (const auto& [place, value] : r.change->set) {
    sink.key(is_edge(r.change->kind) ? kEdgeFields[place].name : kModelFields[place].name);
    sink.value(value);
  }
}
/// Any column of a model or an edge, each optional.
FieldInfos column_infos() {
  FieldInfos infos = infos_of<NodeRow>(kModelFields);
  for (const FieldInfo& edge : infos_of<EdgeRow>(kEdgeFields)) {
    const bool known = std::any_of(infos.begin(), infos.end(),
                                   [&](const FieldInfo& info) { return info.name == edge.name; });
    if (!known) infos.push_back(edge);
  }
  for (FieldInfo& info : infos) info.presence = Presence::optional_or_null;
  return infos;
}

template <class Get>
Value opening(const ChangeRow& r, Get&& get) {
  return r.change != nullptr ? Value{LeftOut{}} : get(r.view.total());
}

constexpr Field<ChangeRow> kFields[] = {
    {"snapshot", FieldType::integer, Presence::always, "The snapshot that it leads to.",
     [](const ChangeRow& r) { return number_value(r.view.total().number); }},
    {"seq", FieldType::integer, Presence::always,
     "Number of the line within the snapshot; 0 opens it.",
     [](const ChangeRow& r) { return number_value(r.seq); }},
    {"kind", FieldType::text, Presence::always,
     "snapshot: it opens one, and what it says holds of every live row. Else model_added, "
     "model_gone, model_back, model_renamed, model_changed, license_changed, alias_added, "
     "edge_added, edge_removed, edge_retyped or edge_changed.",
     [](const ChangeRow& r) {
       return r.change == nullptr ? Value{std::string_view{"snapshot"}}
                                  : Value{to_string(r.change->kind)};
     }},
    {"observed_at", FieldType::time, Presence::optional, "Of an opening: when it was observed.",
     [](const ChangeRow& r) {
       return opening(r, [](const SnapshotTotals& t) { return time_value(t.observed_at); });
     }},
    {"last_seen", FieldType::time, Presence::optional_or_null,
     "Of an opening: what last_seen becomes of every live model and edge; of what is added, its "
     "own.",
     [](const ChangeRow& r) {
       return opening(r, [](const SnapshotTotals& t) { return time_value(t.observed_at); });
     }},
    {"models", FieldType::integer, Presence::optional, "Of an opening: live models then.",
     [](const ChangeRow& r) {
       return opening(r, [](const SnapshotTotals& t) { return number_value(t.models); });
     }},
    {"edges", FieldType::integer, Presence::optional, "Of an opening: edges to live models then.",
     [](const ChangeRow& r) {
       return opening(r, [](const SnapshotTotals& t) { return number_value(t.edges); });
     }},
    {"partial", FieldType::flag, Presence::optional,
     "Of an opening: whether only a part of the hub was crawled.",
     [](const ChangeRow& r) {
       return opening(r, [](const SnapshotTotals& t) { return Value{t.partial != 0}; });
     }},
    // What is added is told with all its columns.
    {"", FieldType::splice, Presence::always, "", &column_infos, &tell_columns,
     [](const ChangeRow& r) { return r.change != nullptr && is_added(*r.change); }},
    {"parent_id", FieldType::text, Presence::optional, "Of an edge: the parent's name.",
     &value_of<&of_edge, &Change::parent_id>},
    {"child_id", FieldType::text, Presence::optional, "Of an edge: the child's name.",
     &value_of<&of_edge, &Change::child_id>},
    {"relation", FieldType::text, Presence::optional, "Of an edge: its relation as it is now.",
     &value_of<&of_edge, &Change::relation>},
    {"parent_hub_id", FieldType::text, Presence::optional_or_null,
     "Of an edge: the hub's identifier of the parent.",
     &value_of<&of_edge, &Change::parent_hub_id>},
    {"child_hub_id", FieldType::text, Presence::optional_or_null,
     "Of an edge: the hub's identifier of the child.", &value_of<&of_edge, &Change::child_hub_id>},
    {"hub_id", FieldType::text, Presence::optional_or_null,
     "Of a model: the hub's identifier; null for a ghost.", &value_of<&of_model, &Change::hub_id>},
    {"id", FieldType::text, Presence::optional, "Of a model: its name as it is now.",
     &value_of<&of_model, &Change::id>},
    {"from", FieldType::text, Presence::optional_or_null,
     "Renamed, retyped, licence changed: what it was.",
     [](const ChangeRow& r) {
       const Change* change = of_known(r);
       const bool told = change != nullptr && (change->kind == ChangeKind::model_renamed ||
                                               change->kind == ChangeKind::edge_retyped ||
                                               change->kind == ChangeKind::license_changed);
       return told ? change->from : Value{LeftOut{}};
     }},
    {"license", FieldType::text, Presence::optional_or_null, "Licence changed: what it is now.",
     [](const ChangeRow& r) {
       const Change* change = of_known(r);
       return change != nullptr && change->kind == ChangeKind::license_changed
                  ? change->set.front().second
                  : Value{LeftOut{}};
     }},
    {"alias", FieldType::text, Presence::optional, "Alias added: the old name.",
     [](const ChangeRow& r) {
       const Change* change = of_known(r);
       return change != nullptr && change->kind == ChangeKind::alias_added ? change->from
                                                                           : Value{LeftOut{}};
     }},
    {"state", FieldType::text, Presence::optional,
     "Of a ghost that nobody names any more: ghost. Its row goes.",
     [](const ChangeRow& r) {
       const Change* change = of_known(r);
       return change != nullptr && change->kind == ChangeKind::model_gone && change->set.empty()
                  ? Value{std::string_view{"ghost"}}
                  : Value{LeftOut{}};
     }},
    {"set", FieldType::object, Presence::optional, "The columns that change, as they are now.",
     &column_infos,
     [](ValueSink& sink, const ChangeRow& r) {
       sink.begin_object();
       tell_columns(sink, r);
       sink.end_object();
     },
     [](const ChangeRow& r) {
       const Change* change = of_known(r);
       return change != nullptr && !change->set.empty();
     }},
};

constexpr Field<ChangesEndRow> kEndFields[] = {
    {"end", FieldType::flag, Presence::always, "true: this is the last line.",
     [](const ChangesEndRow&) { return Value{true}; }},
    {"rows", FieldType::integer, Presence::always, "How many lines came before.",
     [](const ChangesEndRow& r) { return number_value(r.rows); }},
};

}  // namespace

FieldList<ChangeRow> change_fields() { return kFields; }
FieldList<ChangesEndRow> changes_end_fields() { return kEndFields; }

}  // namespace stemma
