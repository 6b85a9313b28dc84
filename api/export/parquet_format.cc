#include <fmt/format.h>

#include <cstdlib>

#include "api/export/dump.h"
#include "api/export/table_format.h"
#include "api/render/csv.h"
#include "api/render/overloaded.h"
#include "schema/error.h"
#include "schema/parquet/parquet_writer.h"

namespace stemma {
namespace {

ParquetType type_of(FieldType type) {
  switch (type) {
    case FieldType::text:
    case FieldType::flag_or_text:
      return ParquetType::text;
    case FieldType::integer:
      return ParquetType::integer;
    case FieldType::number:
      return ParquetType::number;
    case FieldType::flag:
      return ParquetType::flag;
    case FieldType::time:
      return ParquetType::time;
    case FieldType::texts:
      return ParquetType::texts;
    default:
      throw Error{ErrorKind::storage, "a column of a type that Parquet files do not get"};
  }
}

/// The double that is written in as few digits as the float: 0.95, not 0.949999988.
double widened(float value) { return std::strtod(fmt::format("{}", value).c_str(), nullptr); }

class ParquetFormat final : public TableFormat {
 public:
  void begin(const TableInfo& info, std::string&) override {
    std::vector<ParquetColumn> columns;
    for (const FieldInfo& field : info.columns) {
      columns.push_back(
          {std::string{field.name}, type_of(field.type), field.presence != Presence::always});
      types_.push_back(field.type);
    }
    const ParquetOptions options{
        .metadata = {{"stemma.schema_version", std::to_string(kDumpSchemaVersion)},
                     {"stemma.table", std::string{info.table}},
                     {"stemma.snapshot", std::to_string(info.snapshot)},
                     {"stemma.observed_at", format_utc(info.observed_at)}}};
    writer_ =
        make_parquet_writer(columns, options, [this](std::string_view bytes) { ready_ += bytes; });
  }

  void add(std::span<const Value> row, std::string& out) override {
    for (std::size_t i = 0; i < row.size(); ++i) add_value(i, row[i]);
    writer_->end_row();
    hand_on(out);
  }

  void end(std::string& out) override {
    writer_->close();
    hand_on(out);
  }

 private:
  void add_value(std::size_t i, const Value& value) {
    ParquetWriter& writer = *writer_;
    if (types_[i] == FieldType::flag_or_text && !std::holds_alternative<std::monostate>(value))
      return writer.text(i, plain_text(value));
    std::visit(Overloaded{[&](std::monostate) { writer.null(i); }, [&](LeftOut) { writer.null(i); },
                          [&](std::string_view text) { writer.text(i, text); },
                          [&](const std::string& text) { writer.text(i, text); },
                          [&](TimeValue time) { writer.time(i, time.seconds); },
                          [&](const HubId& id) { writer.text(i, id.hex()); },
                          [&](std::int64_t number) { add_number(i, number); },
                          [&](float number) {
                            writer.number(i, number == last_ ? last_wide_ : wide(number));
                          },
                          [&](double number) { writer.number(i, number); },
                          [&](RoundedValue rounded) { writer.number(i, rounded.number); },
                          [&](bool flag) { writer.flag(i, flag); },
                          [&](const TextList& list) { writer.texts(i, list); }},
               value);
  }
  void add_number(std::size_t i, std::int64_t number) {
    if (types_[i] == FieldType::number) {
      writer_->number(i, static_cast<double>(number));
    } else {
      writer_->integer(i, number);
    }
  }
  /// Confidences are few, and neighbours mostly have the same.
  double wide(float number) {
    last_ = number;
    last_wide_ = widened(number);
    return last_wide_;
  }
  void hand_on(std::string& out) {
    if (ready_.empty()) return;
    out += ready_;
    ready_.clear();
  }

  std::vector<FieldType> types_;
  std::string ready_;
  std::unique_ptr<ParquetWriter> writer_;
  float last_ = 0;
  double last_wide_ = 0;
};

}  // namespace

std::unique_ptr<TableFormat> make_parquet_format() { return std::make_unique<ParquetFormat>(); }

}  // namespace stemma
