#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "api/export/dump_source.h"
#include "api/fields/field.h"

namespace stemma {

/// Takes the rows of a table; the values live until it returns.
using RowSink = std::function<void(std::span<const Value>)>;

/// One table of a dump.
struct DumpTable {
  std::string_view name;
  std::string_view meaning;  ///< What its rows are, and in which order.
  FieldInfos (*columns)();
  /// False, without a row, where what it is made from is not there.
  bool (*rows)(DumpSource&, const RowSink&);
};

/// models, edges, and then the others.
[[nodiscard]] std::span<const DumpTable> dump_tables() noexcept;
/// The first two: the graph itself.
[[nodiscard]] std::span<const DumpTable> graph_tables() noexcept;

}  // namespace stemma
