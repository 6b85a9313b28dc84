#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stemma {

// Percent-encoding of URLs (RFC 3986, section 2).

/// Everything but letters, digits and `-._~` as %XX; a slash stays one with `keep_slash`.
[[nodiscard]] std::string percent_encode(std::string_view text, bool keep_slash = false);

/// nullopt for a broken escape and for zero bytes. With `plus_is_space`, as in a query.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

/// The same for what others wrote: a broken escape stays as it is.
[[nodiscard]] std::string percent_decode_lenient(std::string_view text);

}  // namespace stemma
