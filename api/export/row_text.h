#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stemma {

// Rows of dumps as they stand in a file, so that one value can be changed and the rest stays as it
// is, to the byte.

/// The members of a JSON object, in order; each value as JSON.
using JsonMembers = std::vector<std::pair<std::string, std::string>>;
/// Throws Error{corrupt} naming `where` for what is no JSON object.
[[nodiscard]] JsonMembers read_members(std::string_view text, const std::string& where);
/// nullptr where there is none.
[[nodiscard]] const std::string* find_member(const JsonMembers& members, std::string_view key);
/// The text of a JSON string; empty for null and for what is none.
[[nodiscard]] std::string text_of_json(std::string_view value);

/// One format. A row is a list of cells, one a column.
class RowText {
 public:
  using Cells = std::vector<std::string>;
  virtual ~RowText() = default;

  /// Takes the next row off `rest`, which is not empty, line end included; nothing is understood of
  /// it but where it ends.
  [[nodiscard]] virtual std::string_view next(std::string_view& rest) const = 0;
  /// Throws Error{corrupt} naming `where`.
  [[nodiscard]] virtual Cells read(std::string_view row, const std::string& where) const = 0;
  virtual void write(const Cells& cells, std::string& out) const = 0;
  /// Whether the first row names the columns.
  [[nodiscard]] virtual bool has_header() const = 0;

  /// A cell as text without quotes; of what is unknown empty.
  [[nodiscard]] virtual std::string text(const std::string& cell) const = 0;
  [[nodiscard]] virtual std::string cell_of_text(std::string_view text) const = 0;
  [[nodiscard]] virtual std::string cell_of_json(std::string_view json) const = 0;
};

/// `columns` are the names of an NDJSON row's members, in order.
[[nodiscard]] std::unique_ptr<RowText> make_ndjson_rows(std::vector<std::string> columns);
[[nodiscard]] std::unique_ptr<RowText> make_csv_rows(std::size_t columns);

}  // namespace stemma
