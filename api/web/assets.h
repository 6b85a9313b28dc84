#pragma once

#include <cstddef>
#include <span>
#include <string>
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

/// "/assets/style.1a2b3c4d5e6f7a8b.css": where a file is served, named after what it holds, so that
/// browsers may keep it for ever. Throws std::out_of_range where there is none of that name.
[[nodiscard]] const std::string& asset_path(std::string_view name);
/// The file that is served under such a name (without the folder); nullptr where there is none.
[[nodiscard]] const Asset* find_served_asset(std::string_view name);

/// "text/css; charset=utf-8", by the name's end.
[[nodiscard]] std::string_view content_type_of(std::string_view name) noexcept;

}  // namespace stemma
