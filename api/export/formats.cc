#include <fmt/format.h>

#include "api/export/table_format.h"
#include "schema/error.h"

namespace stemma {
namespace {

constexpr DumpFormat kFormats[] = {
    {"csv", &make_csv_format},
    {"ndjson", &make_ndjson_format},
};

}  // namespace

std::span<const DumpFormat> dump_formats() noexcept { return kFormats; }

std::string dump_format_names() {
  std::string names;
  for (std::size_t i = 0; i < std::size(kFormats); ++i) {
    if (i > 0) names += i + 1 == std::size(kFormats) ? " and " : ", ";
    names += kFormats[i].name;
  }
  return names;
}

const DumpFormat& parse_dump_format(std::string_view name) {
  for (const DumpFormat& format : kFormats) {
    if (format.name == name) return format;
  }
  throw Error{ErrorKind::usage,
              fmt::format("'{}' is no format of dumps; there are {}", name, dump_format_names())};
}

}  // namespace stemma
