#include "api/web/template.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

#include "api/gzip.h"
#include "api/web/assets.h"

namespace stemma {
namespace {

using Parts = std::map<std::pair<std::string, std::string>, std::string, std::less<>>;

constexpr std::string_view kMark = "<!-- part: ";
constexpr std::string_view kMarkEnd = " -->\n";

/// Cuts one file at its marks; what comes before the first is a comment for readers.
void add_parts(Parts& parts, std::string_view file, std::string_view text) {
  for (auto at = text.find(kMark); at != std::string_view::npos;) {
    const auto name = at + kMark.size();
    const auto end = text.find(kMarkEnd, name);
    if (end == std::string_view::npos) throw std::out_of_range{"a mark without an end"};
    const auto next = text.find(kMark, end);
    std::string_view body = text.substr(end + kMarkEnd.size(), next - end - kMarkEnd.size());
    while (!body.empty() && body.back() == '\n') body.remove_suffix(1);
    parts.emplace(std::pair{std::string{file}, std::string{text.substr(name, end - name)}}, body);
    at = next;
  }
}

Parts read_parts() {
  constexpr std::string_view kHtml = ".html";
  Parts parts;
  for (const Asset& asset : assets()) {
    if (asset.name.size() < kHtml.size() ||
        asset.name.substr(asset.name.size() - kHtml.size()) != kHtml)
      continue;
    add_parts(parts, asset.name, gunzip(asset.gzip));
  }
  return parts;
}

}  // namespace

std::string_view template_part(std::string_view file, std::string_view part) {
  static const Parts parts = read_parts();
  return parts.at({std::string{file}, std::string{part}});
}

void fill_text(std::string& out, std::string_view text, std::span<const PartArg> args) {
  while (!text.empty()) {
    const std::size_t brace = text.find_first_of("{}");
    out += text.substr(0, brace);
    if (brace == std::string_view::npos) return;
    const bool doubled = brace + 1 < text.size() && text[brace + 1] == text[brace];
    if (doubled) {
      out += text[brace];
      text.remove_prefix(brace + 2);
      continue;
    }
    const std::size_t end = text.find('}', brace);
    const std::string name{text.substr(brace, end - brace)};
    const auto found = std::find_if(args.begin(), args.end(), [&](const PartArg& one) {
      return one.name == std::string_view{name}.substr(1);
    });
    if (text[brace] == '}' || end == std::string_view::npos || found == args.end())
      throw std::out_of_range{"a template's " + name + " stands for nothing"};
    out += found->digits.empty() ? found->text : std::string_view{found->digits};
    text.remove_prefix(end + 1);
  }
}

}  // namespace stemma
