#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace stemma {

/// A file that was compiled in: style, script or template.
struct Asset {
  std::string_view name;  ///< "style.css"
  std::string_view gzip;  ///< Its bytes, compressed.
  std::size_t bytes = 0;  ///< Of the file itself.
};

/// All of them; made at build time by stemma-embed. Those of swagger-ui are there only where npm's
/// package was when it was built.
[[nodiscard]] std::span<const Asset> assets() noexcept;

/// nullptr where there is none of that name.
[[nodiscard]] const Asset* find_asset(std::string_view name) noexcept;

/// "text/css; charset=utf-8", by the name's end.
[[nodiscard]] std::string_view content_type_of(std::string_view name) noexcept;

}  // namespace stemma
