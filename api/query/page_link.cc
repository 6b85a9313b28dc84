#include "api/query/page_link.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "schema/percent.h"
#include "schema/text.h"

namespace stemma {

std::string canonical_query(ParamList params, bool with_page) {
  std::sort(params.begin(), params.end(), [](const Param& a, const Param& b) {
    return std::tie(a.name, a.value) < std::tie(b.name, b.value);
  });
  std::string text;
  for (const Param& param : params) {
    if (!with_page && (param.name == "limit" || param.name == "cursor")) continue;
    text += percent_encode(param.name) + '=' + percent_encode(param.value) + '&';
  }
  return text;
}

std::uint64_t hash_definitions(const FamilySet& families) {
  std::string all;
  for (const FamilyDefinition& family : families.definitions()) {
    all += family.name + '\n' + family.label + '\n' + family.pattern + '\n' + family.parent + '\n' +
           family.series_from + '\n';
    for (const std::string& owner : family.owners) all += owner + '\t';
    all += '\n';
  }
  return hash_text(all);
}

std::uint64_t query_hash(const std::string& path, const ParamList& params,
                         std::uint64_t families_hash) {
  return hash_text(fmt::format("{}?{}{}", path, canonical_query(params, false), families_hash));
}

std::string next_page(const std::string& path, const ParamList& params, const Cursor& cursor) {
  std::string text = path + '?';
  for (const Param& param : params) {
    if (param.name == "cursor") continue;
    text += percent_encode(param.name) + '=' + percent_encode(param.value) + '&';
  }
  return text + "cursor=" + encode_cursor(cursor);
}

}  // namespace stemma
