#include "api/web/assets.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "schema/text.h"

namespace stemma {

const Asset* find_asset(std::string_view name) noexcept {
  const auto all = assets();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Asset& asset) { return asset.name == name; });
  return found == all.end() ? nullptr : &*found;
}

namespace {

/// Served names by the file's own.
const std::map<std::string, std::string, std::less<>>& served_names() {
  static const auto names = [] {
    std::map<std::string, std::string, std::less<>> all;
    for (const Asset& asset : assets()) {
      const auto dot = asset.name.rfind('.');
      if (dot == std::string_view::npos) continue;
      all.emplace(asset.name, fmt::format("/assets/{}.{:016x}{}", asset.name.substr(0, dot),
                                          hash_text(asset.gzip), asset.name.substr(dot)));
    }
    return all;
  }();
  return names;
}

}  // namespace

const std::string& asset_path(std::string_view name) {
  const auto found = served_names().find(name);
  if (found == served_names().end()) throw std::out_of_range{"no asset " + std::string{name}};
  return found->second;
}

const Asset* find_served_asset(std::string_view name) {
  constexpr std::string_view kFolder = "/assets/";
  for (const auto& [own, path] : served_names()) {
    if (std::string_view{path}.substr(kFolder.size()) == name) return find_asset(own);
  }
  return nullptr;
}

std::string_view content_type_of(std::string_view name) noexcept {
  const auto ends = [&](std::string_view end) {
    return name.size() >= end.size() && name.substr(name.size() - end.size()) == end;
  };
  if (ends(".css")) return "text/css; charset=utf-8";
  if (ends(".js")) return "text/javascript; charset=utf-8";
  if (ends(".html")) return "text/html; charset=utf-8";
  return "application/octet-stream";
}

}  // namespace stemma
