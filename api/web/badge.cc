#include "api/web/badge.h"

#include <fmt/format.h>

#include "api/web/html.h"

namespace stemma {
namespace {

/// Of 11 px Verdana or what stands for it: about right is enough, as textLength makes it exact.
double width_of(std::string_view text) {
  double width = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) == 0x80U) continue;  // a character counts once
    width += c == 'i' || c == 'l' || c == '.' || c == ',' || c == ' ' ? 3.8
             : c == 'm' || c == 'w' || c == 'M' || c == 'W'           ? 9.6
             : byte >= 'A' && byte <= 'Z'                             ? 7.6
                                                                      : 6.6;
  }
  return width;
}

}  // namespace

std::string badge_svg(std::string_view label, std::string_view value) {
  const double left = width_of(label) + 14;
  const double right = width_of(value) + 14;
  return fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" width="{0:.0f}" height="20" role="img" )"
      R"(aria-label="{1}: {2}"><title>{1}: {2}</title>)"
      R"(<rect width="{0:.0f}" height="20" rx="3" fill="#0b5c8a"/>)"
      R"(<path d="M3 0h{3:.1f}v20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z" fill="#3a4248"/>)"
      R"(<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">)"
      R"(<text x="7" y="14" textLength="{4:.1f}">{1}</text>)"
      R"(<text x="{5:.1f}" y="14" textLength="{6:.1f}">{2}</text></g></svg>)",
      left + right, escape_html(label), escape_html(value), left - 3, left - 14, left + 7,
      right - 14);
}

}  // namespace stemma
