#include "api/render/answers.h"

#include <memory>

#include "api/fields/inference_rows.h"
#include "api/fields/lineage_rows.h"
#include "api/fields/lint_rows.h"
#include "api/fields/list_rows.h"
#include "api/fields/model_answer.h"
#include "api/fields/run_rows.h"
#include "api/fields/search_rows.h"
#include "api/fields/snapshot_rows.h"
#include "api/render/csv.h"
#include "api/render/json_fields.h"
#include "api/render/ndjson.h"

namespace stemma {
namespace {

/// A JSON array of rows that stand for themselves.
template <class Row, class Items>
std::string json_list(FieldList<Row> fields, const Items& items) {
  JsonWriter json;
  JsonSink sink{json};
  tell_objects<Row>(sink, fields, items, [](const Row& row) -> const Row& { return row; });
  return json.take();
}

}  // namespace

std::string model_json(const SnapshotView& view, const ModelAnswer& answer) {
  return json_text<ModelAnswerRow>(model_answer_fields(), {view, answer});
}

std::string list_json(const SnapshotView& view, const ListAnswer& answer, std::string_view next) {
  return json_text<ListRow>(list_fields(answer.kind), {view, answer, next});
}

std::string list_csv(const SnapshotView& snapshot, const ListAnswer& answer) {
  CsvText<ListItemRow> csv{list_item_fields(answer.kind)};
  for (const Reached& reached : answer.listing.items) csv.add({snapshot, answer, reached});
  return csv.take();
}

std::string families_json(const SnapshotView& view, const FamiliesAnswer& answer) {
  return json_text<FamiliesRow>(families_fields(), {view, answer});
}

std::string family_json(const SnapshotView& view, const FamilyAnswer& answer, std::size_t top) {
  return json_text<FamilyAnswerRow>(family_answer_fields(), {view, answer, top});
}

std::string search_json(const SnapshotView& view, const std::vector<SearchItem>& items) {
  return json_text<SearchRow>(search_fields(), {view, items});
}

std::string path_json(const SnapshotView& view, const PathAnswer& answer) {
  return json_text<AnswerRow<PathAnswer>>(path_fields(), {view, answer});
}

std::string common_json(const SnapshotView& view, const CommonAnswer& answer) {
  return json_text<AnswerRow<CommonAnswer>>(common_fields(), {view, answer});
}

std::string dominators_json(const SnapshotView& view, const DominatorsAnswer& answer) {
  return json_text<AnswerRow<DominatorsAnswer>>(dominators_fields(), {view, answer});
}

std::string licenses_json(const SnapshotView& view, const LicensesAnswer& answer) {
  return json_text<AnswerRow<LicensesAnswer>>(licenses_fields(), {view, answer});
}

std::string license_table_json() {
  return json_list<LicenseTerms>(license_terms_fields(), license_table());
}

std::string history_json(const SnapshotView& view, const HistoryAnswer& answer) {
  return json_text<AnswerRow<HistoryAnswer>>(history_fields(), {view, answer});
}

std::string lint_json(const SnapshotView& view, const LintAnswer& answer, std::string_view next) {
  return json_text<LintRow>(lint_fields(), {view, answer, next});
}

std::string inference_json(const SnapshotView& view, const InferenceAnswer& answer) {
  return json_text<InferenceRow>(inference_fields(), {view, answer});
}

std::string stats_json(SnapshotFacts& facts, const UnreadFields& troubles) {
  return json_text<StatsRow>(stats_fields(), {facts.snapshot(), facts.curated_edges(), troubles});
}

std::string snapshots_json(const SnapshotView& view) {
  return json_list<SnapshotRow>(snapshot_fields(), view.history);
}

std::string runs_json(const std::vector<RunFacts>& runs, const std::vector<Night>& nights) {
  return json_text<RunsRow>(runs_fields(), {runs, nights});
}

std::string verify_json(const VerifyReport& report) {
  return json_text<VerifyReport>(verify_fields(), report);
}

ChunkSource list_lines(SnapshotHandle snapshot, ListAnswer answer) {
  const auto held = std::make_shared<const ListAnswer>(std::move(answer));
  return ndjson<ListItemRow>(list_item_fields(held->kind), snapshot, held->listing.items.size(),
                             [snapshot, held](std::size_t i) {
                               return ListItemRow{*snapshot, *held, held->listing.items[i]};
                             });
}

ChunkSource lint_lines(SnapshotHandle snapshot, LintAnswer answer) {
  const auto held = std::make_shared<const LintAnswer>(std::move(answer));
  return ndjson<LintItemRow>(lint_item_fields(), snapshot, held->items.size(),
                             [snapshot, held](std::size_t i) {
                               return LintItemRow{*snapshot, held->items[i]};
                             });
}

ChunkSource families_lines(SnapshotHandle snapshot, FamiliesAnswer answer) {
  const auto held = std::make_shared<const FamiliesAnswer>(std::move(answer));
  return ndjson<FamilyItemRow>(family_item_fields(), snapshot, held->items.size(),
                               [snapshot, held](std::size_t i) {
                                 return FamilyItemRow{*snapshot, held->items[i], held->policy};
                               });
}

ChunkSource search_lines(SnapshotHandle snapshot, std::vector<SearchItem> items) {
  const auto held = std::make_shared<const std::vector<SearchItem>>(std::move(items));
  return ndjson<SearchItemRow>(search_item_fields(), snapshot, held->size(),
                               [snapshot, held](std::size_t i) {
                                 return SearchItemRow{*snapshot, (*held)[i]};
                               });
}

}  // namespace stemma
