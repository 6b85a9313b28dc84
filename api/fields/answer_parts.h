#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "api/fields/field.h"
#include "schema/snapshot_sections.h"

namespace stemma {

// What many answers have in common.

/// What every answer says where the snapshot is not the whole and real hub, or is asked over other
/// edges than those that are there by default.
void tell_marks(ValueSink& sink, const SnapshotView& snapshot);
[[nodiscard]] FieldInfos mark_infos();
/// The same where `partial` is told already.
void tell_marks_but_partial(ValueSink& sink, const SnapshotView& snapshot);
[[nodiscard]] FieldInfos marks_but_partial_infos();

/// These fields in a row that has a `view`.
template <class Row>
constexpr Field<Row> marks() {
  return {
      "", FieldType::splice, Presence::always,
      "", &mark_infos,       [](ValueSink& sink, const Row& row) { tell_marks(sink, row.view); }};
}

template <class Row>
constexpr Field<Row> snapshot_number() {
  return {"snapshot", FieldType::integer, Presence::always,
          "Number of the snapshot that the answer is from.",
          [](const Row& row) { return number_value(row.view.total().number); }};
}

/// A number for each relation.
void tell_relations(ValueSink& sink, std::span<const std::uint64_t> by_relation);

void tell_counts(ValueSink& sink, const std::map<std::string, std::uint64_t>& counts);

/// A list of texts that the row keeps.
[[nodiscard]] TextList texts_of(const std::vector<std::string>& texts);

/// A node's name; unknown where there is none.
[[nodiscard]] inline Value name_value(const SnapshotView& view, NodeId node) {
  return node == kNoNode ? Value{} : text_value(view.name(node));
}
[[nodiscard]] inline Value count_value(std::int64_t count) {
  return count == kUnknownCount ? Value{} : Value{count};
}

/// The last line of a stream, which tells a whole one from one that was cut.
struct EndRow {
  const SnapshotView& view;
  std::uint64_t rows;
};
[[nodiscard]] FieldList<EndRow> end_fields();

}  // namespace stemma
