#include "schema/parquet/arrow_library.h"

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <parquet/arrow/reader.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "schema/error.h"
#include "schema/parquet/arrow_status.h"
#include "schema/text.h"
#include "schema/utc_time.h"

namespace stemma {
namespace {

constexpr std::int64_t kBatchRows = 4096;
constexpr double kLargestWhole = 9007199254740992.0;  // 2^53: beyond it doubles are not whole

using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

/// Whether values of the type can be written as JSON, whole or in part.
bool is_readable(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::BOOL:
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::INT64:
    case arrow::Type::UINT8:
    case arrow::Type::UINT16:
    case arrow::Type::UINT32:
    case arrow::Type::UINT64:
    case arrow::Type::FLOAT:
    case arrow::Type::DOUBLE:
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::TIMESTAMP:
    case arrow::Type::DATE32:
    case arrow::Type::NA:
      return true;
    case arrow::Type::DICTIONARY:
      return is_readable(*static_cast<const arrow::DictionaryType&>(type).value_type());
    case arrow::Type::LIST:
    case arrow::Type::LARGE_LIST:
    case arrow::Type::FIXED_SIZE_LIST:
      return is_readable(*static_cast<const arrow::BaseListType&>(type).value_type());
    case arrow::Type::STRUCT:
      return std::any_of(type.fields().begin(), type.fields().end(),
                         [](const auto& field) { return is_readable(*field->type()); });
    default:
      return false;
  }
}

bool is_json(std::string_view text) {
  rapidjson::MemoryStream stream{text.data(), text.size()};
  rapidjson::BaseReaderHandler<> nothing;
  return !rapidjson::Reader{}.Parse<rapidjson::kParseIterativeFlag>(stream, nothing).IsError();
}

/// What the texts of a column are.
enum class Meaning { plain, json, time };

class RowWriter {
 public:
  explicit RowWriter(rapidjson::StringBuffer& buffer) : json_{buffer} {}

  JsonWriter& json() noexcept { return json_; }

  /// Writes `key` and the value at `row`, or nothing where JSON has no such value.
  void member(const std::string& key, const arrow::Array& array, std::int64_t row,
              Meaning meaning) {
    if (array.IsNull(row) || !has_value(array, row)) return;
    if (meaning == Meaning::json && raw_member(key, array, row)) return;
    if (meaning == Meaning::time && time_member(key, array, row)) return;
    json_.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
    value(array, row);
  }

 private:
  static bool has_value(const arrow::Array& array, std::int64_t row) {
    switch (array.type_id()) {
      case arrow::Type::FLOAT:
        return std::isfinite(static_cast<const arrow::FloatArray&>(array).Value(row));
      case arrow::Type::DOUBLE:
        return std::isfinite(static_cast<const arrow::DoubleArray&>(array).Value(row));
      case arrow::Type::DICTIONARY: {
        const auto& coded = static_cast<const arrow::DictionaryArray&>(array);
        const std::int64_t index = coded.GetValueIndex(row);
        return !coded.dictionary()->IsNull(index) && has_value(*coded.dictionary(), index);
      }
      default:
        return is_readable(*array.type());
    }
  }

  static bool text_of(const arrow::Array& array, std::int64_t row, std::string_view& text) {
    switch (array.type_id()) {
      case arrow::Type::STRING:
      case arrow::Type::BINARY:
        text = static_cast<const arrow::BinaryArray&>(array).GetView(row);
        return true;
      case arrow::Type::LARGE_STRING:
      case arrow::Type::LARGE_BINARY:
        text = static_cast<const arrow::LargeBinaryArray&>(array).GetView(row);
        return true;
      case arrow::Type::DICTIONARY: {
        const auto& coded = static_cast<const arrow::DictionaryArray&>(array);
        return text_of(*coded.dictionary(), coded.GetValueIndex(row), text);
      }
      default:
        return false;
    }
  }

  /// Text that is JSON goes in as it stands; text that only begins like it says nothing.
  bool raw_member(const std::string& key, const arrow::Array& array, std::int64_t row) {
    std::string_view text;
    if (!text_of(array, row, text)) return false;
    text = trim(text);
    if (text.empty() || (text.front() != '{' && text.front() != '[')) return false;
    if (!is_json(text)) return true;
    json_.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
    // Line ends stand only between tokens; the document is one line.
    std::string line{text};
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    json_.RawValue(line.data(), line.size(),
                   line.front() == '{' ? rapidjson::kObjectType : rapidjson::kArrayType);
    return true;
  }

