#include "api/export/table_format.h"
#include "api/render/csv.h"

namespace stemma {
namespace {

class CsvFormat final : public TableFormat {
 public:
  void begin(const TableInfo& info, std::string& out) override {
    append_csv_header(out, info.columns);
  }
  void add(std::span<const Value> row, std::string& out) override { append_csv_row(out, row); }
  void end(std::string&) override {}
};

}  // namespace

std::unique_ptr<TableFormat> make_csv_format() { return std::make_unique<CsvFormat>(); }

}  // namespace stemma
