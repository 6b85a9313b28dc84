#pragma once

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <string_view>

namespace stemma {

/// A part of a template, to be filled: `{title}` stands for the argument of that name. A template
/// file (api/web/templates) has parts that begin with a line `<!-- part: NAME -->`. Throws
/// std::out_of_range where there is no such part. Cost: a look-up. Thread-safe.
[[nodiscard]] std::string_view template_part(std::string_view file, std::string_view part);

/// Appends the part, filled. Texts among the arguments must be escaped. Throws fmt::format_error
/// where the part asks for an argument that is not given.
template <class... Args>
void fill_part(std::string& out, std::string_view file, std::string_view part,
               const Args&... args) {
  fmt::vformat_to(std::back_inserter(out), template_part(file, part),
                  fmt::make_format_args(args...));
}

}  // namespace stemma
