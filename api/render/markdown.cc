#include "api/render/markdown.h"

#include <string_view>

namespace stemma {
namespace {

std::string_view type_text(FieldType type) {
  switch (type) {
    case FieldType::text:
      return "text";
    case FieldType::integer:
      return "integer";
    case FieldType::number:
      return "number";
    case FieldType::flag:
      return "flag";
    case FieldType::flag_or_text:
      return "flag or text";
    case FieldType::time:
      return "time";
    case FieldType::texts:
      return "list of texts";
    case FieldType::integers:
      return "list of integers";
    case FieldType::numbers:
      return "list of numbers or null";
    case FieldType::times:
      return "list of times";
    case FieldType::text_lists:
      return "list of lists of texts";
    case FieldType::counts:
      return "object of numbers by name";
    case FieldType::object:
      return "object";
    case FieldType::objects:
      return "list of objects";
    case FieldType::object_lists:
      return "list of lists of objects";
    case FieldType::splice:
      break;
  }
  return "";
}

std::string_view presence_text(Presence presence) {
  switch (presence) {
    case Presence::always:
      break;
    case Presence::or_null:
      return ", or null";
    case Presence::optional:
      return ", optional";
    case Presence::optional_or_null:
      return ", optional, or null";
  }
  return "";
}

void append_rows(std::string& out, const FieldInfos& fields, const std::string& prefix) {
  for (const FieldInfo& field : fields) {
    if (field.type == FieldType::splice) {
      append_rows(out, field.inside(), prefix);
      continue;
    }
    const std::string name = prefix + std::string{field.name};
    out += "| `" + name + "` | ";
    out += type_text(field.type);
    out += presence_text(field.presence);
    out += " | ";
    out += field.meaning;
    out += " |\n";
    if (field.inside == nullptr) continue;
    append_rows(out, field.inside(), name + (field.type == FieldType::object ? "." : "[]."));
  }
}

}  // namespace

std::string markdown_table(const FieldInfos& fields) {
  std::string out = "| field | type | meaning |\n|---|---|---|\n";
  append_rows(out, fields, {});
  return out;
}

}  // namespace stemma
