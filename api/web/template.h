#pragma once

#include <concepts>
#include <span>
#include <string>
#include <string_view>

namespace stemma {

/// A part of a template, to be filled: `{title}` stands for the argument of that name, `{{` and
/// `}}` for braces. A template file (api/web/templates) has parts that begin with a line
/// `<!-- part: NAME -->`. Throws std::out_of_range where there is no such part. Cost: a look-up.
/// Thread-safe.
[[nodiscard]] std::string_view template_part(std::string_view file, std::string_view part);

/// What stands for one name: a text, which must outlive the filling, or a whole number. Of one
/// type, so that filling is compiled once and not for each set of arguments.
struct PartArg {
  std::string_view name;
  std::string_view text;  ///< Empty for a number.
  std::string digits;
};

[[nodiscard]] inline PartArg arg(std::string_view name, std::string_view text) {
  return {name, text, {}};
}
template <std::integral Number>
[[nodiscard]] PartArg arg(std::string_view name, Number number) {
  return {name, {}, std::to_string(number)};
}

/// Appends `text` with `args` in the places of their names. Throws std::out_of_range for a name
/// that is not given.
void fill_text(std::string& out, std::string_view text, std::span<const PartArg> args);

/// Appends the part, filled. Texts among the arguments must be escaped. Throws as fill_text().
template <class... Args>
void fill_part(std::string& out, std::string_view file, std::string_view part,
               const Args&... args) {
  if constexpr (sizeof...(args) == 0) {
    fill_text(out, template_part(file, part), {});
  } else {
    const PartArg all[] = {args...};
    fill_text(out, template_part(file, part), all);
  }
}

}  // namespace stemma
