#include "api/export/table_format.h"
#include "api/render/json_fields.h"

namespace stemma {
namespace {

class NdjsonFormat final : public TableFormat {
 public:
  void begin(const TableInfo& info, std::string&) override { columns_ = info.columns; }
  void add(std::span<const Value> row, std::string& out) override {
    json_.begin_object();
    for (std::size_t i = 0; i < row.size(); ++i) {
      json_.key(columns_[i].name);
      write_value(json_, row[i]);
    }
    json_.end_object();
    json_.end_line();
    if (json_.size() >= kPiece) out += json_.take();
  }
  void end(std::string& out) override { out += json_.take(); }

 private:
  static constexpr std::size_t kPiece = std::size_t{1} << 18U;
  FieldInfos columns_;
  JsonWriter json_;
};

}  // namespace

std::unique_ptr<TableFormat> make_ndjson_format() { return std::make_unique<NdjsonFormat>(); }

}  // namespace stemma