  /// Text of a time that names no zone, such as `2024-07-11 03:00:00.000`.
  bool time_member(const std::string& key, const arrow::Array& array, std::int64_t row) {
    constexpr std::size_t kSeconds = 19;
    std::string_view view;
    if (!text_of(array, row, view) || view.size() < kSeconds ||
        view.find_first_of("Zz+-", kSeconds) != std::string_view::npos)
      return false;
    json_.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
    text(std::string{view} + 'Z');
    return true;
  }

  void text(std::string_view text) {
    json_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }
  void number(double value) {
    // Tables that had gaps keep whole numbers as doubles.
    if (std::floor(value) == value && std::abs(value) < kLargestWhole) {
      json_.Int64(static_cast<std::int64_t>(value));
    } else {
      json_.Double(value);
    }
  }
  void time(std::int64_t value, arrow::TimeUnit::type unit) {
    std::int64_t in_second = 1;
    if (unit == arrow::TimeUnit::MILLI) in_second = 1'000;
    if (unit == arrow::TimeUnit::MICRO) in_second = 1'000'000;
    if (unit == arrow::TimeUnit::NANO) in_second = 1'000'000'000;
    text(format_utc(value / in_second - (value % in_second < 0 ? 1 : 0)));
  }
  template <class List>
  void list(const arrow::Array& array, std::int64_t row) {
    const auto& lists = static_cast<const List&>(array);
    json_.StartArray();
    const std::int64_t begin = lists.value_offset(row);
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(lists.value_length(row)); ++i) {
      const arrow::Array& inside = *lists.values();
      if (inside.IsNull(begin + i) || !has_value(inside, begin + i)) {
        json_.Null();
      } else {
        value(inside, begin + i);
      }
    }
    json_.EndArray();
  }

  void value(const arrow::Array& array, std::int64_t row) {
    switch (array.type_id()) {
      case arrow::Type::BOOL:
        json_.Bool(static_cast<const arrow::BooleanArray&>(array).Value(row));
        return;
      case arrow::Type::INT8:
        json_.Int(static_cast<const arrow::Int8Array&>(array).Value(row));
        return;
      case arrow::Type::INT16:
        json_.Int(static_cast<const arrow::Int16Array&>(array).Value(row));
        return;
      case arrow::Type::INT32:
        json_.Int(static_cast<const arrow::Int32Array&>(array).Value(row));
        return;
      case arrow::Type::INT64:
        json_.Int64(static_cast<const arrow::Int64Array&>(array).Value(row));
        return;
      case arrow::Type::UINT8:
        json_.Uint(static_cast<const arrow::UInt8Array&>(array).Value(row));
        return;
      case arrow::Type::UINT16:
        json_.Uint(static_cast<const arrow::UInt16Array&>(array).Value(row));
        return;
      case arrow::Type::UINT32:
        json_.Uint(static_cast<const arrow::UInt32Array&>(array).Value(row));
        return;
      case arrow::Type::UINT64:
        json_.Uint64(static_cast<const arrow::UInt64Array&>(array).Value(row));
        return;
      case arrow::Type::FLOAT:
        return number(static_cast<const arrow::FloatArray&>(array).Value(row));
      case arrow::Type::DOUBLE:
        return number(static_cast<const arrow::DoubleArray&>(array).Value(row));
      case arrow::Type::STRING:
      case arrow::Type::BINARY:
      case arrow::Type::LARGE_STRING:
      case arrow::Type::LARGE_BINARY: {
        std::string_view view;
        text_of(array, row, view);
        return text(view);
      }
      case arrow::Type::TIMESTAMP:
        return time(static_cast<const arrow::TimestampArray&>(array).Value(row),
                    static_cast<const arrow::TimestampType&>(*array.type()).unit());
      case arrow::Type::DATE32: {
        constexpr UnixSeconds kDay = 86'400;
        return text(format_utc(static_cast<const arrow::Date32Array&>(array).Value(row) * kDay));
      }
      case arrow::Type::DICTIONARY: {
        const auto& coded = static_cast<const arrow::DictionaryArray&>(array);
        return value(*coded.dictionary(), coded.GetValueIndex(row));
      }
      case arrow::Type::LIST:
        return list<arrow::ListArray>(array, row);
      case arrow::Type::LARGE_LIST:
        return list<arrow::LargeListArray>(array, row);
      case arrow::Type::FIXED_SIZE_LIST:
        return list<arrow::FixedSizeListArray>(array, row);
      case arrow::Type::STRUCT: {
        const auto& parts = static_cast<const arrow::StructArray&>(array);
        json_.StartObject();
        for (int i = 0; i < parts.num_fields(); ++i)
          member(parts.type()->field(i)->name(), *parts.field(i), row, Meaning::plain);
        json_.EndObject();
        return;
      }
      default:
        json_.Null();
    }
  }

