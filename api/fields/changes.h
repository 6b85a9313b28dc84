#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "api/fields/model_rows.h"

namespace stemma {

/// What became of a row between two snapshots.
enum class ChangeKind : std::uint8_t {
  model_added,
  model_gone,
  model_back,
  model_renamed,
  model_changed,
  edge_added,
  edge_removed,
  edge_retyped,
  edge_changed,
  license_changed,
  alias_added,
};
[[nodiscard]] std::string_view to_string(ChangeKind kind) noexcept;

/// One change, ready to be told. Texts live as long as both snapshots.
struct Change {
  ChangeKind kind = ChangeKind::model_changed;
  // Of models: the row's `id` and `hub_id` as they are now (of a ghost that vanished, as they
  // were).
  Value id, hub_id;
  // Of edges: names and ids of both ends as they are now, and the relation.
  Value parent_id, child_id, relation, parent_hub_id, child_hub_id;
  /// Renamed, retyped, licence changed: what it was. Alias added: the alias.
  Value from;
  /// The columns to set, as (column, new value); all of them where a row is added.
  std::vector<std::pair<std::size_t, Value>> set;
};
[[nodiscard]] bool is_edge(ChangeKind kind) noexcept;

/// All changes from one snapshot to a later one, in the order in which they are to be applied to
/// the rows of `before` to give exactly those of `after`:
///
///  1. every live model's and every live edge's `last_seen` becomes the time of `after`: that is
///     said once for all, and is no Change;
///  2. ghosts that nobody names any more vanish: model_gone without `hub_id` removes the row;
///  3. models, by `hub_id`, then new ghosts: added with all columns; gone; back; renamed (rows of
///     edges that bear its `hub_id`, or for a ghost its name, follow); licence changed; aliases
///     added; whatever else differs then is set by model_changed;
///  4. edges, by child: removed; then added with all columns, retyped, and what else differs set by
///     edge_changed.
///
/// Models are the same when their `hub_id` is, ghosts when their folded name is, edges when both
/// ends are. Linear in both snapshots, plus sorting of ids; holds a few numbers a node, and one
/// change at a time.
class ChangeStream {
 public:
  /// Both, and their snapshots, must outlive the stream.
  ChangeStream(const RowReader& before, const RowReader& after);
  ~ChangeStream();
  ChangeStream(const ChangeStream&) = delete;
  ChangeStream& operator=(const ChangeStream&) = delete;

  /// nullopt when there are no more.
  [[nodiscard]] std::optional<Change> next();

 private:
  class Comparison;
  std::unique_ptr<Comparison> comparison_;
};

}  // namespace stemma
