#include "schema/parquet/arrow_library.h"

#include <arrow/api.h>
#include <arrow/config.h>
#include <arrow/io/interfaces.h>
#include <arrow/util/utf8.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include "schema/error.h"
#include "schema/parquet/arrow_status.h"
#include "schema/text.h"

namespace stemma {
namespace {

constexpr const char* kDoing = "writing Parquet";

/// Hands on what Arrow writes.
class SinkStream final : public arrow::io::OutputStream {
 public:
  explicit SinkStream(ParquetSink sink) : sink_{std::move(sink)} {}

  arrow::Status Write(const void* data, std::int64_t size) override {
    sink_({static_cast<const char*>(data), static_cast<std::size_t>(size)});
    written_ += size;
    return arrow::Status::OK();
  }
  using OutputStream::Write;
  arrow::Result<std::int64_t> Tell() const override { return written_; }
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  [[nodiscard]] bool closed() const override { return closed_; }

 private:
  ParquetSink sink_;
  std::int64_t written_ = 0;
  bool closed_ = false;
};

std::shared_ptr<arrow::DataType> type_of(ParquetType type) {
  switch (type) {
    case ParquetType::text:
      return arrow::utf8();
    case ParquetType::integer:
      return arrow::int64();
    case ParquetType::number:
      return arrow::float64();
    case ParquetType::flag:
      return arrow::boolean();
    case ParquetType::time:
      return arrow::timestamp(arrow::TimeUnit::MILLI, "UTC");
    case ParquetType::texts:
      return arrow::list(arrow::field("element", arrow::utf8(), false));
  }
  return arrow::null();
}

void append(arrow::StringBuilder& builder, std::string_view value) {
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(value.data());
  check_arrow(arrow::util::ValidateUTF8(bytes, static_cast<std::int64_t>(value.size()))
                  ? builder.Append(value)
                  : builder.Append(valid_utf8(value)),
              kDoing);
}

class ArrowWriter final : public ParquetWriter {
 public:
  ArrowWriter(const std::vector<ParquetColumn>& columns, const ParquetOptions& options,
              ParquetSink sink)
      : row_group_{options.row_group} {
    arrow::FieldVector fields;
    for (const ParquetColumn& column : columns) {
      const auto type = type_of(column.type);
      fields.push_back(arrow::field(column.name, type, column.nullable));
      builders_.push_back(arrow_value(arrow::MakeBuilder(type), kDoing));
    }
    const auto metadata = std::make_shared<arrow::KeyValueMetadata>();
    for (const auto& [key, value] : options.metadata) metadata->Append(key, value);
    schema_ = arrow::schema(std::move(fields));
    const auto properties = parquet::WriterProperties::Builder{}
                                .compression(arrow::Compression::ZSTD)
                                ->max_row_group_length(static_cast<std::int64_t>(options.row_group))
                                ->created_by("stemma, Arrow " ARROW_VERSION_STRING)
                                ->build();
    writer_ = arrow_value(
        parquet::arrow::FileWriter::Open(*schema_, arrow::default_memory_pool(),
                                         std::make_shared<SinkStream>(std::move(sink)), properties,
                                         parquet::default_arrow_writer_properties()),
        kDoing);
    if (metadata->size() > 0) check_arrow(writer_->AddKeyValueMetadata(metadata), kDoing);
  }

  void null(std::size_t column) override { check_arrow(builders_[column]->AppendNull(), kDoing); }
  void text(std::size_t column, std::string_view value) override {
    append(builder<arrow::StringBuilder>(column), value);
  }
  void integer(std::size_t column, std::int64_t value) override {
    check_arrow(builder<arrow::Int64Builder>(column).Append(value), kDoing);
  }
  void number(std::size_t column, double value) override {
    check_arrow(builder<arrow::DoubleBuilder>(column).Append(value), kDoing);
  }
  void flag(std::size_t column, bool value) override {
    check_arrow(builder<arrow::BooleanBuilder>(column).Append(value), kDoing);
  }
  void time(std::size_t column, UnixSeconds value) override {
    constexpr std::int64_t kMillis = 1000;
    check_arrow(builder<arrow::TimestampBuilder>(column).Append(value * kMillis), kDoing);
  }
  void texts(std::size_t column, std::span<const std::string_view> values) override {
    auto& list = builder<arrow::ListBuilder>(column);
    check_arrow(list.Append(), kDoing);
    auto& items = static_cast<arrow::StringBuilder&>(*list.value_builder());
    for (const std::string_view value : values) append(items, value);
  }
  void end_row() override {
    if (++rows_ == row_group_) flush();
  }
  void close() override {
    if (rows_ > 0) flush();
    check_arrow(writer_->Close(), kDoing);
  }

 private:
  template <class Builder>
  Builder& builder(std::size_t column) {
    return static_cast<Builder&>(*builders_[column]);
  }
  void flush() {
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    for (auto& one : builders_) arrays.push_back(arrow_value(one->Finish(), kDoing));
    const auto table =
        arrow::Table::Make(schema_, std::move(arrays), static_cast<std::int64_t>(rows_));
    check_arrow(writer_->WriteTable(*table, static_cast<std::int64_t>(row_group_)), kDoing);
    rows_ = 0;
  }

  std::shared_ptr<arrow::Schema> schema_;
  std::vector<std::unique_ptr<arrow::ArrayBuilder>> builders_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
  std::size_t row_group_ = 0;
  std::size_t rows_ = 0;
};

}  // namespace

std::unique_ptr<ParquetWriter> make_arrow_writer(const std::vector<ParquetColumn>& columns,
                                                 const ParquetOptions& options, ParquetSink sink) {
  return std::make_unique<ArrowWriter>(columns, options, std::move(sink));
}

}  // namespace stemma
