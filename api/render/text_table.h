#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stemma {

/// `1482379` -> `1,482,379`
[[nodiscard]] std::string grouped(std::uint64_t value);

/// Control characters, which would be orders to a terminal, replaced by `?`.
[[nodiscard]] std::string printable(std::string_view text);

/// Rows of texts, aligned. Widths are counted in code points.
class Table {
 public:
  struct Column {
    std::string title;
    bool number = false;   ///< Aligned to the right.
    bool shrinks = false;  ///< May be shortened in the middle where the table is too wide.
    int spare = 0;  ///< Not 0: left out where the table would be too wide; the lowest go first.
  };

  explicit Table(std::vector<Column> columns) : columns_{std::move(columns)} {}

  /// Needs one cell a column.
  void add(std::vector<std::string> cells);
  [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }

  /// Title line and rows, each ended, and a line that names the columns that were left out. Names
  /// are cut between their words where they are too long. `width` 0 shortens nothing.
  [[nodiscard]] std::string text(std::size_t width) const;

 private:
  [[nodiscard]] std::vector<std::size_t> columns_that_fit(const std::vector<std::size_t>& widths,
                                                          std::size_t width) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace stemma
