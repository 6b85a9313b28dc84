#pragma once

// Catch2 version 3 has one header for everything under another name than version 2.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <string>

namespace stemma {

/// Matches texts that hold `part`. Catch2 2 calls it Contains, which in version 3 is for ranges.
inline auto holds(const std::string& part) {
#if __has_include(<catch2/catch_all.hpp>)
  return Catch::Matchers::ContainsSubstring(part);
#else
  return Catch::Matchers::Contains(part);
#endif
}

}  // namespace stemma