  JsonWriter json_;
};

class ArrowReader final : public ParquetReader {
 public:
  ArrowReader(const std::string& file, const ParquetDocument& document)
      : doing_{"reading " + file} {
    for (const std::string_view field : document.json) meaning_.emplace(field, Meaning::json);
    for (const std::string_view field : document.times) meaning_.emplace(field, Meaning::time);
    auto input = arrow::io::ReadableFile::Open(file);
    if (!input.ok())
      throw Error{ErrorKind::usage, "opening " + file + ": " + input.status().message()};
    // Pages are read as they are needed: a row group may be as large as the file.
    auto properties = parquet::default_reader_properties();
    properties.enable_buffered_stream();
    parquet::ArrowReaderProperties how{/*use_threads=*/true};
    how.set_batch_size(kBatchRows);
    how.set_pre_buffer(false);
    parquet::arrow::FileReaderBuilder builder;
    check(builder.Open(std::move(input).ValueUnsafe(), properties));
    builder.properties(how);
    file_ = take(builder.Build());
    rows_ = static_cast<std::uint64_t>(file_->parquet_reader()->metadata()->num_rows());
    std::shared_ptr<arrow::Schema> schema;
    check(file_->GetSchema(&schema));
    std::set<std::string, std::less<>> chosen;
    for (const auto& field : schema->fields()) {
      const auto& fields = document.fields;
      const bool wanted = std::find(fields.begin(), fields.end(), field->name()) != fields.end() &&
                          is_readable(*field->type());
      (wanted ? read_ : other_).push_back(field->name());
      if (wanted) chosen.insert(field->name());
    }
    const parquet::SchemaDescriptor& leaves = *file_->parquet_reader()->metadata()->schema();
    std::vector<int> columns, groups;
    for (int i = 0; i < leaves.num_columns(); ++i) {
      if (chosen.contains(leaves.GetColumnRoot(i)->name())) columns.push_back(i);
    }
    for (int i = 0; i < file_->num_row_groups(); ++i) groups.push_back(i);
    batches_ = take(file_->GetRecordBatchReader(groups, columns));
  }

  [[nodiscard]] const std::vector<std::string>& read_columns() const override { return read_; }
  [[nodiscard]] const std::vector<std::string>& other_columns() const override { return other_; }
  [[nodiscard]] std::uint64_t rows() const override { return rows_; }

  [[nodiscard]] bool next(std::string& lines) override {
    std::shared_ptr<arrow::RecordBatch> batch;
    check(batches_->ReadNext(&batch));
    if (batch == nullptr) return false;
    // A damaged file may hold lists and texts that end before they begin.
    check(batch->Validate());
    rapidjson::StringBuffer buffer;
    RowWriter writer{buffer};
    std::vector<const std::string*> names;
    std::vector<Meaning> meanings;
    for (const auto& field : batch->schema()->fields()) {
      names.push_back(&field->name());
      const auto found = meaning_.find(field->name());
      meanings.push_back(found == meaning_.end() ? Meaning::plain : found->second);
    }
    for (std::int64_t row = 0; row < batch->num_rows(); ++row) {
      writer.json().StartObject();
      for (std::size_t i = 0; i < names.size(); ++i)
        writer.member(*names[i], *batch->column(static_cast<int>(i)), row, meanings[i]);
      writer.json().EndObject();
      writer.json().Reset(buffer);
      buffer.Put('\n');
    }
    lines.append(buffer.GetString(), buffer.GetSize());
    return true;
  }

 private:
  void check(const arrow::Status& status) const {
    check_arrow(status, doing_.c_str(), ErrorKind::corrupt);
  }
  template <class T>
  T take(arrow::Result<T> result) const {
    return arrow_value(std::move(result), doing_.c_str(), ErrorKind::corrupt);
  }

  std::string doing_;
  std::unique_ptr<parquet::arrow::FileReader> file_;
  std::unique_ptr<arrow::RecordBatchReader> batches_;
  std::vector<std::string> read_, other_;
  std::map<std::string, Meaning, std::less<>> meaning_;
  std::uint64_t rows_ = 0;
};

}  // namespace

std::unique_ptr<ParquetReader> make_arrow_reader(const std::string& file,
                                                 const ParquetDocument& document) {
  return std::make_unique<ArrowReader>(file, document);
}

}  // namespace stemma
