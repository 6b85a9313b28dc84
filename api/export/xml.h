#pragma once

#include <string>
#include <string_view>

#include "api/fields/field.h"

namespace stemma {

/// What GraphML and GEXF call the type of a field.
constexpr std::string_view xml_type(FieldType type) {
  switch (type) {
    case FieldType::integer:
      return "long";
    case FieldType::number:
      return "double";
    case FieldType::flag:
      return "boolean";
    default:
      return "string";
  }
}

/// Appends text as it may stand in an element or an attribute of XML 1.0; characters that XML does
/// not have become U+FFFD.
inline void append_xml(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    switch (byte) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\t':
        out += "&#9;";
        break;
      case '\n':
        out += "&#10;";
        break;
      case '\r':
        out += "&#13;";
        break;
      default:
        // U+FFFE and U+FFFF are the only others that XML leaves out of valid UTF-8.
        if (byte < ' ') {
          out += "\xEF\xBF\xBD";
        } else if (byte == 0xEF && text.substr(i, 2) == "\xEF\xBF" && i + 2 < text.size() &&
                   static_cast<unsigned char>(text[i + 2]) >= 0xBE) {
          out += "\xEF\xBF\xBD";
          i += 2;
        } else {
          out += text[i];
        }
    }
  }
}

}  // namespace stemma
