#include "api/export/row_text.h"

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>

#include "api/render/csv.h"
#include "schema/error.h"

namespace stemma {
namespace {

/// Writes each member's value again, as it was: numbers keep their digits.
class MemberHandler {
 public:
  JsonMembers members;

  bool Null() {
    return scalar([&] { return writer_.Null(); });
  }
  bool Bool(bool value) {
    return scalar([&] { return writer_.Bool(value); });
  }
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    return scalar([&] { return writer_.RawValue(text, size, rapidjson::kNumberType); });
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return scalar([&] { return writer_.String(text, size); });
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    if (depth_ == 1) {
      key_.assign(text, size);
      return true;
    }
    return writer_.Key(text, size);
  }
  bool StartObject() { return depth_++ == 0 || writer_.StartObject(); }
  bool EndObject(rapidjson::SizeType) {
    if (--depth_ == 0) return true;
    writer_.EndObject();
    return done();
  }
  bool StartArray() { return depth_++ != 0 && writer_.StartArray(); }
  bool EndArray(rapidjson::SizeType) {
    --depth_;
    writer_.EndArray();
    return done();
  }

 private:
  template <class Write>
  bool scalar(Write&& write) {
    if (depth_ == 0) return false;
    write();
    return done();
  }
  bool done() {
    if (depth_ > 1) return true;
    members.emplace_back(std::move(key_), std::string{buffer_.GetString(), buffer_.GetSize()});
    key_.clear();
    buffer_.Clear();
    writer_.Reset(buffer_);
    return true;
  }

  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
  std::string key_;
  int depth_ = 0;
};

/// The items of a JSON array of strings.
class ItemHandler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, ItemHandler> {
 public:
  std::string joined;
  bool String(const char* text, rapidjson::SizeType size, bool) {
    if (!joined.empty()) joined += ' ';
    joined.append(text, size);
    return true;
  }
};

std::string json_of_text(std::string_view text) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
  writer.String(text.empty() ? "" : text.data(), static_cast<rapidjson::SizeType>(text.size()));
  return {buffer.GetString(), buffer.GetSize()};
}

std::string joined_strings(std::string_view json) {
  rapidjson::MemoryStream stream{json.data(), json.size()};
  ItemHandler items;
  rapidjson::Reader{}.Parse(stream, items);
  return items.joined;
}

class NdjsonRows final : public RowText {
 public:
  explicit NdjsonRows(std::vector<std::string> columns) : columns_{std::move(columns)} {}

  [[nodiscard]] std::string_view next(std::string_view& rest) const override {
    const auto end = std::min(rest.find('\n'), rest.size() - 1) + 1;
    const std::string_view row = rest.substr(0, end);
    rest.remove_prefix(end);
    return row;
  }
  [[nodiscard]] Cells read(std::string_view row, const std::string& where) const override {
    JsonMembers members = read_members(row, where);
    Cells cells;
    for (const std::string& column : columns_) {
      const std::string* const value = find_member(members, column);
      if (value == nullptr)
        throw Error{ErrorKind::corrupt, where + ": a row without `" + column + "`"};
      cells.push_back(*value);
    }
    return cells;
  }
  void write(const Cells& cells, std::string& out) const override {
    out += '{';
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) out += ',';
      out += json_of_text(columns_[i]);
      out += ':';
      out += cells[i];
    }
    out += "}\n";
  }
  [[nodiscard]] bool has_header() const override { return false; }
  [[nodiscard]] std::string text(const std::string& cell) const override {
    return text_of_json(cell);
  }
  [[nodiscard]] std::string cell_of_text(std::string_view text) const override {
    return json_of_text(text);
  }
  [[nodiscard]] std::string cell_of_json(std::string_view json) const override {
    return std::string{json};
  }

 private:
  const std::vector<std::string> columns_;
};

class CsvRows final : public RowText {
 public:
  explicit CsvRows(std::size_t columns) : columns_{columns} {}

  [[nodiscard]] std::string_view next(std::string_view& rest) const override {
    bool quoted = false;
    std::size_t end = 0;
    for (; end < rest.size(); ++end) {
      if (rest[end] == '"') quoted = !quoted;
      if (rest[end] == '\n' && !quoted) break;
    }
    end = std::min(end + 1, rest.size());
    const std::string_view row = rest.substr(0, end);
    rest.remove_prefix(end);
    return row;
  }
  [[nodiscard]] Cells read(std::string_view row, const std::string& where) const override {
    Cells cells{""};
    if (row.ends_with('\n')) row.remove_suffix(1);
    bool quoted = false;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const char c = row[i];
      if (quoted && c == '"' && i + 1 < row.size() && row[i + 1] == '"') {
        cells.back() += c;
        ++i;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        cells.emplace_back();
      } else {
        cells.back() += c;
      }
    }
    if (cells.size() != columns_ || quoted)
      throw Error{ErrorKind::corrupt,
                  where + ": a row that has not " + std::to_string(columns_) + " columns"};
    return cells;
  }
  void write(const Cells& cells, std::string& out) const override {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) out += ',';
      append_csv_value(out, Value{std::string_view{cells[i]}});
    }
    out += '\n';
  }
  [[nodiscard]] bool has_header() const override { return true; }
  [[nodiscard]] std::string text(const std::string& cell) const override { return cell; }
  [[nodiscard]] std::string cell_of_text(std::string_view text) const override {
    return std::string{text};
  }
  [[nodiscard]] std::string cell_of_json(std::string_view json) const override {
    if (json == "null") return {};
    if (json.starts_with('"')) return text_of_json(json);
    if (json.starts_with('[')) return joined_strings(json);
    return std::string{json};
  }

 private:
  const std::size_t columns_;
};

}  // namespace

JsonMembers read_members(std::string_view text, const std::string& where) {
  rapidjson::MemoryStream stream{text.data(), text.size()};
  MemberHandler handler;
  const auto result =
      rapidjson::Reader{}.Parse<rapidjson::kParseNumbersAsStringsFlag>(stream, handler);
  if (result.IsError())
    throw Error{ErrorKind::corrupt, where + ": no JSON object of a dump: " +
                                        rapidjson::GetParseError_En(result.Code())};
  return std::move(handler.members);
}

const std::string* find_member(const JsonMembers& members, std::string_view key) {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const auto& member) { return member.first == key; });
  return found == members.end() ? nullptr : &found->second;
}

std::string text_of_json(std::string_view value) {
  return value.starts_with('"') ? joined_strings(value) : std::string{};
}

std::unique_ptr<RowText> make_ndjson_rows(std::vector<std::string> columns) {
  return std::make_unique<NdjsonRows>(std::move(columns));
}
std::unique_ptr<RowText> make_csv_rows(std::size_t columns) {
  return std::make_unique<CsvRows>(columns);
}

}  // namespace stemma
