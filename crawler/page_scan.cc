#include "crawler/page_scan.h"

#include <simdjson.h>

#include <utility>

#include "schema/text.h"

namespace stemma {
namespace {

namespace json = simdjson::ondemand;

/// Collects what PageIds tells, row by row.
class IdScan {
 public:
  void row(const std::optional<HubId>& id) {
    ++ids.rows;
    if (!id) return;
    if (ids.readable == 0) {
      ids.first = *id;
    } else {
      ids.ascending = ids.ascending && ids.last < *id;
      ids.descending = ids.descending && *id < ids.last;
    }
    ids.last = *id;
    ++ids.readable;
  }
  PageIds ids;
};

PageIds refused(std::string why) {
  PageIds ids;
  ids.error = std::move(why);
  return ids;
}

std::optional<HubId> id_of(json::object& document) {
  std::string_view hex;
  if (document.find_field_unordered("_id").get_string().get(hex)) return std::nullopt;
  return HubId::parse(hex);
}

/// False where the page as a whole is not what simdjson accepts; `scan` is then of no use.
bool scan_whole(json::parser& parser, const simdjson::padded_string& text, IdScan& scan) {
  json::document document;
  if (parser.iterate(text).get(document)) return false;
  json::array rows;
  if (document.get_array().get(rows)) return false;
  for (auto element : rows) {
    json::object row;
    if (element.get_object().get(row)) return false;
    scan.row(id_of(row));
  }
  const char* after = nullptr;
  return document.current_location().get(after) == simdjson::OUT_OF_BOUNDS;
}

}  // namespace

bool split_array(std::string_view body, std::vector<std::string_view>& elements) {
  elements.clear();
  body = trim(body);
  if (body.size() < 2 || body.front() != '[') return false;
  std::size_t depth = 1;
  bool in_string = false;
  std::size_t begin = 1;
  for (std::size_t at = 1; at < body.size(); ++at) {
    const char c = body[at];
    if (in_string) {
      if (c == '\\') {
        ++at;
      } else if (c == '"') {
        in_string = false;
      }
      continue;
    }
    switch (c) {
      case '"':
        in_string = true;
        break;
      case '{':
      case '[':
        ++depth;
        break;
      case '}':
      case ']': {
        if (--depth != 0) break;
        if (c != ']' || at + 1 != body.size()) return false;
        const std::string_view last = trim(body.substr(begin, at - begin));
        if (last.empty()) return elements.empty();
        elements.push_back(last);
        return true;
      }
      case ',': {
        if (depth != 1) break;
        const std::string_view element = trim(body.substr(begin, at - begin));
        if (element.empty()) return false;
        elements.push_back(element);
        begin = at + 1;
        break;
      }
      default:
        break;
    }
  }
  return false;
}

PageIds scan_page_ids(std::string_view body) {
  json::parser parser;
  {
    IdScan scan;
    if (scan_whole(parser, simdjson::padded_string{body}, scan)) return scan.ids;
  }
  // One document that is not UTF-8, or otherwise broken, makes the whole page unreadable above.
  std::vector<std::string_view> elements;
  if (!split_array(body, elements)) return refused("not a whole JSON array");
  IdScan scan;
  std::size_t objects = 0;
  for (const std::string_view element : elements) {
    if (element.front() != '{') {
      scan.row(std::nullopt);
      continue;
    }
    ++objects;
    const simdjson::padded_string text{element};
    json::document document;
    json::object row;
    if (parser.iterate(text).get(document) || document.get_object().get(row)) {
      scan.row(std::nullopt);
    } else {
      scan.row(id_of(row));
    }
  }
  if (!elements.empty() && objects == 0) return refused("a JSON array, but not of objects");
  return scan.ids;
}

std::optional<DocumentIds> scan_document(std::string_view body) {
  // On-demand reading stops at what it looked for: that the object is closed is checked apart.
  std::vector<std::string_view> elements;
  if (!split_array("[" + std::string{body} + "]", elements) || elements.size() != 1) {
    return std::nullopt;
  }
  json::parser parser;
  const simdjson::padded_string text{body};
  json::document document;
  json::object object;
  if (parser.iterate(text).get(document) || document.get_object().get(object)) return std::nullopt;
  DocumentIds ids;
  const auto id = id_of(object);
  std::string_view name;
  if (!id || object.find_field_unordered("id").get_string().get(name)) return std::nullopt;
  ids.id = *id;
  ids.name = name;
  return ids;
}

}  // namespace stemma
